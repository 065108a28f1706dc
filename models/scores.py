"""Scores by formula: F1, bootstrap intervals, calibration error. Arrays in, numbers out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
RESAMPLES = 1000
BINS = 10


def f1(truth: Ints, given: Ints) -> float:
    """F1 of yes-or-no answers of any shape; over all cells, so micro-F1 where there are several questions."""
    hits = int(((truth == 1) & (given == 1)).sum())
    total = int((truth == 1).sum() + (given == 1).sum())
    return 2 * hits / total if total else 1.0


def macro_f1(truth: Ints, given: Ints) -> float:
    """Mean F1 of the classes that occur in either."""
    classes = np.union1d(truth, given)
    return float(np.mean([f1((truth == c).astype(np.int64), (given == c).astype(np.int64)) for c in classes]))


def interval(score: Callable[[Rows], float], n: int, seed: int = 0) -> tuple[float, float]:
    """The middle 90% of a score over articles drawn with replacement."""
    rng = np.random.default_rng(seed)
    drawn = [score(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [5, 95])
    return float(low), float(high)


def confusion(truth: Ints, given: Ints, classes: int) -> list[list[int]]:
    """Rows are the coders', columns the model's."""
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (truth, given), 1)
    return [[int(v) for v in row] for row in table]


def calibration_error(sure: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error: |share right − mean probability| over ten equal bins of the top probability."""
    if not len(sure):
        return 0.0
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    gaps = [abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(np.sum(gaps))
