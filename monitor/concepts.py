"""Words of five languages → what they mean, so that a piece from abroad can be laid beside the Italian ones.

A concept gathers the beginnings of words (`arrest`, `manett` → `=arrest`); a number is the same whether it is written
in digits, in letters or as an age (`#26`). What is in no list keeps its own stem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path

LANGUAGES = ("it", "en", "fr", "de", "es")
STEM = 6
"""Letters kept of a word: enough to fold Italian endings."""
_TOKEN = re.compile(r"\d+(?:[.,:h]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_CLOCK = re.compile(r"(\d{1,2})[.:h](\d{2})")
_UNITS = {
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve",
}
_TENS = {
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_SCALES = {
    "it": {"cento": 100, "mille": 1000, "mila": 1000}, "en": {"hundred": 100, "thousand": 1000},
    "fr": {"cent": 100, "cents": 100, "mille": 1000}, "de": {"hundert": 100, "tausend": 1000},
    "es": {"cien": 100, "ciento": 100, "mil": 1000},
}  # fmt: skip


def tokens(text: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """(word as written, its meaning, whether a sentence starts with it) of each word and number."""
    last, value = 0, None
    for match in _TOKEN.finditer(text):
        between, word = text[last : match.start()], match.group()
        last = match.end()
        number = _number(word.lower(), language)
        scale = _SCALES.get(language, {}).get(word.lower())
        if scale and value and value < scale and between.isspace():
            number = value * scale
        if number is not None:
            yield word, f"#{number:g}" if isinstance(number, float) else f"#{number}", False
        else:
            first = match.start() == 0 or any(c in ".!?…«:\n" for c in between)
            for part in word.split("-"):
                if len(part) > 2:
                    yield part, meaning(part.lower(), language), first
        value = number if isinstance(number, float) else None


def _number(word: str, language: str) -> float | str | None:
    """The value of a number in digits or letters; a time of day as "17:30"; None for any other word."""
    if not word[0].isdigit():
        found = _numerals(language).get(word)
        return None if found is None or found < 2 else float(found)
    if clock := _CLOCK.fullmatch(word):
        return f"{int(clock[1])}:{clock[2]}"
    if _THOUSANDS.fullmatch(word):
        return float(re.sub(r"[.,]", "", word))
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return word


@lru_cache(maxsize=100_000)
def meaning(word: str, language: str) -> str:
    """`=concept` of the longest beginning listed, else the stem."""
    known = _concepts(language)
    for end in range(len(word), 1, -1):
        found = known.get(word[:end]) if end < len(word) else known.get(word + ".") or known.get(word)
        if found:
            return found
    return word[:STEM]


@lru_cache
def _concepts(language: str) -> Mapping[str, str]:
    """Beginning of a word → concept, in one language; empty for a language that has no column."""
    if language not in LANGUAGES:
        return {}
    column, found = LANGUAGES.index(language), {}
    lines = Path(__file__).with_name("concepts.txt").read_text("utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            columns = line.split("|")
            name = "=" + columns[0].split()[0].strip(".")
            found.update(dict.fromkeys(columns[column].split(), name))
    return found


@lru_cache
def _numerals(language: str) -> Mapping[str, int]:
    """Words for numbers: all up to 99, and what a language writes as one word above that."""
    if language not in LANGUAGES:
        return {}
    units, tens = _UNITS[language].split(), _TENS[language].split()
    small = {word: value for value, word in enumerate(units)}
    small |= {ten: 10 * rank for rank, ten in enumerate(tens, 2)}
    for (rank, ten), (value, unit) in product(enumerate(tens, 2), enumerate(units)):
        if value and (value < 10 or language == "fr"):
            for word in _joined(ten, unit, language):
                small.setdefault(word, 10 * rank + value)
    big = {}
    if language in ("it", "de"):
        hundred, thousand = ("cento", "mila") if language == "it" else ("hundert", "tausend")
        hundreds = {hundred: 100} | {units[n] + hundred: 100 * n for n in range(2, 10)}
        big = hundreds | {h + w: n + v for (h, n), (w, v) in product(hundreds.items(), small.items()) if v}
        big |= {word + thousand: value * 1000 for word, value in (small | big).items() if value > 1}
    return small | big | _SCALES[language]


def _joined(ten: str, unit: str, language: str) -> tuple[str, ...]:
    """How a language writes a ten and a unit as one word."""
    if language == "it":
        stem = ten[:-1] if unit in ("uno", "otto") else ten
        return (stem + unit.replace("tre", "tré"), stem + unit)
    if language == "de":
        return (("ein" if unit == "eins" else unit) + "und" + ten,)
    if language == "es":
        return ("veinti" + unit,) if ten == "veinte" else ()
    return (f"{ten}-{unit}",)
