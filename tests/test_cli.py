"""The command line: the forms that others script against."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli_files, console
from flows.cli import app, main
from tests.conftest import ROOT

assert cli_files  # registers its commands
TERRITORY = str(ROOT / "territories" / "zingonia")
ARTICLES = [
    {"id": "1", "title": "Verdello, furto in farmacia", "text": "Due uomini sono entrati di notte e hanno rubato il fondo cassa."},
    {"id": "2", "title": "Atalanta, rifinitura a Zingonia", "text": "La squadra si è allenata al Centro Bortolotti in vista del derby."},
]  # fmt: skip


def zingonia(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    """Exit status, output and messages of the console command, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "flows", *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(json.dumps(a) for a in ARTICLES), encoding="utf-8")
    return path


def test_help_names_every_command() -> None:
    """Whoever types --help learns what there is."""
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in (
        "run", "crawl", "analyse", "publish", "import", "extract", "classify", "stories", "indicator", "digest",
        "evaluate", "sources", "doctor", "browse",
    ):  # fmt: skip
        assert command in shown


def test_classify_gives_the_promised_keys(articles: Path) -> None:
    """One JSON line each, in order, with everything that the contract names."""
    status, out, _ = zingonia("classify", str(articles))
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [r["id"] for r in rows] == ["1", "2"]
    first = rows[0]
    assert set(first) == {
        "id", "relevance", "sentiment", "topics", "stigma", "probabilities", "uncertain", "evidence", "model",
    }  # fmt: skip
    assert set(first["probabilities"]["sentiment"]) == {"negative", "neutral", "positive"}
    assert set(first["probabilities"]["relevance"]) == {"territory", "football", "incidental", "unrelated"}
    assert isinstance(first["probabilities"]["stigma"], float)
    assert (first["relevance"], first["sentiment"]) == ("territory", "negative")
    assert (rows[1]["relevance"], rows[1]["sentiment"], rows[1]["topics"]) == ("football", None, [])


def test_a_bad_line_is_named_skipped_and_fails_the_status(articles: Path, tmp_path: Path) -> None:
    """The rest is done."""
    text = articles.read_text(encoding="utf-8").splitlines()
    out = tmp_path / "out.jsonl"
    status, _, said = zingonia(
        "classify", "-", "-o", str(out), stdin="\n".join([text[0], "{not json", '{"id": 3}', text[1]])
    )
    assert status == 1
    assert "-:2: not JSON" in said
    assert "-:3: 'title' is missing" in said
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["1", "2"]


def test_stories_joins_copies_and_keeps_the_order(tmp_path: Path) -> None:
    """id and story for each line, in the order of the file."""
    text = (
        "Un incendio ha distrutto nella notte un capannone di via Piave a Ciserano: tre squadre dei pompieri al lavoro."
    )
    rows = [
        {"id": "b", "title": "Rogo a Ciserano", "text": text, "published": "2026-03-02T08:00:00+01:00", "outlet": "x"},
        {"id": "c", "title": "Boltiere, al via il corso Its", "text": "Venti studenti al lavoro.", "published": "2026-03-02", "outlet": "x"},
        {"id": "a", "title": "Capannone in fiamme", "text": text, "published": "2026-03-02T07:00:00+01:00", "outlet": "y"},
    ]  # fmt: skip
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    status, out, _ = zingonia("stories", str(path))
    found = {r["id"]: r["story"] for r in map(json.loads, out.splitlines())}
    assert status == 0
    assert list(found) == ["b", "c", "a"]
    assert found["a"] == found["b"] != found["c"]


def test_spikes_judges_the_last_weeks_of_each_series(tmp_path: Path) -> None:
    """A quiet year, then a week of nine; a line that comes twice is told."""
    file = tmp_path / "counts.csv"
    weeks = [f"2025-W{n:02d},{n % 2}" for n in range(1, 53)] + ["2026-W01,9", "2026-W01,9"]
    file.write_text("week,count\n" + "\n".join(weeks) + "\n", encoding="utf-8")
    status, out, said = zingonia("spikes", str(file), "--last", "2")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert "comes twice" in said
    assert [(r["week"], r["alarm"]) for r in rows] == [("2025-W52", False), ("2026-W01", True)]
    assert set(rows[0]) == {"series", "week", "count", "expected", "bound", "probability", "alarm"}


