"""Probabilities → a `Verdict`, by the codebook's order of questions. Every classifier ends here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Verdict

Floats = NDArray[np.float64]

TOPIC_AT = 0.5
"""Probability from which a second or third topic is given; the main one is always given."""
MAX_TOPICS = 3
SURE = 0.65
"""A top probability below this, on relevance or sentiment, asks for a reviewer."""
EVIDENCE = 2
"""Sentences kept as evidence: what a reader takes in at a glance."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Calibrated probabilities of one batch; rows are articles."""

    relevance: Floats  # (n, 4), in the order of RELEVANCES
    sentiment: Floats  # (n, 3), in the order of SENTIMENTS, given that it is about the territory
    topics: Floats  # (n, 16), in the order of TOPICS, each on its own
    stigma: Floats  # (n,)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a probability becomes a yes; fitted out of fold, stored with the weights."""

    topic: float = TOPIC_AT
    stigma: float = 0.5


def verdict(
    answers: Answers, row: int, evidence: Sequence[str], version: str, at: Thresholds = Thresholds()
) -> Verdict:
    """The verdict on one article of a batch."""
    p_relevance = dict(zip(RELEVANCES, answers.relevance[row].tolist(), strict=True))
    p_sentiment = dict(zip(SENTIMENTS, answers.sentiment[row].tolist(), strict=True))
    relevance = max(RELEVANCES, key=lambda r: p_relevance[r])
    about = relevance == "territory"
    sentiment = max(SENTIMENTS, key=lambda s: p_sentiment[s]) if about else None
    doubtful = p_relevance[relevance] < SURE or (about and max(p_sentiment.values()) < SURE)
    return Verdict(
        relevance=relevance,
        sentiment=sentiment,
        topics=_topics(answers.topics[row], at.topic) if about else (),
        stigma=bool(answers.stigma[row] >= at.stigma) and relevance != "unrelated",
        p_relevance=p_relevance,
        p_sentiment=p_sentiment,
        p_topics=dict(zip(TOPICS, answers.topics[row].tolist(), strict=True)),
        p_stigma=float(answers.stigma[row]),
        uncertain=doubtful,
        evidence=tuple(evidence),
        model=version,
    )


def _topics(p: Floats, threshold: float) -> tuple[str, ...]:
    """One to three topics, the most probable first."""
    order = np.argsort(-p, kind="stable")[:MAX_TOPICS]
    chosen = [TOPICS[i] for n, i in enumerate(order) if n == 0 or p[i] >= threshold]
    return tuple(chosen)
