"""Invoices and credit notes: drafted, changed, booked, sent and paid, each with the newest timestamp.

A draft carries an id of ours, so a second send is known as such. Every other call names the timestamp that it was
planned with; if that isn't the newest, the document is read: perhaps the call itself has moved it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero import finding
from kontering.connectors.dinero.asking import at, one, write
from kontering.connectors.dinero.finding import SALES
from kontering.connectors.dinero.problem import NO_SUCH_DOCUMENT, STALE, is_code, is_gone, is_taken
from kontering.sdk.connector import Closed, Found, Receipt, Refusal, Refused, Settings, Step, Unsure

if TYPE_CHECKING:
    import httpx

    Write = Callable[[str], httpx.Response]

Body = Mapping[str, Any]

IDS = ("Guid", "ContactGuid", "CreditNoteFor")
NONE = "0"
"""A timestamp that no document has: it makes Dinero say that it is stale."""


def priced(body: Body) -> Body:
    """A draft without the ids of others, which may not be there yet and change no total."""
    lines = [
        {name: value for name, value in line.items() if name != "ProductGuid"} for line in body.get("ProductLines", ())
    ]
    return {**{name: value for name, value in body.items() if name not in IDS}, "ProductLines": lines}


def create(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A draft under our id; if that is taken, it was made before. Its totals are read, since the answer has none."""
    guid = str(step.body["Guid"])
    try:
        write(client, "POST", at(settings, SALES[step.kind]), step.body)
    except Refused as refused:
        if not is_taken(refused):
            raise
    return finding.read_sale(client, settings, step.kind, guid)


