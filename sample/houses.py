"""The outlets of the bundled press: how each prints, and on which days its feed fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

FeedFormat = Literal["rss", "rss_full", "rss091", "atom", "rdf", "sitemap", "search"]
JsonLd = Literal["plain", "graph", "list", "none"]
FaultKind = Literal["dead", "error", "broken", "throttled", "moved", "empty"]


@dataclass(frozen=True, slots=True)
class House:
    """One outlet's printing house."""

    slug: str
    name: str
    motto: str
    page: str  # the template of its articles
    format: FeedFormat = "rss"
    feed_path: str = "/feed"
    json_ld: JsonLd = "plain"
    open_graph: bool = True
    lang: str = "it"
    dates: str = "alle"  # how a page shows a date, see pages.visible
    feed_dates: str = "rfc822"  # or gmt, italian, none
    gzip: bool = False
    charset: str = "utf-8"
    charset_in_header: bool = True
    robots: str | None = "User-agent: *\nDisallow: /cerca\n"  # None: 404
    paywall: bool = False
    amp: bool = False

    @property
    def host(self) -> str:
        """Where it is read."""
        return f"www.{self.slug}.example"


_QUADRANTE_ROBOTS = "User-agent: *\nDisallow: /opinioni/\nCrawl-delay: 0\n"

_ALL = (
    House("gazzettaorobica", "Gazzetta Orobica", "Il quotidiano di Bergamo", "classic", "rss_full", gzip=True),
    House("pianurabergamasca", "La Pianura Bergamasca", "Notizie dai Comuni", "portal", "rss_full", dates="ore"),
    House("bassaoggi", "Bassa Oggi", "Tutto, prima", "blog", "atom", robots=None),
    House("brembosera", "Brembo Sera", "La città dopo le sei", "portal", "rdf", feed_path="/rss.rdf", dates="ore"),
    House("trevigliocronaca", "Treviglio Cronaca", "La Bassa in diretta", "blog", amp=True, dates="numbers"),
    House(
        "radiodalmine", "Radio Dalmine News", "97.4 MHz", "radio", json_ld="none", open_graph=False, dates="weekday",
        feed_dates="gmt",
    ),
    House(
        "ilcampanile", "Il Campanile", "Settimanale della comunità", "old", json_ld="none", feed_dates="italian",
        charset="iso-8859-1", charset_in_header=False, dates="day",
    ),
    House(
        "lombardia24", "Lombardia Ventiquattro", "La regione ora per ora", "portal", "sitemap",
        feed_path="/sitemap-news.xml", json_ld="graph", gzip=True,
    ),
    House("giornaleadda", "Giornale dell'Adda", "Dal 1894", "national", paywall=True),
    House(
        "economiaorobica", "Economia Orobica", "Imprese e lavoro", "classic", "atom", feed_path="/atom.xml",
        json_ld="list", dates="numbers",
    ),
    House("ilquadrante", "Il Quadrante", "Quotidiano nazionale", "national", gzip=True, robots=_QUADRANTE_ROBOTS),
    House("laserait", "La Sera d'Italia", "Fondata nel 1911", "national", paywall=True, gzip=True),
    House(
        "agenziapenisola", "Agenzia Penisola", "Notiziario generale", "wire", "sitemap",
        feed_path="/sitemap-news.xml", dates="ore",
    ),
    House("calcioquotidiano", "Calcio Quotidiano", "Ogni giorno in campo", "sport", dates="numbers"),
    House(
        "alpinecourier", "The Alpine Courier", "News from the high ground", "foreign", "rss091", lang="en",
        dates="english", feed_dates="none",
    ),
    House("courrierlacs", "Le Courrier des Lacs", "Le quotidien des rives", "foreign", lang="fr", dates="french"),
    House("cercanotizie", "CercaNotizie", "Il motore delle notizie", "", "search", feed_path="/rss/search"),
)  # fmt: skip

HOUSES = {house.host: house for house in _ALL}
"""Every house by its host."""

BY_SLUG = {house.slug: house for house in _ALL}
"""Every house by its outlet's slug."""

NEW_FEED = "/nuovo-feed"
"""Where trevigliocronaca's feed goes when it moves."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a feed from one moment, up to and without another."""

    slug: str
    kind: FaultKind
    since: datetime
    until: datetime
    weekday: int | None = None  # only on that day of the week, 0 is Monday


def _rome(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=ROME)


FAULTS = (
    Fault("courrierlacs", "empty", _rome(2025, 8, 1), _rome(2025, 9, 1)),
    Fault("gazzettaorobica", "dead", _rome(2025, 10, 27), _rome(2025, 11, 17)),
    Fault("agenziapenisola", "error", _rome(2025, 10, 27), _rome(2025, 11, 17)),
    Fault("brembosera", "broken", _rome(2026, 3, 2), _rome(2026, 3, 9)),
    Fault("economiaorobica", "throttled", _rome(2026, 4, 6), _rome(2026, 4, 27), weekday=3),
    Fault("trevigliocronaca", "moved", _rome(2026, 5, 1), _rome(9999, 1, 1)),
    Fault("pianurabergamasca", "error", _rome(2026, 6, 18), _rome(2026, 6, 19)),
)
"""The calendar of what goes wrong, Rome's time."""


def fault(house: House, now: datetime) -> FaultKind | None:
    """What is wrong with a house's feed at a moment."""
    for one in FAULTS:
        on_that_day = one.weekday is None or now.astimezone(ROME).weekday() == one.weekday
        if one.slug == house.slug and one.since <= now < one.until and on_that_day:
            return one.kind
    return None


def dead_status(now: datetime) -> int:
    """What a dead feed answers: 503 on one day, 404 on the next."""
    return 503 if now.astimezone(ROME).toordinal() % 2 else 404
