"""Articles → stories: one event, however many times and in however many words it is told.

Three steps: the pairs that may tell one event (`likeness`), the groups whose pairs agree on the whole, and what
follows up a group without looking like any one of its articles. Incremental: what is known is never moved; a story
keeps the id of the article that founded it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from monitor.likeness import FLOOR, WINDOW_DAYS, Space, cover, pairs, space
from monitor.types import Link, Reading

VERSION = "2"
WINDOW = timedelta(days=WINDOW_DAYS)
COPY, REWRITE = 0.80, 0.50
"""Cosines above which two texts are one piece under another headline, and one piece rewritten; below, a follow-up."""
JOIN = -0.5
"""Least mean log-odds between two groups that become one."""
FOLLOW = 0.0
"""Least score of a follow-up: see `_following`. Like JOIN, chosen on the bundled press by blocks of time."""
FOLLOW_TITLE, FOLLOW_TEXT, FOLLOW_DAYS = 4.0, 8.0, 1.0
CORE, TAIL = 3, 2
"""A story has a core once three articles tell it; one article, or two that agree, may follow it up."""


@dataclass(slots=True)
class _Group:
    """Articles that tell one event, as far as is known."""

    rows: list[int]
    known: str | None = None  # the id of a story that stood before
    odds: dict[int, float] = field(default_factory=dict)  # group → sum over pairs of log-odds above FLOOR


def join(known: Sequence[tuple[Reading, str]], new: Sequence[Reading]) -> tuple[Link, ...]:
    """Put each new article into a story, known or new, whatever their order; `known` carries story ids."""
    if not new:
        return ()
    readings = [r for r, _ in known] + list(new)
    measured = space(readings)
    odds = {(a, b): value for a, b, value in pairs(readings, measured)}
    groups = _founded([story for _, story in known], readings)
    _agglomerate(groups, odds)
    _attach(groups, odds, measured, readings)
    linked = {
        row: link for group in groups.values() for row, link in _links(group, readings, measured, len(known))
    }  # fmt: skip
    return tuple(linked[row] for row in range(len(known), len(readings)))


def _founded(stories: Sequence[str], readings: Sequence[Reading]) -> dict[int, _Group]:
    """What stands before anything is compared: known stories, versions of one address, single articles."""
    groups: dict[int, _Group] = {}
    of_story: dict[str, int] = {}
    of_url: dict[str, int] = {}
    for row, reading in enumerate(readings):
        at = of_story.get(stories[row]) if row < len(stories) else of_url.get(reading.url)
        if at is None:
            at = row
            groups[at] = _Group([], stories[row] if row < len(stories) else None)
        groups[at].rows.append(row)
        of_url.setdefault(reading.url, at)
        if row < len(stories):
            of_story[stories[row]] = at
    return groups


def _agglomerate(groups: dict[int, _Group], odds: Mapping[tuple[int, int], float]) -> None:
    """Average linkage: merge the two groups that agree most, until none agree enough. Two known ones never merge."""
    home = {row: at for at, group in groups.items() for row in group.rows}
    for (a, b), value in odds.items():
        if (i := home[a]) != (j := home[b]):
            for one, two in ((i, j), (j, i)):
                groups[one].odds[two] = groups[one].odds.get(two, 0.0) + value - FLOOR
    queue = [(-_mean(groups, i, j), i, j) for i, group in groups.items() for j in group.odds if i < j]
    queue = [item for item in queue if -item[0] > JOIN]
    heapq.heapify(queue)
    while queue:
        score, i, j = heapq.heappop(queue)
        if i in groups and j in groups and math.isclose(-score, _mean(groups, i, j)) and _free(groups, i, j):
            _merge(groups, i, j)
            for other in groups[i].odds:
                if (mean := _mean(groups, i, other)) > JOIN:
                    heapq.heappush(queue, (-mean, min(i, other), max(i, other)))


def _mean(groups: Mapping[int, _Group], i: int, j: int) -> float:
    return FLOOR + groups[i].odds.get(j, 0.0) / (len(groups[i].rows) * len(groups[j].rows))


def _free(groups: Mapping[int, _Group], i: int, j: int) -> bool:
    return groups[i].known is None or groups[j].known is None


def _merge(groups: dict[int, _Group], i: int, j: int) -> None:
    """Put group j into group i, and sum what others have in common with them."""
    one, two = groups[i], groups.pop(j)
    one.rows += two.rows
    one.known = one.known or two.known
    one.odds.pop(j, None)
    for other, value in two.odds.items():
        groups[other].odds.pop(j, None)
        if other != i:
            one.odds[other] = groups[other].odds[i] = one.odds.get(other, 0.0) + value


def _attach(
    groups: dict[int, _Group], odds: Mapping[tuple[int, int], float], measured: Space, readings: Sequence[Reading]
) -> None:
    """Put what follows up a story with a core into it, the surest first; nothing is judged by what was attached."""
    scored = []
    for i, tail in groups.items():
        if len(tail.rows) <= TAIL and tail.known is None and all(readings[row].published for row in tail.rows):
            for j in tail.odds:
                if len(groups[j].rows) >= CORE:
                    score = _following(tail.rows, groups[j].rows, odds, measured, readings)
                    if score > FOLLOW:
                        scored.append((-score, i, j))
    for _, i, j in sorted(scored):
        if i in groups:
            groups[j].rows += groups.pop(i).rows


def _following(
    tail: Sequence[int], core: Sequence[int], odds: Mapping[tuple[int, int], float], measured: Space,
    readings: Sequence[Reading],
) -> float:  # fmt: skip
    """How surely a tail follows up a core: the log-odds with the third of it that is nearest, and what it covers.

    A story's later turns resemble no single article but use the words that most of them use, title above all; the
    days between, which weigh on a pair, weigh less on them.
    """
    means = sorted(
        (float(np.mean([odds.get((min(a, b), max(a, b)), FLOOR) for a in tail])) for b in core), reverse=True
    )
    nearest = means[: -(-len(means) // 3)]
    title, text = cover(measured, tail, core)
    apart = min((_days(readings[a], readings[b]) for a in tail for b in core), default=0.0)
    days = FOLLOW_DAYS * math.log1p(apart)
    return sum(nearest) / len(nearest) + FOLLOW_TITLE * title + FOLLOW_TEXT * text + days


def _days(one: Reading, two: Reading) -> float:
    """Days between two articles; infinite where either is undated."""
    if one.published is None or two.published is None:
        return math.inf
    return abs((one.published - two.published).total_seconds()) / 86400


def _links(group: _Group, readings: Sequence[Reading], measured: Space, before: int) -> Iterator[tuple[int, Link]]:
    """(row, link) of the group's new articles: each is laid beside those that came before it."""
    rows = sorted(group.rows, key=lambda row: (row >= before, *_moment(readings[row])))
    story = group.known or readings[rows[0]].article
    for n, row in enumerate(rows):
        if row >= before:
            yield row, _link(readings, measured, row, rows[:n], story)


def _moment(reading: Reading) -> tuple[bool, float, str]:
    """In order of publication, the undated last."""
    return reading.published is None, reading.published.timestamp() if reading.published else 0.0, reading.article


def _link(readings: Sequence[Reading], measured: Space, row: int, earlier: Sequence[int], story: str) -> Link:
    """How an article came into its story."""
    article = readings[row]
    if not earlier:
        return Link(article.article, story, "new", 1.0)
    if any(readings[other].url == article.url for other in earlier):
        return Link(article.article, story, "version", 1.0)
    closest = min(1.0, float((measured.vectors[row] @ measured.vectors[list(earlier)].T).max()))
    how = "copy" if closest >= COPY else "rewrite" if closest >= REWRITE else "follow-up"
    return Link(article.article, story, how, closest)
