"""A territory's folder of TOML → one frozen `Territory`. A mistake names file, key, line and remedy."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, TypeAdapter, ValidationError

from monitor.errors import ConfigError
from monitor.types import TOPICS, Feed, FeedKind, Outlet, Public

_STRICT = ConfigDict(extra="forbid")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Commune:
    """A municipality of the territory."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    name: str
    istat: str = ""  # the national statistics office's code, to join official figures


@dataclass(frozen=True, slots=True)
class Place:
    """A street, square, tower or institution by whose name the territory is meant."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    names: tuple[str, ...]
    commune: str | None = None
    needs_context: bool = False  # common elsewhere: counts only beside another name of the territory


@dataclass(frozen=True, slots=True)
class Lookalike:
    """The same letters, another thing."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    kind: Literal["football", "hospital", "namesake", "by-word"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A bad name given to the place."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    names: tuple[str, ...]
    lower: bool = False  # also matched without a capital


@dataclass(frozen=True, slots=True)
class WorkTable:
    """A table of the plan, and the topics that it answers for."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    name: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _TerritoryFile:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    name: str
    communes: tuple[Commune, ...]
    places: tuple[Place, ...]
    lookalikes: tuple[Lookalike, ...] = ()
    labels: tuple[Label, ...] = ()
    work_tables: tuple[WorkTable, ...] = ()
    province: str = ""
    timezone: str = "Europe/Rome"


@dataclass(frozen=True, slots=True)
class _OutletRow:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    name: str
    public: Public
    reach: float
    host: str = ""


@dataclass(frozen=True, slots=True)
class _FeedRow:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    slug: str
    outlet: str
    url: str
    kind: FeedKind = "feed"
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Crawl:
    """How politely and how patiently."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    every_minutes: int = 60
    delay_s: float = 2.0
    timeout_s: float = 20.0
    max_bytes: int = 5_000_000
    attempts: int = 3
    retry_wait_s: float = 2.0


@dataclass(frozen=True, slots=True)
class _SourcesFile:
    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    outlets: tuple[_OutletRow, ...]
    feeds: tuple[_FeedRow, ...]
    crawl: Crawl = field(default_factory=Crawl)


@dataclass(frozen=True, slots=True)
class Territory:
    """What is watched, and where it is read."""

    slug: str
    name: str
    province: str
    zone: ZoneInfo
    communes: tuple[Commune, ...]
    places: tuple[Place, ...]
    lookalikes: tuple[Lookalike, ...]
    labels: tuple[Label, ...]
    work_tables: tuple[WorkTable, ...]
    outlets: tuple[Outlet, ...]
    feeds: tuple[Feed, ...]
    crawl: Crawl

    def outlet(self, slug: str) -> Outlet:
        """The outlet of that slug; one that is unknown reads as local, reach 1."""
        return next((o for o in self.outlets if o.slug == slug), Outlet(slug, slug, "local", 1.0))


def load(folder: Path, sources: Path | None = None) -> Territory:
    """Read `territory.toml` and `sources.toml` of a folder. Raises ConfigError."""
    where = folder / "territory.toml"
    what = _read(where, _TerritoryFile)
    listed_at = sources or folder / "sources.toml"
    listed = _read(listed_at, _SourcesFile)
    _check_territory(where, what)
    _check_sources(listed_at, listed)
    return Territory(
        slug=what.slug,
        name=what.name,
        province=what.province,
        zone=ZoneInfo(what.timezone),
        communes=what.communes,
        places=what.places,
        lookalikes=what.lookalikes,
        labels=what.labels,
        work_tables=what.work_tables,
        outlets=tuple(Outlet(o.slug, o.name, o.public, o.reach, o.host) for o in listed.outlets),
        feeds=tuple(Feed(f.slug, f.outlet, f.url, f.kind, f.confirmed) for f in listed.feeds),
        crawl=listed.crawl,
    )


