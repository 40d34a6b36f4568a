"""Invoices and credit notes: drafts, trial totals, booking, mail, e-invoices, PDF, deletion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import httpx

from kontering.connectors.dinero.simulator import books, lists, money
from kontering.connectors.dinero.simulator.chart import UNITS
from kontering.connectors.dinero.simulator.fields import Field, day, flag, id_of, number, read, rows, text, whole
from kontering.connectors.dinero.simulator.papers import Kind, of_path, settle, stamped, timely, view
from kontering.connectors.dinero.simulator.refusals import duplicate, invalid, rule
from kontering.connectors.dinero.simulator.routing import created, json_of, on
from kontering.connectors.dinero.simulator.state import Row, State, guid, written
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

LINE: tuple[Field, ...] = (
    id_of("ProductGuid"),
    text("Description", 1000),
    text("Comments", 1000),
    number("BaseAmountValue", required=True),
    number("Quantity", required=True),
    whole("AccountNumber", required=True),
    number("Discount", required=True),
    text("Unit", one_of=UNITS),
    text("LineType", one_of=("Product", "Text")),
)
SALE: tuple[Field, ...] = (
    id_of("Guid"),
    id_of("ContactGuid"),
    day("Date"),
    text("Currency", 3),
    text("Language", one_of=("da-DK", "en-GB")),
    flag("ShowLinesInclVat"),
    text("ExternalReference", 128),
    text("Description", 1000),
    text("Comment", 2000),
    text("Address", 1000),
    text("PaymentConditionType", one_of=("Netto", "NettoCash", "CurrentMonthOut", "Paid")),
    whole("PaymentConditionNumberOfDays"),
    id_of("InvoiceTemplateId"),
    number("ReminderFee"),
    number("ReminderInterestRate"),
    flag("IsMobilePayInvoiceEnabled"),
    flag("IsPensoPayEnabled"),
    id_of("CreditNoteFor"),
    text("Timestamp"),
    rows("ProductLines", LINE),
)
STAMP: tuple[Field, ...] = (text("Timestamp", required=True), whole("Number"))
MAIL: tuple[Field, ...] = (
    text("Timestamp", required=True),
    flag("ShouldAddTrustPilotEmailAsBcc", required=True),
    flag("AddVoucherAsPdfAttachment"),
    flag("CcToSender"),
    text("Sender"),
    text("Receiver"),
    text("Subject", 500),
    text("Message"),
)
E_INVOICE: tuple[Field, ...] = (
    text("OrderReference", 128),
    text("AttPerson", 128),
    text("PaymentMeanEnum", one_of=("FIK", "Domestic", "International")),
    text("ReceiverEanNumber", 13),
)


def routes() -> list[Route[State]]:
    return [*_of("/invoices", "invoice"), *_of("/sales/creditnotes", "credit_note"), *_invoices_only()]


def _of(path: str, kind: Kind) -> list[Route[State]]:
    one = path + "/{guid}"
    return [
        *on("GET", path, lambda asked: _list(asked, kind)),
        *on("POST", path, lambda asked: _create(asked, kind)),
        *on("GET", one, lambda asked: _show(asked, kind)),
        *on("PUT", one, lambda asked: _update(asked, kind), "v1.2"),
        *on("DELETE", one, lambda asked: _delete(asked, kind)),
        *on("POST", one + "/book", lambda asked: _book(asked, kind)),
        *on("POST", one + "/email", lambda asked: _mail(asked, kind, "Email")),
        *on("GET", one + "/pdf", lambda asked: _pdf(asked, kind)),
    ]


def _invoices_only() -> list[Route[State]]:
    one = "/invoices/{guid}"
    remind: Callable[[Ask], httpx.Response] = lambda asked: _mail(asked, "invoice", "PreReminder")  # noqa: E731
    return [
        *on("POST", "/invoices/fetch", _fetch),
        *on("POST", one + "/email/pre-reminder", remind),
        *on("POST", one + "/pre-reminder", remind),
        *on("GET", one + "/email/template", _template, "v2"),
        *on("POST", one + "/e-invoice", _e_invoice, "v2 v3"),
        *on("POST", one + "/generate-creditnote", _generate),
    ]


def _list(asked: Ask, kind: Kind) -> httpx.Response:
    shape = lists.INVOICES if kind == "invoice" else lists.CREDIT_NOTES
    table = asked.state.invoices if kind == "invoice" else asked.state.credit_notes
    return lists.page(asked, [view(asked.state, row, asked.now, listed=True) for row in table.values()], shape)


def _show(asked: Ask, kind: Kind) -> httpx.Response:
    """The document, or its PDF to who accepts bytes only."""
    if asked.headers.get("accept", "") == "application/octet-stream":
        return _pdf(asked, kind)
    return reply(view(asked.state, of_path(asked, kind), asked.now))


def _pdf(asked: Ask, kind: Kind) -> httpx.Response:
    row = of_path(asked, kind)
    if row["Status"] == "Draft":
        raise rule("A draft has no PDF; book it first")
    content = f"%PDF-1.4\n% {row['Number']} {row['ContactName']}\n%%EOF\n".encode()
    return httpx.Response(200, content=content, headers={"content-type": "application/pdf"})


def _given(asked: Ask, kind: Kind) -> Row:
    given = read(json_of(asked), SALE)
    if not given.get("ProductLines"):
        raise rule("Invoices must have at least one invoice line", "ProductLines")
    _check(asked, given, kind)
    return given


def _check(asked: Ask, given: Row, kind: Kind) -> None:
    """What the body names is there."""
    state, errors = asked.state, {}
    contact = state.contacts.get(given.get("ContactGuid", ""))
    if "ContactGuid" in given and (contact is None or contact["DeletedAt"]):
        errors["ContactGuid"] = "The contact was not found"
    if given.get("Currency", "DKK") not in state.rates:
        errors["Currency"] = f"The currency {given['Currency']} is not known"
    if kind == "credit_note" and "CreditNoteFor" in given and given["CreditNoteFor"] not in state.invoices:
        errors["CreditNoteFor"] = "The invoice was not found"
    for index, line in enumerate(given["ProductLines"]):
        at = f"ProductLines[{index}]"
        if line.get("LineType") != "Text" and line["AccountNumber"] not in state.accounts:
            errors[f"{at}.AccountNumber"] = f"There is no account {line['AccountNumber']}"
        if "ProductGuid" in line and line["ProductGuid"] not in state.products:
            errors[f"{at}.ProductGuid"] = "The product was not found"
        if not 0 <= line["Discount"] <= 100:
            errors[f"{at}.Discount"] = "Discount is a percentage from 0 to 100"
    if errors:
        raise invalid(errors)


def _create(asked: Ask, kind: Kind) -> httpx.Response:
    given = _given(asked, kind)
    own = given.setdefault("Guid", guid())
    if own in asked.state.invoices or own in asked.state.credit_notes:
        raise duplicate()
    _unique(asked, given, own)
    row = _drafted(asked, given)
    (asked.state.invoices if kind == "invoice" else asked.state.credit_notes)[own] = row
    return created(asked, {"Guid": own, "TimeStamp": row["TimeStamp"]})


def _unique(asked: Ask, given: Row, own: str) -> None:
    reference = given.get("ExternalReference")
    if reference and asked.state.habits.unique_references:
        taken = [row for row in asked.state.sales() if row["ExternalReference"] == reference and row["Guid"] != own]
        if taken:
            raise invalid({"ExternalReference": "ExternalReference must be unique"})


def _drafted(asked: Ask, given: Row, before: Row | None = None) -> Row:
    """A draft from a body; what is left out has the organisation's default."""
    state = asked.state
    contact = state.contacts.get(given.get("ContactGuid", ""), {})
    on_day = given.get("Date") or asked.now.date().isoformat()
    days = int({"PaymentConditionNumberOfDays": 8, **contact, **given}["PaymentConditionNumberOfDays"])
    type_ = given.get("PaymentConditionType", contact.get("PaymentConditionType", "Netto"))
    due = date.fromisoformat(on_day) + timedelta(days=days if type_ == "Netto" else 0)
    row: Row = {
        "Currency": "DKK",
        "Language": "da-DK",
        "ShowLinesInclVat": state.sales_settings["LinesInclVat"],
        "Description": "Faktura",
        "Comment": "",
        "ExternalReference": None,
        "ContactGuid": None,
        "CreditNoteFor": None,
        "ReminderFee": state.sales_settings["ReminderFee"],
        "ReminderInterestRate": state.sales_settings["ReminderInterestRate"],
        "Address": _address(contact),
        **given,
        "ContactName": contact.get("Name", ""),
        "Date": on_day,
        "PaymentConditionType": type_,
        "PaymentConditionNumberOfDays": days,
        "PaymentDate": due.isoformat(),
        "Number": 0,
        "Status": "Draft",
        "MailOutStatus": "NotSent",
        "LatestMailOutType": None,
        "Payments": [],
        "CreatedAt": before["CreatedAt"] if before else written(asked.now),
        "DeletedAt": None,
    }
    row.pop("Timestamp", None)
    return stamped(asked, row)


