"""Two readers, one answer: the encoder's and the lexical model's logits, weighed and calibrated out of fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coded import Targets
from models.reading import Answers, Thresholds

Floats = NDArray[np.float64]
Logits = Mapping[str, Floats]
"""For each question, (articles, columns)."""
QUESTIONS = {"relevance": 4, "sentiment": 3, "topics": 16, "stigma": 1}
"""Columns of each, in the order in which the heads lie side by side."""
CAUTION = 0.75
"""The held-out articles come from the same events and hands as the training data and are easier than what will be
read: fitted on them, relevance and sentiment were surer than right on dev (calibration error .08 and .07)."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What each reader's logits are multiplied by, and what is added, for one question."""

    encoder: float
    lexical: float
    bias: float = 0.0  # yes-or-no questions alone


@dataclass(frozen=True, slots=True)
class Stack:
    """How the answers come about; fitted on articles that neither reader had seen."""

    mixes: Mapping[str, Mix]
    at: Thresholds

    def answers(self, encoder: Logits, lexical: Logits) -> Answers:
        """Calibrated probabilities."""
        mixed = {q: mix(self.mixes[q], encoder[q], lexical[q]) for q in QUESTIONS}
        return Answers(
            softmax(mixed["relevance"]), softmax(mixed["sentiment"]),
            sigmoid(mixed["topics"]), sigmoid(mixed["stigma"])[:, 0],
        )  # fmt: skip


def mix(by: Mix, encoder: Floats, lexical: Floats) -> Floats:
    """The weighed sum."""
    return by.encoder * encoder + by.lexical * lexical + by.bias


def split(side_by_side: NDArray[np.floating]) -> dict[str, Floats]:
    """(articles, 24) → each question's columns."""
    ends = np.cumsum(list(QUESTIONS.values()))[:-1]
    parts = np.split(side_by_side.astype(np.float64), ends, axis=1)
    return dict(zip(QUESTIONS, parts, strict=True))


def fit(encoder: Logits, lexical: Logits, codes: Targets, weights: Floats | None = None) -> Stack:
    """Weigh and calibrate on held-out articles, then set the thresholds where F1 is best."""
    n = len(codes.relevance)
    w = np.ones(n) if weights is None else weights
    about = codes.sentiment >= 0
    truth = {"relevance": codes.relevance, "sentiment": codes.sentiment, "topics": codes.topics, "stigma": codes.stigma}
    rows = {"relevance": np.ones(n, bool), "sentiment": about, "topics": about, "stigma": np.ones(n, bool)}
    mixes = {q: _fit(encoder[q][rows[q]], lexical[q][rows[q]], truth[q][rows[q]], w[rows[q]]) for q in QUESTIONS}
    topics = sigmoid(mix(mixes["topics"], encoder["topics"], lexical["topics"]))[about]
    stigma = sigmoid(mix(mixes["stigma"], encoder["stigma"], lexical["stigma"]))[:, 0]
    at = Thresholds(best_threshold(topics, codes.topics[about]), best_threshold(stigma, codes.stigma))
    return Stack(mixes, at)


def _fit(encoder: Floats, lexical: Floats, y: NDArray[np.int64], w: Floats) -> Mix:
    """The weights of least log loss; neither negative, a little drawn towards an even mix."""
    from scipy.optimize import minimize

    many = y.ndim == 1 and encoder.shape[1] > 1

    def loss(p: Floats) -> float:
        z = mix(Mix(p[0], p[1], 0.0 if many else p[2]), encoder, lexical)
        if many:
            likely = np.log(softmax(z)[np.arange(len(y)), y] + 1e-9)
        else:
            yes = y.reshape(z.shape)
            q = sigmoid(z)
            likely = (yes * np.log(q + 1e-9) + (1 - yes) * np.log(1 - q + 1e-9)).sum(axis=1)
        drawn = 1e-3 * float(np.square(p - np.array([0.5, 0.5, 0.0])).sum())
        return drawn - float((likely * w).sum() / w.sum())

    found = minimize(loss, np.array([0.5, 0.5, 0.0]), bounds=[(0, 5), (0, 5), (-3, 3)], method="L-BFGS-B").x
    caution = CAUTION if many else 1.0
    return Mix(float(found[0] * caution), float(found[1] * caution), 0.0 if many else float(found[2]))


def best_threshold(p: Floats, y: NDArray[np.int64]) -> float:
    """Where micro-F1 is best, between .3 and .6."""

    def f1(t: float) -> float:
        yes = p >= t
        return float(2 * (yes & (y == 1)).sum() / max(1, yes.sum() + (y == 1).sum()))

    return float(max((round(0.3 + 0.02 * k, 2) for k in range(16)), key=f1))


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def sigmoid(logits: Floats) -> Floats:
    """Probabilities, each on its own."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
