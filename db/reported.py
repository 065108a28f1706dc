"""What publication reads and writes: stories by week, points, digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from db.store import dumps, put, rows, stamp
from monitor.config import Territory
from monitor.indicator import story_weight
from monitor.types import Point, Story
from monitor.weeks import start

_BY_WEEK = """
    SELECT sa.story, a.week, a.id AS article, a.title, a.url, a.published, o.slug AS outlet, o.name AS outlet_name,
      o.public, o.reach, v.relevance, v.sentiment, v.p_negative, v.p_positive, v.p_stigma, v.topics, v.stigma,
      v.evidence, v.uncertain, v.p_territory, s.communes, a.access,
      (SELECT value FROM corrections c WHERE c.article = a.id AND c.question = 'relevance' ORDER BY c.id DESC LIMIT 1)
        AS c_relevance,
      (SELECT value FROM corrections c WHERE c.article = a.id AND c.question = 'sentiment' ORDER BY c.id DESC LIMIT 1)
        AS c_sentiment
    FROM current_articles a
    JOIN outlets o ON o.slug = a.outlet
    JOIN verdicts v ON v.article = a.id AND v.model = :model
    JOIN scans s ON s.article = a.id AND s.version = :scan
    JOIN story_articles sa ON sa.article = a.id AND sa.version = :stories
    WHERE a.week IS NOT NULL AND coalesce(c_relevance, v.relevance) = 'territory'
    ORDER BY a.week, sa.story, a.published, a.id
"""


def told(db: Database, model: str, scan: str, stories: str) -> list[dict[str, Any]]:
    """The dated `territory` articles with verdict, correction, outlet and story, in order of week and story."""
    found = []
    for row in rows(db, _BY_WEEK, {"model": model, "scan": scan, "stories": stories}):
        row["topics"], row["communes"] = json.loads(row["topics"]), json.loads(row["communes"])
        row["evidence"] = json.loads(row["evidence"])
        found.append(row)
    return found


def stories_of(articles: Iterable[Mapping[str, Any]]) -> list[Story]:
    """Fold articles into one `Story` a week and story."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for a in articles:
        groups.setdefault((a["week"], a["story"]), []).append(a)
    return [_story(week, story, group) for (week, story), group in groups.items()]


def _story(week: str, story: str, group: list[Mapping[str, Any]]) -> Story:
    reach = {a["outlet"]: a["reach"] for a in group}
    said = [a["c_sentiment"] for a in group if a["c_sentiment"]]
    model = _mean(a["p_negative"] for a in group)
    return Story(
        id=story, week=week, title=group[0]["title"], articles=len(group), outlets=tuple(sorted(reach)),
        publics=frozenset(a["public"] for a in group), weight=story_weight(reach.values()),
        p_negative=float(said[-1] == "negative") if said else model,
        p_positive=float(said[-1] == "positive") if said else _mean(a["p_positive"] for a in group),
        p_stigma=_mean(a["p_stigma"] for a in group), topics=frozenset(t for a in group for t in a["topics"]),
        communes=frozenset(c for a in group for c in a["communes"]), reviewed=bool(said),
        p_model=model if said else None,
    )  # fmt: skip


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)


def store_points(db: Database, points: Iterable[Point]) -> int:
    """Write the points; one that has not changed is not written again. Returns how many are new or changed."""
    changed = 0
    for p in points:
        row = {
            "week": p.week, "series": p.series, "cut": p.cut, "model": p.model, "method": p.method,
            "value": round(p.value, 4), "low": round(p.low, 4), "high": round(p.high, 4), "n_stories": p.n_stories,
            "n_articles": p.n_articles, "n_eff": round(p.n_eff, 4), "health": round(p.health, 4),
            "enough": int(p.enough),
        }  # fmt: skip
        same = db.execute(
            "SELECT 1 FROM points WHERE week = :week AND series = :series AND cut = :cut AND model = :model "
            "AND method = :method AND value = :value AND low = :low AND high = :high AND n_stories = :n_stories "
            "AND n_articles = :n_articles AND health = :health", row,
        ).fetchone()  # fmt: skip
        if not same:
            changed += put(db, "points", row, replace=True)
    return changed


