"""How the command line speaks: progress bars and notes on standard error, results on standard output."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from monitor.errors import MonitorError

T = TypeVar("T")

FAILED = 1
INTERRUPTED = 130


def bar(items: Sequence[T], what: str) -> Iterable[T]:
    """A progress bar where there is a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if not console.is_terminal:
        return items
    return track(items, description=what, console=console, transient=True)


def note(text: str) -> None:
    """A line for whoever is watching."""
    print(text, file=sys.stderr)


def emit(value: object) -> None:
    """One JSON value on one line of standard output."""
    print(json.dumps(value, ensure_ascii=False))


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table for people."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        print(f"{title}: nothing.")
        return
    made = Table(title=title, title_justify="left")
    for column in rows[0]:
        made.add_column(column, justify="right" if isinstance(rows[0][column], int | float) else "left")
    for row in rows:
        made.add_row(*("" if v is None else str(v) for v in row.values()))
    Console().print(made)


def run(app: Callable[[], object]) -> int:
    """Run the command line; expected failures become one line and a status, never a traceback."""
    try:
        app()
    except MonitorError as err:
        note(f"zingonia: {err}")
        return FAILED
    except sqlite3.OperationalError as err:
        note(f"zingonia: the database: {err}. {_remedy(str(err))} What was stored before is kept.")
        return FAILED
    except BrokenPipeError:  # `zingonia classify … | head`
        sys.stderr.close()
        return FAILED
    except OSError as err:
        note(f"zingonia: {err.filename or 'the system'}: {err.strerror or err}. What was stored before is kept.")
        return FAILED
    except KeyboardInterrupt:
        note("zingonia: stopped. What was stored before is kept; run the same command to go on.")
        return INTERRUPTED
    return 0


def _remedy(problem: str) -> str:
    if "full" in problem:
        return "Free some space and run the same command again."
    if "locked" in problem:
        return "Another zingonia is writing; wait for it to end."
    if "readonly" in problem or "read-only" in problem:
        return "Make the file and its folder writable."
    return "See `zingonia doctor`."
