"""Markup to plain text: bytes decoded, tags dropped, white space folded."""

from __future__ import annotations

import codecs
import html
import re

from bs4 import BeautifulSoup, Tag

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD_BYTES = 4096
"""How far a charset declaration is looked for; HTML asks for 1,024, real pages put scripts before it."""

_WESTERN = frozenset({"iso8859-1", "latin-1", "ascii", "iso8859-15"})
_BLOCKS = ("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "figcaption", "section")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u0000]")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page: a BOM first, then UTF-8 where it is valid, then what header and meta declare.

    Valid UTF-8 with accents is UTF-8 whatever is declared: such bytes hardly ever arise by chance.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    declared = list(filter(None, (_codec(name) for name in _declared(body, content_type))))
    for name in dict.fromkeys(["utf-8", *declared, "cp1252"]):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252" if not declared else declared[0], "replace")


def fold(text: str) -> str:
    """One line: entities resolved, invisible characters gone, white space single."""
    return " ".join(_INVISIBLE.sub("", html.unescape(text)).split())


def plain_text(markup: str) -> str:
    """Markup as a reader sees it: a line for each block, white space folded, no scripts."""
    text = _without_tags(markup) if "<" in markup else markup
    lines = (" ".join(line.split()) for line in _INVISIBLE.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)


def title_text(markup: str) -> str:
    """A title on one line, without tags, however often it was escaped."""
    unescaped = html.unescape(html.unescape(markup))
    return fold(plain_text(unescaped) if re.search(r"</?[a-zA-Z]", unescaped) else unescaped)


def _declared(body: bytes, content_type: str) -> list[str]:
    """The charsets that the meta element, the XML declaration and the header name, in this order.

    The document's own word goes first: servers label old ISO-8859-1 pages by their default.
    """
    head = body[:_HEAD_BYTES]
    inside = [match[1].decode("ascii", "ignore") for p in (_META_CHARSET, _XML_CHARSET) if (match := p.search(head))]
    header = _CHARSET.search(content_type)
    return inside + ([header[1]] if header else [])


def _codec(name: str) -> str | None:
    """Python's name of a charset; browsers read Latin-1 as Windows-1252, so do we."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if known in _WESTERN else known


def _without_tags(markup: str) -> str:
    """The visible text of markup, a line break at every block."""
    soup = BeautifulSoup(markup, "lxml")
    for tag in soup.find_all(["script", "style", "noscript", "template"]):
        tag.decompose()
    for tag in soup.find_all(["br", *_BLOCKS]):
        if isinstance(tag, Tag):
            tag.insert_before("\n")
            tag.insert_after("\n")
    return html.unescape(soup.get_text())