def _address(contact: Row) -> str:
    place = " ".join(contact[name] for name in ("ZipCode", "City") if contact.get(name))
    return "\n".join(part for part in (contact.get("Name"), contact.get("Street"), place) if part)


def _draft(asked: Ask, kind: Kind, stamp: str | None) -> Row:
    """The draft of the path, if it is one, and nobody has changed it."""
    row = of_path(asked, kind)
    if row["Status"] != "Draft":
        raise rule("A booked invoice can't be changed")
    timely(row, stamp)
    return row


def _update(asked: Ask, kind: Kind) -> httpx.Response:
    given = _given(asked, kind)
    before = _draft(asked, kind, given.get("Timestamp"))
    _unique(asked, given, before["Guid"])
    row = _drafted(asked, {**given, "Guid": before["Guid"]}, before)
    (asked.state.invoices if kind == "invoice" else asked.state.credit_notes)[before["Guid"]] = row
    return reply({"Guid": row["Guid"], "TimeStamp": row["TimeStamp"]})


def _delete(asked: Ask, kind: Kind) -> httpx.Response:
    given = read(json_of(asked), STAMP)
    row = _draft(asked, kind, given["Timestamp"])
    row["DeletedAt"] = written(asked.now)
    stamped(asked, row)
    return httpx.Response(200)


