"""How surely two articles tell one event: log-odds from few features, in sparse blocks over a window of days."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from monitor.copies import near_copies
from monitor.cues import HOUSE, Cues, cues
from monitor.types import Reading

WINDOW_DAYS = 16
"""A follow-up within about two weeks belongs to the event; a trial years later is a story of its own."""
FLOOR, CEILING = -4.0, 5.0
"""Log-odds are held between: no one pair, however alike or unlike, decides for a whole story."""
COEFFICIENTS: Mapping[str, float] = {
    "cosine": 33.75, "cover": 4.11, "numbers": 0.19, "names": 0.34, "tongue": -0.89, "tongue_cosine": 68.39,
    "apart": -1.55, "same_day": 0.84, "other_day": -1.15,
}  # fmt: skip
INTERCEPT = -5.11
"""Logistic regression (L2, C = 1) on all pairs of the bundled press within the window; a story's pairs weigh as its
square root does. Pairs of other stories outside the window count 1/20 as if they stood within it. Trained on two
thirds of the time and tested on the other, F1 of the joined stories was .99, .97 and .86 (.926 together), before the
rules of `_apart_in_fact`; thresholds, concepts and word counts had seen the tested third, so it is an upper bound."""
DAMP_TITLE, DAMP_TEXT = 15.0, 60.0
"""Squared idf of about one rare word, and of four: what is added to a length, that a short text proves less."""
VETO = 0.5
RARE = 2.0  # idf of a number that says something: "two" stands in every third article
BLOCK = 256
"""Articles compared at once: 256 with all those of a window are a few megabytes a feature."""
FIGURES = 3
"""Numbers that each of two texts must give before their disagreement tells two events apart."""
Floats = NDArray[np.float64]
Rows = Sequence[int] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Space:
    """The articles as sparse matrices over one vocabulary."""

    vectors: csr_matrix  # TF-IDF, title twice, unit length
    words: csr_matrix  # idf where a word occurs, else 0
    titles: csr_matrix  # the same, of the title alone
    numbers: csr_matrix
    names: csr_matrix
    days: csr_matrix  # 1 where the text speaks of a day
    dated: csr_matrix  # the same, and the day of publication
    languages: NDArray[np.int64]


def space(readings: Sequence[Reading]) -> Space:
    """Articles → matrices."""
    read = cues(readings)
    weights, columns = _weights(read)
    idf = np.array([weights[token] for token in columns] or [0.0])  # without a word there is still one column
    counts = _matrix([c.title + c.title + c.text for c in read], columns)
    counts.data = 1 + np.log(counts.data)
    words, titles = (
        _weighted([c.title + c.text for c in read], columns, idf),
        _weighted([c.title for c in read], columns, idf),
    )
    kinds = np.array([token[0] for token in columns] or ["-"])
    spoken = [tuple(map(str, sorted(c.days))) for c in read]
    published = [(str(r.published.astimezone(HOUSE).date()),) if r.published else () for r in readings]
    dated = [tuple({*one, *two}) for one, two in zip(spoken, published, strict=True)]
    every_day = {day: n for n, day in enumerate(sorted({d for row in dated for d in row}))}
    codes = {name: n for n, name in enumerate(sorted({c.language for c in read}))}
    return Space(
        _unit(counts @ diags(idf)), words, titles,
        words @ diags((kinds == "#").astype(float)), words @ diags((kinds == "@").astype(float)),
        _matrix(spoken, every_day), _matrix(dated, every_day),
        np.array([codes[c.language] for c in read]),
    )  # fmt: skip


@lru_cache
def _background() -> tuple[int, Mapping[str, int]]:
    """Articles, and in how many each word occurs, in the bundled press: a small batch alone would weigh words badly."""
    lines = Path(__file__).with_name("words.tsv").read_text("utf-8").splitlines()
    counts = dict(line.split("\t") for line in lines)
    return int(counts.pop("*")), {word: int(count) for word, count in counts.items()}


def _weights(read: Sequence[Cues]) -> tuple[Mapping[str, float], Mapping[str, int]]:
    """Inverse document frequency of each token, and its column."""
    total, background = _background()
    here = Counter(token for c in read for token in {*c.title, *c.text})
    top = total + len(read) + 1
    weights = {t: math.log(top / (count + background.get(t, 0) + 1)) for t, count in here.items()}
    return weights, {token: n for n, token in enumerate(sorted(here))}


def _matrix(rows: Sequence[Sequence[str]], columns: Mapping[str, int]) -> csr_matrix:
    """How often each token occurs: shape (rows, columns)."""
    found = [(n, columns[t], k) for n, row in enumerate(rows) for t, k in Counter(row).items()]
    at, to, value = zip(*found, strict=True) if found else ((), (), ())
    return csr_matrix((np.array(value, float), (at, to)), shape=(len(rows), max(1, len(columns))))


def _weighted(rows: Sequence[Sequence[str]], columns: Mapping[str, int], idf: Floats) -> csr_matrix:
    made = _matrix(rows, columns)
    made.data[:] = 1.0
    return (made @ diags(idf)).tocsr()


def _unit(matrix: csr_matrix) -> csr_matrix:
    return (diags(1 / np.sqrt(np.maximum(_squares(matrix), 1e-9))) @ matrix).tocsr()


def _squares(matrix: csr_matrix) -> Floats:
    return np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()


def features(s: Space, rows: Rows, others: Rows, apart: Floats) -> dict[str, Floats]:
    """Each feature of rows against others, shape (rows, others); `apart` is the days between them."""

    def met(one: csr_matrix, two: csr_matrix) -> Floats:
        return np.asarray((one[rows] @ two[others].T).todense())

    cosine = met(s.vectors, s.vectors)
    lengths = _squares(s.titles) + DAMP_TITLE
    cover = np.maximum(
        met(s.titles, s.words) / lengths[rows][:, None], met(s.words, s.titles) / lengths[others][None, :]
    )
    other_tongue = (s.languages[rows][:, None] != s.languages[others][None, :]).astype(float)
    speaks = np.asarray(s.days.sum(axis=1)).ravel() > 0
    both = speaks[rows][:, None] & speaks[others][None, :]
    return {
        "cosine": cosine,
        "cover": cover,
        "numbers": np.log1p(met(s.numbers, s.numbers)),
        "names": np.log1p(met(s.names, s.names)),
        "tongue": other_tongue,
        "tongue_cosine": other_tongue * cosine,
        "apart": np.log1p(apart),
        "same_day": (met(s.days, s.days) > 0).astype(float),
        "other_day": (both & (met(s.dated, s.dated) == 0)).astype(float),
    }


def _apart_in_fact(
    s: Space, rows: Rows, others: Rows, other_day: NDArray[np.bool_], cosine: Floats
) -> NDArray[np.bool_]:
    """Events of one kind, told in the same words, that are two: other days and other figures, or other places.

    Rules and not features: the bundled press has too few such pairs to learn from. Above VETO it is one piece reworked.
    """
    rare, counts = (np.asarray((s.numbers > least).sum(axis=1)).ravel() for least in (RARE, 0.0))
    figures = np.minimum.outer(rare[rows], rare[others]) >= 1
    figures &= np.minimum.outer(counts[rows], counts[others]) >= FIGURES
    figures &= np.asarray((s.numbers[rows] @ s.numbers[others].T).todense()) < RARE**2
    headed = (s.titles.multiply(s.names > 0)).tocsr()
    says = np.asarray(headed.sum(axis=1)).ravel() > 0
    here = says[rows][:, None] & (np.asarray((headed[rows] @ s.names[others].T).todense()) == 0)
    there = says[others][None, :] & (np.asarray((s.names[rows] @ headed[others].T).todense()) == 0)
    alone: NDArray[np.bool_] = ((figures & other_day) | (here & there)) & (cosine < VETO)
    return alone


def log_odds(s: Space, rows: Rows, others: Rows, apart: Floats) -> Floats:
    """Log-odds that rows and others tell one event, shape (rows, others); FLOOR beyond the window."""
    found = features(s, rows, others, apart)
    odds = INTERCEPT + sum(weight * found[name] for name, weight in COEFFICIENTS.items())
    odds = np.where(_apart_in_fact(s, rows, others, found["other_day"] > 0, found["cosine"]), FLOOR, odds)
    return np.where(apart <= WINDOW_DAYS, np.clip(odds, FLOOR, CEILING), FLOOR)


def pairs(readings: Sequence[Reading], s: Space) -> Iterator[tuple[int, int, float]]:
    """(row, row, log-odds above FLOOR) of the pairs that may tell one event, copies first.

    Dated articles are compared within the window; an undated one joins only what it copies.
    """
    when = np.array([r.published.timestamp() / 86400 if r.published else np.nan for r in readings])
    copies = {
        (a, b) for a, b, _ in near_copies([f"{r.text}" for r in readings])
        if not abs(when[a] - when[b]) > WINDOW_DAYS  # undated: nan, which is not above
    }  # fmt: skip
    yield from ((a, b, CEILING) for a, b in sorted(copies))
    order = np.argsort(when, kind="stable")[: int(np.isfinite(when).sum())]
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        end = np.searchsorted(when[order], when[rows[-1]] + WINDOW_DAYS, side="right")
        others = order[start:end]
        odds = log_odds(s, rows, others, np.abs(when[rows][:, None] - when[others][None, :]))
        for i, j in zip(*np.nonzero(np.triu(odds > FLOOR, 1)), strict=True):
            a, b = sorted((int(rows[i]), int(others[j])))
            if (a, b) not in copies:
                yield a, b, float(odds[i, j])


def cover(s: Space, rows: Rows, core: Rows) -> tuple[float, float]:
    """How much of some articles' titles, and of their text, a story tells: a word counts √ (share that has it)."""
    share = np.sqrt(np.asarray((s.words[core] > 0).mean(axis=0)).ravel())
    titles, words = s.titles[rows], s.words[rows]
    told = float((titles.multiply(titles) @ share).sum()), float((words.multiply(words) @ share).sum())
    return told[0] / (titles.power(2).sum() + DAMP_TITLE), told[1] / (words.power(2).sum() + DAMP_TEXT)
