"""e-conomic as a target: its table of calls, and the few calls that aren't an ordinary request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kontering.connectors.economic import finding
from kontering.connectors.economic.asking import both, rows
from kontering.connectors.economic.ids import in_path
from kontering.sdk import calls
from kontering.sdk.connector import (
    Again,
    Call,
    Closed,
    Found,
    Receipt,
    Refusal,
    Refused,
    Rounding,
    Settings,
    Step,
    Takes,
    Totals,
    Unsure,
)

if TYPE_CHECKING:
    import httpx

    Run = Callable[[httpx.Client, Settings, Step], Receipt]

WINDOW = timedelta(minutes=50)
"""Idempotency keys live an hour on e-conomic's clock; ten minutes are for clocks that differ."""
SETTLE = timedelta(seconds=60)

URL, APIS = "https://restapi.e-conomic.com", "https://apis.e-conomic.com"
TOTALS = ("netAmount", "vatAmount", "grossAmount")
GONE = "E06000"

WRITABLE: Mapping[str, tuple[str, ...]] = {
    "customer": (
        *("customerNumber", "name", "currency", "customerGroup", "vatZone", "paymentTerms"),
        *("address", "zip", "city", "country", "email", "telephoneAndFaxNumber", "mobilePhone", "website"),
        *("corporateIdentificationNumber", "vatNumber", "ean", "pNumber", "publicEntryNumber"),
        *("creditLimit", "barred", "eInvoicingDisabledByDefault"),
        *("layout", "salesPerson", "attention", "customerContact"),
    ),
    "supplier": (
        *("supplierNumber", "name", "currency", "supplierGroup", "vatZone", "paymentTerms"),
        *("address", "zip", "city", "country", "email", "phone", "corporateIdentificationNumber"),
        *("bankAccount", "defaultInvoiceText", "barred", "costAccount", "remittanceAdvice", "layout", "salesPerson"),
    ),
    "product": (
        *("productNumber", "name", "productGroup", "description", "unit", "barCode", "barred"),
        *("salesPrice", "costPrice", "recommendedPrice", "inventory", "departmentalDistribution"),
    ),
}
"""What a PUT may hold: it replaces the whole, so what is left out is gone."""

SEND_BY = {"mail": "Email", "einvoice": "EAN"}


@dataclass(frozen=True, slots=True)
class Economic:
    """One agreement."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return finding.find(self.client, self.settings, kind, by)

    def send(self, step: Step) -> Receipt:
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"e-conomic has no {step.action} for a {step.kind}")
        ready = attended(self.client, step) if step.action != "book" else step
        done = calls.send(self.client, call, self.settings, ready, escape=in_path)
        return replace(done, totals=finding.totals(done.data, -1)) if step.kind == "credit_note" else done

    def trial(self, step: Step) -> Totals:
        raise ValueError("e-conomic can't be asked what it would compute; a draft's totals say it")


def ask(client: httpx.Client, settings: Settings, step: Step, body: Any, escape: calls.Escape = in_path) -> Any:
    """The step's row with another body; gives the answer's content."""
    call = TAKES[step.kind].call(step.action)
    assert call is not None
    response = calls.request(client, call, settings, replace(step, body=body), escape)
    return response.json() if response.content else {}


def attended(client: httpx.Client, step: Step) -> Step:
    """An e-invoice names a contact of its customer: the first one, if the payload names none and there is any."""
    recipient = step.body.get("recipient", {})
    if recipient.get("nemHandelType") != "ean" or "attention" in recipient:
        return step
    number = step.body["customer"]["customerNumber"]
    contact = next(rows(client, f"/customers/{number}/contacts"), None)
    if contact is None:
        return step
    attention = {"customerContactNumber": contact["customerContactNumber"]}
    return replace(step, body={**step.body, "recipient": {**recipient, "attention": attention}})


def change(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Change some properties: read the whole, lay the new ones over it, put it back. Null is never sent."""
    id_ = step.of.id if step.of else ""
    kept: Mapping[str, Any] = client.get(f"/{step.kind}s/{in_path(id_)}").json()
    body = {name: bare(kept[name]) for name in WRITABLE[step.kind] if kept.get(name) is not None}
    body |= {name: value for name, value in step.body.items() if value is not None}
    answer = ask(client, settings, step, body)
    found = {"customer": finding.customer, "supplier": finding.supplier, "product": finding.product}[step.kind](answer)
    return replace(found, done=frozenset({"create", "change"}))


