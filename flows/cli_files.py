"""Commands over files, which others script against: a bad line is named, skipped, and fails the status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from flows import console
from flows.cli import (
    DATABASE,
    SAMPLE_DATABASE,
    TERRITORY,
    Database,
    Json,
    Model,
    Now,
    Territory,
    app,
    moment,
    rows_for_people,
)
from flows.lines import Lines

if TYPE_CHECKING:
    from monitor.types import Entry, Verdict

File = Annotated[Path, typer.Argument(help="A JSONL or CSV file; - for standard input.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output if left out.")]
CHUNK = 256


@app.command("import")
def import_file(
    file: File, territory: Territory = TERRITORY, db: Database = DATABASE, now: Now = None
) -> None:  # fmt: skip
    """Take in articles from elsewhere (url, title, text, published, outlet): they enter the same queue."""
    from db.crawled import add_imported, enrol
    from db.store import transaction
    from flows.job import opened

    lines = Lines(file, ("url", "title"))
    with opened(territory, db, now=moment(now)) as job:
        enrol(job.db, job.territory, job.now)
        with transaction(job.db):
            count = add_imported(job.db, job.territory, _entries(lines), job.now)
    console.note(f"{count} new of {file}; judge them with `zingonia analyse`, draw them with `zingonia publish`.")
    _fail_if_bad(lines)


def _entries(lines: Lines) -> Iterator[Entry]:
    from monitor.listed import IMPORT
    from monitor.types import Entry
    from monitor.urls import canonical

    for number, row in lines:
        try:
            url = canonical(str(row["url"]))
        except ValueError as err:
            lines.bad(number, f"bad address ({err})", "Give the article's http or https address.")
            continue
        published, problem = hour(row.get("published"))
        if problem:
            lines.bad(number, problem, "Write it like 2026-11-16T07:00, or leave it out.")
            continue
        yield Entry(
            feed=IMPORT, outlet=IMPORT, url=url, title=str(row["title"]), summary=str(row.get("text") or ""),
            published=published, publisher=str(row.get("outlet") or "Testata non indicata"),
        )  # fmt: skip


def hour(text: object) -> tuple[datetime | None, str | None]:
    """An imported date: aware UTC, or None and what is wrong with it."""
    from monitor.dates import parse_iso

    if text in (None, ""):
        return None, None
    found = parse_iso(str(text))
    return found, None if found else f"{text!r} is no date"


@app.command()
def extract(
    files: Annotated[list[Path], typer.Argument(help="Saved pages.")],
    url: Annotated[str, typer.Option(help="The address the pages came from: it may hold the date.")] = "",
) -> None:
    """The article in each saved page, one JSON line a file."""
    from datetime import UTC
    from urllib.parse import quote

    from monitor.extract import extract as read
    from monitor.types import Article, Page

    failed = False
    for file in files:
        try:
            body = file.read_bytes()
        except OSError as err:
            console.note(f"zingonia: {file}: {err.strerror}. Give an HTML file.")
            failed = True
            continue
        address = url or f"http://file.invalid/{quote(file.name)}"  # a saved page that does not say where it came from
        made = read(Page(address, address, 200, body, "", datetime.now(UTC)))
        if isinstance(made, Article):
            console.emit({
                "file": str(file), "title": made.title, "text": made.text, "author": made.author,
                "published": made.published.isoformat() if made.published else None,
                "date_source": made.date_source, "language": made.language, "access": made.access,
            })  # fmt: skip
        else:
            console.note(f"zingonia: {file}: no article ({made.kind}): {made.reason}")
            failed = True
    if failed:
        raise typer.Exit(console.FAILED)


@app.command()
def classify(file: File, output: Output = None, model: Model = None) -> None:
    """Judge articles (id, title, text): relevance, sentiment toward the territory, topics, stigma, evidence."""
    from models.loading import load_classifier

    lines = Lines(file, ("id", "title"))
    with _written(output) as out:
        classifier = load_classifier(model)
        for chunk in _chunks(lines, CHUNK):
            texts = [(str(row["title"]), str(row.get("text") or "")) for row in chunk]
            for row, verdict in zip(chunk, classifier.classify(texts), strict=True):
                print(json.dumps({"id": row["id"]} | as_row(verdict), ensure_ascii=False), file=out)
    _fail_if_bad(lines)


def as_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the form that the command line promises."""
    return {
        "relevance": verdict.relevance, "sentiment": verdict.sentiment, "topics": list(verdict.topics),
        "stigma": verdict.stigma,
        "probabilities": {
            "relevance": _rounded(verdict.p_relevance), "sentiment": _rounded(verdict.p_sentiment),
            "topics": _rounded(verdict.p_topics), "stigma": round(verdict.p_stigma, 4),
        },
        "uncertain": verdict.uncertain, "evidence": list(verdict.evidence), "model": verdict.model,
    }  # fmt: skip


def _rounded(shares: Any) -> dict[str, float]:
    return {name: round(p, 4) for name, p in shares.items()}


