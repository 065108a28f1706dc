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


LIMIT = 200_000
"""Characters read of one text, a book's worth: spaCy refuses a million, and one monster must not stop the queue."""

FRAGMENT = 3
"""Words up to which a "sentence" is none: an abbreviation's ("don L."), a subheading, a byline."""


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence in characters, blank ones left out.

    A fragment belongs to what stands before it on its line, and alone on a line is dropped; a quotation mark that
    opens belongs to the sentence that it opens.
    """
    found: list[tuple[int, int]] = []
    opening = None
    for s in _splitter()(text[:LIMIT]).sents:
        start, end = s.start_char if opening is None else opening, s.end_char
        said = text[start:end].rstrip()
        opening = start + len(said) - 1 if said.endswith("«") else None
        said = said.removesuffix("«").rstrip()
        if len(said.split()) > FRAGMENT:
            found.append((start, start + len(said)))
        elif found and said and "\n" not in text[found[-1][1] : start + len(said)]:
            found[-1] = (found[-1][0], start + len(said))
    return found


def split(text: str) -> list[str]:
    """The sentences, stripped."""
    return [text[start:end].strip() for start, end in spans(text)]
