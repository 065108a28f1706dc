"""Which names of the territory, look-alikes and labels stand in an article, and in which sentences (spaCy)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from monitor import sentences
from monitor.config import Territory
from monitor.types import Mention, PlaceKind

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

VERSION = "1"
_SMART = str.maketrans({"’": "'", "‘": "'", "\u00a0": " "})


class Finder:
    """Finds the names of one territory; build once, it costs a few milliseconds a name."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._nlp = _pipeline(territory)
        self._lower_labels = {label.slug for label in territory.labels if label.lower}
        self._needs_context = {p.slug for p in territory.places if p.needs_context}

    def find(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[Mention, ...]]:
        """For each (title, text), its mentions in order of appearance."""
        joined = (f"{title}\n{text}"[: sentences.LIMIT].translate(_SMART) for title, text in texts)
        for doc in self._nlp.pipe(joined, batch_size=64):
            yield self._in_context(tuple(self._read(doc)))

    def _read(self, doc: Doc) -> Iterator[Mention]:
        starts = [s.start for s in doc.sents]
        title_end = doc.text.find("\n")
        for ent in doc.ents:
            kind, _, slug = ent.ent_id_.partition(":")
            if not self._capital_enough(ent.text, kind, slug):
                continue
            in_title = ent.start_char < title_end
            sentence = 0 if in_title else max(1, sum(1 for s in starts if s <= ent.start) - 1)
            yield Mention(slug, _KINDS[kind], ent.text, sentence, ent.start_char, ent.end_char)

    def _capital_enough(self, text: str, kind: str, slug: str) -> bool:
        """ "verdello" is a lemon and "ghetto" a word: only what is declared so may start small."""
        if kind == "lookalike" or (kind == "label" and slug in self._lower_labels):
            return True
        return any(word[:1].isupper() for word in re.split(r"[\s']", text))

    def _in_context(self, found: tuple[Mention, ...]) -> tuple[Mention, ...]:
        """Drop names that are common elsewhere, and labels, where nothing else names the territory."""
        sure = any(m.kind in ("commune", "place") and m.name not in self._needs_context for m in found)
        if sure:
            return found
        return tuple(m for m in found if m.kind == "lookalike")


_KINDS: dict[str, PlaceKind] = {"commune": "commune", "place": "place", "lookalike": "lookalike", "label": "label"}


@functools.lru_cache(maxsize=4)
def _pipeline(territory: Territory) -> Language:
    """Blank Italian: tokenizer, sentencizer, and an EntityRuler over every declared name."""
    import spacy

    nlp = spacy.blank("it")
    nlp.add_pipe("sentencizer", config={"punct_chars": list(sentences.END)})
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(list(_patterns(territory)))  # type: ignore[attr-defined]  # spaCy types pipes as callables
    return nlp


def _patterns(territory: Territory) -> Iterator[dict[str, str]]:
    for commune in territory.communes:
        yield {"label": "COMMUNE", "pattern": commune.name, "id": f"commune:{commune.slug}"}
    for place in territory.places:
        yield from ({"label": "PLACE", "pattern": n, "id": f"place:{place.slug}"} for n in place.names)
    for other in territory.lookalikes:
        yield from ({"label": "LOOKALIKE", "pattern": n, "id": f"lookalike:{other.slug}"} for n in other.names)
    for label in territory.labels:
        yield from ({"label": "LABEL", "pattern": n, "id": f"label:{label.slug}"} for n in label.names)


def names_territory(found: Iterable[Mention]) -> bool:
    """Whether the article names the territory or a look-alike, and so must be judged by the model."""
    return any(m.kind in ("commune", "place", "lookalike") for m in found)


def communes_of(territory: Territory, names: Iterable[str]) -> frozenset[str]:
    """Slugs of the communes that a set of names stands for, those of its places included."""
    wanted = set(names)
    direct = {c.slug for c in territory.communes if c.slug in wanted}
    return frozenset(direct | {p.commune for p in territory.places if p.commune and p.slug in wanted})