def change(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """The draft anew, whatever its timestamp is by now."""
    path = one(settings, SALES[step.kind], _id(step), "v1.2")
    _timely(client, settings, step, lambda stamp: write(client, "PUT", path, {**step.body, "Timestamp": stamp}))
    return finding.read_sale(client, settings, step.kind, _id(step))


def delete(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Take a draft out; one that is gone already is taken out."""
    path = one(settings, SALES[step.kind], _id(step))
    try:
        _timely(client, settings, step, lambda stamp: write(client, "DELETE", path, {"Timestamp": stamp}))
    except Refused as refused:
        if not is_gone(refused):
            raise
    return Found(id=_id(step), done=frozenset({"create", "delete"}))


def book(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Book a draft. Whatever Dinero says to it: one that is booked is booked."""
    path = one(settings, SALES[step.kind], _id(step)) + "/book"
    number = _number(str(step.body.get("number") or ""))
    try:
        _timely(client, settings, step, lambda stamp: write(client, "POST", path, {"Timestamp": stamp, **number}))
    except Closed:
        raise
    except Refused as refused:
        found = _there(client, settings, step)
        if found is None or "book" not in found.done:
            raise refused from None
        return found
    found = finding.read_sale(client, settings, step.kind, _id(step))
    if "book" not in found.done:
        raise Unsure("Dinero took the booking, and the draft is a draft still")
    return found


def _number(said: str) -> Mapping[str, int]:
    """The number that the flow gives, if it isn't Dinero's to give."""
    if said and not said.isdecimal():
        raise Refused((Refusal(f"{said} is no number for an invoice here: they are whole", "/Number"),))
    return {"Number": int(said)} if said else {}


def mail(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """By e-mail, to the contact's address."""
    path = one(settings, SALES[step.kind], _id(step)) + "/email"
    wishes = {"ShouldAddTrustPilotEmailAsBcc": False, "AddVoucherAsPdfAttachment": True}
    _timely(client, settings, step, lambda stamp: write(client, "POST", path, {"Timestamp": stamp, **wishes}))
    return _done(step, "mail")


def e_invoice(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """By NemHandel, to the contact's EAN number."""
    version = str(settings.get("e_invoice", "v3"))
    said = {"OrderReference": "reference", "AttPerson": "contact"}
    body = {name: step.body[own] for name, own in said.items() if step.body.get(own)}
    if version == "v2" and step.body.get("ean"):
        body["ReceiverEanNumber"] = step.body["ean"]
    write(client, "POST", one(settings, SALES[step.kind], _id(step), version) + "/e-invoice", body)
    return _done(step, "einvoice")


def paper(settings: Settings, client: httpx.Client, kind: str, id_: str) -> bytes | None:
    """The PDF of a booked document; drafts have none."""
    path = one(settings, SALES[kind], id_) + ("/pdf" if kind == "credit_note" else "")
    answer = client.get(path, headers={"accept": "application/octet-stream"})
    return answer.content if answer.content.startswith(b"%PDF") else None


def pay(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Register a payment once: a stale timestamp says that it may be there, and then the payments are looked through.

    Without that the first send is the only one: whoever sends the same with the same timestamp again is refused.
    """
    of, stamp = _paid_on(client, settings, step)
    body = {name: value for name, value in step.body.items() if name != "Direction"}
    path = at(settings, of) + "/payments"
    try:
        answer = write(client, "POST", path, {**body, "Timestamp": stamp})
    except Refused as refused:
        if not is_code(refused, STALE):
            raise
        there = _registered(client, settings, of, str(body.get("ExternalReference", "")))
        if there:
            return there
        answer = write(client, "POST", path, {**body, "Timestamp": _read(client, settings, of).version})
    return _registered_as(client, settings, of, body, answer)


def _paid_on(client: httpx.Client, settings: Settings, step: Step) -> tuple[str, str]:
    """The path of what the payment goes on, and the timestamp that is named: the planned one for an invoice.

    Money that goes out may be for a credit note: it is read, to know which invoice it credits.
    """
    if step.body.get("Direction") != "out":
        return f"{SALES['invoice']}/{_id(step)}", step.of.version if step.of and step.of.version else NONE
    kind, found = _either(client, settings, _id(step))
    of = finding.payable(settings, kind, found)
    if kind == "credit_note" and of.startswith(SALES["credit_note"]) and settings["credit_payments"] == "invoice":
        raise Refused((Refusal("the credit note names no invoice that the money could be registered on"),))
    mark = str(step.body.get("ExternalReference", ""))
    stamp = found.version if found.id in of else _read(client, settings, of).version
    return of, NONE if _registered(client, settings, of, mark) else stamp


def _either(client: httpx.Client, settings: Settings, guid: str) -> tuple[str, Found]:
    try:
        return "invoice", finding.read_sale(client, settings, "invoice", guid)
    except Refused as refused:
        if not is_code(refused, NO_SUCH_DOCUMENT):
            raise
    return "credit_note", finding.read_sale(client, settings, "credit_note", guid)


def _registered(client: httpx.Client, settings: Settings, of: str, mark: str) -> Found | None:
    return next(finding.payments(client, settings, of, mark), None)


def _registered_as(client: httpx.Client, settings: Settings, of: str, body: Body, answer: httpx.Response) -> Receipt:
    made = answer.json() if answer.content else {}
    if made.get("Guid"):
        return replace(finding.payment({**body, "Guid": made["Guid"]}), version=str(made.get("TimeStamp") or ""))
    there = _registered(client, settings, of, str(body.get("ExternalReference", "")))
    if there is None:
        raise Unsure("the payment was answered without its id")
    return there


def _timely(client: httpx.Client, settings: Settings, step: Step, send: Write) -> None:
    """Write with the timestamp that is known; if it isn't the newest, once more with the one that is."""
    try:
        send(step.of.version if step.of and step.of.version else NONE)
    except Refused as refused:
        if not is_code(refused, STALE):
            raise
        found = finding.read_sale(client, settings, step.kind, _id(step))
        if step.action in found.done:
            return
        send(found.version)


def _read(client: httpx.Client, settings: Settings, of: str) -> Found:
    return finding.sale(client.get(at(settings, of)).json())


def _there(client: httpx.Client, settings: Settings, step: Step) -> Found | None:
    try:
        return finding.read_sale(client, settings, step.kind, _id(step))
    except Refused:
        return None


def _done(step: Step, action: str) -> Receipt:
    """The timestamp has moved by it, and is read when it is asked for."""
    before = step.of.done if step.of else frozenset()
    return Found(id=_id(step), version=step.of.version if step.of else "", done=before | {action})


def _id(step: Step) -> str:
    return step.of.id if step.of else ""
