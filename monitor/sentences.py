"""Text → sentences, with spaCy's rules and no statistical model."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

END = (".", "!", "?", "…", "\n")
"""What ends a sentence; a line break does too, since extracted text has one a paragraph."""


@functools.cache
def _splitter() -> Language:
    import spacy

    nlp = spacy.blank("it")
    nlp.add_pipe("sentencizer", config={"punct_chars": list(END)})
    return nlp


FRAGMENT = 3
"""Words up to which a "sentence" is an abbreviation's ("don L.", "«") and belongs to the one before."""


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence in characters, blank ones left out, fragments joined to what stands before."""
    found: list[tuple[int, int]] = []
    for s in _splitter()(text).sents:
        if not s.text.strip():
            continue
        if found and len(s.text.split()) <= FRAGMENT:
            found[-1] = (found[-1][0], s.end_char)
        else:
            found.append((s.start_char, s.end_char))
    return found


def split(text: str) -> list[str]:
    """The sentences, stripped."""
    return [text[start:end].strip() for start, end in spans(text)]