def test_extract_prints_one_line_a_page(tmp_path: Path) -> None:
    """A good page, and one that is not there."""
    page = tmp_path / "p.html"
    body = "<p>" + "Il consiglio comunale di Verdello ha approvato il bilancio di previsione. " * 8 + "</p>"
    page.write_text(
        f'<html lang="it"><head><title>Bilancio approvato</title><meta property="article:published_time" '
        f'content="2026-02-17T08:40:00+01:00"></head><body><article><h1>Bilancio approvato</h1>{body}</article></body></html>',
        encoding="utf-8",
    )
    status, out, said = zingonia("extract", str(page), str(tmp_path / "none.html"), "--url", "https://x.it/a")
    [row] = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert "none.html" in said
    assert (row["title"], row["language"], row["access"]) == ("Bilancio approvato", "it", "full")
    assert row["published"].startswith("2026-02-17T07:40")
    assert set(row) == {"file", "title", "text", "author", "published", "date_source", "language", "access"}


def test_extract_needs_no_address(tmp_path: Path) -> None:
    """A page saved without saying where it came from."""
    page = tmp_path / "p.html"
    body = "<p>" + "La scuola di Boltiere riapre lunedì dopo i lavori. " * 9 + "</p>"
    page.write_text(f"<html><head><title>Riapre la scuola</title></head><body><article>{body}</article></body></html>")
    status, out, _ = zingonia("extract", str(page))
    assert (status, json.loads(out)["title"]) == (0, "Riapre la scuola")


def test_stories_of_a_headline_without_words() -> None:
    """Nothing to compare is no error."""
    status, out, _ = zingonia("stories", "-", stdin='{"id": "1", "title": "x"}')
    assert (status, json.loads(out)) == (0, {"id": "1", "story": "1"})


def test_imported_articles_enter_the_same_queue(tmp_path: Path) -> None:
    """CSV in, verdicts and points out; a bad date is told with its line."""
    file, db = tmp_path / "review.csv", str(tmp_path / "z.db")
    file.write_text(
        "url,title,text,published,outlet\n"
        'https://x.it/1,"Verdello, rapina in banca","Tre banditi armati a Verdello.",2026-11-10T09:00,Eco\n'
        "https://x.it/2,Senza data,Testo su Boltiere,ieri,Eco\n",
        encoding="utf-8",
    )
    common = ("--territory", TERRITORY, "--db", db, "--now", "2026-11-16T07:00")
    status, _, said = zingonia("import", str(file), *common)
    assert status == 1
    assert "review.csv:3: 'ieri' is no date" in said
    for stage in ("analyse", "publish"):
        assert zingonia(stage, "--plain", *common)[0] == 0
    status, out, _ = zingonia("indicator", "--json", "--territory", TERRITORY, "--db", db)
    assert status == 0
    assert [json.loads(line)["n_stories"] for line in out.splitlines()] == [1]
    status, out, _ = zingonia("digest", "--week", "2026-W46", "--out", str(tmp_path / "d"), *common)
    assert status == 0
    assert "rapina in banca" in Path(out.strip()).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("indicator", "--db", "nowhere.db"), "zingonia run"),
        (("digest", "--week", "W46", "--db", "x"), "write it like 2026-W46"),
        (("run", "--territory", "nowhere", "--plain", "--db", "data/none.db"), "cannot be read"),
        (("classify", "nowhere.jsonl"), "No such file"),
        (("classify", "x.jsonl", "--model", "nowhere"), "no such model"),
        (("run", "--now", "domani"), "is no hour"),
    ],
)
def test_a_mistake_is_one_line_and_a_status(arguments: tuple[str, ...], expected: str) -> None:
    """No traceback for what a user can mend."""
    status, _, said = zingonia(*arguments)
    assert status != 0
    assert "Traceback" not in said
    assert expected in " ".join(said.replace("│", " ").split())


def test_the_doctor_tells_what_is_wrong(tmp_path: Path) -> None:
    """A damaged database fails the visit; the rest is still examined."""
    bad = tmp_path / "bad.db"
    bad.write_text("this is no database at all, but a text that is long enough")
    status, out, _ = zingonia("doctor", "--json", "--territory", TERRITORY, "--db", str(bad))
    found = {r["what"]: r["ok"] for r in map(json.loads, out.splitlines())}
    assert status == 1
    assert found == {"territory": True, "model": True, "disk": True, "database": False}


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(KeyboardInterrupt(), 130, "go on"), (OSError(28, "No space left on device"), 1, "No space left")],
)
def test_an_interruption_says_that_nothing_is_lost(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C and a full disk end in a sentence."""

    def fail() -> None:
        raise error

    assert console.run(fail) == status
    assert said in capsys.readouterr().err


def test_the_console_command_exits_with_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry point that the package installs."""
    monkeypatch.setattr(sys, "argv", ["zingonia", "--help"])
    with pytest.raises(SystemExit) as done:
        main()
    assert done.value.code == 0
