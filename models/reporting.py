"""A report of `models.evaluate` → lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor.types import RELEVANCES, SENTIMENTS


def lines(report: dict[str, Any], errors: int = 20) -> Iterator[str]:
    """The report as it is printed."""
    yield f"{report['model']} on {report['articles']} articles; beside it the baseline"
    for question, value in report["scores"].items():
        low, high = report["intervals"][question]
        beside = report.get("baseline", {}).get(question)
        yield f"  {question:<10} F1 {value:.3f}  [{low:.3f}, {high:.3f}]" + (f"  {beside:.3f}" if beside else "")
    faults = ", ".join(f"{q} {v:.3f}" for q, v in report["calibration_error"].items())
    yield f"  calibration error: {faults}; {report['uncertain']:.0%} marked uncertain"
    yield f"  football judged territory: {report['football_as_territory']}"
    yield from _table("relevance", RELEVANCES, report["confusion"]["relevance"])
    yield from _table("sentiment", SENTIMENTS, report["confusion"]["sentiment"])
    yield "topics: " + ", ".join(f"{t} {v:.2f}" for t, v in sorted(report["topics"].items(), key=lambda kv: -kv[1]))
    for cut in ("by_language", "by_length"):
        for group, values in report[cut].items():
            told = ", ".join(f"{q} {v:.2f}" for q, v in values.items() if q != "articles")
            yield f"{cut[3:]} {group} ({values['articles']}): {told}"
    for wrong in report["errors"][:errors]:
        yield f"  {wrong['sure']} {wrong['model']} for {wrong['coders']}: {wrong['title'][:90]} ({wrong['id']})"


def _table(name: str, classes: tuple[str, ...], rows: list[list[int]]) -> Iterator[str]:
    yield f"{name} (rows: the coders; columns: the model: {', '.join(classes)})"
    for label, row in zip(classes, rows, strict=True):
        yield f"  {label:<10} " + " ".join(f"{n:>4}" for n in row)
