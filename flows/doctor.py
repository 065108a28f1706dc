"""Is this installation fit to run? One row a check: what, whether it is well, what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from db.store import open_database
from models.loading import load_classifier
from monitor.config import load
from monitor.errors import MonitorError

ROOM = 500_000_000
"""Bytes: the bundled press's 78 weeks take 9 MB; Prefect's own state and a backup want more."""


def check(territory: Path, db: Path) -> list[dict[str, Any]]:
    """All checks, each on its own: one that fails stops no other."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("territory", lambda: _territory(territory)),
        ("model", _model),
        ("disk", lambda: _disk(db)),
        ("database", lambda: _database(db)),
    ]
    return [_row(what, ask) for what, ask in checks]


def _row(what: str, ask: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"what": what, "ok": True, "says": ask()}
    except (MonitorError, sqlite3.Error, OSError) as err:
        return {"what": what, "ok": False, "says": str(err)}


def _territory(folder: Path) -> str:
    found = load(folder)
    unsure = sum(not feed.confirmed for feed in found.feeds)
    return f"{found.name}: {len(found.feeds)} feeds, {unsure} of them unconfirmed; try `zingonia sources check`"


def _model() -> str:
    classifier = load_classifier()
    [verdict] = classifier.classify([("Zingonia, inaugurata la nuova scuola", "La scuola apre lunedì.")])
    return f"{classifier.version} judges a trial headline {verdict.relevance}"


def _disk(db: Path) -> str:
    folder = next(p for p in (db.parent, *db.absolute().parents) if p.exists())
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise MonitorError(f"{free / 1e6:.0f} MB free where the database lies; free some, {ROOM / 1e6:.0f} MB are wise")
    return f"{free / 1e9:.1f} GB free"


def _database(db: Path) -> str:
    if not db.exists():
        return f"{db}: not made yet; `zingonia run` makes it"
    opened = open_database(db)
    try:
        [(result,)] = opened.execute("PRAGMA quick_check").fetchall()
        [(articles,)] = opened.execute("SELECT count(*) FROM articles").fetchall()
    finally:
        opened.close()
    if result != "ok":
        raise MonitorError(f"{db}: damaged ({result}); restore a copy")
    return f"{db}: whole, {articles} articles"
