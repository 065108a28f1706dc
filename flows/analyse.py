"""analyse: pages → articles → names → verdicts → stories. Each step takes what has no row of its version yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from db import analysed as rows
from db.store import transaction
from flows.job import Counts, Job
from monitor import extract, listed, mentions, stories
from monitor.mentions import Finder
from monitor.types import Article

T = TypeVar("T")
BATCH = 64


def analyse(job: Job) -> Counts:
    """All four steps. Returns how many rows each made."""
    counts: Counts = {}
    for step in STEPS:
        counts |= step(job)
    return counts


def extract_pages(job: Job) -> Counts:
    """Pages and imported texts → articles, or the reason why not."""
    counts: Counts = {"articles": 0, "rejected": 0}
    waiting = list(rows.to_extract(job.db, extract.VERSION))
    for batch in batches(job.progress(waiting, "estrazione"), BATCH):
        with transaction(job.db):
            for entry_id, entry, page, seen_at in batch:
                made = extract.extract(page, entry) if page else listed.article_of(entry)
                if isinstance(made, Article):
                    dated = replace(made, date_problem=extract.check_date(made.published, seen_at))
                    rows.store_article(job.db, job.territory, entry_id, entry.outlet, extract.VERSION, dated, seen_at)
                    counts["articles"] += 1
                else:
                    rows.store_rejection(job.db, entry_id, extract.VERSION, made)
                    counts["rejected"] += 1
    return counts


def find_names(job: Job) -> Counts:
    """Which articles name the territory or a look-alike, and where."""
    waiting = rows.to_scan(job.db, mentions.VERSION)
    if not waiting:
        return {"named": 0}
    finder, named = Finder(job.territory), 0
    for batch in batches(job.progress(waiting, "nomi"), BATCH):
        found = list(finder.find((title, text) for _, title, text in batch))
        with transaction(job.db):
            for (article, _, _), names in zip(batch, found, strict=True):
                is_named = mentions.names_territory(names)
                communes = mentions.communes_of(job.territory, (m.name for m in names))
                rows.store_scan(job.db, article, mentions.VERSION, names, is_named, communes)
                named += is_named
    return {"named": named}


def judge(job: Job) -> Counts:
    """Articles that name the territory → verdicts."""
    from models.loading import load_classifier, version_of

    waiting = rows.to_judge(job.db, mentions.VERSION, version_of(job.model))
    if not waiting:
        return {"verdicts": 0}
    classifier = load_classifier(job.model)
    for batch in batches(job.progress(waiting, "verdetti"), BATCH):
        verdicts = list(classifier.classify([(title, text) for _, title, text in batch]))
        with transaction(job.db):
            for (article, _, _), verdict in zip(batch, verdicts, strict=True):
                rows.store_verdict(job.db, article, verdict)
    return {"verdicts": len(waiting)}


def join_stories(job: Job) -> Counts:
    """Articles without a story → stories, known or new."""
    new = rows.without_story(job.db, mentions.VERSION, stories.VERSION)
    if not new:
        return {"stories_new": 0}
    dates = [r.published for r in new if r.published]
    margin = stories.WINDOW + timedelta(days=1)
    since, until = (min(dates) - margin, max(dates) + margin) if dates else (job.now, job.now)
    known = rows.with_story(job.db, mentions.VERSION, stories.VERSION, since, until)
    links = stories.join(known, new)
    with transaction(job.db):
        for link in links:
            rows.store_link(job.db, stories.VERSION, link)
    return {"stories_new": sum(link.how == "new" for link in links)}


STEPS: Sequence[Callable[[Job], Counts]] = (extract_pages, find_names, judge, join_stories)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`, so that a kill loses a batch and not the run."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
