"""The bad-reputation indicator (ICR, 0–100) and its companions: stories → points with 90 % intervals.

Pure functions over numpy arrays; docs/method.md derives each formula. A share is estimated as a Beta posterior:
the prior is what the 52 weeks before would lead one to expect, the data are the week's stories by weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, gammaincinv

from monitor.types import Point, Story
from monitor.weeks import shift, span

METHOD = "1"
ENOUGH = 3.0
"""Effective stories below which a week is "too few to say" (method.md)."""
KAPPA_DEFAULT = 6.0
"""Prior strength, in stories, until 26 weeks exist (method.md)."""
KAPPA_WEEKS = 26
PRIOR_WEEKS = 52
LEVEL = 0.90
CRIME = frozenset({"crime", "drugs", "illegal_housing"})

Floats = NDArray[np.float64]
_KAPPAS = np.geomspace(
    2.0, 60.0, 40
)  # the grid of the empirical Bayes search; above 60 weeks differ too little to tell


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its interval, all on 0..1, and the data behind it."""

    value: float
    low: float
    high: float
    n_eff: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One stretch of weeks against another, in points of the indicator (−100..100)."""

    value: float
    low: float
    high: float
    verdict: str  # better, worse, same, unknown


def effective_number(weights: Floats) -> float:
    """Kish's n_eff = (Σw)²/Σw²: how many equal stories the weighted ones are worth; 0 for none."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.size else 0.0


