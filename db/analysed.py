"""What the analysis reads and writes. Every "pending" query is an anti-join on the version of what makes the row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from db.crawled import entry_of
from db.store import dumps, key, moment, put, rows, stamp
from monitor.config import Territory
from monitor.types import Article, Entry, Link, Mention, Page, Reading, Rejected, Verdict
from monitor.weeks import week_of

KEEP_TEXT = timedelta(days=730)
"""Stored text is for analysis: two years cover the 52 weeks of the prior and a re-judgement by a new model."""

SNIPPET = 180
"""Characters of the text that the site may show beside the link."""


def to_extract(db: Database, version: str) -> Iterator[tuple[str, Entry, Page | None, datetime]]:
    """Entries whose page (or own text) has not been read by this version of the extractor, oldest first."""
    sql = """
        SELECT e.*, p.fetched_at, p.final_url, p.status, p.content_type, p.body
        FROM entries e LEFT JOIN pages p ON p.entry = e.id
        WHERE e.state IN ('fetched', 'imported', 'given_up')
        AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.entry = e.id AND a.version = :version)
        AND NOT EXISTS (SELECT 1 FROM rejections r WHERE r.entry = e.id AND r.version = :version)
        ORDER BY e.seen_at, e.id
    """
    for row in list(rows(db, sql, {"version": version})):
        page = None
        if row["body"] is not None:
            at = moment(row["fetched_at"])
            assert at is not None  # NOT NULL in the schema
            body = zlib.decompress(row["body"])
            page = Page(row["url"], row["final_url"], row["status"], body, row["content_type"], at)
        seen = moment(row["seen_at"])
        assert seen is not None  # NOT NULL in the schema
        yield row["id"], entry_of(row), page, seen


def store_article(
    db: Database, territory: Territory, entry_id: str, outlet: str, version: str, article: Article, seen_at: datetime
) -> None:
    """An article, its week, and its text apart (which expires)."""
    article_id = key(entry_id, version)
    usable = article.published is not None and article.date_problem is None
    put(db, "articles", {
        "id": article_id, "entry": entry_id, "version": version, "url": article.url, "outlet": outlet,
        "title": article.title, "snippet": _snippet(article.text), "words": len(article.text.split()),
        "author": article.author, "published": stamp(article.published),
        "week": week_of(article.published, territory.zone) if usable and article.published else None,
        "date_source": article.date_source, "date_problem": article.date_problem, "language": article.language,
        "access": article.access, "seen_at": stamp(seen_at),
    })  # fmt: skip
    expires = (seen_at + KEEP_TEXT).date().isoformat()
    put(db, "texts", {"article": article_id, "title": article.title, "text": article.text, "expires_on": expires})


def _snippet(text: str) -> str:
    """The first words, cut at a space."""
    folded = " ".join(text.split())
    return folded if len(folded) <= SNIPPET else folded[:SNIPPET].rsplit(" ", 1)[0] + " …"


def store_rejection(db: Database, entry_id: str, version: str, rejected: Rejected) -> None:
    """A page without an article, and why."""
    put(db, "rejections", {
        "entry": entry_id, "version": version, "kind": rejected.kind, "reason": rejected.reason,
    })  # fmt: skip


def to_scan(db: Database, version: str) -> list[tuple[str, str, str]]:
    """(article, title, text) not yet searched for names by this version."""
    sql = """
        SELECT t.article, t.title, t.text FROM texts t JOIN articles a ON a.id = t.article
        WHERE NOT EXISTS (SELECT 1 FROM scans s WHERE s.article = t.article AND s.version = :version)
        ORDER BY a.seen_at, a.id
    """
    return [(r["article"], r["title"], r["text"]) for r in rows(db, sql, {"version": version})]


def store_scan(
    db: Database, article: str, version: str, found: Sequence[Mention], named: bool, communes: Iterable[str]
) -> None:
    """The names found in an article; a row even where there is none, so that it is not searched again."""
    put(db, "scans", {"article": article, "version": version, "named": named, "communes": dumps(sorted(communes))})
    for m in found:
        put(db, "mentions", {
            "article": article, "version": version, "name": m.name, "kind": m.kind, "text": m.text,
            "sentence": m.sentence, "start": m.start, "end": m.end,
        })  # fmt: skip


def to_judge(db: Database, scan_version: str, model: str) -> list[tuple[str, str, str]]:
    """(article, title, text) that name the territory or a look-alike and have no verdict by this model."""
    sql = """
        SELECT t.article, t.title, t.text FROM scans s JOIN texts t ON t.article = s.article
        JOIN articles a ON a.id = s.article
        WHERE s.version = :scan AND s.named = 1
        AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.article = s.article AND v.model = :model)
        ORDER BY a.seen_at, a.id
    """
    return [(r["article"], r["title"], r["text"]) for r in rows(db, sql, {"scan": scan_version, "model": model})]


def store_verdict(db: Database, article: str, verdict: Verdict) -> None:
    """What a model says of an article, with its probabilities and evidence."""
    put(db, "verdicts", {
        "article": article, "model": verdict.model, "relevance": verdict.relevance, "sentiment": verdict.sentiment,
        "topics": dumps(verdict.topics), "stigma": verdict.stigma,
        "p_territory": round(verdict.p_relevance["territory"], 4),
        "p_negative": round(verdict.p_sentiment["negative"], 4),
        "p_positive": round(verdict.p_sentiment["positive"], 4), "p_stigma": round(verdict.p_stigma, 4),
        "probabilities": dumps({
            "relevance": _rounded(verdict.p_relevance), "sentiment": _rounded(verdict.p_sentiment),
            "topics": _rounded(verdict.p_topics),
        }),
        "uncertain": verdict.uncertain, "evidence": dumps(verdict.evidence),
    })  # fmt: skip


def _rounded(shares: Any) -> dict[str, float]:
    return {k: round(float(v), 4) for k, v in shares.items()}


_READING = """
    SELECT a.id, a.url, a.title, t.text, a.outlet, a.published, a.date_problem, a.seen_at, a.language, s.communes,
      sa.story
    FROM articles a JOIN texts t ON t.article = a.id
    JOIN scans s ON s.article = a.id AND s.version = :scan AND s.named = 1
    LEFT JOIN story_articles sa ON sa.article = a.id AND sa.version = :version
