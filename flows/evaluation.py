"""The whole way, from feed to story, scored on the bundled press against its ground truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sklearn.metrics import f1_score

from db.store import open_database, rows
from models.loading import version_of
from monitor import mentions, stories
from monitor.errors import StoreError
from monitor.types import RELEVANCES, SENTIMENTS
from monitor.urls import canonical
from sample.press import load
from sample.stage import PRESS


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


def on_press(sample: Path, model: str | None) -> dict[str, Any]:
    """Scores over all pieces that became articles. Raises StoreError where this model has judged none."""
    db = open_database(sample)
    params = {"scan": mentions.VERSION, "model": version_of(model), "stories": stories.VERSION}
    found = {row["url"]: row for row in rows(db, _JUDGED, params)}
    db.close()
    pairs = [(piece, found[url]) for piece in load(PRESS).pieces for url in [canonical(piece.url)] if url in found]
    about = [(p, row) for p, row in pairs if p.relevance == "territory" and row["sentiment"]]
    if not about or not any(row["story"] for _, row in pairs):
        raise StoreError(f"{sample}: not judged by {params['model']}. Run `zingonia run --sample` again.")
    joined = [(p.story, row["story"]) for p, row in pairs if row["story"]]
    return {
        "model": params["model"], "articles": len(pairs),
        "relevance": macro([p.relevance for p, _ in pairs], [r["relevance"] or UNNAMED for _, r in pairs], RELEVANCES),
        "sentiment": macro([str(p.sentiment) for p, _ in about], [r["sentiment"] for _, r in about], SENTIMENTS),
        "stigma": round(f1_score([p.stigma for p, _ in pairs], [bool(r["stigma"]) for _, r in pairs]), 3),
        "football_as_territory": sum(p.relevance == "football" and r["relevance"] == "territory" for p, r in pairs),
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
