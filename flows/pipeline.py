"""pipeline: crawl → analyse → publish, with Prefect or without, on the network or on the bundled press."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.analyse import analyse
from flows.crawl import crawl, crawl_with, fetcher
from flows.job import Counts, Job, Mapper, Progress, in_threads, opened, recorded, silent
from flows.publish import publish
from monitor.config import load
from sample.stage import SOURCES, Stage

SAMPLE_NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
"""Monday 16 November 2026, 07:00 in Rome: the bundled press's last week is just over."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to run, on what; plain values, so that Prefect can show and schedule it."""

    stages: tuple[str, ...]
    territory: Path
    db: Path
    now: datetime | None = None
    model: str | None = None
    sample: bool = False


STAGES: dict[str, Callable[[Job], Counts]] = {"crawl": crawl, "analyse": analyse, "publish": publish}


def run_plain(request: Request, progress: Progress = silent) -> Counts:
    """The stages one after the other, in this process."""
    return run_stages(request, STAGES, progress)


def run_prefect(request: Request, progress: Progress = silent) -> Counts:
    """The same as Prefect flows; its settings are made offline-safe before it is imported."""
    from flows.settings import offline

    load(request.territory)  # a mistake there is told at once, not by a flow that failed
    offline(request.db.parent / "prefect")
    from flows import deployed

    return deployed.run(request, progress)


def run_stages(
    request: Request, stages: dict[str, Callable[[Job], Counts]], progress: Progress, mapper: Mapper = in_threads
) -> Counts:
    """Open the job, replay the bundled press if asked, and run each stage, leaving a line in the log of runs."""
    counts: Counts = {}
    with ExitStack() as stack:
        crawls_sample = request.sample and "crawl" in request.stages
        stage = stack.enter_context(Stage(hour_of(request))) if crawls_sample else None
        job = stack.enter_context(
            opened(
                request.territory,
                request.db,
                now=hour_of(request),
                model=request.model,
                sources=SOURCES if request.sample else None,
                transport=stage.transport if stage else None,
                progress=progress,
                mapper=mapper,
            )
        )
        if stage:
            counts |= recorded(job, "replay", lambda job: replayed(job, stage))
        for name in request.stages:
            counts = added(counts, recorded(job, name, stages[name]))
    return counts


def hour_of(request: Request) -> datetime:
    """The hour asked for; else the bundled press's, or the real one."""
    return request.now or (SAMPLE_NOW if request.sample else datetime.now(UTC))


def replayed(job: Job, stage: Stage) -> Counts:
    """Crawl the bundled press at each of its hours before now, as if it had been followed from the start.

    Every hour is a crawl like any other: what was done before a kill is not due any more.
    """
    total: Counts = {}
    with fetcher(job, lambda: stage.now) as edge:
        for hour in job.progress([hour for hour in stage.hours if hour < job.now], "settimane"):
            stage.now = hour
            total = added(total, crawl_with(replace(job, now=hour, progress=silent, mapper=in_threads), edge))
    stage.now = job.now
    return total


def added(one: Counts, two: Counts) -> Counts:
    """Counts summed by name."""
    return one | {name: one.get(name, 0) + n for name, n in two.items()}