def bare(value: Any) -> Any:
    """A reference by its number alone, since a link that came with it could win over another number.

    >>> bare({"customerGroupNumber": 1, "self": "https://restapi.e-conomic.com/customer-groups/1"})
    {'customerGroupNumber': 1}
    """
    if not isinstance(value, Mapping):
        return value
    own = ("packageVolume", "recommendedCostPrice", "distributionType")
    return {name: part for name, part in value.items() if name.endswith("Number") or name in own}


def book(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Book a draft, and let e-conomic send it where the flow says so."""
    body: dict[str, Any] = {"draftInvoice": {"draftInvoiceNumber": int(step.of.id) if step.of else 0}}
    if number := str(step.body.get("number") or ""):
        if not number.isdecimal():
            raise Refused((Refusal(f"{number} is no number for an invoice here: they are whole", "/bookWithNumber"),))
        body["bookWithNumber"] = int(number)
    way = SEND_BY.get(str(step.body.get("delivery"))) if step.body.get("mail") else None
    if way:
        body["sendBy"] = way
    try:
        return finding.invoice(ask(client, settings, step, body))
    except Refused as refused:
        raise _gone(refused) from refused


def _gone(refused: Refused) -> Exception:
    """A draft that isn't there has been booked by somebody, or deleted: its reference tells."""
    if any(one.path.startswith("/draftInvoice") and one.code == GONE for one in refused.problems):
        return Unsure("the draft is gone: booked already, or deleted")
    return refused


def voucher(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Put a voucher into the journal. Its year is read, not built: there are years such as 2025/2026a."""
    entries = {kind: rows_ for kind, rows_ in step.body.get("entries", {}).items() if rows_}
    year = year_of(client, [str(entry["date"]) for rows_ in entries.values() for entry in rows_])
    own = {"accountingYear": {"year": year}, "journal": {"journalNumber": int(settings["journal"])}}
    body = {**own, **step.body, "entries": entries}
    answer = ask(client, settings, step, body)
    made = answer[0] if isinstance(answer, list) and answer else answer
    number = made.get("voucherNumber") if isinstance(made, Mapping) else None
    if number is None:
        raise Unsure("the voucher was answered without its number")
    return Found(id=f"{year}-{number}", number=str(number), done=frozenset({"create"}), data=made)


def year_of(client: httpx.Client, days: Sequence[str]) -> str:
    """The accounting year that holds all of the days."""
    if not days:
        raise Refused((Refusal("a voucher needs an entry", "/entries"),))
    first, last = min(days), max(days)
    for year in rows(client, "/accounting-years", both(f"fromDate$lte:{first}", f"toDate$gte:{last}")):
        if year.get("closed"):
            raise Closed(
                (Refusal(f"the accounting year {year['year']} is closed", "/entries", "AccountingYearClosed"),)
            )
        return str(year["year"])
    raise Refused((Refusal(f"there is no accounting year that holds {first} to {last}", "/entries"),))


def book_entries(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Book the voucher's draft entries, found by the mark in their text, through the newer journals service."""
    id_, form = step.of.id if step.of else "", settings.get("book_entries", "object")
    if form == "never":
        return Found(id=id_, done=frozenset({"create", "book"}))
    mark = step.terms.get("reference") or step.reference
    drafts = list(finding.drafts_in(client, int(settings["journal"]), mark))
    drafts = drafts or list(finding.drafts_with(client, mark))  # a bookkeeper may have moved them
    if not drafts:
        raise Unsure(f"no draft entry carries {mark}: booked by somebody, or deleted")
    numbers = [row["journalEntryNumber"] for row in drafts]
    journal = drafts[0].get("journal", {}).get("journalNumber", settings["journal"])
    own = {**settings, "apis": apis(settings), "journal": journal}
    ask(client, own, step, numbers if form == "array" else {"entryNumbers": numbers}, calls.escaped)
    return Found(id=finding.voucher_id(drafts[0]), done=frozenset({"create", "book"}))


def apis(settings: Settings) -> str:
    """The newer services: their own host, or that of a url which isn't the ordinary one (a simulator's)."""
    url = str(settings.get("url") or URL).rstrip("/")
    return str(settings.get("apis_url") or "").rstrip("/") or (APIS if url == URL else url)


def _rows(kind: str) -> tuple[Call, ...]:
    return tuple(call for call in CALLS if call.kind == kind)


def _drafts(kind: str, action: str, method: str, path: str, window: timedelta | None = None) -> Call:
    return Call(
        kind=kind,
        action=action,
        method=method,
        path=path,
        again=Again.SAME,
        window=window,
        settle=SETTLE,
        id="draftInvoiceNumber",
        version="lastUpdated",
        totals=TOTALS,
    )


def _row(kind: str, action: str, method: str, path: str, id_: str, run: Run | None = None) -> Call:
    """A row that may be sent again: a POST by its idempotency key, a PUT because it says the whole."""
    window = WINDOW if method == "POST" else None
    return Call(
        kind=kind,
        action=action,
        method=method,
        path=path,
        again=Again.SAME,
        window=window,
        settle=SETTLE,
        id=id_,
        version="lastUpdated" if run is None else None,
        run=run,
    )


def _invoice_rows(kind: str) -> tuple[Call, ...]:
    """A credit note is a draft with negative prices."""
    return (
        _drafts(kind, "create", "POST", "/invoices/drafts", WINDOW),
        _drafts(kind, "change", "PUT", "/invoices/drafts/{id}"),
        _row(kind, "book", "POST", "/invoices/booked", "bookedInvoiceNumber", book),
    )


def _voucher_rows(kind: str) -> tuple[Call, ...]:
    """The newer service isn't known to keep idempotency keys: its booking is looked up."""
    entries = "{apis}/journalsapi/{journals_api}/journals/{journal}/bookdraftentries"
    return (
        _row(kind, "create", "POST", "/journals/{journal}/vouchers", "voucherNumber", voucher),
        Call(
            kind=kind,
            action="book",
            method="POST",
            path=entries,
            again=Again.LOOK,
            settle=SETTLE,
            run=book_entries,
        ),
    )


CALLS = (
    _row("customer", "create", "POST", "/customers", "customerNumber"),
    _row("customer", "change", "PUT", "/customers/{id}", "customerNumber", change),
    _row("supplier", "create", "POST", "/suppliers", "supplierNumber"),
    _row("supplier", "change", "PUT", "/suppliers/{id}", "supplierNumber", change),
    _row("product", "create", "POST", "/products", "productNumber"),
    _row("product", "change", "PUT", "/products/{id}", "productNumber", change),
    *_invoice_rows("invoice"),
    *_invoice_rows("credit_note"),
    *_voucher_rows("payment"),
    *_voucher_rows("voucher"),
)
"""The table of calls."""


def _invoice_takes(kind: str) -> Takes:
    return Takes(
        payload="economic/draft-invoice",
        calls=_rows(kind),
        finds=frozenset({"reference", "number"}),
        rounding=Rounding(per="rate", half="up"),
        mail="book",
    )


TAKES: Mapping[str, Takes] = {
    "customer": Takes(
        payload="economic/customer",
        calls=_rows("customer"),
        finds=frozenset({"number", "vat_number", "ean", "email", "phone", "name"}),
    ),
    "supplier": Takes(
        payload="economic/supplier", calls=_rows("supplier"), finds=frozenset({"number", "vat_number", "email", "name"})
    ),
    "product": Takes(
        payload="economic/product", calls=_rows("product"), finds=frozenset({"number", "sku", "barcode", "name"})
    ),
    "invoice": _invoice_takes("invoice"),
    "credit_note": _invoice_takes("credit_note"),
    "payment": Takes(payload="economic/voucher", calls=_rows("payment"), finds=frozenset({"reference"})),
    "voucher": Takes(payload="economic/voucher", calls=_rows("voucher"), finds=frozenset({"reference"})),
}
