"""Which weeks stand out from their past, and which do not."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitor.errors import InputError
from monitor.spikes import ALPHA, ENOUGH, GAP, Judgement, detect, judge, judge_table, parse_row
from monitor.weeks import shift, span

HISTORIES = arrays(np.int64, st.integers(1, 120), elements=st.integers(0, 30))


def steady(weeks: int, mean: float = 4.0, seed: int = 1) -> np.ndarray:
    """Counts without trend, season or outbreak."""
    return np.random.default_rng(seed).poisson(mean, weeks)


def last_week(history: np.ndarray, count: int, alpha: float = ALPHA, least: int = 1) -> Judgement:
    """The judgement of one week after `history`."""
    weeks = span("2020-W01", shift("2020-W01", len(history)))
    return judge(weeks, np.append(history, count), 1, alpha=alpha, least=least)[0]


def numbers(counts: np.ndarray, last: int | None = None) -> np.ndarray:
    """All four answers of the detector in one array: (4, …, weeks)."""
    return np.array(detect(counts, last=last), dtype=np.float64)


@pytest.mark.parametrize("weeks", [60, 300])
def test_a_large_excess_is_an_alarm_and_an_ordinary_week_is_none(weeks: int) -> None:
    """Both with one year of history and with five."""
    history = steady(weeks)
    assert last_week(history, 20).alarm
    assert not last_week(history, 6).alarm
    assert last_week(history, 20).expected == pytest.approx(4, abs=1)


@given(HISTORIES, st.integers(0, 40), st.integers(1, 40))
@settings(max_examples=12, deadline=None)
def test_a_higher_count_is_never_less_of_an_alarm(history: np.ndarray, count: int, more: int) -> None:
    """What is expected comes from the past alone; the count is only held against it."""
    lower, higher = last_week(history, count), last_week(history, count + more)
    assert (lower.expected, lower.bound) == (higher.expected, higher.bound)
    assert higher.probability <= lower.probability
    assert higher.alarm >= lower.alarm


@given(HISTORIES)
@settings(max_examples=12, deadline=None)
def test_the_numbers_hang_together(counts: np.ndarray) -> None:
    """Bound at or above what is expected; an alarm only above the bound; a probability in 0..1."""
    expected, bound, probability, alarm = detect(counts)
    assert np.isfinite([expected, bound, probability]).all()
    assert (expected > 0).all()
    assert (bound >= expected).all()
    assert ((probability >= 0) & (probability <= 1)).all()
    assert (alarm <= (counts > bound)).all()
    late = np.arange(len(counts)) >= ENOUGH + GAP
    assert (alarm == (counts > bound))[late].all()


@given(HISTORIES, st.lists(st.integers(0, 100), min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_what_came_later_changes_no_judgement(counts: np.ndarray, later: list[int]) -> None:
    """A week judged again next month gets the same numbers."""
    then = numbers(np.append(counts, later))
    np.testing.assert_allclose(numbers(counts), then[:, : len(counts)], rtol=1e-6)


@given(HISTORIES, st.integers(1, 60))
@settings(max_examples=12, deadline=None)
def test_the_last_weeks_are_judged_as_among_all(counts: np.ndarray, last: int) -> None:
    """`last` cuts the answer, not the history; more than there are means all."""
    np.testing.assert_allclose(numbers(counts, last), numbers(counts)[:, -last:], rtol=1e-6)


def test_many_series_at_once_are_judged_as_one_by_one() -> None:
    """The bench and the web site see the same detector."""
    table = np.stack([steady(90, mean, seed) for seed, mean in enumerate((0.2, 3, 40))])
    alone = np.stack([numbers(counts, 9) for counts in table], axis=1)
    np.testing.assert_allclose(numbers(table, 9), alone, rtol=1e-6)


def test_a_short_history_raises_nothing() -> None:
    """A mean of fewer than eight weeks is no expectation, whatever the count."""
    assert not last_week(np.zeros(ENOUGH + GAP - 1, dtype=np.int64), 500).alarm
    assert last_week(np.zeros(ENOUGH + GAP, dtype=np.int64), 500).alarm


def test_nothing_to_judge_gives_nothing() -> None:
    """No week, no series, no judgement."""
    none = np.zeros(0, dtype=np.int64)
    assert judge((), none) == ()
    assert detect(np.zeros((0, 60), dtype=np.int64), last=3)[3].shape == (0, 3)
    assert detect(steady(60), last=0)[3].shape == (0,)
    assert list(judge_table([])) == []


@pytest.mark.parametrize(("count", "alarm"), [(0, False), (1, False), (3, True)])
def test_three_after_a_year_of_none_is_an_alarm_and_one_is_not(count: int, alarm: bool) -> None:
    """One story may always come; three in a week do not."""
    assert last_week(np.zeros(52, dtype=np.int64), count).alarm is alarm


def test_an_old_outbreak_hides_no_new_one() -> None:
    """Its weeks are down-weighted: the bound hardly moves."""
    history = steady(200)
    scarred = history.copy()
    scarred[150:153] += (20, 25, 10)
    assert last_week(scarred, 0).bound <= last_week(history, 0).bound + 2


def test_a_season_is_expected() -> None:
    """With years of data, a high that comes every autumn is no news."""
    t = np.arange(312)
    counts = np.random.default_rng(3).poisson(6 * np.exp(np.cos(2 * np.pi * t / 52.18)))
    expected = detect(counts, last=52)[0]
    assert expected.max() > 4 * expected.min()
    assert np.corrcoef(expected, np.cos(2 * np.pi * t[-52:] / 52.18))[0, 1] > 0.9


def test_a_raised_week_lowers_the_bound_of_the_next() -> None:
    """News of one event comes over two or three weeks; below a quiet week nothing is lower."""
    history = steady(100)
    quiet, raised = (last_week(np.append(history, week), 0) for week in (4, 10))
    assert raised.bound < quiet.bound
    assert raised.expected == quiet.expected


def test_at_least_three_can_be_asked_for() -> None:
    """The alerts do not wake anyone for two stories."""
    history = np.zeros(100, dtype=np.int64)
    assert last_week(history, 2, alpha=0.01).alarm
    fewest = last_week(history, 2, alpha=0.01, least=3)
    assert not fewest.alarm
    assert fewest.bound == 2


@pytest.mark.parametrize("history", [260, 52])
def test_false_alarms_stay_rare(history: int) -> None:
    """The pinned floor for negative-binomial counts with φ = 2; the whole test bed is bench/spikes.py."""
    rng = np.random.default_rng(7)
    counts = rng.negative_binomial(3.0, 0.5, (30, history + 49))
    alarm = detect(counts, last=49)[3]
    assert alarm.mean() < 0.01


def test_a_table_is_judged_series_by_series_and_its_gaps_are_zero() -> None:
    """Rows may come in any order; a missing week inside the span had no story."""
    rows = [("b", "2026-W03", 2), ("a", "2025-W52", 1), ("b", "2026-W01", 5)]
    found = list(judge_table(rows))
    assert [(j.series, j.week, j.count) for j in found] == [
        ("b", "2026-W01", 5),
        ("b", "2026-W02", 0),
        ("b", "2026-W03", 2),
        ("a", "2025-W52", 1),
    ]
    assert [type(value) for value in astuple(found[0])] == [str, str, int, float, float, float, bool]


def test_a_row_is_read_with_or_without_a_series() -> None:
    """The series is "all" where there is no such column."""
    assert parse_row({"week": "2026-W1", "count": 4}, "-", 2) == ("all", "2026-W01", 4)
    assert parse_row({"series": "crime", "week": "2026-W46", "count": " 3"}, "-", 2) == ("crime", "2026-W46", 3)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"week": "2026-W54", "count": 3}, "no ISO week"),
        ({"week": "2026-W46", "count": "-1"}, "no count"),
        ({"week": "2026-W46", "count": "1.5"}, "no count"),
        ({"week": "2026-W46"}, "no count"),
    ],
)
def test_a_bad_row_is_named_with_its_line(row: dict[str, object], problem: str) -> None:
    """File, line, what is wrong."""
    with pytest.raises(InputError, match=problem) as caught:
        parse_row(row, "counts.csv", 3)
    assert (caught.value.file, caught.value.line) == ("counts.csv", 3)
