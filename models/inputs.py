"""An article → what the encoder reads: the title apart, then the text; a long text by its lead and its mentions."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor import sentences

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

LENGTH = 256
"""Tokens the encoder reads at most; 9 in 10 articles of the training data are shorter."""
TITLE = 48
"""Tokens of it that a title may take."""
CHARS = 6
"""Characters a token takes at most, on the average: a text is cut to what could fit before it is tokenized."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names by which the territory is meant."""

    communes: tuple[str, ...]  # each reads as `canonical`: no commune is judged by its name
    others: tuple[str, ...]
    canonical: str = "Ciserano"

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Names:
        """Names from JSON."""
        return cls(tuple(raw["communes"]), tuple(raw["others"]), str(raw["canonical"]))

    def same(self, text: str) -> str:
        """The text with one name for every commune."""
        return _pattern(self.communes).sub(self.canonical, text) if self.communes else text

    def named_in(self, text: str) -> bool:
        """Whether a piece of text names the territory."""
        return bool(_pattern(self.communes + self.others).search(text))

    def find(self, text: str) -> list[re.Match[str]]:
        """Every place where a piece of text names the territory."""
        return list(_pattern(self.communes + self.others).finditer(text))


@functools.lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names as whole words, the longest first."""
    ordered = sorted(names, key=lambda n: (-len(n), n))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b")


@dataclass(frozen=True, slots=True)
class Read:
    """One article as the encoder reads it."""

    ids: NDArray[np.int64]
    title: slice  # tokens of the title
    parts: tuple[tuple[str, slice], ...]  # each sentence that was read, as written, and its tokens


def read(tokenizer: Tokenizer, names: Names, articles: Sequence[tuple[str, str]], length: int = LENGTH) -> list[Read]:
    """What is read of each article."""
    return [_read(tokenizer, names, title, text, length) for title, text in articles]


def _read(tokenizer: Tokenizer, names: Names, title: str, text: str, length: int) -> Read:
    head = _ids(tokenizer, names, [title])[0][: min(TITLE, length // 2)]
    whole = sentences.split(_bounded(text, names, length))
    tokens = _ids(tokenizer, names, whole)
    room = length - len(head) - 4  # <s> title </s></s> text </s>
    ids, parts = [0, *head, 2, 2], []
    for i in _chosen(whole, tokens, names, room):
        piece = tokens[i][: length - 1 - len(ids)]
        if piece:
            parts.append((whole[i], slice(len(ids), len(ids) + len(piece))))
            ids.extend(piece)
    return Read(np.array([*ids, 2], dtype=np.int64), slice(1, 1 + len(head)), tuple(parts))


def _bounded(text: str, names: Names, length: int) -> str:
    """The text itself, or of a very long one the beginning and the paragraphs that name the territory."""
    limit = 8 * length * CHARS
    if len(text) <= limit:
        return text
    paragraphs = [p[: length * CHARS] for p in text[limit : 20 * limit].split("\n") if names.named_in(p)]
    return "\n".join([text[:limit], *paragraphs])[: 2 * limit]


def _ids(tokenizer: Tokenizer, names: Names, texts: Sequence[str]) -> list[list[int]]:
    coded: list[Encoding] = tokenizer.encode_batch([names.same(t) for t in texts], add_special_tokens=False)
    return [c.ids for c in coded]


def _chosen(whole: Sequence[str], tokens: Sequence[Sequence[int]], names: Names, room: int) -> list[int]:
    """Sentences that fit: all, or the lead (half the room), those that name the territory, then the next ones."""
    sizes = [len(t) for t in tokens]
    if sum(sizes) <= room:
        return list(range(len(whole)))
    lead = [i for i in range(len(whole)) if sum(sizes[: i + 1]) <= room // 2] or [0]
    naming = [i for i, s in enumerate(whole) if names.named_in(s)]
    around = [j for i in naming for j in (i, i + 1, i - 1) if 0 <= j < len(whole)]
    taken: dict[int, None] = {}
    used = 0
    for i in [*lead, *around, *range(len(whole))]:
        if i not in taken and (used + sizes[i] <= room or not taken):
            taken[i] = None
            used += sizes[i]
    return sorted(taken)


def names_of(folder: Path) -> Names:
    """The names of a territory's folder."""
    from monitor import config

    territory = config.load(folder)
    others = [n for p in territory.places for n in p.names] + [n for p in territory.lookalikes for n in p.names]
    return Names(tuple(c.name for c in territory.communes), tuple(dict.fromkeys(others)))
