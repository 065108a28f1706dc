"""What every stage is given: the database, the territory, the hour, and where to report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

import httpx
from sqlite_utils import Database

from db.store import dumps, open_database, stamp
from monitor.config import Territory, load

T = TypeVar("T")
R = TypeVar("R")
Counts = dict[str, int]


class Progress(Protocol):
    """Shows how far a long piece of work is."""

    def __call__(self, items: Sequence[T], what: str) -> Iterable[T]:
        """The items, one by one, with a bar named `what`."""
        ...


def silent(items: Sequence[T], what: str) -> Iterable[T]:  # noqa: ARG001  # the protocol's
    """No progress bar: for tests and scheduled runs."""
    return items


class Mapper(Protocol):
    """Applies a function to batches, several at a time, results in the order of the batches."""

    def __call__(self, function: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
        """Results, each as soon as it and those before it are there."""
        ...


def in_threads(function: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
    """Eight hosts at a time: crawling waits more than it works."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield from pool.map(function, batches)


@dataclass(frozen=True, slots=True)
class Job:
    """One run over one territory."""

    db: Database
    territory: Territory
    now: datetime  # read once, at the top
    out: Path  # where digests and charts go
    model: str | None = None  # a model directory; None for the bundled one
    transport: httpx.BaseTransport | None = None  # None is the real network
    progress: Progress = field(default=silent)
    mapper: Mapper = field(default=in_threads)


@contextmanager
def opened(
    folder: Path, database: Path, *, now: datetime | None = None, model: str | None = None,
    sources: Path | None = None, transport: httpx.BaseTransport | None = None, progress: Progress = silent,
    mapper: Mapper = in_threads,
) -> Iterator[Job]:  # fmt: skip
    """A job on the territory in `folder` and the file `database`, closed at the end."""
    territory = load(folder, sources)
    db = open_database(database)
    try:
        at = (now or datetime.now(UTC)).replace(microsecond=0)
        yield Job(db, territory, at, database.parent, model, transport, progress, mapper)
    finally:
        db.close()


def recorded(job: Job, stage: str, run: Callable[[Job], Counts]) -> Counts:
    """Run a stage and leave one line in runs.jsonl, beside the database: when, how long, what it made."""
    began, clock = datetime.now(UTC), time.monotonic()
    counts = run(job)
    row = {"stage": stage, "now": stamp(job.now), "began": stamp(began), "seconds": round(time.monotonic() - clock, 2)}
    job.out.mkdir(parents=True, exist_ok=True)
    with (job.out / "runs.jsonl").open("a", encoding="utf-8") as log:
        log.write(dumps(row | counts) + "\n")
    return counts
