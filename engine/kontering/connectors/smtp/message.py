"""One mail as bytes: text, HTML and PDF, with headers that nobody can add to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import getaddresses, parseaddr
from typing import Any
from uuid import UUID

from kontering.connectors.smtp.templates import Written
from kontering.errors import Refusal, Refused
from kontering.sdk.connector import Settings

_ADDRESS = re.compile(r"[^@\s<>\",;:\\\[\]()]+@[^@\s<>\",;:\\\[\]()]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def made(
    settings: Settings, body: Mapping[str, Any], written: Written, attempt: UUID, pdf: bytes | None
) -> EmailMessage:
    """The mail of a payload; raises Refused where an address can't be one."""
    redirect = settings.get("redirect")
    utf8 = not all(_is_ascii(address) for address in addressees(settings, body))
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["From"] = _address(str(settings["from"]), "/from")
    message["To"] = _address(str(redirect), "/redirect") if redirect else _named(body)
    copies = [] if redirect else [_address(each, "/cc") for each in body.get("cc", ())]
    if copies:
        message["Cc"] = copies
    answers = body.get("reply_to") or settings.get("reply_to")
    if answers:
        message["Reply-To"] = _address(str(answers), "/reply_to")
    message["Subject"] = _line(f"[to {body['to']}] {written.subject}" if redirect else written.subject)
    message["Message-ID"] = f"<{attempt}@{message['From'].addresses[0].domain}>"
    message["X-Kontering-Document"] = _line(str(body["number"]))
    message.set_content(written.text)
    if written.html is not None:
        message.add_alternative(written.html, subtype="html")
    if pdf is not None:
        name = re.sub(r"[^\w.-]+", "-", f"{body['kind']}-{body['number']}")
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    return message


def addressees(settings: Settings, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Everybody to whom the server is to bring it: in a trial only the one that was named for it."""
    if settings.get("redirect"):
        return (plain(str(settings["redirect"]), "/redirect"),)
    places = [("/to", body["to"]), *(("/cc", one) for one in body.get("cc", ())), *_hidden(body)]
    return tuple(dict.fromkeys(plain(str(address), place) for place, address in places))


def _hidden(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [("/bcc", one) for one in body.get("bcc", ())]


def plain(text: str, place: str) -> str:
    """The address in a text such as `Ida Prøve <ida@prove.example>`.

    >>> plain("Ida Prøve <ida@prove.example>", "/to")
    'ida@prove.example'
    """
    listed = getaddresses([text])
    found = listed[0][1] if len(listed) == 1 else ""
    if _CONTROL.search(text) or not _ADDRESS.fullmatch(found):
        raise Refused((Refusal(f"{text!r} is no e-mail address", place),))
    return found


def _named(body: Mapping[str, Any]) -> Address:
    return _made(_line(str(body.get("name") or "")), plain(str(body["to"]), "/to"), "/to")


def _address(text: str, place: str) -> Address:
    return _made(_line(parseaddr(text)[0]), plain(text, place), place)


def _made(name: str, address: str, place: str) -> Address:
    try:
        return Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError) as error:
        raise Refused((Refusal(f"{address!r} is no e-mail address: {error}", place),)) from error


def _line(text: str) -> str:
    """A header is one line: whoever writes a name can't add another header with it."""
    return _CONTROL.sub(" ", text).strip()


def _is_ascii(text: str) -> bool:
    return text.isascii()
