"""Carries requests over connections of its own, HTTP/1.1 and nothing more: what most of a call's own time went into.

The standard library reads the answers. A connection is used again for some seconds, unless its end has closed it; what
goes wrong is one of httpx's exceptions, which say whether anything can have been sent.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx

IDLE = 5.0
"""Seconds after which a connection that nobody used is not used again: servers close theirs after more."""

PIECE = 65_536
_BREAKS = (b"\r", b"\n", b"\0")
Origin: TypeAlias = tuple[bytes, str, int]
Times: TypeAlias = dict[str, float | None]


@dataclass(slots=True)
class Direct(httpx.BaseTransport):
    """Keeps connections that are idle, the one used last first; any number of threads may use it."""

    idle: dict[Origin, list[tuple[float, socket.socket]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    context: ssl.SSLContext | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        times: Times = request.extensions.get("timeout", {})
        said = _written(request)
        origin = _origin(request.url)
        line = self._kept(origin) or self._opened(request, origin, times.get("connect"))
        ended = False
        try:
            answer = _asked(request, line, said, times)
            body = Body(self, origin, line, answer, request)
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.raw_items()]
            ended = True
        finally:
            if not ended:
                line.close()
        return httpx.Response(answer.status, headers=headers, stream=body, extensions={"http_version": b"HTTP/1.1"})

    def close(self) -> None:
        with self.lock:
            kept, self.idle = self.idle, {}
        for lines in kept.values():
            for _, line in lines:
                line.close()

    def keep(self, origin: Origin, line: socket.socket) -> None:
        """The answer has been read to its end: another call may use the connection."""
        with self.lock:
            self.idle.setdefault(origin, []).append((time.monotonic(), line))

    def _kept(self, origin: Origin) -> socket.socket | None:
        while True:
            with self.lock:
                lines = self.idle.get(origin)
                if not lines:
                    return None
                since, line = lines.pop()
            if time.monotonic() - since < IDLE and not _is_readable(line):
                return line
            line.close()  # its end has closed it, or may be about to

    def _opened(self, request: httpx.Request, origin: Origin, patience: float | None) -> socket.socket:
        scheme, host, port = origin
        with _named(request, httpx.ConnectTimeout, httpx.ConnectError):
            line = socket.create_connection((host, port), timeout=patience)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._secured(line, host) if scheme == b"https" else line

    def _secured(self, line: socket.socket, host: str) -> socket.socket:
        with self.lock:
            if self.context is None:
                self.context = httpx.create_ssl_context(trust_env=False)
                self.context.set_alpn_protocols(["http/1.1"])
        secured = False
        try:
            made = self.context.wrap_socket(line, server_hostname=host)
            secured = True
            return made
        finally:
            if not secured:
                line.close()


@dataclass(slots=True)
class Body(httpx.SyncByteStream):
    """The answer's body, as it comes in."""

    transport: Direct
    origin: Origin
    line: socket.socket
    answer: http.client.HTTPResponse
    request: httpx.Request
    whole: bool = False

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._piece():
            yield piece
        if self.answer.length:  # None where it ends with the connection, or with an empty chunk
            raise httpx.RemoteProtocolError("the connection ended before the answer did", request=self.request)
        self.whole = True

    def _piece(self) -> bytes:
        with _named(self.request, httpx.ReadTimeout, httpx.ReadError):
            return self.answer.read1(PIECE)

    def close(self) -> None:
        closes = self.answer.will_close
        self.answer.close()
        if self.whole and not closes:
            self.transport.keep(self.origin, self.line)
        else:
            self.line.close()


def _origin(url: httpx.URL) -> Origin:
    scheme = url.raw_scheme
    if scheme not in (b"http", b"https"):
        raise httpx.UnsupportedProtocol(f"the address needs http:// or https:// in front, not {url}")
    return scheme, url.raw_host.decode("ascii"), url.port or (443 if scheme == b"https" else 80)


def _written(request: httpx.Request) -> bytes:
    """Head and body, sent at once."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % header for header in request.headers.raw]
    if any(sign in line for line in lines for sign in _BREAKS):
        raise httpx.LocalProtocolError("a header with a line break", request=request)
    assert isinstance(request.stream, httpx.SyncByteStream)
    body = b"".join(request.stream)
    if request.headers.get("transfer-encoding") == "chunked":
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _asked(request: httpx.Request, line: socket.socket, said: bytes, times: Times) -> http.client.HTTPResponse:
    """Sends, and reads the head of the answer."""
    with _named(request, httpx.WriteTimeout, httpx.WriteError):
        line.settimeout(times.get("write"))
        line.sendall(said)
    with _named(request, httpx.ReadTimeout, httpx.ReadError):
        line.settimeout(times.get("read"))
        answer = http.client.HTTPResponse(line, method=request.method)
        answer.begin()
    if answer.status < 200:
        raise httpx.RemoteProtocolError(f"an answer {answer.status} that isn't one", request=request)
    return answer


@contextmanager
def _named(
    request: httpx.Request, late: type[httpx.TransportError], broken: type[httpx.TransportError]
) -> Iterator[None]:
    """What the sockets say, as httpx says it."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error) or "timed out", request=request) from error
    except http.client.HTTPException as error:
        raise httpx.RemoteProtocolError(str(error) or type(error).__name__, request=request) from error
    except (OSError, ValueError) as error:
        raise broken(str(error) or type(error).__name__, request=request) from error


def _is_readable(line: socket.socket) -> bool:
    """An idle connection has nothing to say, but that it was closed."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return bool(poll.poll(0))
