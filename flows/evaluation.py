"""Scores beside each other: the baseline and the model on the gold articles, the whole way on the bundled press."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sklearn.metrics import f1_score

from db.store import open_database, rows
from models.coded import DEV, read, targets
from models.loading import load_classifier, version_of
from monitor import mentions, stories
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS, Verdict
from monitor.urls import canonical
from sample.press import load
from sample.stage import PRESS

Row = dict[str, Any]


def report(model: str | None, sample: Path | None) -> list[Row]:
    """One row a set and model. `sample`: a database of `zingonia run --sample`."""
    names = dict.fromkeys(("baseline", model or "bundled"))
    made = [on_gold(None if name == "bundled" else name) for name in names]
    if sample:
        made += [on_press(sample, model)]
    return made


def on_gold(model: str | None) -> Row:
    """Macro-F1 of relevance and sentiment, micro-F1 of topics, F1 of stigma, on the 167 gold articles."""
    articles = read(DEV, "gold")
    verdicts = list(load_classifier(model).classify([(a.title, a.text) for a in articles]))
    truth = targets(articles)
    about = truth.sentiment >= 0
    football = sum(
        a.relevance == "football" and v.relevance == "territory" for a, v in zip(articles, verdicts, strict=True)
    )
    judged = [v for v, k in zip(verdicts, about, strict=True) if k]
    given = [max(SENTIMENTS, key=v.p_sentiment.__getitem__) for v in judged]
    topics = [[int(t in chosen_topics(v)) for t in TOPICS] for v in judged]
    return {
        "set": "gold dev", "model": verdicts[0].model, "articles": len(articles),
        "relevance": macro([a.relevance for a in articles], [v.relevance for v in verdicts], RELEVANCES),
        "sentiment": macro([str(a.sentiment) for a in articles if a.sentiment], given, SENTIMENTS),
        "topics": round(f1_score(truth.topics[about], topics, average="micro"), 3),
        "stigma": round(f1_score(truth.stigma, [int(v.stigma) for v in verdicts]), 3),
        "football as territory": football, "stories": None,
    }  # fmt: skip


def chosen_topics(verdict: Verdict) -> tuple[str, ...]:
    """The topics given; for an article judged outside the territory, its most probable one."""
    return verdict.topics or (max(TOPICS, key=lambda t: verdict.p_topics[t]),)


def macro(truth: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> float:
    """Macro-F1, three decimals."""
    return round(float(f1_score(truth, given, labels=list(labels), average="macro", zero_division=0)), 3)


UNNAMED = "unrelated"
"""What an article without a verdict is: it names neither the territory nor a look-alike."""

_JUDGED = """
    SELECT a.url, a.outlet, a.title, v.relevance, v.sentiment, v.stigma, sa.story FROM current_articles a
    JOIN scans s ON s.article = a.id AND s.version = :scan
    LEFT JOIN verdicts v ON v.article = a.id AND v.model = :model
    LEFT JOIN story_articles sa ON sa.article = a.id AND sa.version = :stories
"""


def on_press(sample: Path, model: str | None) -> Row:
    """The whole way, from feed to story, against the bundled press's ground truth."""
    db = open_database(sample)
    params = {"scan": mentions.VERSION, "model": version_of(model), "stories": stories.VERSION}
    found = {row["url"]: row for row in rows(db, _JUDGED, params)}
    db.close()
    pairs = [(piece, found[url]) for piece in load(PRESS).pieces for url in [canonical(piece.url)] if url in found]
    about = [(p, row) for p, row in pairs if p.relevance == "territory" and row["sentiment"]]
    joined = [(p.story, row["story"]) for p, row in pairs if row["story"]]
    return {
        "set": "bundled press", "model": version_of(model), "articles": len(pairs),
        "relevance": macro([p.relevance for p, _ in pairs], [r["relevance"] or UNNAMED for _, r in pairs], RELEVANCES),
        "sentiment": macro([str(p.sentiment) for p, _ in about], [r["sentiment"] for _, r in about], SENTIMENTS),
        "topics": None,
        "stigma": round(f1_score([p.stigma for p, _ in pairs], [bool(r["stigma"]) for _, r in pairs]), 3),
        "football as territory": sum(p.relevance == "football" and r["relevance"] == "territory" for p, r in pairs),
        "stories": pairwise_f1(joined),
    }  # fmt: skip


def pairwise_f1(pairs: Iterable[tuple[Hashable, Hashable]]) -> float:
    """F1 over all pairs of articles: together in truth, together in what was found."""
    both = list(pairs)
    together = _pairs(both)
    truth, found = _pairs(t for t, _ in both), _pairs(f for _, f in both)
    return round(2 * together / (truth + found), 3) if truth + found else 0.0


def _pairs(names: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(names).values())
