"""The whole way on the bundled press: real feeds over HTTP, real extraction, the real model, the real digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.store import open_database
from flows.pipeline import Request, run_plain
from monitor.urls import canonical
from sample.press import load
from sample.stage import PRESS

ROOT = Path(__file__).parent.parent
ALL = ("crawl", "analyse", "publish")


@pytest.fixture
def db(sampled: Path) -> Iterator[Database]:
    """The sampled database, open."""
    made = open_database(sampled)
    yield made
    made.close()


def snapshot(path: Path) -> dict[str, list[str]]:
    """Every row of every table, in order: what a second run must leave as it is."""
    db = open_database(path)
    tables = [t for t in db.table_names() if not t.startswith(("_", "sqlite")) and "_fts" not in t]
    found = {t: sorted(repr(row) for row in db.execute(f'SELECT * FROM "{t}"')) for t in tables}
    db.close()
    return found


def value(db: Database, sql: str) -> object:
    return db.execute(sql).fetchone()[0]


def test_a_second_run_adds_no_row_and_changes_no_point(sampled: Path) -> None:
    """Re-running anything changes nothing."""
    before = snapshot(sampled)
    counts = run_plain(Request(ALL, ROOT / "territories" / "zingonia", sampled, sample=True))
    assert not any(counts.values()), counts
    assert snapshot(sampled) == before


def test_every_piece_of_the_press_is_an_article_or_a_row_with_its_reason(db: Database) -> None:
    """Nothing is lost without a word."""
    lost = [
        p
        for p in load(PRESS).pieces
        if not value(db, f"SELECT count(*) FROM entries WHERE title = '{p.title.replace(chr(39), chr(39) * 2)}'")
        and not p.has("entities")
        and not p.has("edited")
    ]
    assert [p.id for p in lost] == []
    unread = "SELECT count(*) FROM entries e WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.entry = e.id)"
    told = (
        "SELECT count(*) FROM entries e WHERE EXISTS (SELECT 1 FROM rejections r WHERE r.entry = e.id) "
        "OR EXISTS (SELECT 1 FROM fetches f WHERE f.entry = e.id AND f.reason <> '')"
    )
    assert value(db, unread) <= value(db, told)  # type: ignore[operator]  # counts


@pytest.mark.parametrize("outcome", ["http_404", "http_429", "http_500", "http_403", "robots", "not_modified"])
def test_each_fault_of_the_press_is_a_row(db: Database, outcome: str) -> None:
    """The operator sees what happened, and when it is tried again."""
    assert db.execute("SELECT count(*) FROM fetches WHERE outcome = ?", (outcome,)).fetchone()[0] > 0


def test_the_weeks_of_the_dead_feed_are_flagged(db: Database) -> None:
    """Three weeks of silence of the leading local daily are no peace."""
    thin = db.execute(
        "SELECT week FROM points WHERE series = 'icr' AND cut = 'all' AND health < .9 ORDER BY week"
    ).fetchall()
    assert [w for (w,) in thin] == ["2025-W44", "2025-W45", "2025-W46"]


def test_undated_and_future_pieces_are_kept_and_stand_in_no_week(db: Database) -> None:
    """Never "now" as a fallback."""
    assert value(db, "SELECT count(*) FROM articles WHERE published IS NULL") == 5
    assert value(db, "SELECT count(*) FROM articles WHERE date_problem = 'future'") == 3
    assert (
        value(
            db,
            "SELECT count(*) FROM articles WHERE (published IS NULL OR date_problem IS NOT NULL) AND week IS NOT NULL",
        )
        == 0
    )


def test_access_is_told_apart(db: Database) -> None:
    """Paywalled, headline only, behind a consent wall."""
    found = dict(db.execute("SELECT access, count(*) FROM articles GROUP BY access").fetchall())
    assert found["paywall"] >= 20
    assert found["consent"] == 3
    assert found["headline"] >= 4


def test_an_edited_headline_is_a_version_of_one_article(db: Database) -> None:
    """One address, two headlines, one article that counts."""
    twice = {u for (u,) in db.execute("SELECT url FROM articles GROUP BY url HAVING count(DISTINCT title) > 1")}
    edited = {canonical(p.url) for p in load(PRESS).pieces if p.has("edited")}
    assert len(edited) == 8
    assert edited <= twice
    assert value(db, "SELECT count(*) FROM current_articles") == value(db, "SELECT count(DISTINCT url) FROM articles")


@pytest.mark.parametrize("week", ["2026-W08", "2026-W37"])
def test_the_digest_of_a_spike_week_has_its_stories_on_top_and_no_football(
    db: Database, sampled: Path, week: str
) -> None:
    """The two planted spikes, as the table would read them."""
    from datetime import datetime

    from flows import publish
    from flows.job import opened

    now = datetime.fromisoformat("2026-11-16T07:00+01:00")
    with opened(ROOT / "territories" / "zingonia", sampled, now=now) as job:
        made = publish.digest_of(job, week)
    truth = {p.title: p for p in load(PRESS).pieces}
    told = [truth[s["title"]] for s in made.context["hurts"] if s["title"] in truth]
    assert {p.sentiment for p in told[:2]} == {"negative"}
    assert sum(p.sentiment == "negative" for p in told) >= 6
    shown = [s["title"] for block in ("hurts", "helps", "push", "labels") for s in made.context[block]]
    assert not [t for t in shown if t in truth and truth[t].relevance == "football"]


def test_the_run_leaves_files_and_a_log(sampled: Path) -> None:
    """One line a stage, and the digest in three forms."""
    lines = [json.loads(line) for line in (sampled.parent / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["stage"] for line in lines][:4] == ["replay", "crawl", "analyse", "publish"]
    folder = sampled.parent / "digests" / "2026-W46"
    assert {f.name for f in folder.iterdir()} == {"digest.html", "digest.md", "digest.json"}
    assert "<svg" in (folder / "digest.html").read_text(encoding="utf-8")
