"""The indicator: bounds, monotony, invariance, intervals; a worked example by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.indicator import (
    KAPPA_DEFAULT,
    compare,
    count_interval,
    cuts,
    effective_number,
    janis_fadner,
    points,
    prior_strength,
    share,
    story_weight,
    window,
)
from monitor.types import Point
from tests.conftest import story

weights = st.lists(st.floats(0.5, 5.0), min_size=1, max_size=20)
shares = st.floats(0.0, 1.0)


def icr(made: list[Point], week: str = "2026-W46") -> Point:
    return next(p for p in made if p.series == "icr" and p.week == week)


def test_a_worked_example_by_hand() -> None:
    """Prior 0.4 worth 6 stories, then 3 equal stories of which 2 negative: (2.4 + 2) / 9 = 0.489."""
    found = share(np.array([1.0, 1.0, 0.0]), np.ones(3), prior=0.4, kappa=6.0)
    assert found.value == pytest.approx(4.4 / 9)
    assert found.n_eff == 3
    assert found.low < found.value < found.high


@given(st.lists(shares, min_size=1, max_size=15), shares, st.floats(0.5, 60.0))
def test_a_share_stays_within_its_bounds(p: list[float], prior: float, kappa: float) -> None:
    """0 ≤ low ≤ value ≤ high ≤ 1, whatever the data."""
    found = share(np.array(p), np.ones(len(p)), prior, kappa)
    assert 0.0 <= found.low <= found.high <= 1.0
    assert 0.0 <= found.value <= 1.0


@given(weights, st.integers(0, 19), shares)
def test_a_more_negative_story_never_lowers_the_index(w: list[float], at: int, p: float) -> None:
    """Monotone in each story's probability."""
    base = np.full(len(w), p)
    worse = base.copy()
    worse[at % len(w)] = 1.0
    low, high = (share(x, np.array(w), 0.3, 6.0).value for x in (base, worse))
    assert high >= low - 1e-12


@given(st.permutations(range(6)))
def test_the_order_of_stories_does_not_matter(order: list[int]) -> None:
    """Sums, not sequences."""
    made = [story(id=str(i), p=i / 5, weight=1.0 + i) for i in range(6)]
    one = icr(points(made, "2026-W46", "2026-W46", {}, model="m"))
    two = icr(points([made[i] for i in order], "2026-W46", "2026-W46", {}, model="m"))
    assert one.value == pytest.approx(two.value)
    assert one.low == pytest.approx(two.low)


@given(weights)
def test_n_eff_is_between_one_and_the_number_of_stories(w: list[float]) -> None:
    """Kish's bound; equal weights reach it."""
    assert 1.0 - 1e-9 <= effective_number(np.array(w)) <= len(w) + 1e-9


@pytest.mark.parametrize("n", [3, 8, 20])
def test_the_interval_shrinks_with_more_stories(n: int) -> None:
    """Twice the stories, half negative, a narrower interval."""
    few, many = (share(np.tile([0.0, 1.0], k), np.ones(2 * k), 0.5, 6.0) for k in (n, 2 * n))
    assert many.high - many.low < few.high - few.low


def test_without_stories_the_week_is_the_prior_and_too_few() -> None:
    """A silent week is hollow: nothing is claimed of it."""
    found = icr(points([story("2026-W45")], "2026-W45", "2026-W46", {}, model="m"))
    assert (found.n_stories, found.enough) == (0, False)


def test_a_strong_prior_wins_over_one_story() -> None:
    """One lone negative article is not −100."""
    past = [story(f"2026-W{w:02d}", p=0.0, id=f"{w}-{i}") for w in range(10, 46) for i in range(4)]
    found = icr(points([*past, story(p=1.0)], "2026-W10", "2026-W46", {}, model="m"))
    assert found.value < 20


def test_copies_in_one_outlet_change_nothing() -> None:
    """The weight is of distinct outlets, so that forty copies are not forty scandals."""
    assert story_weight([1.0, 4.0]) == pytest.approx(math.sqrt(5))


def test_kappa_is_the_default_until_half_a_year_exists() -> None:
    """Twenty-five weeks cannot tell how much weeks differ."""
    assert prior_strength(np.full(25, 0.4), np.full(25, 5.0), 0.4) == KAPPA_DEFAULT


def test_kappa_is_small_where_weeks_differ_and_large_where_they_agree() -> None:
    """Empirical Bayes reads the spread."""
    wild = prior_strength(np.tile([0.0, 1.0], 26), np.full(52, 8.0), 0.5)
    calm = prior_strength(np.tile([0.5, 0.5], 26), np.full(52, 8.0), 0.5)
    assert wild < KAPPA_DEFAULT < calm


def test_health_and_versions_stand_beside_every_point() -> None:
    """A figure that cannot be traced cannot be defended."""
    made = points([story()], "2026-W46", "2026-W46", {"2026-W46": 0.7}, model="m")
    assert {p.health for p in made} == {0.7}
    assert {(p.model, p.method) for p in made} == {("m", "1")}
    assert {p.series for p in made} >= {
        "icr",
        "icr_plain",
        "stigma",
        "event",
        "positive",
        "national",
        "volume",
        "net",
        "tone",
    }


def test_event_series_leaves_crime_out() -> None:
    """The companion without crime has its own n."""
    made = points([story(topics=frozenset({"crime"})), story(id="b")], "2026-W46", "2026-W46", {}, model="m")
    assert next(p for p in made if p.series == "event").n_stories == 1


def test_better_or_worse_only_when_the_interval_leaves_out_zero() -> None:
    """Forty good stories against forty bad ones is better; three against three says nothing."""
    good = [story(p=0.0, id=str(i)) for i in range(40)]
    bad = [story(p=1.0, id=str(i)) for i in range(40)]
    assert compare(good, bad).verdict == "better"
    assert compare(bad, good).verdict == "worse"
    assert compare(good, good).verdict == "same"
    assert compare(good[:2], bad).verdict == "unknown"


def test_cuts_by_public_commune_topic_and_table() -> None:
    """One story stands in each cut that it touches."""
    found = cuts(
        [story(publics=frozenset({"local", "national"}))], {"x": frozenset({"politics"}), "y": frozenset({"crime"})}
    )
    assert set(found) == {"public:local", "public:national", "commune:verdello", "topic:politics", "table:x"}


def test_a_count_of_none_has_an_upper_bound_only() -> None:
    """Zero stories do not prove that none will come."""
    low, high = count_interval(0)
    assert low == 0.0
    assert high > 1.0


def test_janis_fadner_bounds() -> None:
    """All favourable 1, all unfavourable −1, balance 0."""
    found = janis_fadner(np.array([1.0, 0.0, 0.5]), np.array([0.0, 1.0, 0.5]))
    assert found.tolist() == [1.0, -1.0, 0.0]


def test_window_holds_the_weeks_asked_for() -> None:
    """Thirteen weeks end with the last one; years do not break it."""
    made = [story(w, id=w) for w in ("2025-W52", "2026-W01", "2026-W02")]
    assert [s.week for s in window(made, "2026-W02", 2)] == ["2026-W01", "2026-W02"]
