"""Names: the place, what looks like it, and labels, each in its sentence."""

from __future__ import annotations

import pytest

from monitor.config import Territory
from monitor.mentions import Finder, communes_of, names_territory
from monitor.types import Mention


@pytest.fixture(scope="module")
def finder(territory: Territory) -> Finder:
    """One pipeline for all: it takes a moment to build."""
    return Finder(territory)


def find(finder: Finder, title: str, text: str = "") -> tuple[Mention, ...]:
    [found] = finder.find([(title, text)])
    return found


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Rissa a Zingonia", "zingonia", "place"),
        ("RISSA A ZINGONIA", "zingonia", "place"),
        ("Osio Sotto, riapre la scuola", "osio-sotto", "commune"),
        ("L’assessore di Ciserano", "ciserano", "commune"),
        ("Allenamento al Centro Bortolotti", "training-ground", "lookalike"),
        ("Portato al Policlinico San Marco", "hospital", "lookalike"),
        ("«Qui è una nuova Zingonia»", "by-word", "lookalike"),
        ("Festa nel quartiere Zingone", "zingone-trezzano", "lookalike"),
    ],
)
def test_a_name_is_found_as_what_it_is(finder: Finder, text: str, name: str, kind: str) -> None:
    """Capitals and apostrophes do not matter; a look-alike wins over the name inside it."""
    assert [(m.name, m.kind) for m in find(finder, text)] == [(name, kind)]


@pytest.mark.parametrize(
    "text", ["Un cesto di verdello e limoni", "Furto in piazza Affari a Milano", "Il ghetto di Roma"]
)
def test_what_is_not_the_place_is_not_found(finder: Finder, text: str) -> None:
    """A lemon, Milan's stock exchange, another town's ghetto."""
    assert find(finder, text) == ()


def test_an_ambiguous_name_counts_beside_a_sure_one(finder: Finder) -> None:
    """Piazza Affari is Verdellino's once the article names Verdellino."""
    names = {m.name for m in find(finder, "Verdellino, blitz in piazza Affari", "È un Bronx.")}
    assert names == {"verdellino", "piazza-affari", "bronx"}


def test_mentions_know_their_sentence_and_place(finder: Finder) -> None:
    """0 is the title; characters count from its start."""
    title, text = "Cronaca", "Una frase. Poi Boltiere. Infine Verdello."
    found = find(finder, title, text)
    assert [(m.text, m.sentence) for m in found] == [("Boltiere", 2), ("Verdello", 3)]
    assert [f"{title}\n{text}"[m.start : m.end] for m in found] == ["Boltiere", "Verdello"]


def test_a_label_alone_does_not_name_the_territory(finder: Finder) -> None:
    """Else every Bronx of the world would be judged."""
    assert not names_territory(find(finder, "Il Bronx di New York"))
    assert names_territory(find(finder, "Allenamento al Centro Bortolotti"))


def test_communes_include_those_of_the_places(territory: Territory) -> None:
    """The towers stand in Ciserano even where the text does not say so."""
    assert communes_of(territory, ["torri", "verdello", "bronx"]) == {"ciserano", "verdello"}
