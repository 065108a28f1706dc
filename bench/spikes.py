"""The detector of monitor/spikes.py on the simulated test bed of docs/method.md: 42 scenarios, two histories.

    .venv/bin/python bench/spikes.py [--reps N] [--seed N]

False-positive rate (FPR): alarms per outbreak-free test week; probability of detection (POD): at least one alarm
between an outbreak's first and last case. k = 0 has no outbreak at all, and the cleanest past: its FPR is the highest.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.spikes import ALPHA, detect

SETS = (  # θ, β, γ₁, γ₂, φ (Noufaily et al. 2013, the seven of docs/method.md)
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)
WEEKS, PAST, TEST = 624, 312, 575  # the series; where past outbreaks begin; where the test weeks do (counted from 0)
SIZES = (0, 3, 5, 10)
HISTORIES = {"five years": 260, "one year": 52}
PUBLISHED = """\
Published (docs/method.md):                    FPR      k=3    k=5    k=10
  farringtonFlexible, alpha .005, 5 years      .0071   .131   .357   .887
  negative-binomial .995 quantile, 52 weeks    .0062   .11    .25    .61"""


class Bed(NamedTuple):
    """Series of one outbreak size; `first` and `last` case in test weeks counted from 0, −1 where there was none."""

    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class Rates(NamedTuple):
    """What a detector is measured by."""

    fpr: float
    pod: float


def means() -> Iterator[tuple[NDArray[np.float64], float]]:
    """The 42 scenarios, set by set: μ of each week, and φ."""
    t = np.arange(1, WEEKS + 1)
    for theta, beta, cosine, sine, phi in SETS:
        for trend in (0.0, beta):
            for waves in range(3):
                turns = [2 * np.pi * j * t / 52 for j in range(1, waves + 1)]
                season = sum((cosine * np.cos(a) + sine * np.sin(a) for a in turns), np.zeros(WEEKS))
                yield np.exp(theta + trend * t + season), phi


def series(
    rng: np.random.Generator, mu: NDArray[np.float64], phi: float, k: float
) -> tuple[NDArray[np.int64], int, int]:
    """One series with five outbreaks of size Poisson(k √(φμ)), and the first and last test week of the fifth."""
    counts = rng.poisson(mu) if phi == 1 else rng.negative_binomial(mu / (phi - 1), 1 / phi)
    first = last = -1
    starts = (*rng.choice(np.arange(PAST, TEST), 4, replace=False), rng.integers(TEST, WEEKS))
    for i, start in enumerate(starts):
        cases = rng.poisson(k * np.sqrt(phi * mu[start]))
        weeks = start + np.floor(rng.lognormal(0, 0.5, cases)).astype(np.int64)
        weeks = weeks[weeks < WEEKS]
        np.add.at(counts, weeks, 1)
        if i == 4 and len(weeks):
            first, last = int(weeks.min()) - TEST, int(weeks.max()) - TEST
    return counts, first, last


def bed(seed: int, k: float, reps: int) -> Bed:
    """`reps` series of each scenario, scenario by scenario."""
    rng = np.random.default_rng([seed, int(k)])
    found = [series(rng, mu, phi, k) for mu, phi in means() for _ in range(reps)]
    return Bed(*(np.array(column) for column in zip(*found, strict=True)))


def rates(alarm: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64]) -> Rates:
    """Both rates; an outbreak that came out without a case counts as missed."""
    week = np.arange(alarm.shape[1])
    outbreak = (week >= first[:, None]) & (week <= last[:, None]) & (first[:, None] >= 0)
    return Rates(float(alarm[~outbreak].mean()), float((alarm & outbreak).any(axis=1).mean()))


def row(name: str, measured: dict[int, Rates]) -> str:
    """A line of the table."""
    fprs = "  ".join(f"{measured[k].fpr:.4f}" for k in SIZES)
    pods = "  ".join(f"{measured[k].pod:.3f}" for k in SIZES[1:])
    return f"{name:<22}{fprs}    {pods}"


def measure(name: str, history: int, beds: dict[int, Bed], alpha: float) -> None:
    """Print one history's table, and what 1,000 weeks take."""
    test = WEEKS - TEST
    began = time.perf_counter()
    alarms = {k: detect(b.counts[:, TEST - history :], alpha, test)[3] for k, b in beds.items()}
    took = (time.perf_counter() - began) / sum(a.size for a in alarms.values()) * 1000
    print(f"\n{name + ' of history':<22}FPR k=0 k=3     k=5     k=10      POD k=3  k=5    k=10")
    every = len(alarms[0]) // len(SETS)
    for i in range(len(SETS)):
        part = slice(i * every, (i + 1) * every)
        print(row(f"set {i + 1}", {k: rates(alarms[k][part], b.first[part], b.last[part]) for k, b in beds.items()}))
    print(row("all 42 scenarios", {k: rates(alarms[k], b.first, b.last) for k, b in beds.items()}))
    print(f"1,000 weeks judged in {took:.2f} s")


def main() -> None:
    """Print the tables beside the published rows."""
    parser = argparse.ArgumentParser(description="The spike detector on the 42 simulated scenarios of docs/method.md")
    parser.add_argument("--reps", type=int, default=20, help="series a scenario (default 20: a minute)")
    parser.add_argument("--seed", type=int, default=2013)
    parser.add_argument("--alpha", type=float, default=ALPHA)
    given = parser.parse_args()
    beds = {k: bed(given.seed, k, given.reps) for k in SIZES}
    for name, history in HISTORIES.items():
        measure(name, history, beds, given.alpha)
    print(f"\n{PUBLISHED}")


if __name__ == "__main__":
    main()
