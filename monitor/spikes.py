"""Weeks with more negative stories than their past leads one to expect: counts → expected, bound, alarm.

A quasi-Poisson regression with robust weights and a negative-binomial exceedance test, in the manner of Farrington
Flexible (Noufaily et al. 2013, Statistics in Medicine 32:1206). It differs where the test bed of method.md showed a
gain; bench/spikes.py prints the figures:
- trend and season are always in the model, held back by a ridge, so that a short history falls back smoothly to its
  mean and no term jumps in or out of the model from one week to the next;
- all weeks but the last two are used: the robust weights do what leaving out 26 weeks was for;
- a week is judged together with the one before it. News of one event comes over two or three weeks, so that after a
  raised week a lesser excess is enough; after a quiet one the test is the plain one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr, ndtri, stdtr, stdtrit

from monitor.errors import InputError
from monitor.weeks import shift, span

Floats = NDArray[np.float64]
Detection = tuple[Floats, Floats, Floats, NDArray[np.bool_]]

ALPHA = 0.0005
"""One-sided level after a quiet week. Raised weeks before add to it: bench/spikes.py measures FALSE_ALARM_RATE."""
FALSE_ALARM_RATE = 0.0057
"""Alarms per week without an outbreak at ALPHA, over the test bed of method.md: 0.3 a year for one series."""
QUIET, LOUD = 0.5, 2.5
"""Last week's normal score between these two is taken off this week's threshold (measured: bench/spikes.py)."""
HISTORY = 312
"""Weeks looked back upon, six years: older ones say little of today's press."""
GAP = 2
"""Weeks left out before the judged one: an outbreak's own beginning (method.md)."""
ENOUGH = 8
"""Weeks of history below which nothing is an alarm: a mean of so few is no expectation."""
YEAR = 365.2425 / 7
RIDGE = np.array([3.0, 0.35, 0.4, 0.4, 0.3, 0.3])
"""Prior standard deviations on the log scale: level, trend over five years, yearly and half-yearly waves (measured)."""
PHI, PHI_WEIGHT, LOST = 2.0, 10.0, 1.2
"""Dispersion before any data, the weeks it is worth, and what gives back the excess that down-weighting takes."""
OUTLIER, NEIGHBOUR = 2.3, 0.5
"""Residual above which a past week is down-weighted (Noufaily: 2.58), and a neighbour's share in it (measured)."""
STEPS = 6
CHUNK = 4096  # weeks fitted at once: 10 MB an array


@dataclass(frozen=True, slots=True)
class Judgement:
    """One week of one series. `bound` is the highest count that is no alarm, `probability` that of `count` or more."""

    series: str
    week: str
    count: int
    expected: float
    bound: float
    probability: float
    alarm: bool


def judge(
    weeks: Sequence[str],
    counts: NDArray[np.int64],
    last: int | None = None,
    series: str = "all",
    alpha: float = ALPHA,
    least: int = 1,
) -> tuple[Judgement, ...]:
    """The last weeks of one series (all without `last`), each from what came before; no alarm is under `least`."""
    expected, bound, probability, alarm = detect(counts, alpha, last)
    bound, start = np.maximum(bound, least - 1), len(weeks) - len(expected)
    rows = zip(weeks[start:], counts[start:], expected, bound, probability, alarm, strict=True)
    return tuple(
        Judgement(series, w, int(c), float(e), float(b), float(p), bool(a and c > b)) for w, c, e, b, p, a in rows
    )


def judge_table(
    rows: Iterable[tuple[str, str, int]], last: int | None = None, alpha: float = ALPHA, least: int = 1
) -> Iterator[Judgement]:
    """(series, week, count) in any order → judgements by series; a week without a row inside a series' span is 0."""
    table: dict[str, dict[str, int]] = {}
    for series, week, count in rows:
        table.setdefault(series, {})[week] = count
    for series, found in table.items():
        weeks = span(min(found), max(found))
        counts = np.array([found.get(w, 0) for w in weeks], dtype=np.int64)
        yield from judge(weeks, counts, last, series, alpha, least)


