"""Coded articles on disk: one JSON object a line, with text and the codebook's four answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import InputError
from monitor.types import RELEVANCES, SENTIMENTS, TOPICS

HERE = Path(__file__).parent
DATA = HERE / "data"
DEV = HERE / "gold" / "dev.jsonl"


@dataclass(frozen=True, slots=True)
class Coded:
    """One article with its codes."""

    id: str
    title: str
    text: str
    language: str
    relevance: str
    sentiment: str | None
    topics: tuple[str, ...]
    stigma: bool
    kind: str  # retold, invented, gold, sample


@dataclass(frozen=True, slots=True)
class Targets:
    """The codes as arrays; rows are articles."""

    relevance: NDArray[np.int64]  # index into RELEVANCES
    sentiment: NDArray[np.int64]  # index into SENTIMENTS, −1 unless territory
    topics: NDArray[np.int64]  # (n, 16) of 0/1
    stigma: NDArray[np.int64]  # 0/1


def read(path: Path, kind: str = "invented") -> list[Coded]:
    """The articles of one file. Raises InputError at the first line that is not as the codebook has it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_coded(path, number, line, kind) for number, line in enumerate(lines, 1) if line.strip()]


def _coded(path: Path, number: int, line: str, kind: str) -> Coded:
    try:
        row: dict[str, Any] = json.loads(line)
        made = Coded(
            id=str(row["id"]), title=row["title"], text=row["text"], language=row.get("lang", "it"),
            relevance=row["relevance"], sentiment=row["sentiment"], topics=tuple(row["topics"]),
            stigma=bool(row["stigma"]), kind=row.get("kind", kind),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as err:
        raise InputError(str(path), number, f"not a coded article ({err!r})", "See models/README.md.") from err
    if problem := problem_of(made):
        raise InputError(str(path), number, problem, "See docs/codebook.md.")
    return made


def problem_of(article: Coded) -> str | None:
    """What the codebook would say against an article's codes, if anything."""
    about = article.relevance == "territory"
    if article.relevance not in RELEVANCES:
        return f"relevance {article.relevance!r} is none of {RELEVANCES}"
    if about and article.sentiment not in SENTIMENTS:
        return f"a territory article needs a sentiment, found {article.sentiment!r}"
    if about and not (1 <= len(article.topics) <= 3 and set(article.topics) <= set(TOPICS)):
        return f"a territory article needs one to three topics, found {list(article.topics)}"
    if not about and (article.sentiment is not None or article.topics):
        return "only a territory article has a sentiment and topics"
    return None


def targets(articles: Iterable[Coded]) -> Targets:
    """The codes as arrays."""
    rows = list(articles)
    return Targets(
        np.array([RELEVANCES.index(a.relevance) for a in rows]),
        np.array([SENTIMENTS.index(a.sentiment) if a.sentiment else -1 for a in rows]),
        np.array([[int(t in a.topics) for t in TOPICS] for a in rows]),
        np.array([int(a.stigma) for a in rows]),
    )


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 over the files' bytes, in order of name: which data made a model."""
    total = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        total.update(path.read_bytes())
    return total.hexdigest()
