"""Open the database, and the small tools that every table's module uses."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.schema import migrations
from monitor.errors import StoreError

BUSY_MS = 30_000
"""How long a write waits for another's to end; Datasette reads meanwhile (WAL)."""


def open_database(path: Path | str) -> Database:
    """Open, create or bring up to date the file at `path` (":memory:" for tests). Raises StoreError."""
    try:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(str(path), timeout=BUSY_MS / 1000, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        db = Database(connection)
        if str(path) != ":memory:":
            db.enable_wal()
            connection.execute("PRAGMA synchronous = NORMAL")
        _refuse_newer(db)
        migrations.apply(db)
    except (sqlite3.Error, OSError) as err:
        raise StoreError(
            f"{path}: {err}. Check that the file is a database of zingonia and the folder writable."
        ) from err
    return db


def _refuse_newer(db: Database) -> None:
    """A file written by a later release is not touched by this one."""
    known = {m.name for m in migrations.pending(db)} | {m.name for m in migrations.applied(db)}
    ours = {m.name for m in migrations._migrations}
    if newer := sorted(known - ours):
        raise StoreError(f"the database has migrations that this program does not know ({', '.join(newer)}). Upgrade.")


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All or nothing, taken at once so that two writers queue instead of failing half-way."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def put(db: Database, table: str, row: dict[str, Any], *, replace: bool = False) -> bool:
    """Insert one row; True if it is new. An existing one stays as it is unless `replace`."""
    columns = ", ".join(f'"{c}"' for c in row)
    marks = ", ".join(f":{c}" for c in row)
    verb = "INSERT OR REPLACE" if replace else "INSERT OR IGNORE"
    return db.execute(f'{verb} INTO "{table}" ({columns}) VALUES ({marks})', row).rowcount > 0


def rows(db: Database, sql: str, params: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a query as dicts, one at a time."""
    cursor = db.execute(sql, params or {})
    names = [d[0] for d in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def key(*parts: str) -> str:
    """A short id derived from content: 12 hex digits (48 bits), a collision in 1e6 rows has odds of 1 in 560."""
    return hashlib.sha1("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()[:12]


def stamp(moment: datetime | None) -> str | None:
    """A UTC datetime as text that sorts: 2026-11-16T06:00:00Z."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str | None) -> datetime | None:
    """The reverse of `stamp`."""
    return None if not text else datetime.fromisoformat(text.replace("Z", "+00:00"))


def dumps(value: object) -> str:
    """JSON as it is stored: sorted, readable, accents kept."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
