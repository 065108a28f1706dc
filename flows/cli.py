"""The command line. Each command reads its arguments, calls a stage, and prints; heavy imports wait until then."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import console

app = typer.Typer(
    name="zingonia",
    help="Reputation media monitoring for a territory: from news feeds to an indicator with its uncertainty.\n\n"
    "Start with `zingonia run --sample`: the bundled press, no internet, about a minute. Then `zingonia browse`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Territory = Annotated[Path, typer.Option(help="The territory's folder (territory.toml, sources.toml).")]
Database = Annotated[Path, typer.Option("--db", help="The SQLite file; digests go beside it.")]
Now = Annotated[str | None, typer.Option(help="Pretend that it is this hour, e.g. 2026-11-16T07:00.")]
Plain = Annotated[bool, typer.Option("--plain", help="Without Prefect: no record of the run in its interface.")]
Json = Annotated[bool, typer.Option("--json", help="JSON lines, for a machine.")]
Model = Annotated[str | None, typer.Option(help="A model directory or name; the bundled one if left out.")]
Sample = Annotated[bool, typer.Option("--sample", help="On the bundled press, replayed week by week; no internet.")]

TERRITORY = Path("territories/zingonia")
DATABASE = Path("data/zingonia.db")
SAMPLE_DATABASE = Path("data/sample.db")


def main() -> None:
    """The console command."""
    from flows import cli_files  # noqa: F401  # registers its commands

    sys.exit(console.run(lambda: app(standalone_mode=True)))


def moment(text: str | None) -> datetime | None:
    """An ISO hour; without a zone it is Rome's. Raises typer.BadParameter."""
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as err:
        raise typer.BadParameter(f"{text!r} is no hour; write it like 2026-11-16T07:00") from err
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo("Europe/Rome"))
    return aware.astimezone(UTC)


@app.command()
def run(
    territory: Territory = TERRITORY, db: Database = DATABASE, now: Now = None, plain: Plain = False,
    model: Model = None, sample: Sample = False,
) -> None:  # fmt: skip
    """The main job: crawl, analyse, publish."""
    _stages(("crawl", "analyse", "publish"), territory, db, now, plain, model, sample)


@app.command()
def crawl(
    territory: Territory = TERRITORY, db: Database = DATABASE, now: Now = None, plain: Plain = False
) -> None:  # fmt: skip
    """Ask the feeds that are due, then the pages that are missing."""
    _stages(("crawl",), territory, db, now, plain, None, False)


@app.command()
def analyse(
    territory: Territory = TERRITORY, db: Database = DATABASE, now: Now = None, plain: Plain = False,
    model: Model = None,
) -> None:  # fmt: skip
    """Read what was crawled: articles, names, verdicts, stories."""
    _stages(("analyse",), territory, db, now, plain, model, False)


@app.command()
def publish(
    territory: Territory = TERRITORY, db: Database = DATABASE, now: Now = None, plain: Plain = False,
    model: Model = None,
) -> None:  # fmt: skip
    """Draw the indicator, and write the digest of the last complete week."""
    _stages(("publish",), territory, db, now, plain, model, False)


def _stages(
    names: tuple[str, ...], territory: Path, db: Path, now: str | None, plain: bool, model: str | None, sample: bool
) -> None:
    """Run stages, with Prefect or without, on the network or on the bundled press; then say what was made."""
    from flows import pipeline

    if sample and db == DATABASE:
        db = SAMPLE_DATABASE
    request = pipeline.Request(names, territory, db, moment(now), model, sample)
    counts = pipeline.run_plain(request, console.bar) if plain else pipeline.run_prefect(request, console.bar)
    _say(counts, db, sample)


def _say(counts: dict[str, int], db: Path, sample: bool) -> None:
    for name, value in counts.items():
        if value:
            console.note(f"{name.replace('_', ' '):>16} {value}")
    digests = sorted((db.parent / "digests").glob("*/digest.html"))
    print(f"database  {db}")
    if digests:
        print(f"digest    {digests[-1]}")
    print(f"browse    zingonia browse --db {db}" if sample else f"browse    zingonia browse{_unless_default(db)}")


