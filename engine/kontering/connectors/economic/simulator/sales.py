"""Routes of invoices: drafts, booked ones, what is paid and unpaid, PDFs, totals, and a customer's invoices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx

from kontering.connectors.economic.simulator import invoices, views
from kontering.connectors.economic.simulator.filters import BadQuery, parse_filter
from kontering.connectors.economic.simulator.guard import answered, created
from kontering.connectors.economic.simulator.masters import listed, row_of
from kontering.connectors.economic.simulator.papers import BOOKED, DRAFTS, SENT
from kontering.connectors.economic.simulator.refusals import Bad, not_found
from kontering.connectors.economic.simulator.shapes import CUSTOMERS, PRODUCTS, Shape
from kontering.connectors.economic.simulator.state import ZERO, Row, State
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"

STATES: dict[str, Callable[[Row, str], bool]] = {
    "paid": lambda row, today: not row["remainder"],
    "unpaid": lambda row, today: bool(row["remainder"]),
    "overdue": lambda row, today: bool(row["remainder"]) and row["dueDate"] < today,
    "not-due": lambda row, today: bool(row["remainder"]) and row["dueDate"] >= today,
}
"""Which booked invoices stand in a list."""


def routes() -> list[Route[State]]:
    lists = [Route("GET", f"/invoices/{name}", answered(_in_state(name))) for name in STATES]
    return [
        Route("GET", "/invoices", answered(_overview)),
        *_drafts(),
        *_booked(),
        *lists,
        *_totals(),
        *_of_customer(),
    ]


def _drafts() -> list[Route[State]]:
    one = "/invoices/drafts/{id}"
    return [
        Route("GET", "/invoices/drafts", answered(_list_drafts)),
        Route("POST", "/invoices/drafts", answered(_create_draft)),
        Route("DELETE", "/invoices/drafts", answered(_delete_drafts)),
        Route("GET", one, answered(lambda asked: _show(asked, DRAFTS, row_of(asked, DRAFTS)))),
        Route("PUT", one, answered(_replace_draft)),
        Route("DELETE", one, answered(lambda asked: _gone(asked, [row_of(asked, DRAFTS)]))),
        Route("POST", one + "/lines", answered(_append_lines)),
        Route("GET", one + "/pdf", answered(_draft_pdf)),
        Route("GET", one + "/templates", answered(_templates)),
        Route("GET", one + "/templates/booking-instructions", answered(_instructions)),
    ]


def _booked() -> list[Route[State]]:
    one = "/invoices/booked/{id}"
    return [
        Route("GET", "/invoices/booked", answered(_list_booked)),
        Route("POST", "/invoices/booked", answered(_book)),
        Route("GET", one, answered(lambda asked: _show(asked, BOOKED, row_of(asked, BOOKED)))),
        Route("PUT", one, answered(_book_with_number)),
        Route("GET", one + "/pdf", answered(_booked_pdf)),
        Route("GET", one + "/sent", answered(_sent_of)),
        Route("GET", "/invoices/sent", answered(lambda asked: _list_sent(asked, asked.state.sent.values()))),
        Route("GET", "/invoices/sent/{id}", answered(lambda asked: reply(_sent(asked, row_of(asked, SENT))))),
    ]


def _overview(asked: Ask) -> httpx.Response:
    at = f"{asked.origin}/invoices"
    names = {"drafts": "drafts", "booked": "booked", "paid": "paid", "unpaid": "unpaid", "overdue": "overdue"}
    names |= {"notDue": "not-due", "sent": "sent", "totals": "totals"}
    return reply({**{name: f"{at}/{path}" for name, path in names.items()}, "self": at})


def _list_drafts(asked: Ask) -> httpx.Response:
    rows = views.fresh(asked, "invoices/drafts", asked.state.drafts.values(), "draftInvoiceNumber")
    return reply(views.page(asked, rows, DRAFTS, _without_lines(DRAFTS)))


def _list_booked(asked: Ask) -> httpx.Response:
    rows = views.fresh(asked, "invoices/booked", asked.state.booked.values(), "bookedInvoiceNumber")
    return reply(views.page(asked, rows, BOOKED, _without_lines(BOOKED)))


def _without_lines(shape: Shape) -> views.View:
    """Collections show no lines."""
    whole = views.of(shape)

    def view(state: State, row: Row, origin: str) -> Row:
        return {name: value for name, value in whole(state, row, origin).items() if name != "lines"}

    return view


def _show(asked: Ask, shape: Shape, row: Row) -> httpx.Response:
    return reply(views.of(shape)(asked.state, row, asked.origin))


def _create_draft(asked: Ask) -> httpx.Response:
    row = invoices.draft(asked.state, asked.json(), 0, asked.now)
    number = asked.state.next("draft", asked.state.drafts)
    asked.state.drafts[number] = {**row, "draftInvoiceNumber": number}
    asked.state.made[("invoices/drafts", number)] = asked.now
    body = views.of(DRAFTS)(asked.state, asked.state.drafts[number], asked.origin)
    return created(body, body["self"])


def _replace_draft(asked: Ask) -> httpx.Response:
    number = row_of(asked, DRAFTS)["draftInvoiceNumber"]
    asked.state.drafts[number] = invoices.draft(asked.state, asked.json(), number, asked.now)
    return _show(asked, DRAFTS, asked.state.drafts[number])


def _append_lines(asked: Ask) -> httpx.Response:
    row = row_of(asked, DRAFTS)
    longer = invoices.more_lines(asked.state, row, asked.json())
    asked.state.drafts[row["draftInvoiceNumber"]] = longer
    body = views.of(DRAFTS)(asked.state, longer, asked.origin)
    return created(body, body["self"])


def _delete_drafts(asked: Ask) -> httpx.Response:
    """Every draft that the filter hits; without a filter that is all of them."""
    rows = list(asked.state.drafts.values())
    text = asked.query.get("filter")
    if text:
        try:
            matches = parse_filter(text, DRAFTS.columns)
        except BadQuery as error:
            raise Bad(400, str(error), errorCode="E00500") from None
        rows = [row for row in rows if matches(row)]
    return _gone(asked, rows)


def _gone(asked: Ask, rows: list[Row]) -> httpx.Response:
    numbers = [row["draftInvoiceNumber"] for row in rows]
    for number in numbers:
        del asked.state.drafts[number]
    items = [{"draftInvoiceNumber": n, "self": f"{asked.origin}/invoices/drafts/{n}"} for n in numbers]
    message = "Deleted invoice." if len(items) == 1 else "Deleted invoices."
    return reply({"message": message, "deletedCount": len(items), "deletedItems": items})


def _book(asked: Ask) -> httpx.Response:
    row = invoices.book(asked.state, asked.json(), asked.now)
    body = views.of(BOOKED)(asked.state, row, asked.origin)
    return created(body, body["self"])


def _book_with_number(asked: Ask) -> httpx.Response:
    if not asked.ids["id"].isdecimal():
        raise not_found(asked.request.url.path)
    body = asked.json()
    whole = {**body, "bookWithNumber": int(asked.ids["id"])} if isinstance(body, dict) else body
    return _show(asked, BOOKED, invoices.book(asked.state, whole, asked.now))


def _templates(asked: Ask) -> httpx.Response:
    at = f"{asked.origin}/invoices/drafts/{row_of(asked, DRAFTS)['draftInvoiceNumber']}/templates"
    return reply({"bookingInstructions": f"{at}/booking-instructions", "self": at})


def _instructions(asked: Ask) -> httpx.Response:
    number = row_of(asked, DRAFTS)["draftInvoiceNumber"]
    at = f"{asked.origin}/invoices/drafts/{number}"
    return reply({"draftInvoice": {"draftInvoiceNumber": number, "self": at}, "self": str(asked.request.url)})


def _draft_pdf(asked: Ask) -> httpx.Response:
    row_of(asked, DRAFTS)
    return _pdf(asked)


def _booked_pdf(asked: Ask) -> httpx.Response:
    """It takes a moment after booking until there is one."""
    number = row_of(asked, BOOKED)["bookedInvoiceNumber"]
    made = asked.state.made.get(("invoices/booked", number), asked.now)
    if asked.now - made < timedelta(seconds=asked.state.habits.pdf_seconds):
        raise not_found("The PDF")
    return _pdf(asked)


def _pdf(asked: Ask) -> httpx.Response:
    if "application/pdf" in asked.headers.get("accept", ""):
        raise Bad(406, "The accepted type can't be given here; accept */*.", errorCode="E00600")
    return httpx.Response(200, content=PDF, headers={"content-type": "application/pdf"})


def _sent(asked: Ask, row: Row) -> Row:
    number = row["invoice"]["bookedInvoiceNumber"]
    at = f"{asked.origin}/invoices/booked/{number}"
    return {
        **row,
        "invoice": {"bookedInvoiceNumber": number, "self": at},
        "self": f"{asked.origin}/invoices/sent/{row['id']}",
    }


def _list_sent(asked: Ask, rows: Iterable[Row]) -> httpx.Response:
    return reply(views.page(asked, rows, SENT, lambda state, row, origin: _sent(asked, row)))


def _sent_of(asked: Ask) -> httpx.Response:
    number = row_of(asked, BOOKED)["bookedInvoiceNumber"]
    rows = asked.state.sent.values()
    return _list_sent(asked, [row for row in rows if row["invoice"]["bookedInvoiceNumber"] == number])


def _in_state(name: str) -> Callable[[Ask], httpx.Response]:
    def answer(asked: Ask) -> httpx.Response:
        return reply(views.page(asked, _chosen(asked, name), BOOKED, _without_lines(BOOKED)))

    return answer


def _chosen(asked: Ask, name: str) -> list[Row]:
    today = asked.now.date().isoformat()
    return [row for row in asked.state.booked.values() if STATES[name](row, today)]


def _totals() -> list[Route[State]]:
    parts = {"drafts": "drafts", "booked": "booked", "booked/paid": "paid", "booked/unpaid": "unpaid"}
    parts |= {"booked/unpaid/overdue": "overdue", "booked/unpaid/not-overdue": "not-due"}
    lists = [Route("GET", f"/invoices/totals/{path}", answered(_total(name))) for path, name in parts.items()]
    return [Route("GET", "/invoices/totals", answered(_all_totals)), *lists]


def _total(name: str) -> Callable[[Ask], httpx.Response]:
    return lambda asked: reply(_sum(asked, name))


def _all_totals(asked: Ask) -> httpx.Response:
    unpaid = {**_sum(asked, "unpaid"), "overdue": _sum(asked, "overdue"), "notOverdue": _sum(asked, "not-due")}
    booked = {**_sum(asked, "booked"), "paid": _sum(asked, "paid"), "unpaid": unpaid}
    return reply({"drafts": _sum(asked, "drafts"), "booked": booked, "self": str(asked.request.url)})


def _sum(asked: Ask, name: str) -> dict[str, Any]:
    state = asked.state
    rows = {"drafts": state.drafts, "booked": state.booked}[name].values() if name in ("drafts", "booked") else None
    chosen = list(rows) if rows is not None else _chosen(asked, name)
    total: dict[str, Any] = {
        "description": f"Invoices: {name}.",
        "invoiceCount": len(chosen),
        "netAmountInBaseCurrency": sum((row["netAmountInBaseCurrency"] for row in chosen), ZERO),
        "self": str(asked.request.url),
    }
    if name in ("unpaid", "overdue"):
        total["grossRemainderInBaseCurrency"] = sum((row["remainderInBaseCurrency"] for row in chosen), ZERO)
    return total


def _of_customer() -> list[Route[State]]:
    at = "/customers/{id}"
    return [
        Route("GET", at + "/invoices", answered(_customer_links)),
        Route("GET", at + "/invoices/drafts", answered(lambda asked: _customers_own(asked, DRAFTS))),
        Route("GET", at + "/invoices/booked", answered(lambda asked: _customers_own(asked, BOOKED))),
        Route("GET", at + "/templates", answered(_customer_templates)),
        Route("GET", at + "/templates/invoice", answered(_invoice_template)),
        Route("GET", at + "/templates/invoiceline/{product}", answered(_line_template)),
        Route("GET", at + "/totals", answered(_customer_totals)),
    ]


def _customer_links(asked: Ask) -> httpx.Response:
    at = f"{asked.origin}/customers/{row_of(asked, CUSTOMERS)['customerNumber']}/invoices"
    return reply({"drafts": f"{at}/drafts", "booked": f"{at}/booked", "self": at})


def _customers_own(asked: Ask, shape: Shape) -> httpx.Response:
    number = row_of(asked, CUSTOMERS)["customerNumber"]
    rows = asked.state.table(shape.name).values()
    own = [row for row in rows if row["customer"]["customerNumber"] == number]
    return listed(asked, shape, own)


def _customer_templates(asked: Ask) -> httpx.Response:
    at = f"{asked.origin}/customers/{row_of(asked, CUSTOMERS)['customerNumber']}/templates"
    return reply({"invoice": f"{at}/invoice", "invoiceLine": f"{at}/invoiceline", "self": at})


def _customer_totals(asked: Ask) -> httpx.Response:
    at = f"{asked.origin}/customers/{row_of(asked, CUSTOMERS)['customerNumber']}/totals"
    return reply({"drafts": f"{at}/drafts", "booked": f"{at}/booked", "self": at})


def _invoice_template(asked: Ask) -> httpx.Response:
    """A draft's body with what the customer's card says."""
    row = row_of(asked, CUSTOMERS)
    names = ("name", "address", "zip", "city", "country", "ean", "publicEntryNumber", "vatZone", "attention")
    layout = row.get("layout") or {"layoutNumber": min(asked.state.table("layouts"))}
    body = {
        "date": asked.now.date().isoformat(),
        "currency": row["currency"],
        "paymentTerms": row["paymentTerms"],
        "layout": layout,
        "customer": {"customerNumber": row["customerNumber"]},
        "recipient": {name: row[name] for name in names if name in row},
    }
    return reply({**views.shown(body, DRAFTS.fields, asked.origin), "self": str(asked.request.url)})


def _line_template(asked: Ask) -> httpx.Response:
    row_of(asked, CUSTOMERS)
    row = row_of(asked, PRODUCTS, "product")
    body = {
        "description": row["name"],
        "product": {"productNumber": row["productNumber"]},
        "quantity": 1,
        "unitNetPrice": row.get("salesPrice", ZERO),
        "discountPercentage": ZERO,
        "unitCostPrice": row.get("costPrice", ZERO),
        **({"unit": row["unit"]} if "unit" in row else {}),
    }
    lines = next(field.parts for field in DRAFTS.fields if field.name == "lines")
    return reply({**views.shown(body, lines, asked.origin), "self": str(asked.request.url)})
