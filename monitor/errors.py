"""The errors of the house, one tree.

MonitorError
├── ConfigError        a territory or settings file is wrong: names file, key and remedy
├── InputError         a line of an input file is wrong: names file, line and remedy
├── StoreError         the database cannot be used as it is
├── ModelError         a model directory is missing, damaged or of another kind
└── FetchError         raised only inside `monitor.fetch`, turned there into `FetchFailure`
    ├── Transient      may work later: time-outs, 429, 5xx. Only these are retried
    └── Permanent      will not: 404, 410, refused by robots.txt, too large
"""

from __future__ import annotations


class MonitorError(Exception):
    """Whatever a user can act upon; the command line prints it without a traceback."""


class ConfigError(MonitorError):
    """A configuration file with a mistake in it."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy
        super().__init__(f"{file}: {key}: {problem}. {remedy}")


class InputError(MonitorError):
    """A line of an input file that cannot be read."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy
        super().__init__(f"{file}:{line}: {problem}. {remedy}")


class StoreError(MonitorError):
    """A database that is missing, newer than this program, or locked by another."""


class ModelError(MonitorError):
    """A model that cannot be loaded."""


class FetchError(MonitorError):
    """A request that brought no page; `kind` is the word stored with the failure."""

    def __init__(self, kind: str, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        self.kind, self.reason, self.status, self.retry_after = kind, reason, status, retry_after
        super().__init__(f"{kind}: {reason}")


class Transient(FetchError):
    """May work later."""


class Permanent(FetchError):
    """Will not work later."""
