"""`zingonia evaluate`: how well a classifier agrees with the coders on dev.jsonl, beside the baseline; the floors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import scores
from models.coded import DATA, DEV, Coded, Targets, digest_of, read, targets
from models.loading import BASELINE, JUDGE, load_classifier
from models.protocol import Classifier
from monitor.errors import ModelError
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Verdict

FLOORS = Path(__file__).parent / "floors.json"
SLACK = 0.03
"""A floor lies so far under what was measured: another processor's int8 arithmetic moves one article in a hundred."""
QUESTIONS = ("relevance", "sentiment", "topics", "stigma")
LENGTHS = ((0, 80), (80, 140), (140, 10_000))
"""Words; dev's own third parts, about."""
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """A model's answers as arrays, beside the coders'; sentiment and topics as if relevance were known."""

    truth: Targets
    relevance: NDArray[np.int64]
    sentiment: NDArray[np.int64]
    topics: NDArray[np.int64]  # (n, 16)
    stigma: NDArray[np.int64]


def given(coded: Sequence[Coded], verdicts: Sequence[Verdict]) -> Given:
    """The answers side by side.

    Sentiment and topics are scored on the articles that coders call territory, whatever the model says of relevance:
    an article misjudged there would else count twice.
    """
    topics = np.array([[int(t in (v.topics or _topics(v))) for t in TOPICS] for v in verdicts])
    return Given(
        targets(coded),
        np.array([RELEVANCES.index(v.relevance) for v in verdicts]),
        np.array([int(np.argmax([v.p_sentiment[s] for s in SENTIMENTS])) for v in verdicts]),
        topics,
        np.array([int(v.stigma) for v in verdicts]),
    )


def _topics(verdict: Verdict) -> tuple[str, ...]:
    """The topics a verdict would have, were the article about the territory."""
    order = sorted(TOPICS, key=lambda t: -verdict.p_topics[t])[:3]
    return tuple(t for n, t in enumerate(order) if n == 0 or verdict.p_topics[t] >= 0.5)


def score(what: Given, rows: NDArray[np.intp]) -> dict[str, float]:
    """The four scores over some articles: macro-F1, macro-F1, micro-F1, F1."""
    about = rows[what.truth.sentiment[rows] >= 0]
    return {
        "relevance": scores.macro_f1(what.truth.relevance[rows], what.relevance[rows]),
        "sentiment": scores.macro_f1(what.truth.sentiment[about], what.sentiment[about]) if len(about) else 1.0,
        "topics": scores.f1(what.truth.topics[about], what.topics[about]) if len(about) else 1.0,
        "stigma": scores.f1(what.truth.stigma[rows], what.stigma[rows]),
    }


def evaluate(model: Classifier, coded: Sequence[Coded]) -> Report:
    """Everything that is reported of one model."""
    verdicts = list(model.classify([(a.title, a.text) for a in coded]))
    what, every = given(coded, verdicts), np.arange(len(coded))
    about = every[what.truth.sentiment >= 0]
    return {
        "model": model.version,
        "articles": len(coded),
        "scores": score(what, every),
        "intervals": _intervals(what, len(coded)),
        "confusion": {
            "relevance": scores.confusion(what.truth.relevance, what.relevance, 4),
            "sentiment": scores.confusion(what.truth.sentiment[about], what.sentiment[about], 3),
        },
        "topics": {t: scores.f1(what.truth.topics[about, k], what.topics[about, k]) for k, t in enumerate(TOPICS)},
        "calibration_error": _calibration(what, verdicts, about),
        "football_as_territory": int(((what.truth.relevance == 1) & (what.relevance == 0)).sum()),
        "uncertain": float(np.mean([v.uncertain for v in verdicts])),
        "by_language": _by(what, [a.language == "it" for a in coded], "it", "other"),
        "by_length": _by_length(what, coded),
        "errors": _errors(coded, verdicts, what),
    }


def _intervals(what: Given, n: int) -> dict[str, tuple[float, float]]:
    def one(question: str) -> Callable[[NDArray[np.intp]], float]:
        return lambda rows: score(what, rows)[question]

    return {q: scores.interval(one(q), n) for q in QUESTIONS}


