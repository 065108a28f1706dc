"""publish: verdicts → points → alerts → the week's digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from db import reported as rows
from db.store import transaction
from flows.job import Counts, Job
from models.loading import version_of
from monitor import charts, digest, indicator, mentions, stories
from monitor.types import Digest, Point, Story
from monitor.weeks import last_complete, span


def publish(job: Job) -> Counts:
    """All three steps, over all that has been judged."""
    counts: Counts = {}
    for step in STEPS:
        counts |= step(job)
    return counts


def read_articles(job: Job, until: str | None = None) -> list[dict[str, Any]]:
    """What has been told of the territory, up to a week (the one before now)."""
    told = rows.told(job.db, version_of(job.model), mentions.VERSION, stories.VERSION)
    last = until or last_complete(job.now, job.territory.zone)
    return [a for a in told if a["week"] <= last]


def draw_points(job: Job) -> Counts:
    """Every series and cut, week by week, from the first story to the last complete week."""
    made = rows.stories_of(read_articles(job))
    if not made:
        return {"points": 0}
    first, last = made[0].week, last_complete(job.now, job.territory.zone)
    health = rows.health(job.db, job.territory, span(first, last))
    points = all_points(job, made, first, last, health)
    with transaction(job.db):
        return {"points": rows.store_points(job.db, points)}


def all_points(job: Job, made: Sequence[Story], first: str, last: str, health: dict[str, float]) -> list[Point]:
    """The whole and the cuts."""
    model = version_of(job.model)
    tables = {t.slug: frozenset(t.topics) for t in job.territory.work_tables}
    points = indicator.points(made, first, last, health, model=model)
    for cut, some in indicator.cuts(made, tables).items():
        points += indicator.points(some, first, last, health, model=model, cut=cut)
    return points


def write_digest(job: Job) -> Counts:
    """The digest of the last complete week, as data in the database and as files."""
    made = digest_of(job, last_complete(job.now, job.territory.zone))
    with transaction(job.db):
        model = version_of(job.model)
        new = rows.store_digest(job.db, made.week, model, indicator.METHOD, made.context, job.now)
    write_files(job, made, job.out / "digests")
    return {"digests_new": int(new)}


def digest_of(job: Job, week: str) -> Digest:
    """The digest of any week that is over, from what the database holds."""
    articles = read_articles(job, until=week)
    points = rows.points(job.db, version_of(job.model), indicator.METHOD, "icr", "all", until=week)
    data = digest.Week(
        week=week, articles=articles, stories=rows.stories_of(articles), points=points,
        silent=rows.silent_sources(job.db, job.territory, week),
        undated=rows.undated(job.db, job.territory, version_of(job.model), week), now=job.now,
    )  # fmt: skip
    return digest.build(data, job.territory)


def write_files(job: Job, made: Digest, out: Path) -> Path:
    """digest.html, digest.md and digest.json in a folder of the week's name; returns the page."""
    folder = out / made.week
    folder.mkdir(parents=True, exist_ok=True)
    points = rows.points(job.db, version_of(job.model), indicator.METHOD, "icr", "all", until=made.week)[-52:]
    chart = charts.trend_svg(points) if points else ""
    (folder / "digest.html").write_text(digest.render_html(made, chart), encoding="utf-8")
    (folder / "digest.md").write_text(digest.render_markdown(made), encoding="utf-8")
    text = json.dumps(made.context, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "digest.json").write_text(text + "\n", encoding="utf-8")
    return folder / "digest.html"


STEPS: Sequence[Callable[[Job], Counts]] = (draw_points, write_digest)
