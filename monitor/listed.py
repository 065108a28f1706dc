"""An article made of what a feed (or an imported file) says of it, where no page can be had."""

from __future__ import annotations

from monitor.language import language
from monitor.types import Article, DateSource, Entry, Rejected

IMPORT = "import"
"""The feed of entries that were handed over in a file."""


def article_of(entry: Entry) -> Article | Rejected:
    """The entry's own headline and text. Imported text is whole; a feed's summary stands for a headline alone."""
    if not entry.title:
        return Rejected(entry.url, "no_text", "neither a page nor a headline")
    imported = entry.feed == IMPORT
    source: DateSource = "import" if imported else "feed"
    written_in = language(f"{entry.title}. {entry.summary}", entry.language)
    return Article(
        url=entry.url, title=entry.title, text=entry.summary, author=None, published=entry.published,
        date_source=source if entry.published else None, language=written_in,
        access="full" if imported and entry.summary else "headline",
    )  # fmt: skip
