"""The stages as Prefect flows: what prefect.yaml deploys, and what the command line runs without `--plain`.

Thin: a flow opens the job, a task is one step over batches. Take the decorators off and the functions still run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from prefect import Task, flow
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from flows import analyse as analysing
from flows import publish as publishing
from flows.crawl import crawl as crawl_stage
from flows.job import Counts, Job, Mapper, Progress, in_threads, silent
from flows.pipeline import Request, added, hour_of, run_stages

T = TypeVar("T")
R = TypeVar("R")
TERRITORY = "territories/zingonia"
DATABASE = "data/zingonia.db"


class Settings(TypedDict):
    """A flow's parameters: plain values, which Prefect can show, check and schedule."""

    territory: str
    db: str
    now: datetime | None
    model: str | None
    sample: bool


_THREADS: Any = ThreadPoolTaskRunner(max_workers=8)  # Prefect's own annotations of runners do not fit its flows


def as_task(function: Callable[[T], R], name: str) -> Task[[T], R]:
    """A task that keeps nothing: its input is an open database, which cannot be hashed for a cache."""
    return Task(fn=function, name=name, cache_policy=NO_CACHE, persist_result=False)


def mapped(function: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
    """One Prefect task a batch, eight at a time; results in the order of the batches."""
    step = as_task(function, "ask a host")
    waiting = [step.submit(batch) for batch in batches]
    for future in waiting:
        yield future.result()


def as_tasks(steps: Sequence[Callable[[Job], Counts]], job: Job) -> Counts:
    """The steps of a stage, each a task."""
    counts: Counts = {}
    for step in steps:
        counts |= as_task(step, step.__name__)(job)
    return counts


def _run(stage: str, run: Callable[[Job], Counts], settings: Settings, mapper: Mapper = in_threads) -> Counts:
    request = Request((stage,), Path(settings["territory"]), Path(settings["db"]), settings["now"], settings["model"],
                      settings["sample"])  # fmt: skip
    return run_stages(request, {stage: run}, _progress, mapper)


@flow(name="crawl", task_runner=_THREADS)
def crawl(
    territory: str = TERRITORY, db: str = DATABASE, now: datetime | None = None, model: str | None = None,
    sample: bool = False,
) -> Counts:  # fmt: skip
    """Due feeds → entries → pages."""
    return _run("crawl", crawl_stage, Settings(territory=territory, db=db, now=now, model=model, sample=sample), mapped)


@flow(name="analyse")
def analyse(
    territory: str = TERRITORY, db: str = DATABASE, now: datetime | None = None, model: str | None = None,
    sample: bool = False,
) -> Counts:  # fmt: skip
    """Pages → articles → names → verdicts → stories."""
    settings = Settings(territory=territory, db=db, now=now, model=model, sample=sample)
    return _run("analyse", lambda job: as_tasks(analysing.STEPS, job), settings)


@flow(name="publish")
def publish(
    territory: str = TERRITORY, db: str = DATABASE, now: datetime | None = None, model: str | None = None,
    sample: bool = False,
) -> Counts:  # fmt: skip
    """Verdicts → points → digest."""
    settings = Settings(territory=territory, db=db, now=now, model=model, sample=sample)
    return _run("publish", lambda job: as_tasks(publishing.STEPS, job), settings)


FLOWS: dict[str, Callable[..., Counts]] = {"crawl": crawl, "analyse": analyse, "publish": publish}


@flow(name="pipeline")
def pipeline(
    stages: tuple[str, ...] = ("crawl", "analyse", "publish"), territory: str = TERRITORY, db: str = DATABASE,
    now: datetime | None = None, model: str | None = None, sample: bool = False,
) -> Counts:  # fmt: skip
    """The stages that are asked for, one after the other: the entry point of every deployment."""
    hour = hour_of(Request((), Path(territory), Path(db), now, model, sample))
    counts: Counts = {}
    for stage in stages:
        counts = added(counts, FLOWS[stage](territory, db, hour, model, sample))
    return counts


_progress: Progress = silent


def run(request: Request, progress: Progress) -> Counts:
    """Run the pipeline flow here and now, with a progress bar."""
    global _progress  # noqa: PLW0603  # a flow's parameters must be plain values; a bar is not
    _progress = progress
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):  # its thread costs 1 s at each flow's end
        return pipeline(
            request.stages, str(request.territory), str(request.db), request.now, request.model, request.sample
        )
