"""A worker's small HTTP server: pages by GET, webhooks by POST; bounded in size, time and number at once.

It speaks plain HTTP and stands behind whatever ends TLS for the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST = 2 * 1024 * 1024
AT_ONCE = 64
PATIENCE = 10.0
"""Seconds for a sender's next piece, and twice that for all of it."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: status, type of content, text."""

    status: int
    kind: str
    text: str


Get = Callable[[str], Page]
Post = Callable[[str, Mapping[str, str], bytes], Page]


def plain(status: int, text: str) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{text}\n")


class Server(ThreadingHTTPServer):
    """Not more threads than `AT_ONCE`: who comes then waits in the system's own queue."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answers: type[BaseHTTPRequestHandler]) -> None:
        self.places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, answers)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is nobody's mistake."""


@contextmanager
def served(address: tuple[str, int], get: Get, post: Post) -> Iterator[int]:
    """Serves until the block ends; gives the port."""

    class Answers(BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version = "kontering"
        sys_version = ""

        def do_GET(self) -> None:
            self._answer(get(self.path.partition("?")[0]))

        def do_POST(self) -> None:
            body = _body(self)
            self._answer(
                body if isinstance(body, Page) else post(self.path.partition("?")[0], dict(self.headers.items()), body)
            )

        def _answer(self, page: Page) -> None:
            body = page.text.encode()
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nobody wants a line for each look."""

    server = Server(address, Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)


def _body(asked: BaseHTTPRequestHandler) -> bytes | Page:
    """The body, or why it isn't read."""
    said = asked.headers.get("Content-Length", "")
    if not (said.isascii() and said.isdigit()):
        return plain(411, "how long is it? Content-Length is missing")
    if len(said) > 9 or int(said) > LARGEST:
        return plain(413, f"more than {LARGEST} bytes")
    until, left, pieces = time.monotonic() + 2 * PATIENCE, int(said), []
    while left:
        piece = asked.rfile.read1(min(left, 65536))
        if not piece or time.monotonic() > until:
            return plain(408, "it ended too early, or took too long")
        left -= len(piece)
        pieces.append(piece)
    return b"".join(pieces)


def where(text: str) -> tuple[str, int]:
    """
    >>> where("8080"), where("0.0.0.0:9000")
    (('127.0.0.1', 8080), ('0.0.0.0', 9000))
    """
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)
