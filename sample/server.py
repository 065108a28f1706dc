"""A small web server that prints the bundled press, every host of it, as it stood at the clock's moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import httpx

from sample.press import Press, load
from sample.site import Answer, answer

__all__ = ["PressServer", "PressTransport", "load"]


class PressServer:
    """The press on 127.0.0.1, in a thread of its own while the context lasts; `port` is chosen if 0."""

    def __init__(self, press: Press, clock: Callable[[], datetime], port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.press, self._server.clock = press, clock
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class PressTransport(httpx.BaseTransport):
    """Sends what is asked of a host under .example to the press, and nothing anywhere else. Safe between threads."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The press's answer; httpx.ConnectError for a host outside it."""
        if not request.url.host.endswith(".example"):
            raise httpx.ConnectError(f"{request.url.host} is no host of the sample press", request=request)
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        # The Host header stays the one of the address asked: it names the virtual host.
        local = httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        local.extensions = request.extensions
        return self._inner.handle_request(local)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _Server(ThreadingHTTPServer):
    """The web server, with what its handlers need."""

    daemon_threads = True
    request_queue_size = 64
    press: Press
    clock: Callable[[], datetime]


class _Handler(BaseHTTPRequestHandler):
    """One connection; every GET is handed to `answer`."""

    protocol_version = "HTTP/1.1"
    server_version = "Rotativa/1"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body leave in one piece
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer by the server's clock."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(answer(self.server.press, headers.get("host", ""), self.path, headers, self.server.clock()))

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if found.status != 304:
            self.send_header("content-length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # the library's
        """The Date header by the press's clock, so that two runs are the same to the byte."""
        return format_datetime(self.server.clock().astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests and demonstrations read the crawl's own log."""
