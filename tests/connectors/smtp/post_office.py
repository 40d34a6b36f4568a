"""A real mail server on loopback, for tests: it keeps what it gets, and fails where it is told to."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "nordlys", "korrekt-hest"


@dataclass(slots=True)
class Box:
    """What the server got; `answers` are what it says to the next mails in place of 250."""

    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    hangs_up: int = 0
    secrets: list[bool] = field(default_factory=list)
    """Was each mail brought over TLS?"""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers and (said := self.answers.pop(0)):
            return said
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        self.secrets.append(session.ssl is not None)
        if self.hangs_up:
            self.hangs_up -= 1
            assert server.transport is not None
            server.transport.close()
        return "250 queued as 4Zx1"


@contextlib.contextmanager
def office(box: Box, **options: Any) -> Iterator[int]:
    """The server's port while it is open."""
    controller = Controller(box, hostname="127.0.0.1", port=_free(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def with_login(context: ssl.SSLContext) -> dict[str, Any]:
    """Options of a server that only takes mails of who logs in."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        fits = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=fits, handled=False)

    return {"authenticator": check, "auth_required": True, "tls_context": context, "require_starttls": True}


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own making, and the file by which it is trusted."""
    authority, trusted = trustme.CA(), folder / "trusted.pem"
    authority.cert_pem.write_to_path(trusted)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context, trusted


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