"""


def without_story(db: Database, scan_version: str, version: str) -> list[Reading]:
    """Articles that name the territory and are in no story yet, in order of publication."""
    sql = _READING + " WHERE sa.story IS NULL ORDER BY coalesce(a.published, a.seen_at), a.id"
    return [_reading(r) for r in rows(db, sql, {"scan": scan_version, "version": version})]


def with_story(
    db: Database, scan_version: str, version: str, since: datetime | None, until: datetime | None
) -> list[tuple[Reading, str]]:
    """Articles already in a story, published in a window, to which a new one may belong; undated ones included."""
    sql = (
        _READING
        + """
        WHERE sa.story IS NOT NULL
        AND (a.published IS NULL OR (a.published >= coalesce(:since, '') AND a.published <= coalesce(:until, '9')))
        ORDER BY coalesce(a.published, a.seen_at), a.id
    """
    )
    params = {"scan": scan_version, "version": version, "since": stamp(since), "until": stamp(until)}
    return [(_reading(r), r["story"]) for r in rows(db, sql, params)]


def _reading(row: dict[str, Any]) -> Reading:
    dated = row["published"] if row["date_problem"] is None else None
    return Reading(
        article=row["id"], url=row["url"], title=row["title"], text=row["text"], outlet=row["outlet"],
        published=moment(dated), language=row["language"], names=frozenset(json.loads(row["communes"])),
    )  # fmt: skip


def store_link(db: Database, version: str, link: Link) -> None:
    """An article's place in a story."""
    put(db, "story_articles", {
        "article": link.article, "version": version, "story": link.story, "how": link.how,
        "score": round(link.score, 4),
    })  # fmt: skip
