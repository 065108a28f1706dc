"""Scores by formula, reports, floors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from models import evaluate, reporting, scores
from models.coded import Coded
from models.reading import Answers, verdict
from monitor.errors import ModelError
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Verdict


def coded(n: int, relevance: str, sentiment: str | None) -> Coded:
    """One coded article."""
    topics = ("crime",) if sentiment else ()
    return Coded(f"a{n}", f"Titolo {n}", "parola " * (n * 40), "it", relevance, sentiment, topics, False, "gold")


ARTICLES = [
    coded(1, "territory", "negative"), coded(2, "territory", "positive"), coded(3, "territory", "neutral"),
    coded(4, "football", None),
]  # fmt: skip


class Says:
    """A classifier that says what it is told."""

    version = "says"

    def __init__(self, relevances: Sequence[str], sentiments: Sequence[str]) -> None:
        self._told = list(zip(relevances, sentiments, strict=True))

    def classify(self, articles: Sequence[tuple[str, str]]) -> Iterator[Verdict]:
        """The next of the told answers, each at probability .9."""
        for (relevance, sentiment), _ in zip(self._told, articles, strict=True):
            yield verdict(
                Answers(
                    sure(RELEVANCES.index(relevance), 4), sure(SENTIMENTS.index(sentiment), 3),
                    np.eye(len(TOPICS))[:1] * 0.9, np.array([0.1]),
                ), 0, (), self.version,
            )  # fmt: skip


def sure(at: int, classes: int) -> np.ndarray:
    """A row with .9 at one class."""
    row = np.full((1, classes), 0.1 / (classes - 1))
    row[0, at] = 0.9
    return row


PERFECT = Says(["territory", "territory", "territory", "football"], ["negative", "positive", "neutral", "neutral"])
WRONG = Says(["territory", "territory", "territory", "territory"], ["negative", "negative", "neutral", "neutral"])


def test_macro_f1_against_a_hand_count():
    truth, given = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert scores.macro_f1(truth, given) == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_calibration_error_of_honest_and_of_boastful_answers():
    assert scores.calibration_error(np.full(10, 0.8), np.arange(10) < 8) == pytest.approx(0.0)
    assert scores.calibration_error(np.full(10, 0.9), np.zeros(10, bool)) == pytest.approx(0.9)
    assert scores.calibration_error(np.array([]), np.array([], bool)) == 0.0


def test_an_interval_holds_its_score_and_repeats():
    truth = np.array([0, 1] * 20)
    given = np.where(np.arange(40) < 5, 1 - truth, truth)
    low, high = scores.interval(lambda rows: scores.macro_f1(truth[rows], given[rows]), 40)
    assert low <= scores.macro_f1(truth, given) <= high
    assert (low, high) == scores.interval(lambda rows: scores.macro_f1(truth[rows], given[rows]), 40)


def test_a_perfect_reader_scores_one():
    report = evaluate.evaluate(PERFECT, ARTICLES)
    assert report["scores"] == {"relevance": 1.0, "sentiment": 1.0, "topics": 1.0, "stigma": 1.0}
    assert report["errors"] == []
    assert report["football_as_territory"] == 0


def test_errors_are_told_article_by_article():
    report = evaluate.evaluate(WRONG, ARTICLES)
    assert {e["id"] for e in report["errors"]} == {"a2", "a4"}
    assert report["football_as_territory"] == 1
    assert report["confusion"]["sentiment"] == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]


def test_the_report_prints():
    printed = "\n".join(reporting.lines(evaluate.evaluate(WRONG, ARTICLES)))
    assert "football judged territory: 1" in printed
    assert "Titolo 2" in printed


def test_floors_hold_what_was_measured_and_catch_a_fall(tmp_path: Path):
    path = tmp_path / "floors.json"
    evaluate.write_floors(evaluate.evaluate(PERFECT, ARTICLES), path)
    assert evaluate.check_floors(evaluate.evaluate(PERFECT, ARTICLES), path) == []
    short = evaluate.check_floors(evaluate.evaluate(WRONG, ARTICLES), path)
    assert any(line.startswith("sentiment") for line in short)
    assert any("football" in line for line in short)
    assert set(json.loads(path.read_text())["floors"]) == set(evaluate.QUESTIONS)


def test_other_weights_are_noticed(tmp_path: Path):
    path = tmp_path / "floors.json"
    evaluate.write_floors(evaluate.evaluate(PERFECT, ARTICLES), path)
    path.write_text(path.read_text().replace(evaluate.weights_digest(), "0" * 64))
    assert evaluate.check_floors(evaluate.evaluate(PERFECT, ARTICLES), path) == [
        "the weights are not those that the floors were measured on"
    ]


def test_no_floors_is_an_error(tmp_path: Path):
    with pytest.raises(ModelError, match="no floors"):
        evaluate.check_floors({}, tmp_path / "none.json")