def _fetch(asked: Ask) -> httpx.Response:
    """What it would come to; nothing is kept."""
    given = _given(asked, "invoice")
    row = _drafted(asked, {"Guid": None, **given})
    return reply(view(asked.state, row, asked.now))


def _book(asked: Ask, kind: Kind) -> httpx.Response:
    state, given = asked.state, read(json_of(asked), STAMP)
    row = _draft(asked, kind, given["Timestamp"])
    if not row["ContactGuid"]:
        raise rule("A contact is required to book", "ContactGuid")
    books.open_day(state, row["Date"])
    row["Number"] = given.get("Number") or state.next("sale", 1001)
    row["Status"] = "Booked"
    found = money.parts(state, row["ProductLines"], gross=row["ShowLinesInclVat"])
    books.sale(state, asked.now, row, found, 1 if kind == "invoice" else -1)
    state.contacts[row["ContactGuid"]]["IsDebitor"] = True
    if kind == "credit_note" and row["CreditNoteFor"] and state.habits.linked_credit:
        settle(asked, state.invoices[row["CreditNoteFor"]], row)
    stamped(asked, row)
    return reply({"Guid": row["Guid"], "TimeStamp": row["TimeStamp"], "Number": row["Number"]})


def _mail(asked: Ask, kind: Kind, type_: str) -> httpx.Response:
    given = read(json_of(asked), MAIL)
    row = of_path(asked, kind)
    if row["Status"] == "Draft":
        raise rule("A draft can't be sent; book it first")
    timely(row, given["Timestamp"])
    contact = asked.state.contacts[row["ContactGuid"]]
    receiver = given.get("Receiver") or contact.get("Email")
    if not receiver:
        raise invalid({"Receiver": "The contact has no e-mail address"})
    _sent(asked, row, type_, receiver)
    return reply({"Recipients": [{"Email": receiver}]})


def _e_invoice(asked: Ask) -> httpx.Response:
    given = read(json_of(asked), E_INVOICE)
    row = of_path(asked, "invoice")
    if row["Status"] == "Draft":
        raise rule("A draft can't be sent; book it first")
    contact = asked.state.contacts[row["ContactGuid"]]
    receiver = given.get("ReceiverEanNumber") or contact.get("EanNumber") or contact.get("VatNumber")
    if not receiver:
        raise invalid({"ReceiverEanNumber": "The contact can't receive e-invoices"})
    _sent(asked, row, "EInvoice", receiver)
    return httpx.Response(200)


def _sent(asked: Ask, row: Row, type_: str, receiver: str) -> None:
    asked.state.mails.append({"Guid": row["Guid"], "Type": type_, "To": receiver})
    row["MailOutStatus"], row["LatestMailOutType"] = "Sent", type_
    stamped(asked, row)


def _template(asked: Ask) -> httpx.Response:
    row = of_path(asked, "invoice")
    receiver = asked.state.contacts.get(row["ContactGuid"] or "", {}).get("Email", "")
    return reply({"Receiver": receiver, "Subject": f"Faktura {row['Number']}", "Message": "Se den vedhæftede faktura."})


def _generate(asked: Ask) -> httpx.Response:
    """A draft that credits the whole invoice."""
    given = read(json_of(asked), STAMP)
    invoice = of_path(asked, "invoice")
    if invoice["Status"] == "Draft":
        raise rule("Only a booked invoice can be credited")
    timely(invoice, given["Timestamp"])
    names = ("ContactGuid", "Currency", "Language", "ShowLinesInclVat", "ExternalReference", "Address", "ProductLines")
    body = {name: invoice[name] for name in names if invoice.get(name) is not None}
    more = {"Guid": guid(), "CreditNoteFor": invoice["Guid"], "Description": f"Kreditnota til {invoice['Number']}"}
    row = _drafted(asked, {**body, **more})
    asked.state.credit_notes[row["Guid"]] = row
    return created(asked, {"Guid": row["Guid"], "TimeStamp": row["TimeStamp"]})
