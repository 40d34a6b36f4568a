"""`kontering mail`: what a buyer would get, looked at before anybody gets it."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click

from kontering.cli import output
from kontering.cli.options import check_flows, open_project, project_option
from kontering.cli.samples_mail import SAMPLES
from kontering.errors import Misuse, Problems
from kontering.model.record import Record
from kontering.model.state import State
from kontering.project.project import Project
from kontering.store import booked
from kontering.store.store import Store
from kontering.sync.booked import KIND, data_of
from kontering.sync.prepare import Held, Ready, prepare
from kontering.sync.wiring import Wired, WiredFlow, wire

NOBODY = UUID(int=0)


@click.group("mail")
def command() -> None:
    """Look at mails before they are sent, and send one to yourself.

    \b
    Examples:
      kontering mail preview
      kontering mail preview shop/order/5101 --out preview
      kontering mail test --to me@example.com
    """


@command.command("preview")
@click.argument("key", required=False)
@click.option("--flow", help="Which flow of mails, if there are several.")
@click.option(
    "--kind",
    type=click.Choice(["invoice", "credit_note"]),
    default="invoice",
    show_default=True,
    help="What the made-up document is.",
)
@click.option("--language", help="Another language than the buyer's: da, en.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write mail.txt, mail.html and the PDF here."
)
@project_option
@output.json_option
def preview(
    key: str | None,
    flow: str | None,
    kind: str,
    language: str | None,
    out: Path | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show a mail as its reader would get it. Nothing is sent.

    KEY is a booked document's, as in shop/order/5101; without it a made-up one is shown.
    """
    mail = _mail(open_project(folder), key, flow, kind, language)
    files = _written(mail, out) if out else []
    if as_json:
        output.write_json(_data(mail) | {"files": files})
        return
    for name in ("From", "To", "Cc", "Reply-To", "Subject"):
        if mail[name]:
            output.say(f"{output.bold(f'{name}:')} {mail[name]}")
    output.say()
    output.say(_text(mail).rstrip("\n"))
    for part in mail.iter_attachments():
        output.say(output.dim(f"\n+ {part.get_filename()} ({len(_bytes(part)):,} bytes)"))
    for name in files:
        output.say(f"→ {name}")


@command.command("test")
@click.option("--to", "address", required=True, metavar="ADDRESS", help="Who gets it: yourself.")
@click.option("--flow", help="Which flow of mails, if there are several.")
@click.option(
    "--kind",
    type=click.Choice(["invoice", "credit_note"]),
    default="invoice",
    show_default=True,
    help="What the made-up document is.",
)
@click.option("--language", help="The language: da, en.")
@project_option
@output.json_option
def send(address: str, flow: str | None, kind: str, language: str | None, folder: Path | None, as_json: bool) -> None:
    """Send a made-up document to yourself, through the server that the project names."""
    project = open_project(folder)
    wired, chosen = _flow(project, flow)
    settings = {**wired.settings(chosen.target), "redirect": address, "pdf": _without_books(wired, chosen)}
    body = _body(chosen, _sample(chosen, kind, language))
    receipt = _post(wired, chosen, settings).hand_over(body, uuid4())
    said = receipt.data["said"]
    if as_json:
        output.write_json({"to": address, "subject": receipt.data["subject"], "server": said})
    else:
        output.say(f"Sent to {address}: {receipt.data['subject']}. The server says: {said}")


def _mail(project: Project, key: str | None, name: str | None, kind: str, language: str | None) -> EmailMessage:
    wired, flow = _flow(project, name)
    record = _sample(flow, kind, language) if key is None else _booked(project, wired, flow, kind, key)
    settings = dict(wired.settings(flow.target))
    if key is None:
        settings["pdf"] = _without_books(wired, flow)
    body = _body(flow, record)
    found: EmailMessage
    found, _ = _post(wired, flow, settings).prepared({**body, **({"language": language} if language else {})}, NOBODY)
    return found


def _flow(project: Project, name: str | None) -> tuple[Wired, WiredFlow]:
    """The flow that sends mails."""
    if name is not None:
        check_flows(project, (name,))
    mailing = [one.name for one in project.flows.values() if one.kind == KIND and name in (None, one.name)]
    if not mailing:
        raise Misuse("No flow of this project sends mails: it reads store/booked (`kontering docs connectors smtp`).")
    if len(mailing) > 1:
        raise Misuse(f"Several flows send mails: say which with --flow: {', '.join(mailing)}.")
    wired = wire(project, mailing)
    return wired, wired.flows[mailing[0]]


def _without_books(wired: Wired, flow: WiredFlow) -> str:
    """What was made up is in no books: they have no PDF of it."""
    way = str(wired.settings(flow.target)["pdf"])
    return "none" if way == "books" else way


def _sample(flow: WiredFlow, kind: str, language: str | None) -> Record:
    data: dict[str, Any] = {**SAMPLES[kind], **({"language": language} if language else {})}
    return Record(connection=flow.source, kind=KIND, id=data["id"], version="1", data=data)


def _booked(project: Project, wired: Wired, flow: WiredFlow, kind: str, key: str) -> Record:
    books = str(wired.settings(flow.target)["books"])
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        found = booked.of(tx, books, kind, key)
    if found is None:
        raise Misuse(f"{books} has booked no {kind.replace('_', ' ')} {key}; without KEY a made-up one is shown.")
    data = data_of(found, books)
    return Record(connection=flow.source, kind=KIND, id=data["id"], version="1", data=data)


def _body(flow: WiredFlow, record: Record) -> Mapping[str, Any]:
    prepared = prepare(flow.maker, record)
    if not isinstance(prepared, Ready):
        if isinstance(prepared, Held) and prepared.problems:
            raise Problems(list(prepared.problems))
        raise Misuse(f"No mail is made of it: {prepared.reason}.")
    assert isinstance(prepared.document, State)  # whoever posts takes mails, and those are states
    body = flow.taker.render("mail", {**prepared.document.data, "key": record.key})
    if not isinstance(body, Mapping):
        raise Misuse(f"No mail is made of it: {body.reason}.")
    return body


def _post(wired: Wired, flow: WiredFlow, settings: Mapping[str, Any]) -> Any:
    connector = wired.connectors[flow.target]
    assert connector.posts is not None
    return connector.posts(settings, wired.paper)


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def _html(mail: EmailMessage) -> str | None:
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else None


def _written(mail: EmailMessage, out: Path) -> list[str]:
    out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, bytes] = {"mail.txt": _text(mail).encode(), "mail.eml": mail.as_bytes()}
    html = _html(mail)
    if html is not None:
        parts["mail.html"] = html.encode()
    for part in mail.iter_attachments():
        parts[str(part.get_filename())] = _bytes(part)
    for name, content in parts.items():
        (out / name).write_bytes(content)
    return [str(out / name) for name in sorted(parts)]


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _data(mail: EmailMessage) -> dict[str, Any]:
    heads = {
        name.lower().replace("-", "_"): str(mail[name])
        for name in ("From", "To", "Cc", "Reply-To", "Subject")
        if mail[name]
    }
    papers = [str(part.get_filename()) for part in mail.iter_attachments()]
    return heads | {"text": _text(mail), "html": _html(mail), "attachments": papers}