def _calibration(what: Given, verdicts: Sequence[Verdict], about: NDArray[np.intp]) -> dict[str, float]:
    relevance = np.array([max(v.p_relevance.values()) for v in verdicts])
    sentiment = np.array([max(v.p_sentiment.values()) for v in verdicts])
    stigma = np.array([max(v.p_stigma, 1 - v.p_stigma) for v in verdicts])
    likely = np.array([v.p_stigma >= 0.5 for v in verdicts])
    return {
        "relevance": scores.calibration_error(relevance, what.relevance == what.truth.relevance),
        "sentiment": scores.calibration_error(sentiment[about], (what.sentiment == what.truth.sentiment)[about]),
        "stigma": scores.calibration_error(stigma, likely == (what.truth.stigma == 1)),
    }


def _by(what: Given, mask: Sequence[bool], yes: str, no: str) -> dict[str, Any]:
    chosen = np.array(mask)
    groups = {yes: np.flatnonzero(chosen), no: np.flatnonzero(~chosen)}
    return {name: {"articles": len(rows), **score(what, rows)} for name, rows in groups.items() if len(rows)}


def _by_length(what: Given, coded: Sequence[Coded]) -> dict[str, Any]:
    words = np.array([len(a.text.split()) for a in coded])
    groups = {f"{low}-{high}": np.flatnonzero((words >= low) & (words < high)) for low, high in LENGTHS}
    return {name: {"articles": len(rows), **score(what, rows)} for name, rows in groups.items() if len(rows)}


def _errors(coded: Sequence[Coded], verdicts: Sequence[Verdict], what: Given) -> list[dict[str, str]]:
    """Every article misjudged on relevance or sentiment, the surest error first."""
    wrong = []
    for row, (article, verdict) in enumerate(zip(coded, verdicts, strict=True)):
        said = SENTIMENTS[what.sentiment[row]]
        if verdict.relevance != article.relevance:
            wrong.append((max(verdict.p_relevance.values()), article, article.relevance, verdict.relevance))
        elif article.sentiment and said != article.sentiment:
            wrong.append((max(verdict.p_sentiment.values()), article, article.sentiment, said))
    wrong.sort(key=lambda w: -w[0])
    return [{"id": a.id, "title": a.title, "coders": t, "model": m, "sure": f"{p:.2f}"} for p, a, t, m in wrong]


def main_report(model: str | None = None, dev: Path = DEV) -> Report:
    """The report on a model, the baseline's scores beside it."""
    coded = read(dev, kind="gold")
    report = evaluate(load_classifier(model), coded)
    beside = load_classifier("baseline")
    verdicts = list(beside.classify([(a.title, a.text) for a in coded]))
    report["baseline"] = score(given(coded, verdicts), np.arange(len(coded)))
    return report


def weights_digest() -> str:
    """SHA-256 of the bundled weights."""
    files = sorted(JUDGE.glob("*")) if JUDGE.is_dir() else [BASELINE]
    total = hashlib.sha256()
    for path in files:
        if path.suffix in (".onnx", ".npz", ".json"):
            total.update(path.read_bytes())
    return total.hexdigest()


def write_floors(report: Report, path: Path = FLOORS) -> None:
    """Pin the floors under a report. Lowering one is a reviewed change."""
    floors = {
        "model": report["model"],
        "data_sha256": digest_of(DATA.glob("*.jsonl")),
        "dev_sha256": digest_of([DEV]),
        "weights_sha256": weights_digest(),
        "measured": {q: round(report["scores"][q], 3) for q in QUESTIONS},
        "floors": {q: round(report["scores"][q] - SLACK, 3) for q in QUESTIONS},
        "football_as_territory": report["football_as_territory"],
    }
    path.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")


def check_floors(report: Report, path: Path = FLOORS) -> list[str]:
    """What falls short of the pinned floors; nothing where all is well. Raises ModelError without floors."""
    if not path.exists():
        raise ModelError(f"{path}: no floors are pinned. Pin them with `zingonia evaluate --pin`.")
    pinned = json.loads(path.read_text(encoding="utf-8"))
    short = [
        f"{q} {report['scores'][q]:.3f} lies under its floor {floor:.3f}"
        for q, floor in pinned["floors"].items()
        if report["scores"][q] < floor
    ]
    if report["football_as_territory"] > pinned["football_as_territory"]:
        short.append(f"{report['football_as_territory']} football articles are judged territory")
    if pinned["weights_sha256"] != weights_digest():
        short.append("the weights are not those that the floors were measured on")
    return short
