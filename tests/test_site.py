"""The site: saved queries run, what is documented exists, full text stays hidden."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from db.store import open_database
from flows.browse import command, metadata_for

QUERIES: dict[str, dict[str, Any]] = metadata_for("z")["databases"]["z"]["queries"]  # type: ignore[index]  # our file
TABLES: dict[str, dict[str, Any]] = metadata_for("z")["databases"]["z"]["tables"]  # type: ignore[index]  # our file


def site(sampled: Path) -> Any:
    """Datasette over the sampled database, as `zingonia browse` opens it."""
    from datasette.app import Datasette

    return Datasette([str(sampled)], metadata=metadata_for(sampled.stem), settings={"default_allow_sql": False})


def get(sampled: Path, path: str) -> Any:
    """The answer to one request, without a socket."""

    async def ask() -> Any:
        made = site(sampled)
        await made.invoke_startup()
        return await made.client.get(path)

    return asyncio.run(ask())


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_saved_query_answers(sampled: Path, name: str) -> None:
    """What the site offers works, on the bundled press, with something to show."""
    answer = get(sampled, f"/{sampled.stem}/{name}.json?_shape=array&parole=spacc*&settimana=2026-W37")
    assert answer.status_code == 200
    assert answer.json()
    assert QUERIES[name]["title"]
    assert QUERIES[name]["description"]


@pytest.mark.parametrize("table", sorted(t for t in TABLES if not TABLES[t].get("hidden")))
def test_documented_tables_and_columns_exist(sampled: Path, table: str) -> None:
    """The Italian descriptions are of this database."""
    db = open_database(sampled)
    columns = {c[1] for c in db.execute(f'PRAGMA table_info("{table}")')}
    db.close()
    assert columns
    assert set(TABLES[table].get("columns", {})) <= columns


@pytest.mark.parametrize("path", ["texts", "pages", "texts_fts"])
def test_full_text_is_refused(sampled: Path, path: str) -> None:
    """Headline, link and snippet are shown; the text is for the analysis alone."""
    assert get(sampled, f"/{sampled.stem}/{path}.json").status_code == 403


def test_free_sql_is_refused(sampled: Path) -> None:
    """Else the hidden tables were one query away."""
    assert get(sampled, f"/{sampled.stem}.json?sql=select+text+from+texts").status_code == 403


def test_each_malformed_thing_of_the_press_is_in_a_saved_query(sampled: Path) -> None:
    """Faults, rejections, dates and walls, each with its reason."""
    rows = get(sampled, f"/{sampled.stem}/cose_andate_storte.json?_shape=array&_size=max").json()
    found = {r["esito"] for r in rows}
    assert found >= {
        "http_404",
        "http_429",
        "http_500",
        "http_403",
        "robots",
        "soft_404",
        "future",
        "senza data",
        "paywall",
        "consent",
    }
    assert all(r["motivo"] for r in rows)


def test_the_site_listens_on_loopback_alone(tmp_path: Path) -> None:
    """Nobody else on the network reads by accident."""
    made = command(tmp_path / "z.db", 8001)
    assert made[made.index("--host") + 1] == "127.0.0.1"
    assert (
        json.loads((tmp_path / "z.metadata.json").read_text(encoding="utf-8"))["databases"]["z"]["allow_sql"] is False
    )