def parse_row(row: Mapping[str, object], file: str, line: int) -> tuple[str, str, int]:
    """A row with week, count and perhaps series → (series, week, count). Raises InputError."""
    week, count = str(row.get("week") or "").strip(), str(row.get("count") or "").strip()
    try:
        week = shift(week, 0)
    except ValueError as err:
        raise InputError(file, line, f"{week!r} is no ISO week", "Write it like 2026-W46.") from err
    if not (count.isascii() and count.isdigit()):
        raise InputError(file, line, f"{count!r} is no count", "Write a whole number, 0 or more.")
    return str(row.get("series") or "all").strip(), week, int(count)


def detect(counts: NDArray[np.int64], alpha: float = ALPHA, last: int | None = None) -> Detection:
    """(…, weeks) counts → expected, bound, probability, alarm of the `last` weeks, each (…, last)."""
    table = np.atleast_2d(counts).astype(float)
    length = table.shape[1]
    shown = length if last is None else max(0, min(last, length))
    first = max(0, length - shown - 1)  # one week more, for the memory
    now = table[:, first:]
    mean, size, freedom, usable = _forecast(table, first)
    score = np.where(usable, _score(_middle(now, mean, size), freedom), 0.0)
    level = ndtr(-stdtrit(freedom, ndtr(_threshold(score, alpha))))
    bound = np.maximum(_quantile(level, mean, size), mean)
    alarm = (now > bound) & usable
    shape = (*np.shape(counts)[:-1], shown)
    keep = now.shape[1] - shown
    cut = (mean, bound, _tail(now, mean, size), alarm)
    expected, bound, probability, alarm = (a[:, keep:].reshape(shape) for a in cut)
    return expected, bound, probability, alarm


def _threshold(score: Floats, alpha: float) -> Floats:
    """(series, weeks) scores → the score each week must pass: lower after a raised week."""
    before = np.pad(score, ((0, 0), (1, 0)))[:, :-1]
    return np.asarray(-ndtri(alpha) - (np.clip(before, QUIET, LOUD) - QUIET))