@app.command()
def stories(file: File, output: Output = None) -> None:
    """Join articles (id, title, text, published, outlet) into stories: id, story."""
    from monitor.stories import join
    from monitor.types import Reading

    lines = Lines(file, ("id", "title"))
    readings = []
    for number, row in lines:
        published, problem = hour(row.get("published"))
        if problem:
            lines.bad(number, problem, "Write it like 2026-11-16T07:00, or leave it out.")
            continue
        name = str(row["id"])
        readings.append(
            Reading(
                name, str(row.get("url") or name), str(row["title"]), str(row.get("text") or ""),
                str(row.get("outlet") or ""), published,
            )
        )  # fmt: skip
    in_order = sorted(readings, key=lambda r: (r.published is None, r.published, r.article))
    found = {link.article: link.story for link in join([], in_order)}
    with _written(output) as out:
        for reading in readings:
            print(json.dumps({"id": reading.article, "story": found[reading.article]}, ensure_ascii=False), file=out)
    _fail_if_bad(lines)


@app.command()
def spikes(
    file: File,
    last: Annotated[int | None, typer.Option(help="Judge only the last N weeks of each series.")] = None,
) -> None:
    """Judge weekly counts (week, count, optionally series): one JSON line a week, with bound and alarm."""
    from dataclasses import asdict

    from monitor.errors import InputError
    from monitor.spikes import judge_table, parse_row

    lines = Lines(file, ("week", "count"))
    counted: dict[tuple[str, str], int] = {}
    for number, row in lines:
        try:
            series, week, count = parse_row(row, str(file), number)
        except InputError as err:
            lines.bad(number, err.problem, err.remedy)
            continue
        if (series, week) in counted:
            lines.bad(number, f"{week} of {series!r} comes twice", "Give one line a week and series.")
        else:
            counted[series, week] = count
    for judgement in judge_table(((*key, count) for key, count in counted.items()), last):
        console.emit(asdict(judgement))
    _fail_if_bad(lines)


Sampled = Annotated[Path, typer.Option("--db", help="A database of `run --sample`: scores the whole way on it.")]
Pin = Annotated[bool, typer.Option("--pin", help="Write the floors under these scores: a reviewed change.")]
Floors = Annotated[bool, typer.Option("--floors", help="Fail where a score lies under its pinned floor.")]


@app.command()
def evaluate(
    model: Model = None, as_json: Json = False, db: Sampled = SAMPLE_DATABASE, pin: Pin = False, floors: Floors = False
) -> None:  # fmt: skip
    """Score the model on the gold articles, and the whole way on the bundled press where it has been run."""
    from flows.evaluation import on_press
    from models import reporting
    from models.evaluate import check_floors, main_report, write_floors

    report = main_report(model)
    press = on_press(db, model) if db.exists() else None
    if as_json:
        console.emit(report | {"bundled_press": press})
    else:
        print("\n".join(reporting.lines(report)))
        if press:
            console.table("The bundled press", [press])
    if pin:
        write_floors(report)
    short = check_floors(report) if floors else []
    for problem in short:
        console.note(f"zingonia: {problem}")
    if short:
        raise typer.Exit(console.FAILED)


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="The folder for the model.")] = Path("data/model"),
    baseline: Annotated[bool, typer.Option("--baseline", help="The lexical baseline alone: seconds.")] = False,
) -> None:
    """Train the judge on models/data (extra `train`: torch); about twenty minutes on two cores."""
    from models import training
    from monitor.errors import ModelError

    if baseline:
        print(training.train_baseline(out / "baseline.npz"))
        return
    try:
        made = training.train(out)
    except ImportError as err:
        raise ModelError(f"{err.name} is missing. Install the extra: pip install 'zingonia-monitor[train]'.") from err
    print(f"{made.folder}: {made.version}, trained on {made.articles} articles, calibrated on {made.held}")


sources = typer.Typer(help="The feeds that are read.", no_args_is_help=True)
app.add_typer(sources, name="sources")


@sources.command("check")
def sources_check(territory: Territory = TERRITORY, as_json: Json = False) -> None:
    """Ask every feed once, live, and say which answers, with how many entries. Nothing is stored."""
    from flows.sources import check

    rows = list(check(territory, console.bar))
    rows_for_people(rows, "Sources", as_json)
    if not any(row["ok"] for row in rows):
        raise typer.Exit(console.FAILED)


def _chunks(lines: Iterable[tuple[int, dict[str, Any]]], size: int) -> Iterator[list[dict[str, Any]]]:
    from flows.analyse import batches

    return batches((row for _, row in lines), size)


@contextmanager
def _written(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when it is whole."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(output.name + ".part")
    with part.open("w", encoding="utf-8") as out:
        yield out
    part.replace(output)


def _fail_if_bad(lines: Lines) -> None:
    if lines.errors:
        console.note(f"zingonia: {len(lines.errors)} bad lines skipped, the rest is done.")
        raise typer.Exit(console.FAILED)
