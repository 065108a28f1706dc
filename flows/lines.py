"""Rows of a JSONL or CSV file, or of standard input; a bad line is reported with its number and skipped."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from monitor.errors import InputError

STDIN = Path("-")


@dataclass(slots=True)
class Lines:
    """The good rows, one by one; the bad ones are kept in `errors` as they are met."""

    path: Path
    required: Sequence[str]
    errors: list[InputError] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line number, row) of each good line. Raises InputError if the file cannot be read at all."""
        if self.path == STDIN:
            yield from self._rows(sys.stdin)
            return
        try:
            with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                yield from self._rows(file)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as err:
            raise InputError(str(self.path), 0, str(err.strerror), "Give a JSONL or CSV file, or -.") from err

    def _rows(self, file: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
        first = next(file, "")
        lines = itertools.chain([first], file)
        is_csv = self.path.suffix.lower() == ".csv" or (self.path == STDIN and not first.lstrip().startswith("{"))
        rows = self._csv(lines) if is_csv else self._jsonl(lines)
        for number, row in rows:
            missing = [c for c in self.required if not isinstance(row.get(c), str | int | float)]
            if missing:
                self.bad(number, f"{missing[0]!r} is missing", f"Each line needs {', '.join(self.required)}.")
            else:
                yield number, row

    def _jsonl(self, file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as err:
                self.bad(number, f"not JSON ({err})", "Write one JSON object a line.")
                continue
            if isinstance(row, dict):
                yield number, row
            else:
                self.bad(number, f"a JSON {type(row).__name__}, not an object", "Write one JSON object a line.")

    def _csv(self, file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        reader = csv.DictReader(file)
        for row in reader:
            if None in row or None in row.values():
                self.bad(reader.line_num, "has not as many cells as the header", "Quote cells that hold a comma.")
                continue
            yield reader.line_num, {k: v for k, v in row.items() if v != ""}

    def bad(self, number: int, problem: str, remedy: str) -> None:
        """Keep a bad line's number and say it."""
        error = InputError(str(self.path), number, problem, remedy)
        self.errors.append(error)
        print(f"zingonia: {error}", file=sys.stderr)
