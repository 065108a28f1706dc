"""Datasette over the database, on loopback."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import yaml

METADATA = Path(__file__).parent.parent / "db" / "site" / "metadata.yaml"


def command(db: Path, port: int) -> list[str]:
    """The Datasette command line for a database, its metadata written beside it."""
    metadata = db.parent / f"{db.stem}.metadata.json"
    metadata.write_text(json.dumps(metadata_for(db.stem), ensure_ascii=False), encoding="utf-8")
    return [
        sys.executable, "-m", "datasette", "serve", str(db), "--host", "127.0.0.1", "--port", str(port),
        "--metadata", str(metadata),
        "--setting", "allow_download", "off", "--setting", "truncate_cells_html", "200",
        "--setting", "sql_time_limit_ms", "3000", "--setting", "suggest_facets", "off",
        "--setting", "default_page_size", "50", "--setting", "default_allow_sql", "off",
    ]  # fmt: skip


def metadata_for(name: str) -> dict[str, object]:
    """The site's metadata, given to the database of that name: Datasette calls a file by its stem."""
    whole: dict[str, object] = yaml.safe_load(METADATA.read_text(encoding="utf-8"))
    databases = whole["databases"]
    assert isinstance(databases, dict)  # our own file
    return whole | {"databases": {name: databases["zingonia"]}}


def serve(db: Path, port: int) -> None:
    """Become Datasette, so that Ctrl-C and signals reach it."""
    print(f"http://127.0.0.1:{port}/  (Ctrl-C ends it)", file=sys.stderr)
    argv = command(db, port)
    os.execv(argv[0], argv)  # noqa: S606  # no shell, our own interpreter
