"""Every value that passes from one stage to the next. Standard library only.

`Feed` → `Entry` → `Page` (or `NotModified`, `FetchFailure`) → `Article` (or `Rejected`) → `Mention` → `Verdict`
→ `Story` → `Point` → `Alert`, `Digest`. All frozen; every datetime is aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Public = Literal["local", "national", "foreign"]
FeedKind = Literal["feed", "sitemap", "search"]
DateSource = Literal["feed", "json-ld", "meta", "url", "text", "import"]
Access = Literal["full", "paywall", "headline", "consent"]
Relevance = Literal["territory", "football", "incidental", "unrelated"]
Sentiment = Literal["negative", "neutral", "positive"]
PlaceKind = Literal["commune", "place", "lookalike", "label"]

PUBLICS: tuple[Public, ...] = ("local", "national", "foreign")
RELEVANCES: tuple[Relevance, ...] = ("territory", "football", "incidental", "unrelated")
SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
TOPICS: tuple[str, ...] = (
    "crime", "drugs", "illegal_housing", "urban_decay", "policing", "accidents", "regeneration", "business",
    "innovation", "environment", "education_work", "inclusion", "culture_sport", "politics", "health", "transport",
)  # fmt: skip
"""The codebook's topic slugs, in its order."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes."""

    slug: str
    name: str
    public: Public
    reach: float  # local 1, leading local or regional 2, foreign 3, national 4
    host: str = ""  # a search feed's entry is ascribed to the outlet of its host


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that lists articles."""

    slug: str
    outlet: str  # Outlet.slug
    url: str
    kind: FeedKind
    confirmed: bool = False  # the address was found in documentation


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a feed."""

    feed: str  # Feed.slug
    outlet: str  # Outlet.slug
    url: str  # canonical
    title: str
    summary: str = ""  # plain text; the whole article where the feed carries it
    published: datetime | None = None
    language: str | None = None  # as the feed declares it
    publisher: str | None = None  # a search feed's item names another outlet


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered."""

    url: str  # asked
    final_url: str  # after redirects
    status: int
    body: bytes
    content_type: str  # the header, charset included; "" when absent
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: nothing new."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """No page, and why."""

    url: str
    kind: str  # timeout, connection, http_404, http_429, robots, too_large, bad_address …
    reason: str  # one sentence for a reader of the table
    transient: bool
    fetched_at: datetime
    status: int | None = None
    retry_after: float | None = None  # seconds, as the server asked


Fetched = Page | NotModified | FetchFailure


@dataclass(frozen=True, slots=True)
class Article:
    """What a reader of the page would have read."""

    url: str  # canonical
    title: str
    text: str
    author: str | None
    published: datetime | None
    date_source: DateSource | None
    language: str  # ISO 639-1; "und" when it cannot be told
    access: Access
    date_problem: str | None = None  # why `published` is not used in a series


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that holds no article, and why."""

    url: str
    kind: str  # not_html, no_text, listing, soft_404, not_feed …
    reason: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the territory, a look-alike or a label, where it stands."""

    name: str  # id of the name in territory.toml
    kind: PlaceKind
    text: str  # as written
    sentence: int  # 0 is the title
    start: int  # characters from the start of title + "\n" + text
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an article is judged, by the codebook's four questions."""

    relevance: Relevance
    sentiment: Sentiment | None  # None unless territory
    topics: tuple[str, ...]  # main first; () unless territory
    stigma: bool
    p_relevance: Mapping[str, float]
    p_sentiment: Mapping[str, float]  # given that it is about the territory
    p_topics: Mapping[str, float]
    p_stigma: float
    uncertain: bool
    evidence: tuple[str, ...]  # sentences, the strongest first
    model: str  # name and version


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as the story maker and the indicator read it: who, when, which, and how it was judged."""

    article: str  # its id in the store
    url: str
    title: str
    text: str
    outlet: str
    published: datetime | None
    language: str = "it"
    names: frozenset[str] = frozenset()  # ids of the places mentioned


@dataclass(frozen=True, slots=True)
class Link:
    """An article put into a story, and why."""

    article: str  # its id in the store
    story: str  # the id of the article that founded it
    how: str  # new, version, copy, rewrite, follow-up, hand
    score: float  # similarity to what it was joined to, 1 for new


@dataclass(frozen=True, slots=True)
class Story:
    """One event, as one week saw it: the unit that the indicator counts."""

    id: str  # the id of the article that founded it
    week: str  # ISO week in Europe/Rome, "2026-W46"
    title: str
    articles: int  # gained that week
    outlets: tuple[str, ...]
    publics: frozenset[Public]
    weight: float  # √ Σ reach of the week's distinct outlets
    p_negative: float
    p_positive: float
    p_stigma: float
    topics: frozenset[str]
    communes: frozenset[str]
    reviewed: bool = False  # a person said so; p_negative is 0 or 1 then
    p_model: float | None = None  # the model's p_negative beside a reviewer's


@dataclass(frozen=True, slots=True)
class Point:
    """One week of one series, with all that is needed to defend it."""

    week: str
    series: str  # icr, volume, stigma, …
    cut: str  # "all", "public:national", "commune:verdello", "topic:crime" …
    value: float
    low: float  # 90 % interval
    high: float
    n_stories: int
    n_articles: int
    n_eff: float
    health: float  # share of the expected sources that answered, 0..1
    enough: bool  # n_eff ≥ 3
    model: str
    method: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that whoever is on duty must know."""

    key: str  # one per story (or series, or source) and kind
    kind: str  # negative_spike, going_national, stigma_national, source_down
    title: str  # Italian
    reason: str  # Italian: what, how unusual, who carries it, false alarms a year
    at: datetime
    story: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Digest:
    """A week as the communication table reads it: plain data, rendered by the templates."""

    week: str
    context: Mapping[str, object]