def share(p: Floats, weights: Floats, prior: float, kappa: float) -> Estimate:
    """Posterior of a weighted share. `p` in 0..1 and `weights` > 0 of shape (stories,); prior in 0..1."""
    n = effective_number(weights)
    y = float(np.average(p, weights=weights)) if n else 0.0
    a = kappa * prior + n * y
    b = kappa * (1.0 - prior) + n * (1.0 - y)
    a, b = max(a, 1e-3), max(b, 1e-3)  # a prior of exactly 0 or 1 would leave no posterior
    low, high = betaincinv(a, b, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(a / (a + b), float(low), float(high), n)


def prior_strength(shares: Floats, sizes: Floats, mean: float) -> float:
    """κ by empirical Bayes: the beta-binomial likelihood of past weeks, `shares` on `sizes` effective stories."""
    used = sizes > 0
    if int(used.sum()) < KAPPA_WEEKS or not 0.0 < mean < 1.0:
        return KAPPA_DEFAULT
    hits, misses = shares[used] * sizes[used], (1 - shares[used]) * sizes[used]
    a, b = _KAPPAS[:, None] * mean, _KAPPAS[:, None] * (1 - mean)
    likelihood = (betaln(a + hits, b + misses) - betaln(a, b)).sum(axis=1)
    return float(_KAPPAS[int(np.argmax(likelihood))])


def count_interval(n: int) -> tuple[float, float]:
    """90 % interval of a Poisson rate after a count (Jeffreys prior)."""
    low, high = gammaincinv(n + 0.5, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return (0.0 if n == 0 else float(low)), float(high)


@dataclass(frozen=True, slots=True)
class _Series:
    """A share-like companion: what is averaged, over which stories, with which weights."""

    p: Callable[[Story], float]
    over: Callable[[Story], bool] = lambda _: True
    weighted: bool = True


def _negative_by_model(story: Story) -> float:
    return story.p_negative if story.p_model is None else story.p_model


SERIES: Mapping[str, _Series] = {
    "icr": _Series(lambda s: s.p_negative),
    "icr_model": _Series(_negative_by_model),
    "icr_plain": _Series(lambda s: s.p_negative, weighted=False),
    "stigma": _Series(lambda s: s.p_stigma),
    "event": _Series(lambda s: s.p_negative, over=lambda s: not s.topics & CRIME),
    "positive": _Series(lambda s: s.p_positive),
    "national": _Series(lambda s: float("national" in s.publics), weighted=False),
    "foreign": _Series(lambda s: float("foreign" in s.publics), weighted=False),
}
"""Companions that are shares, in per cent."""


CUT_SERIES = ("icr", "positive", "volume")
"""What is drawn of a part (a commune, a topic …): with few stories a week the rest would be noise."""


def points(
    stories: Iterable[Story], first: str, last: str, health: Mapping[str, float], *, model: str, cut: str = "all"
) -> list[Point]:
    """The series of one cut, week by week. `health`: coverage health by week, 1 where nothing is known."""
    by_week: dict[str, list[Story]] = {week: [] for week in span(first, last)}
    for story in stories:
        if story.week in by_week:
            by_week[story.week].append(story)
    made: list[Point] = []
    for name, series in SERIES.items():
        if cut == "all" or name in CUT_SERIES:
            made += _share_points(name, series, by_week, health, model, cut)
    made += _volume_points(by_week, health, model, cut)
    if cut == "all":
        made += _balance_points(by_week, health, model, cut)
    return made


def _share_points(
    name: str, series: _Series, by_week: Mapping[str, Sequence[Story]], health: Mapping[str, float], model: str,
    cut: str,
) -> list[Point]:  # fmt: skip
    # Past weeks enter as yes or no: averages of probabilities vary less than events do, and would make κ too large.
    made: list[Point] = []
    past_y: list[float] = []
    past_n: list[float] = []
    for week, all_stories in by_week.items():
        stories = [s for s in all_stories if series.over(s)]
        p, w = _arrays(stories, series)
        prior, kappa = _prior(past_y[-PRIOR_WEEKS:], past_n[-PRIOR_WEEKS:])
        est = share(p, w, prior, kappa)
        made.append(_point(week, name, cut, model, health, stories, est))
        past_y.append(float(np.average(np.round(p), weights=w)) if p.size else 0.0)
        past_n.append(est.n_eff)
    return made


def _arrays(stories: Sequence[Story], series: _Series) -> tuple[Floats, Floats]:
    p = np.array([series.p(s) for s in stories], dtype=np.float64)
    w = np.array([s.weight if series.weighted else 1.0 for s in stories], dtype=np.float64)
    return p, w


def _prior(shares: Sequence[float], sizes: Sequence[float]) -> tuple[float, float]:
    """Mean and strength that the weeks before suggest; an even guess worth six stories where there are none."""
    y, n = np.array(shares), np.array(sizes)
    if not n.sum():
        return 0.5, KAPPA_DEFAULT
    mean = float(np.average(y, weights=n))
    return mean, prior_strength(y, n, mean)


def _point(
    week: str, name: str, cut: str, model: str, health: Mapping[str, float], stories: Sequence[Story], est: Estimate
) -> Point:
    return Point(
        week=week, series=name, cut=cut, value=100 * est.value, low=100 * est.low, high=100 * est.high,
        n_stories=len(stories), n_articles=sum(s.articles for s in stories), n_eff=est.n_eff,
        health=health.get(week, 1.0), enough=est.n_eff >= ENOUGH, model=model, method=METHOD,
    )  # fmt: skip


def _volume_points(
    by_week: Mapping[str, Sequence[Story]], health: Mapping[str, float], model: str, cut: str
) -> list[Point]:
    made = []
    for week, stories in by_week.items():
        low, high = count_interval(len(stories))
        est = Estimate(len(stories) / 100, low / 100, high / 100, float(len(stories)))
        made.append(_point(week, "volume", cut, model, health, stories, est))
    return made


def _balance_points(
    by_week: Mapping[str, Sequence[Story]], health: Mapping[str, float], model: str, cut: str
) -> list[Point]:
    """Net balance (positive − negative) and Janis–Fadner C, −100..100, from a Dirichlet posterior."""
    made = []
    past = np.zeros((0, 3))
    for number, (week, stories) in enumerate(by_week.items()):
        w = np.array([s.weight for s in stories])
        n = effective_number(w)
        tones = np.array([_tones(s) for s in stories]).reshape(-1, 3)
        data = n * np.average(tones, axis=0, weights=w) if n else np.zeros(3)
        recent = past[-PRIOR_WEEKS:].sum(axis=0)
        prior = recent / recent.sum() if recent.sum() else np.full(3, 1 / 3)
        draws = np.random.default_rng(number).dirichlet(np.maximum(KAPPA_DEFAULT * prior + data, 1e-3), 2000)
        for name, value in (("net", draws[:, 2] - draws[:, 0]), ("tone", janis_fadner(draws[:, 2], draws[:, 0]))):
            low, high = np.quantile(value, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            est = Estimate(float(value.mean()), float(low), float(high), n)
            made.append(_point(week, name, cut, model, health, stories, est))
        past = np.vstack([past, data])
    return made


def _tones(story: Story) -> tuple[float, float, float]:
    return story.p_negative, max(0.0, 1 - story.p_negative - story.p_positive), story.p_positive


def janis_fadner(favourable: Floats, unfavourable: Floats) -> Floats:
    """Coefficient of imbalance (Janis & Fadner 1943) on shares of all content, −1..1."""
    f, u = favourable, unfavourable
    return np.where(f >= u, f * f - f * u, f * u - u * u)


def cuts(stories: Sequence[Story], tables: Mapping[str, frozenset[str]]) -> dict[str, list[Story]]:
    """The stories of each cut: by public, commune, topic and work table (`tables`: slug → its topics)."""
    made: dict[str, list[Story]] = {}
    for story in stories:
        names = [f"public:{p}" for p in story.publics] + [f"commune:{c}" for c in story.communes]
        names += [f"topic:{t}" for t in story.topics]
        names += [f"table:{slug}" for slug, topics in tables.items() if topics & story.topics]
        for name in names:
            made.setdefault(name, []).append(story)
    return made


def compare(now: Sequence[Story], then: Sequence[Story]) -> Difference:
    """Two stretches of weeks: the difference of their weighted negative shares, with its 90 % interval.

    "better" or "worse" only where the interval leaves out zero; "unknown" where either holds too few stories.
    The spread is Beta, by 4,000 draws with a fixed seed.
    """
    one, two = _pooled(now), _pooled(then)
    if min(one[1], two[1]) < ENOUGH:
        return Difference(0.0, -100.0, 100.0, "unknown")
    rng = np.random.default_rng(0)
    draws = [rng.beta(0.5 + n * y, 0.5 + n * (1 - y), 4000) for y, n in (one, two)]
    delta = 100 * (draws[0] - draws[1])
    low, high = (float(q) for q in np.quantile(delta, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    verdict = "worse" if low > 0 else "better" if high < 0 else "same"
    return Difference(100 * (one[0] - two[0]), low, high, verdict)


def _pooled(stories: Sequence[Story]) -> tuple[float, float]:
    w = np.array([s.weight for s in stories])
    n = effective_number(w)
    y = float(np.average([s.p_negative for s in stories], weights=w)) if n else 0.0
    return y, n


def window(stories: Iterable[Story], last: str, weeks: int) -> list[Story]:
    """The stories of the `weeks` weeks that end with `last`."""
    wanted = set(span(shift(last, 1 - weeks), last))
    return [s for s in stories if s.week in wanted]


def story_weight(reaches: Iterable[float]) -> float:
    """√ Σ reach of the distinct outlets: a national scoop counts more, forty copies do not count forty times."""
    return math.sqrt(sum(reaches))