def _unless_default(db: Path) -> str:
    return "" if db == DATABASE else f" --db {db}"


@app.command()
def indicator(
    territory: Territory = TERRITORY, db: Database = DATABASE, as_json: Json = False,
    series: Annotated[str, typer.Option(help="icr, volume, stigma, event, positive, net, tone …")] = "icr",
    cut: Annotated[str, typer.Option(help="all, public:national, commune:verdello, topic:crime …")] = "all",
    last: Annotated[int, typer.Option(help="Only the last N weeks; 0 for all.")] = 0,
    model: Model = None,
) -> None:  # fmt: skip
    """The indicator week by week, with its 90 % interval, stories, articles and coverage health."""
    from dataclasses import asdict

    from db import reported
    from flows.job import opened
    from models.loading import version_of
    from monitor.indicator import METHOD

    with opened(territory, existing(db)) as job:
        points = reported.points(job.db, version_of(model), METHOD, series, cut, until="9999-W53")[-last:]
    if not points:
        raise nothing(f"{db}: no points of series {series!r}, cut {cut!r}", "Run `zingonia run` first.")
    if as_json:
        for point in points:
            console.emit(asdict(point))
        return
    shown = [
        {
            "week": p.week, series: f"{p.value:.1f}", "90 %": f"{p.low:.1f} – {p.high:.1f}", "stories": p.n_stories,
            "articles": p.n_articles, "health": f"{p.health:.0%}", "note": "" if p.enough else "too few to say",
        }
        for p in points
    ]  # fmt: skip
    console.table(f"{series}, {cut}", shown)


@app.command()
def digest(
    territory: Territory = TERRITORY, db: Database = DATABASE,
    week: Annotated[str | None, typer.Option(help="Such as 2026-W46; the last complete week if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for digest.html, .md and .json.")] = None,
    now: Now = None, model: Model = None,
) -> None:  # fmt: skip
    """Write the digest of a week, for the communication table."""
    from flows import publish as stage
    from flows.job import opened
    from monitor.weeks import last_complete, monday

    try:
        monday(week or "2026-W01")
    except ValueError as err:
        raise typer.BadParameter(str(err), param_hint="--week") from err
    with opened(territory, existing(db), now=moment(now), model=model) as job:
        made = stage.digest_of(job, week or last_complete(job.now, job.territory.zone))
        print(stage.write_files(job, made, out or job.out / "digests"))


@app.command()
def browse(
    db: Database = DATABASE, port: Annotated[int, typer.Option(help="On this machine alone (loopback).")] = 8001
) -> None:
    """Open the coverage in Datasette, in the browser's hands, until Ctrl-C."""
    from flows.browse import serve

    serve(existing(db), port)


@app.command()
def doctor(territory: Territory = TERRITORY, db: Database = DATABASE, as_json: Json = False) -> None:
    """Check the installation, the territory's files, the model and the database; say what to do."""
    from flows.doctor import check

    found = check(territory, db)
    for result in found:
        if as_json:
            console.emit(result)
        else:
            print(f"{'ok  ' if result['ok'] else 'FAIL'} {result['what']}: {result['says']}")
    if not all(r["ok"] for r in found):
        raise typer.Exit(console.FAILED)


def existing(db: Path) -> Path:
    """The path, if there is a database there. Raises StoreError."""
    if not db.exists():
        raise nothing(f"{db}: no database", "Make it with `zingonia run`, or name it with --db.")
    return db


def nothing(problem: str, remedy: str) -> Exception:
    """An error about data that are not there yet."""
    from monitor.errors import StoreError

    return StoreError(f"{problem}. {remedy}")


def rows_for_people(rows: list[dict[str, Any]], title: str, as_json: bool) -> None:
    """A table, or JSON lines."""
    if as_json:
        for row in rows:
            console.emit(row)
    else:
        console.table(title, rows)