def points(db: Database, model: str, method: str, series: str, cut: str, until: str) -> list[Point]:
    """One series up to a week, in order."""
    sql = (
        "SELECT * FROM points WHERE model = :model AND method = :method AND series = :series AND cut = :cut "
        "AND week <= :until ORDER BY week"
    )
    params = {"model": model, "method": method, "series": series, "cut": cut, "until": until}
    return [Point(**(row | {"enough": bool(row["enough"])})) for row in rows(db, sql, params)]


def undated(db: Database, territory: Territory, model: str, week: str) -> int:
    """Articles on the territory first seen in a week that have no usable date."""
    since = start(week, territory.zone)
    sql = (
        "SELECT count(*) FROM current_articles a JOIN verdicts v ON v.article = a.id AND v.model = :model "
        "WHERE a.week IS NULL AND v.relevance = 'territory' AND a.seen_at >= :since AND a.seen_at < :until"
    )
    params = {"model": model, "since": stamp(since), "until": stamp(since + timedelta(days=7))}
    [(n,)] = db.execute(sql, params).fetchall()
    return int(n)


def health(db: Database, territory: Territory, weeks: Iterable[str]) -> dict[str, float]:
    """Coverage health by week, 0..1: the share of the expected coverage whose feeds answered at least once.

    A feed's share is what it has listed so far (plus one, so that a new or rare one counts too). A week without
    any request (before the first crawl) is left out: nothing is known of it.
    """
    listed = dict(db.execute("SELECT feed, count(*) FROM entries GROUP BY feed").fetchall())
    known: dict[str, float] = {}
    for week in weeks:
        asked = answered = 0.0
        for feed, ok in _asked(db, territory, week):
            weight = listed.get(feed, 0) + 1
            asked += weight
            answered += weight * ok
        if asked:
            known[week] = answered / asked
    return known


def _asked(db: Database, territory: Territory, week: str) -> Iterator[tuple[str, bool]]:
    """Each feed that was known in a week, and whether it answered then."""
    since = start(week, territory.zone)
    params = {"since": stamp(since), "until": stamp(since + timedelta(days=7))}
    sql = """
        SELECT f.slug, coalesce(max(x.outcome IN ('ok', 'not_modified')), 0) AS ok FROM feeds f
        LEFT JOIN fetches x ON x.feed = f.slug AND x.at >= :since AND x.at < :until
        WHERE f.added_at < :until AND EXISTS (SELECT 1 FROM fetches y WHERE y.at >= :since AND y.at < :until)
        GROUP BY f.slug
    """
    for row in rows(db, sql, params):
        yield row["slug"], bool(row["ok"])


def silent_sources(db: Database, territory: Territory, week: str) -> list[dict[str, Any]]:
    """The feeds that did not answer in a week, each with its last reason."""
    silent = [feed for feed, ok in _asked(db, territory, week) if not ok]
    until = stamp(start(week, territory.zone) + timedelta(days=7))
    found: list[dict[str, Any]] = []
    for feed in silent:
        sql = """
            SELECT o.name AS outlet, f.url, x.outcome, x.reason, x.at FROM feeds f JOIN outlets o ON o.slug = f.outlet
            LEFT JOIN fetches x ON x.feed = f.slug AND x.at < :until WHERE f.slug = :feed ORDER BY x.at DESC LIMIT 1
        """
        found += rows(db, sql, {"feed": feed, "until": until})
    return found


def store_digest(db: Database, week: str, model: str, method: str, context: Mapping[str, Any], now: datetime) -> bool:
    """Keep the digest's data; True if it is new or its figures changed."""
    text = dumps(context)
    if db.execute("SELECT 1 FROM digests WHERE week = ? AND context = ?", (week, text)).fetchone():
        return False
    return put(db, "digests", {
        "week": week, "made_at": stamp(now), "model": model, "method": method, "context": text,
    }, replace=True)  # fmt: skip
