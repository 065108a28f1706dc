"""A territory's files: the bundled one loads, and a mistake is told with file, line, key and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError

ZINGONIA = Path(__file__).parent.parent / "territories" / "zingonia"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled territory, to spoil."""
    return Path(shutil.copytree(ZINGONIA, tmp_path / "zingonia"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_bundled_territory_has_its_communes_and_twenty_sources() -> None:
    """Five communes, four work tables, sources of the three publics, and a mark on each address."""
    found = load(ZINGONIA)
    assert [c.slug for c in found.communes] == ["boltiere", "ciserano", "osio-sotto", "verdellino", "verdello"]
    assert len(found.work_tables) == 4
    assert len({f.outlet for f in found.feeds}) >= 20
    assert {o.public for o in found.outlets} == {"local", "national", "foreign"}
    assert {f.confirmed for f in found.feeds} == {True, False}
    assert any(f.kind == "search" for f in found.feeds)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("territory.toml", 'name = "Ciserano"', 'nome = "Ciserano"', "communes.1.nome: unknown key"),
        ("territory.toml", 'name = "Ciserano"', "", "communes.1.name: is missing"),
        ("territory.toml", 'commune = "ciserano"', 'commune = "bergamo"', "no commune 'bergamo'"),
        ("territory.toml", 'topics = ["politics"', 'topics = ["gossip"', "unknown topics ['gossip']"),
        ("territory.toml", 'timezone = "Europe/Rome"', 'timezone = "Rome"', "unknown zone 'Rome'"),
        ("territory.toml", 'kind = "hospital"', 'kind = "ospedale"', "lookalikes.1.kind"),
        ("sources.toml", 'public = "local"', 'public = "locale"', "found 'locale'"),
        ("sources.toml", "reach = ", "reach = -", "Give a number above 0"),
        ("sources.toml", 'url = "http', 'url = "ftp', "not a web address"),
        ("sources.toml", "[[feeds]]", "[[feeds]\n", "(syntax)"),
    ],
)  # fmt: skip
def test_a_bad_file_names_file_key_and_remedy(folder: Path, file: str, old: str, new: str, expected: str) -> None:
    """Whoever edits the file must not have to read our code."""
    spoil(folder, file, old, new)
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert expected in str(caught.value)
    assert file in str(caught.value)
    assert caught.value.remedy


def test_the_line_of_a_mistake_is_told(folder: Path) -> None:
    """The second commune's name is the one that is wrong, not the first."""
    spoil(folder, "territory.toml", 'name = "Ciserano"', "name = 12")
    lines = (folder / "territory.toml").read_text(encoding="utf-8").splitlines()
    with pytest.raises(ConfigError, match=rf"territory\.toml:{lines.index('name = 12') + 1}: communes\.1\.name"):
        load(folder)


def test_a_slug_that_stands_twice_is_refused(folder: Path) -> None:
    """Two feeds of one slug would share their state."""
    spoil(folder, "territory.toml", 'slug = "ciserano"', 'slug = "boltiere"')
    with pytest.raises(ConfigError, match=r"stands twice|no commune"):
        load(folder)


def test_a_missing_folder_is_told() -> None:
    """No traceback for a mistyped path."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("nowhere"))
