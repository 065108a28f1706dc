"""The training data: coded by the codebook, no near-duplicates, nothing of what judges it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models import duplicates
from models.coded import DATA, DEV, Coded, read
from monitor.errors import InputError
from sample.stage import PRESS


@pytest.fixture(scope="module")
def training() -> list[Coded]:
    return [a for path in sorted(DATA.glob("*.jsonl")) for a in read(path)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_is_coded_by_the_codebook(training: list[Coded]) -> None:
    """`read` refuses a line that is not; ids are unique."""
    assert len({a.id for a in training}) == len(training)
    assert Counter(a.kind for a in training)["retold"] >= 1200


def test_no_article_stands_twice(training: list[Coded]) -> None:
    """A near-copy would count double and flatter the cross-validation."""
    assert duplicates.near(training) == []


@pytest.mark.parametrize("path", [DEV, PRESS])
def test_no_article_of_what_judges_is_trained_on(training: list[Coded], path: Path) -> None:
    """The gold articles choose and show; the bundled press shows."""
    assert duplicates.near(training, read(path)) == []


def test_no_source_of_a_gold_article_is_retold() -> None:
    """The same facts in other words would give the answers away."""
    gold = {row["url"] for row in lines(DEV)}
    assert not [row["id"] for path in DATA.glob("*.jsonl") for row in lines(path) if row.get("source") in gold]


def test_a_line_that_breaks_the_codebook_is_refused(tmp_path: Path) -> None:
    """File, line and what is wrong."""
    path = tmp_path / "x.jsonl"
    row = {
        "id": "1",
        "title": "t",
        "text": "x",
        "relevance": "football",
        "sentiment": "negative",
        "topics": [],
        "stigma": False,
    }
    path.write_text(json.dumps(row))
    with pytest.raises(InputError, match=r"x\.jsonl:1: only a territory article"):
        read(path)