def _read(path: Path, kind: type[T]) -> T:
    """Parse one file into its dataclass, or say what is wrong where."""
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError as err:
        raise ConfigError(str(path), "(file)", f"cannot be read: {err.strerror}", "Give a territory's folder.") from err
    try:
        data = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(str(path), "(syntax)", str(err), "Mend the TOML at that line.") from err
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as err:
        raise _explain(path, raw, err) from err


def _explain(path: Path, raw: str, err: ValidationError) -> ConfigError:
    """One of pydantic's complaints, in the words of who wrote the file; an unknown key explains a missing one."""
    complaints = err.errors(include_url=False)
    first = min(complaints, key=lambda e: e["type"] != "unexpected_keyword_argument")
    loc, kind = first["loc"], first["type"]
    line = _line_of(raw, loc)
    at = f"{path}:{line}" if line else str(path)
    key = ".".join(str(part) for part in loc)
    if kind == "unexpected_keyword_argument":
        return ConfigError(at, key, "unknown key", "Remove it, or mend its spelling.")
    if kind == "missing":
        return ConfigError(at, key, "is missing", f"Add {loc[-1]} = … there.")
    return ConfigError(at, key, f"{first['msg']}, found {first['input']!r}", "Correct the value.")


def _line_of(raw: str, loc: tuple[Any, ...]) -> int | None:
    """The line on which ("feeds", 3, "url") stands: the fourth [[feeds]], then its key; 1-based."""
    lines = raw.splitlines()
    start = 0
    if len(loc) >= 2 and isinstance(loc[1], int):
        heads = [i for i, line in enumerate(lines) if line.strip() == f"[[{loc[0]}]]"]
        if loc[1] < len(heads):
            start = heads[loc[1]]
    last = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    pattern = re.compile(rf"\s*\[*{re.escape(last)}\]*\s*(=|$)")
    for number in range(start, len(lines)):
        if number > start and start and lines[number].startswith("["):
            break
        if pattern.match(lines[number]):
            return number + 1
    return start + 1 if start else None


def _check_territory(path: Path, what: _TerritoryFile) -> None:
    try:
        ZoneInfo(what.timezone)
    except (KeyError, ValueError) as err:
        raise ConfigError(
            str(path), "timezone", f"unknown zone {what.timezone!r}", "Use one like Europe/Rome."
        ) from err
    communes = {c.slug for c in what.communes}
    for i, place in enumerate(what.places):
        if place.commune is not None and place.commune not in communes:
            raise ConfigError(
                str(path), f"places.{i}.commune", f"no commune {place.commune!r}", f"Use one of {sorted(communes)}."
            )
    for i, table in enumerate(what.work_tables):
        if unknown := sorted(set(table.topics) - set(TOPICS)):
            raise ConfigError(str(path), f"work_tables.{i}.topics", f"unknown topics {unknown}", f"Known: {TOPICS}.")
    _check_unique(path, "places", [p.slug for p in what.places])
    _check_unique(path, "communes", [c.slug for c in what.communes])


def _check_sources(path: Path, listed: _SourcesFile) -> None:
    known = {o.slug for o in listed.outlets}
    _check_unique(path, "outlets", [o.slug for o in listed.outlets])
    _check_unique(path, "feeds", [f.slug for f in listed.feeds])
    for i, outlet in enumerate(listed.outlets):
        if outlet.reach <= 0:
            raise ConfigError(str(path), f"outlets.{i}.reach", f"is {outlet.reach}", "Give a number above 0.")
    for i, feed in enumerate(listed.feeds):
        if feed.outlet not in known:
            raise ConfigError(
                str(path), f"feeds.{i}.outlet", f"no outlet {feed.outlet!r}", "Declare it in [[outlets]]."
            )
        if not feed.url.startswith(("http://", "https://")):
            raise ConfigError(
                str(path), f"feeds.{i}.url", f"not a web address: {feed.url!r}", "Start it with https://."
            )


def _check_unique(path: Path, table: str, slugs: list[str]) -> None:
    for i, slug in enumerate(slugs):
        if slug in slugs[:i]:
            raise ConfigError(str(path), f"{table}.{i}.slug", f"{slug!r} stands twice", "Give each its own slug.")
