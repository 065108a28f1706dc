"""Canonical addresses: one article, one URL."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "ref", "ref_src"}
    | {"refresh_ce", "cmpid", "ito", "_ga", "_gl", "xtor"}
)
"""Query parameters that tell who sent the reader, never which article it is."""

_DEFAULT_PORT = {"http": 80, "https": 443}
_AMP_QUERY = frozenset({"amp", "outputtype"})
_TWIN_HOST = re.compile(r"^(?:amp|m)\.(?=[^.]+\.[^.]+)")
_AMP_TAIL = re.compile(r"(?:(?:/|\.)amp|/)+$")
_SPACES = re.compile(r"[\t\r\n]")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


def canonical(url: str, base: str | None = None) -> str:
    """The one spelling of an address; ValueError unless it is http(s) with a host.

    Lower-case host without default port, no fragment, tracking or AMP twin, sorted query, and no slash at the end
    (the root keeps its own).
    """
    text = _SPACES.sub("", url.strip())
    parts = urlsplit(urljoin(base, text) if base else text)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url!r}")
    port = "" if parts.port in (None, _DEFAULT_PORT[scheme]) else f":{parts.port}"
    netloc = _TWIN_HOST.sub("", _host_name(parts.hostname)) + port
    return urlunsplit((scheme, netloc, _path(parts.path), _query(parts.query), ""))


def host(url: str) -> str:
    """The host of an address, lower case, without `www.`; "" where there is none."""
    try:
        name = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return _TWIN_HOST.sub("", name.lower().rstrip(".")).removeprefix("www.")


def same_site(one: str, other: str) -> bool:
    """Whether two addresses share a host, or one's host is under the other's."""
    a, b = host(one), host(other)
    return bool(a and b) and (a == b or a.endswith(f".{b}") or b.endswith(f".{a}"))


def _host_name(name: str) -> str:
    """The host as it travels: lower case, ASCII, IPv6 in brackets."""
    name = name.rstrip(".").lower()
    if ":" in name:
        return f"[{name}]"
    return name if name.isascii() else name.encode("idna").decode("ascii")


def _path(path: str) -> str:
    """The path quoted once, without its AMP tail and its last slash."""
    quoted = quote(path, safe=_PATH_SAFE)
    return _AMP_TAIL.sub("", quoted) or "/"


def _query(query: str) -> str:
    """The query sorted, without tracking and AMP parameters."""
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _is_noise(k.lower(), v.lower())]
    return urlencode(sorted(kept))


def _is_noise(name: str, value: str) -> bool:
    """Whether a parameter says nothing of which article is meant."""
    if name in _AMP_QUERY:
        return value in ("", "1", "true", "amp")
    return name in TRACKING or name.startswith("utm_")