def _forecast(table: Floats, first: int) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """(series, weeks) → mean, NB size, degrees of freedom, enough history; each (series, weeks from `first`)."""
    series, length = table.shape
    reach = min(HISTORY, max(1, length - 1))
    padded = np.pad(table, ((0, 0), (reach + GAP, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded[:, : padded.shape[1] - GAP], reach, axis=1)
    history = windows[:, first:length]
    rows = max(1, CHUNK // max(1, length - first))
    parts = [_fit(history[i : i + rows].reshape(-1, reach)) for i in range(0, max(1, series), rows)]
    columns = zip(*parts, strict=True)
    mean, spread, phi, known = (np.concatenate(c).reshape(series, length - first) for c in columns)
    variance = phi * mean + mean**2 * np.expm1(np.minimum(spread, 1.5))
    size = mean**2 / np.maximum(variance - mean, 1e-4 * mean)
    return mean, size, np.maximum(known, ENOUGH), known >= ENOUGH


def _fit(history: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(windows, weeks) counts, NaN where there were none → forecast mean, variance of its log, dispersion, weeks known.

    Iteratively re-weighted least squares of a ridge quasi-Poisson; after Noufaily et al. 2013, section 3.
    """
    known = np.isfinite(history)
    y = np.where(known, history, 0.0)
    basis = _basis(-np.arange(history.shape[1] + GAP, GAP, -1.0))
    weights, total = known.astype(float), known.sum(axis=1)
    centre = np.zeros((len(y), len(RIDGE)))
    centre[:, 0] = np.log((y.sum(axis=1) + 0.5) / (total + 0.5))
    beta, phi, curve = centre, np.full(len(y), PHI), y ** (2 / 3)
    for step in range(STEPS):
        mu = np.exp(np.clip(beta @ basis.T, -6, 20))
        if step:
            weights = known * _robust(curve, mu, phi)
            phi = _dispersion(y, mu, weights)
        beta, covariance = _improve(beta, centre, basis, weights * mu / phi[:, None], weights * (y - mu) / phi[:, None])
    today = _basis(np.zeros(1))[0]
    spread = np.einsum("i,bij,j->b", today, covariance, today)
    return np.exp(np.clip(beta @ today, -6, 20)), spread, phi, total.astype(float)


def _basis(age: Floats) -> Floats:
    """(n,) weeks from the judged one → (n, 6): level, trend in five years, two waves a year."""
    turn = 2 * np.pi * age / YEAR
    waves = (np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn))
    return np.stack((np.ones_like(age), age / 260, *waves), axis=1)


def _robust(curve: Floats, mu: Floats, phi: Floats) -> Floats:
    """Counts to the 2/3, means (windows, weeks) → weights in 0..1, low where a week and its neighbours stand out.

    Anscombe residuals (Farrington et al. 1996); only an excess counts, as only outbreaks are to be forgotten.
    """
    sixth = np.exp(np.log(mu) / 6)
    residual = 1.5 * (curve - sixth**4) / (sixth * np.sqrt(phi)[:, None])
    beside = np.pad(np.maximum(residual, 0), ((0, 0), (1, 1)))
    residual = residual + NEIGHBOUR * np.maximum(beside[:, :-2], beside[:, 2:])
    return np.asarray((OUTLIER / np.maximum(residual, OUTLIER)) ** 2)


def _dispersion(y: Floats, mu: Floats, weights: Floats) -> Floats:
    """Variance over mean, at least 1, drawn towards PHI while the weeks are few: (windows,)."""
    squares = (weights * (y - mu) ** 2 / mu).sum(axis=1)
    freedom = np.maximum(weights.sum(axis=1) - len(RIDGE), 1)
    excess = (squares + PHI_WEIGHT * PHI) / (freedom + PHI_WEIGHT) - 1
    return np.asarray(1 + np.clip(LOST * excess, 0, 20))


def _improve(beta: Floats, centre: Floats, basis: Floats, curvature: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """One damped Newton step of the penalised likelihood → coefficients (windows, 6), covariance (windows, 6, 6)."""
    size = len(RIDGE)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(-1, size * size)
    information = (curvature @ products).reshape(-1, size, size) + np.diag(RIDGE**-2)
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    step = np.einsum("bij,bj->bi", covariance, slope @ basis - (beta - centre) / RIDGE**2)
    largest = np.abs(step).max(axis=1, keepdims=True, initial=1.5)
    return np.asarray(beta + step * 1.5 / largest), covariance


def _tail(count: Floats, mean: Floats, size: Floats) -> Floats:
    """P(Y ≥ count) of a negative binomial."""
    return np.where(count <= 0, 1.0, betainc(np.maximum(count, 1e-9), size, mean / (mean + size)))


def _middle(count: Floats, mean: Floats, size: Floats) -> Floats:
    """Mid-p value: P(Y > count) + ½ P(Y = count); fair to small counts, whose plain p-values are too high."""
    return (_tail(count, mean, size) + _tail(count + 1, mean, size)) / 2


def _score(p: Floats, freedom: Floats) -> Floats:
    """A p-value as a normal score; Student's t pays for a dispersion that was estimated from few weeks."""
    z = -ndtri(np.clip(p, 1e-15, 1 - 1e-15))
    return np.asarray(-ndtri(np.clip(stdtr(freedom, -z), 1e-300, 1 - 1e-15)))


def _quantile(level: Floats, mean: Floats, size: Floats) -> Floats:
    """The highest count whose mid-p is not below `level`, by bisection."""
    low, high = np.zeros_like(mean), np.ceil(20 + 3 * mean + 40 * np.sqrt(mean + mean**2 / size))
    for _ in range(int(np.log2(high.max(initial=2))) + 1):
        centre = np.ceil((low + high) / 2)
        fits = _middle(centre, mean, size) >= level
        low, high = np.where(fits, centre, low), np.where(fits, high, centre - 1)
    return low
