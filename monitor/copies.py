"""Copies and near copies, by MinHash (Broder 1997) over shingles of words, in numpy.

Signatures find the pairs that are worth a look without comparing all with all; the share of shingles decides.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SHINGLE = 4
"""Words to a shingle."""
BANDS, ROWS = 32, 2
"""A pair with a third of its shingles in common shares a band with probability 1 - (1 - 1/9)^32 = 98 %."""
LEAST = 12
"""Shingles below which a text is a headline, and proves nothing."""
COPIED = 0.5
"""Share of the shorter text found in the longer above which it is a copy, cut or reworked at its ends."""
_WORD = re.compile(r"\w+")
_PRIME = np.uint64((1 << 61) - 1)
_MASK = np.uint64((1 << 32) - 1)


def near_copies(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """(row, row, share of the shorter text found in the longer) of each pair of copies, in order of rows."""
    shingled = [shingles(text) for text in texts]
    for one, two in sorted(_candidates([signature(s) if len(s) >= LEAST else None for s in shingled])):
        share = np.intersect1d(shingled[one], shingled[two]).size / min(len(shingled[one]), len(shingled[two]))
        if share >= COPIED:
            yield one, two, float(share)


def shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of each run of words, sorted, once each."""
    words = _WORD.findall(text.lower())
    runs = {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    return np.unique(np.fromiter((zlib.crc32(run.encode()) for run in runs), np.uint64, len(runs)))


def signature(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The least of each of BANDS x ROWS permutations of the hashes."""
    rng = np.random.default_rng(1)  # fixed: signatures of two runs must agree
    factors, shifts = rng.integers(1, 1 << 29, (2, BANDS * ROWS, 1), dtype=np.uint64)
    permuted: NDArray[np.uint64] = ((factors * hashes[None, :] + shifts) % _PRIME) & _MASK
    least: NDArray[np.uint64] = permuted.min(axis=1)
    return least


def _candidates(signatures: Sequence[NDArray[np.uint64] | None]) -> set[tuple[int, int]]:
    """Pairs of rows that agree on a whole band; of many alike, each is paired with the first and the one before."""
    pairs: set[tuple[int, int]] = set()
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = {}
        for row, signed in enumerate(signatures):
            if signed is not None:
                buckets.setdefault(signed[band * ROWS : (band + 1) * ROWS].tobytes(), []).append(row)
        for rows in buckets.values():
            pairs.update((rows[0], row) for row in rows[1:])
            pairs.update(pairwise(rows))
    return pairs
