"""EDGE: the network out. Every expected failure comes back as a `FetchFailure`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from types import TracebackType
from typing import Self, TypeVar

import httpx
import stamina
from protego import Protego
from stamina.instrumentation import set_on_retry_hooks

from monitor.errors import FetchError, Permanent, Transient
from monitor.types import Fetched, FetchFailure, NotModified, Page
from monitor.wire import REDIRECTS, Answer, address, checked, joined, named_errors, retry_wait

MAX_CRAWL_DELAY_S = 30.0
"""A robots.txt that asks for more would keep a round from ending."""

T = TypeVar("T")

_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


def _version() -> str:
    """The installed version of the package, "0" where it is run uninstalled."""
    try:
        return metadata.version("zingonia-monitor")
    except metadata.PackageNotFoundError:
        return "0"


USER_AGENT = f"zingonia-monitor/{_version()} (+https://github.com/zingonia-monitor)"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how much and how often; seconds and bytes."""

    timeout_s: float = 20.0  # one connect, write or read
    budget_s: float = 60.0  # all requests of one fetch; waiting for one's turn does not count
    max_bytes: int = 5_000_000  # after decompression
    attempts: int = 3
    retry_wait_s: float = 1.0  # doubled at each retry, at most four times this
    delay_s: float = 1.0  # between two requests to one host
    max_redirects: int = 5


