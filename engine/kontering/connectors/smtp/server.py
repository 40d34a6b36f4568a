"""One conversation with a mail server, and what each way of failing means: nothing sent, refused, or nobody knows."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

from kontering.connectors.smtp.options import PORTS
from kontering.errors import Denied, Refusal, Refused, TryLater, Unsure
from kontering.sdk.connector import Settings


def hand_over(settings: Settings, message: EmailMessage, sender: str, to: Sequence[str]) -> str:
    """Gives the server a mail for these people; what it said of it comes back.

    Raises TryLater where it has none of it, Refused where it won't take it, Denied where it refuses us, and Unsure
    where the connection broke after the text had gone: it may be on its way.
    """
    with _open(settings) as server:
        utf8 = isinstance(message.policy, EmailPolicy) and message.policy.utf8
        if utf8 and not server.has_extn("smtputf8"):
            raise Refused((Refusal("the server takes no addresses beyond ASCII", "/to"),))
        _envelope(server, sender, to, ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else [])
        text = message.as_bytes(policy=message.policy.clone(linesep=SMTP.linesep))
        return _text(server, text)


def knock(settings: Settings) -> str:
    """Connects, logs in and leaves again: the server's greeting. Nothing is sent."""
    with _open(settings) as server:
        return (server.ehlo_resp or b"").decode("utf-8", "replace").partition("\n")[0]


@contextmanager
def _open(settings: Settings) -> Iterator[smtplib.SMTP]:
    security, host = str(settings.get("security", "starttls")), str(settings["host"])
    port, seconds = int(settings.get("port") or PORTS[security]), float(settings.get("seconds", 30))
    try:
        server = (
            smtplib.SMTP_SSL(host, port, timeout=seconds, context=_context(settings))
            if security == "tls"
            else smtplib.SMTP(host, port, timeout=seconds)
        )
    except ssl.SSLError as error:
        raise Denied(f"{host}:{port}: {error}: `security: tls` needs a server that speaks TLS at once") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(f"{host}:{port} can't be reached: {error}") from error
    try:
        _secure(server, settings, security, host)
        _log_in(server, settings, host)
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.get("ca_file"):
        context.load_verify_locations(cafile=str(settings["ca_file"]))
    return context


def _secure(server: smtplib.SMTP, settings: Settings, security: str, host: str) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if security == "starttls":
            server.starttls(context=_context(settings))
            server.ehlo()
    except smtplib.SMTPNotSupportedError as error:
        raise Denied(f"{host} offers no STARTTLS; a server on this machine may go without: security: none") from error
    except ssl.SSLError as error:
        raise Denied(f"{host}: {error}: the server's certificate can't be trusted; name its ca_file") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(f"{host}: {error}") from error


def _log_in(server: smtplib.SMTP, settings: Settings, host: str) -> None:
    user = settings.get("user")
    if not user:
        return
    try:
        server.login(str(user), str(settings.get("password") or ""))
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise TryLater(f"{host} can't check the password now: {_said(error.smtp_error)}") from error
        raise Denied(f"{host} refuses user and password: {_said(error.smtp_error)}") from error
    except UnicodeEncodeError as error:
        raise Denied(f"{host}: user and password may only have letters of ASCII") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Denied(f"{host} takes no password here: {error}; leave out user, or use starttls") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(f"{host}: {error}") from error


def _envelope(server: smtplib.SMTP, sender: str, to: Sequence[str], options: Sequence[str]) -> None:
    """Who it is from and for: until all of them are taken, nothing is sent to anybody."""
    try:
        _accepted(*server.mail(sender, options), place="/from", what=f"the server takes nothing from {sender}")
        for address in to:
            _accepted(*server.rcpt(address), place="/to", what=f"{address} is refused")
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(f"the server hung up: {error}") from error


def _accepted(code: int, said: bytes, *, place: str, what: str) -> None:
    if code in (250, 251):
        return
    if 400 <= code < 500:
        raise TryLater(f"{what} for now: {code} {_said(said)}")
    raise Refused((Refusal(f"{what}: {_said(said)}", place, str(code)),))


def _text(server: smtplib.SMTP, text: bytes) -> str:
    """The mail itself. A clear answer is an answer; a broken connection after its begin is none."""
    begun = False
    try:
        code, said = server.docmd("DATA")
        if code != 354:
            _accepted(code, said, place="", what="the server takes no text")
        begun = True
        server.send(_dotted(text))
        code, said = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        if begun:
            raise Unsure(f"the server hung up while it got the mail: {error}") from error
        raise TryLater(f"the server hung up: {error}") from error
    _accepted(code, said, place="", what="the mail is refused")
    return _said(said)


def _dotted(text: bytes) -> bytes:
    """A line that begins with a dot gets another one; a dot alone is the end."""
    lines = text.splitlines()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


def _said(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())
