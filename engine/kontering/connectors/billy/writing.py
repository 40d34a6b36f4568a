"""The writing calls: one record in its envelope, names turned into ids, and what the answer says has happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontering.connectors.billy import finding
from kontering.connectors.billy.asking import SINGULAR, Row, content, record, rows, single
from kontering.connectors.billy.references import NAMED, first, resolved
from kontering.errors import Closed, Refusal, Refused, Unsure
from kontering.model.money import to_currency
from kontering.sdk.calls import decimal, escaped
from kontering.sdk.connector import Found, Receipt, Settings, Step
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx

JSON = {"content-type": "application/json"}
KINDS: Mapping[str, str] = {"daybookTransaction": "daybookTransactions", "bill": "bills", "bankPayment": "bankPayments"}
"""What a voucher's payload may hold, and where it is sent."""


def contact(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    finding.forget_contacts(client)
    return finding.contact(_made(client, settings, "contacts", step.body))


def contact_again(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Change a contact. Its persons are replaced as a whole, so those that are there are sent along."""
    finding.forget_contacts(client)
    id_, body = _id(step), dict(step.body)
    if body.get("contactPersons"):
        there = [row for row in rows(client, "contactPersons", contactId=id_) if row.get("contactId") == id_]
        body["contactPersons"] = persons(there, body["contactPersons"])
    return finding.contact(_put(client, "contacts", id_, resolved(client, body)))


def persons(there: list[Row], wanted: list[Row]) -> list[dict[str, Any]]:
    """The persons of a contact with ours among them: the first person is changed, all others stay.

    >>> there = [{"id": "p1", "email": "old@x.dk", "isPrimary": True}, {"id": "p2", "email": "b@x.dk"}]
    >>> [one["email"] for one in persons(there, [{"email": "new@x.dk", "isPrimary": True}])]
    ['new@x.dk', 'b@x.dk']
    """
    kept = ("id", "name", "email", "isPrimary")
    found = [{name: row[name] for name in kept if row.get(name) is not None} for row in there]
    for one in wanted:
        same = next((row for row in found if row.get("email") == one.get("email")), None)
        same = same or next((row for row in found if one.get("isPrimary") and row.get("isPrimary")), None)
        if same is None:
            found.append(dict(one))
        else:
            same.update(one)
    return found


def product(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    return finding.product(_made(client, settings, "products", resolved(client, step.body)))


def product_again(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Change a product. Its prices are replaced as a whole, so those in other currencies are sent along."""
    id_, body = _id(step), dict(resolved(client, step.body))
    if body.get("prices"):
        ours = {price["currencyId"] for price in body["prices"]}
        there = [row for row in rows(client, "productPrices", productId=id_) if row.get("productId") == id_]
        others = [row for row in there if row.get("currencyId") not in ours]
        body["prices"] += [{name: row[name] for name in ("id", "unitPrice", "currencyId")} for row in others]
    return finding.product(_put(client, "products", id_, body))


def invoice(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Make a draft. A number that is taken may be our own draft, of which the answer was lost."""
    body = _marked(client, settings, step.body)
    try:
        return finding.invoice(_made(client, settings, "invoices", body))
    except Refused as refused:
        ours = _there_already(client, settings, body, refused)
        if ours is None:
            raise
        return ours


def _there_already(client: httpx.Client, settings: Settings, body: Row, refused: Refused) -> Found | None:
    """The draft that has our number, if it is ours: of the same kind, buyer and day, with the same amount."""
    if not any(one.path == "/invoiceNo" for one in refused.problems):
        return None
    for row in finding.marked(client, settings, {"number": str(body.get("invoiceNo", ""))}):
        same = all(row.get(name) == body.get(name) for name in ("type", "contactId", "entryDate", "currencyId"))
        if same and row.get("state") == "draft" and _amount(row, body) == _lines(body):
            return finding.invoice(row)
    return None


def _amount(row: Row, body: Row) -> Decimal:
    """What a document comes to, on the side of the payload's prices."""
    tax = decimal(row.get("tax")) or Decimal(0)
    return (decimal(row.get("amount")) or Decimal(0)) + (tax if body.get("taxMode") == "incl" else 0)


def _lines(body: Row) -> Decimal:
    return sum((to_currency(Decimal(one["quantity"]) * one["unitPrice"], "DKK") for one in body["lines"]), Decimal(0))


def invoice_again(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Change a draft: number, type and contact stay what they are."""
    fixed = ("invoiceNo", "type", "contactId", "creditedInvoiceId", "organizationId")
    body = {name: value for name, value in _marked(client, settings, step.body).items() if name not in fixed}
    changed = _invoice_now(client, _id(step), _put_answer(client, "invoices", _id(step), body))
    return replace(changed, done=changed.done | {"change"})


def approve(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Approve a draft. What it came to is read again, since it can't be changed any more."""
    return _invoice_now(client, _id(step), _put_answer(client, "invoices", _id(step), {"state": "approved"}))


def _invoice_now(client: httpx.Client, id_: str, answered: Row | None) -> Receipt:
    row = answered if answered and "tax" in answered else single(client, "invoices", id_)
    if row is None:
        raise Unsure(f"the invoice {id_} is gone: deleted by somebody")
    return finding.invoice(row)


def delete(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Take a draft out; one that is gone already is fine."""
    content(client.delete(f"/invoices/{escaped(_id(step))}"))  # a page for people is no yes
    return Found(id=_id(step), done=frozenset({"create", "delete"}))


def mail(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Let Billy send the invoice to its contact's first person with an e-mail address."""
    id_ = _id(step)
    row = single(client, "invoices", id_)
    if row is None:
        raise Refused((Refusal(f"the invoice {id_} is gone"),))
    theirs = (one for one in rows(client, "contactPersons", contactId=str(row["contactId"])))
    to = [one for one in theirs if one.get("contactId") == row["contactId"] and one.get("email")]
    if not to:
        raise Refused((Refusal("the contact has no person with an e-mail address", "/contactPersonId"),))
    number = str(row.get("invoiceNo") or "")
    letter = {
        "contactPersonId": min(to, key=lambda one: not one.get("isPrimary"))["id"],
        "emailSubject": str(settings["mail_subject"]).replace("{number}", number),
        "emailBody": str(settings["mail_body"]).replace("{number}", number),
    }
    client.post(f"/invoices/{escaped(id_)}/emails", content=write_json({"email": letter}), headers=JSON)
    return Found(id=id_, number=number or None, done=frozenset({"create", "book", "mail"}))


def payment(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    return finding.payment(_made(client, settings, "bankPayments", referring(resolved(client, step.body))))


def referring(body: Row) -> dict[str, Any]:
    """A payment's documents as Billy refers to them.

    >>> referring({"cashAmount": 5, "associations": [{"invoice": "abc"}]})["associations"]
    [{'subjectReference': 'invoice:abc'}]
    """
    every = [{"subjectReference": f"{kind}:{id_}"} for one in body.get("associations", ()) for kind, id_ in one.items()]
    return {**body, "associations": every}


def voucher(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A daybook transaction, a bill, or the payment of several invoices: whichever the payload holds."""
    kind = next((kind for kind in KINDS if kind in step.body), "")
    if not kind:
        raise Refused((Refusal(f"a voucher holds one of {', '.join(KINDS)}"),))
    own = dict(resolved(client, step.body[kind], f"/{kind}"))
    try:
        return _entered(client, settings, kind, own)
    except Closed as closed:
        raise Closed(_inside(kind, closed), closed.until) from closed
    except Refused as refused:
        raise Refused(_inside(kind, refused)) from refused


def _inside(kind: str, refused: Refused) -> tuple[Refusal, ...]:
    """The places in the payload, where the record is one of several that it may hold."""
    return tuple(replace(one, path=f"/{kind}{one.path}" if one.path else "") for one in refused.problems)


def _entered(client: httpx.Client, settings: Settings, kind: str, own: dict[str, Any]) -> Found:
    if kind == "bankPayment":
        return finding.payment(_made(client, settings, KINDS[kind], referring(own)))
    if kind == "bill":
        return finding.voucher(_made(client, settings, KINDS[kind], {**own, "state": "draft"}))
    given = {} if own.get("daybookId") else {"daybookId": _daybook(client, settings)}
    made = _made(client, settings, KINDS[kind], {**given, **own, "state": settings["vouchers"]})
    return _posted(finding.voucher(made))


def _posted(made: Found) -> Found:
    """A daybook transaction is all there is to do, in whichever state the connection wants it."""
    return Found(id=made.id, number=made.number, done=frozenset({"create", "book"}), data=made.data)


def _daybook(client: httpx.Client, settings: Settings) -> str:
    name = settings.get("daybook")
    if name:
        return str(resolved(client, {"daybook": name})["daybookId"])
    found = first(client, NAMED["daybook"])
    if found is None:
        raise Refused((Refusal("Billy has no daybook: make one, or name it in the setting daybook"),))
    return found


def approve_voucher(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Approve a bill, if it comes to what was posted; everything else counts since it was made."""
    id_ = _id(step)
    row = single(client, "bills", id_)
    if row is None:
        return Found(id=id_, done=frozenset({"create", "book"}))
    _proved(row, step)
    answered = _put_answer(client, "bills", id_, {"state": "approved"})
    return finding.voucher(answered or {**row, "state": "approved"})


def _proved(row: Row, step: Step) -> None:
    """Nothing is approved on a guess: Billy's own tax of the bill is compared with ours."""
    wanted = decimal(step.terms.get("gross"))
    seen = (decimal(row.get("amount")) or 0) + (decimal(row.get("tax")) or 0)
    if wanted is not None and wanted != seen:
        raise Refused((Refusal(f"the bill comes to {seen} in Billy, {wanted} were posted; look at its tax rates"),))


def _marked(client: httpx.Client, settings: Settings, body: Row) -> dict[str, Any]:
    """The payload's `reference` goes where this connection keeps it; a number that is given stays."""
    own: dict[str, Any] = dict(resolved(client, body))
    mark, field = own.pop("reference", None), str(settings["reference"])
    if mark and (field != "invoiceNo" or not own.get("invoiceNo")):
        own[field] = mark
    return own


def _made(client: httpx.Client, settings: Settings, resource: str, body: Row) -> Row:
    """A new record; an answer without its id says only that something may have happened."""
    if settings.get("organization"):
        body = {"organizationId": settings["organization"], **body}
    answer = client.post(f"/{resource}", content=write_json({SINGULAR[resource]: body}), headers=JSON)
    row = record(content(answer), resource)
    if row is None:
        raise Unsure(f"POST /{resource} was answered {answer.status_code} without an id")
    return row


def _put(client: httpx.Client, resource: str, id_: str, body: Row) -> Row:
    """The changed record; where the answer is empty it is read."""
    row = _put_answer(client, resource, id_, body) or single(client, resource, id_)
    if row is None:
        raise Unsure(f"{SINGULAR[resource]} {id_} is gone")
    return row


def _put_answer(client: httpx.Client, resource: str, id_: str, body: Row) -> Row | None:
    path = f"/{resource}/{escaped(id_)}"
    answer = client.put(path, content=write_json({SINGULAR[resource]: body}), headers=JSON)
    return record(content(answer), resource)


def _id(step: Step) -> str:
    if step.of is None:
        raise ValueError(f"{step.action} {step.kind} {step.key}: nothing to do it with")
    return step.of.id
