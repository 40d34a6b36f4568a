"""A simulator behind a real socket: the standard library's HTTP server, threads, Nagle off, a graceful stop.

A fault that raises `httpx.TransportError` becomes what it is on a wire: a connection that is cut without an answer.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from kontering.testing.simulator import Simulator

_HOP = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding", "keep-alive"})


@dataclass(frozen=True, slots=True)
class Served:
    """Where a simulator listens."""

    url: str
    port: int
    simulator: Simulator


@contextlib.contextmanager
def serve(simulator: Simulator, port: int = 0, host: str = "127.0.0.1", patience: float = 10.0) -> Iterator[Served]:
    """Serve until the block ends; port 0 takes a free one. Calls that are under way are answered first.

    >>> from kontering.testing.simulator import Route, Simulated, reply
    >>> with serve(Simulated({}, [Route("GET", "/ping", lambda asked: reply("pong"))])) as served:
    ...     httpx.get(served.url + "/ping", trust_env=False).json()
    'pong'
    """
    server = _Server((host, port), simulator)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="simulator", daemon=True
    )
    thread.start()
    try:
        yield Served(f"http://{host}:{server.server_port}", server.server_port, simulator)
    finally:
        server.shutdown()
        server.hang_up(patience)
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that a stop needn't wait for clients that keep theirs alive."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        super().__init__(address, _Connection)
        self.simulator = simulator
        self.open: set[socket.socket] = set()
        self.changed = threading.Condition()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self.changed:
            self.open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.changed:
                self.open.discard(request)
                self.changed.notify_all()

    def hang_up(self, patience: float) -> None:
        """No more requests are read; what is under way is answered, if that takes no longer than our patience."""
        with self.changed:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
            self.changed.wait_for(lambda: not self.open, patience)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error; a mistake in a simulator is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def answer(self) -> None:
        try:
            request = self._request()
        except EOFError:
            self._cut()
            return
        except ValueError as error:
            self.send_error(400, str(error))
            return
        try:
            response = self.server.simulator(request)
        except httpx.TransportError:
            self._cut()
            return
        self._write(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def _request(self) -> httpx.Request:
        """The whole request; EOFError for one that its client never sent to the end, as no server answers it."""
        chunked = "chunked" in (self.headers.get("transfer-encoding") or "").lower()
        body = self._chunks() if chunked else self._exactly(int(self.headers.get("content-length") or 0))
        host = self.headers.get("host") or f"127.0.0.1:{self.server.server_port}"
        return httpx.Request(self.command, f"http://{host}{self.path}", headers=self.headers.items(), content=body)

    def _exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise EOFError
        return body

    def _chunks(self) -> bytes:
        """A body in chunks, as clients send that don't know its length beforehand."""
        parts: list[bytes] = []
        while size := int(self._line().partition(b";")[0], 16):
            parts.append(self._exactly(size))
            self._exactly(len(b"\r\n"))
        while self._line().strip():
            pass  # trailers say nothing that a simulator asks for
        return b"".join(parts)

    def _line(self) -> bytes:
        line = self.rfile.readline(65_536)
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def _write(self, response: httpx.Response) -> None:
        body = response.read()
        self.send_response(response.status_code)
        for name, value in response.headers.multi_items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The simulator's `calls` are the log."""
