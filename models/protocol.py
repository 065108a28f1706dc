"""What a classifier is: a batch of (title, text) in, one `Verdict` each out, in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from monitor.types import Verdict


class Classifier(Protocol):
    """Judges articles by the codebook's four questions."""

    @property
    def version(self) -> str:
        """Name and version, stored with each verdict; another version judges every article anew."""
        ...

    def classify(self, articles: Sequence[tuple[str, str]]) -> Iterator[Verdict]:
        """One verdict for each (title, text), in order. Memory does not grow with the number of articles."""
        ...
