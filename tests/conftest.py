"""What several tests need: the territory, an empty database, readings and stories that are quick to write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.store import open_database
from flows.pipeline import Request, run_plain
from monitor.config import Territory, load
from monitor.types import Story

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def territory() -> Territory:
    """The real territory, on the bundled press's sources."""
    return load(ROOT / "territories" / "zingonia", ROOT / "sample" / "sources.toml")


@pytest.fixture
def db() -> Iterator[Database]:
    """An empty database in memory, all migrations applied."""
    made = open_database(":memory:")
    yield made
    made.close()


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the bundled press, made once; tests that write take a copy."""
    path = tmp_path_factory.mktemp("sampled") / "sample.db"
    run_plain(Request(("crawl", "analyse", "publish"), ROOT / "territories" / "zingonia", path, sample=True))
    return path


def story(week: str = "2026-W46", p: float = 1.0, **changed: object) -> Story:
    """A story of one local article; `p` is its probability of being negative."""
    values: dict[str, object] = {
        "id": "s", "week": week, "title": "t", "articles": 1, "outlets": ("x",), "publics": frozenset({"local"}),
        "weight": 1.0, "p_negative": p, "p_positive": 1.0 - p, "p_stigma": 0.0, "topics": frozenset({"politics"}),
        "communes": frozenset({"verdello"}),
    }  # fmt: skip
    return Story(**(values | changed))  # type: ignore[arg-type]  # a test's keywords