@dataclass(slots=True)
class _Host:
    """What is known of one host, guarded by its lock."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    robots: Protego | Transient | None = None  # None: not asked yet
    delay_s: float = 0.0
    free_at: float = 0.0  # monotonic time of the next permitted request


@dataclass(slots=True)
class _Budget:
    """The seconds that a fetch may still spend on the network."""

    left: float


class Fetcher:
    """Polite fetching: robots.txt, one request at a time per host, limits on size, time and redirects.

    Safe to share between threads. `transport` is swapped in tests; `clock` gives `fetched_at`.
    """

    def __init__(
        self,
        limits: Limits = Limits(),
        *,
        transport: httpx.BaseTransport | None = None,
        user_agent: str = USER_AGENT,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits, self._clock, self._sleep = limits, clock, sleep
        self._agent = user_agent.partition("/")[0]
        # Only encodings whose growth is bounded: 64 KB of gzip unfold to 66 MB at most.
        headers = {"user-agent": user_agent, "accept-encoding": "gzip, deflate"}
        self._client = httpx.Client(transport=transport, headers=headers, follow_redirects=False)
        self._hosts: dict[str, _Host] = {}
        self._hosts_lock = threading.Lock()
        set_on_retry_hooks(())  # stamina would log each retry to stderr; the failure row tells it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._client.close()

    def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """The page at an address, NotModified on 304, or the reason why there is none; never raises for the net."""
        conditions = {"if-none-match": etag, "if-modified-since": last_modified}
        headers = {name: value for name, value in conditions.items() if value and value.isascii()}
        try:
            return self._retried(lambda budget: self._page(url, headers, budget))
        except FetchError as error:
            return self._failure(url, error)

    def _retried(self, call: Callable[[_Budget], T]) -> T:
        """The call's result, tried again after a Transient within one budget."""
        limits, budget = self._limits, _Budget(self._limits.budget_s)
        wait = limits.retry_wait_s
        for attempt in stamina.retry_context(
            retry_wait, limits.attempts, limits.budget_s, wait_initial=wait, wait_max=4 * wait, wait_jitter=0
        ):
            with attempt:
                return call(budget)
        raise AssertionError("stamina re-raises the last error")

    def _page(self, url: str, headers: dict[str, str], budget: _Budget) -> Page | NotModified:
        """One attempt: the page after its redirects, each hop allowed by its own robots.txt."""
        final, answer = self._follow(url, headers, budget, self._obey_robots)
        now = self._clock()
        if answer.status == 304:
            return NotModified(url, now)
        got = answer.headers.get
        kind, etag, modified = got("content-type", ""), got("etag"), got("last-modified")
        return Page(url, final, answer.status, answer.body, kind, now, etag, modified)

    def _follow(
        self, url: str, headers: dict[str, str], budget: _Budget, allow: Callable[[httpx.URL, _Host], None]
    ) -> tuple[str, Answer]:
        """The last address and its answer, redirects followed by hand; raises FetchError."""
        target, seen = address(url), set[httpx.URL]()
        while target not in seen:
            if len(seen) > self._limits.max_redirects:
                raise Permanent("too_many_redirects", f"More than {self._limits.max_redirects} redirects were sent.")
            seen.add(target)
            answer = self._ask(target, headers, budget, allow)
            if answer.status not in REDIRECTS:
                return str(target), answer
            target = joined(target, answer.headers.get("location", ""))
        raise Permanent("redirect_loop", f"The redirects come back to {target}.")

    def _ask(
        self, url: httpx.URL, headers: dict[str, str], budget: _Budget, allow: Callable[[httpx.URL, _Host], None]
    ) -> Answer:
        """One request in its host's turn; raises FetchError for an answer that is no page."""
        state = self._host(url)
        with state.lock:
            allow(url, state)
            self._sleep_until(state.free_at)
            try:
                answer = self._send(url, headers, budget)
            finally:
                state.free_at = time.monotonic() + max(self._limits.delay_s, state.delay_s)
        return checked(answer, self._clock())

    def _sleep_until(self, moment: float) -> None:
        """Wait for a monotonic time, if it is still to come."""
        if (wait := moment - time.monotonic()) > 0:
            self._sleep(wait)

    def _send(self, url: httpx.URL, headers: dict[str, str], budget: _Budget) -> Answer:
        """The request itself, its time taken off the budget."""
        started = time.monotonic()
        timeout = max(0.001, min(self._limits.timeout_s, budget.left))
        try:
            with named_errors(), self._client.stream("GET", url, headers=headers, timeout=timeout) as response:
                body = self._read(response, started + budget.left) if response.is_success else b""
                return Answer(response.status_code, response.headers, body)
        finally:
            budget.left -= time.monotonic() - started

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        """The body, decompressed, within the limits on bytes and time."""
        if (encoding := response.headers.get("content-encoding", "").strip().lower()) not in _ENCODINGS:
            raise Permanent("encoding", f"The body is encoded as {encoding[:40]!r}, which was not asked for.")
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.max_bytes:
                raise Permanent("too_large", f"The page is larger than {self._limits.max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise Transient("timeout", f"The page was not complete after {self._limits.budget_s:g} seconds.")
        return bytes(body)

    def _obey_robots(self, url: httpx.URL, state: _Host) -> None:
        """Raises Permanent where robots.txt forbids the address, Transient where it cannot be had."""
        if state.robots is None:
            state.robots = self._robots(url)
            if isinstance(state.robots, Protego):
                state.delay_s = min(MAX_CRAWL_DELAY_S, state.robots.crawl_delay(self._agent) or 0.0)
        if isinstance(state.robots, Transient):
            raise Transient(state.robots.kind, state.robots.reason, status=state.robots.status)
        if not state.robots.can_fetch(str(url), self._agent):
            raise Permanent("robots", "The site's robots.txt asks not to fetch this address.")

    def _robots(self, url: httpx.URL) -> Protego | Transient:
        """The rules of a host: none where it has no robots.txt, refused for now where it cannot be asked."""
        location = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        try:
            _, answer = self._retried(lambda budget: self._follow(location, {}, budget, lambda _url, _host: None))
        except Permanent:
            return Protego.parse("")
        except Transient as error:
            reason = f"The site's robots.txt cannot be had, so nothing is fetched there for now: {error.reason}"
            return Transient("robots_unreachable", reason, status=error.status)
        return Protego.parse(answer.body.decode("utf-8", "replace"))

    def _host(self, url: httpx.URL) -> _Host:
        """The state of an address's host, made at its first request."""
        with self._hosts_lock:
            return self._hosts.setdefault(url.netloc.decode("ascii"), _Host())

    def _failure(self, url: str, error: FetchError) -> FetchFailure:
        """An error as the value that is stored."""
        return FetchFailure(
            url=url,
            kind=error.kind,
            reason=error.reason,
            transient=isinstance(error, Transient),
            fetched_at=self._clock(),
            status=error.status,
            retry_after=error.retry_after,
        )
