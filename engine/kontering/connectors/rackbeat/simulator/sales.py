"""Orders, shipments, invoices of customers and of suppliers: drafts until they are booked, then stock moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx

from kontering.connectors.rackbeat.simulator import cards, hooks, lists, stock
from kontering.connectors.rackbeat.simulator.guard import Ask, No, answered, body_of, invalid
from kontering.connectors.rackbeat.simulator.state import Row, State, amount, following, local
from kontering.testing.simulator import Route, reply

CENT = Decimal("0.01")
FLAGS = (
    *("is_archived", "is_booked", "is_cancelled", "is_shipped", "is_ready_for_shipping", "is_partly_shipped"),
    *("is_ready_for_invoicing", "is_invoiced", "is_partly_invoiced"),
)
HEAD = (
    *("currency", "vat_zone", "our_reference", "other_reference", "heading", "order_date", "invoice_date"),
    *("due_date", "deliver_at", "invoice_number", "payment_terms_id", "layout_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A kind of document: its path, its keys in answers, whose it is, and its series."""

    path: str
    many: str
    one: str
    owner: str
    first: int


PAPERS: Mapping[str, Paper] = {
    "orders": Paper(path="orders", many="orders", one="order", owner="customer", first=2001),
    "customer_invoices": Paper(
        path="customer-invoices", many="customer_invoices", one="customer_invoice", owner="customer", first=10021
    ),
    "supplier_invoices": Paper(
        path="supplier-invoices", many="supplier_invoices", one="supplier_invoice", owner="supplier", first=30001
    ),
}


def routes() -> list[Route[State]]:
    made = [route for name in PAPERS for route in _of(name)]
    return [
        *made,
        Route("POST", "/api/orders/{id}/reopen", answered(_reopen)),
        Route("POST", "/api/orders/{id}/create-shipment", answered(_ship)),
        Route("POST", "/api/orders/{id}/convert-to-invoice", answered(_convert)),
        Route("GET", "/api/order-shipments", answered(_shipments)),
        Route("GET", "/api/order-shipments/{id}", answered(lambda asked: reply({"order_shipment": _shipment(asked)}))),
        Route("POST", "/api/orders/shipments/{id}/mark-shipped", answered(_shipped)),
        Route("POST", "/api/customer-invoices/{id}/create-creditnote", answered(_credit)),
    ]


def _of(name: str) -> Iterator[Route[State]]:
    base = f"/api/{PAPERS[name].path}"
    yield Route("GET", base, answered(lambda asked: _listed(asked, name)))
    yield Route("GET", f"{base}/drafts", answered(lambda asked: _listed(asked, name, drafts=True)))
    yield Route("POST", f"{base}/drafts", answered(lambda asked: _draft(asked, name)))
    yield Route("POST", base, answered(lambda asked: _draft(asked, name)))
    yield Route("POST", f"{base}/{{id}}/book", answered(lambda asked: _book(asked, name)))
    yield Route("GET", f"{base}/{{id}}", answered(lambda asked: _shown(asked, name, _row(asked, name))))
    yield Route("PUT", f"{base}/{{id}}", answered(lambda asked: _change(asked, name)))
    yield Route("DELETE", f"{base}/{{id}}", answered(lambda asked: _delete(asked, name)))


def view(state: State, name: str, row: Row, origin: str) -> Row:
    """A document as it is read. All names that are only inferred stand here."""
    paper = PAPERS[name]
    owner = state.table(f"{paper.owner}s").get(row["owner"], {"number": row["owner"]})
    whose = {**cards.brief(owner), "company_vat": owner.get("company_vat"), "vat_zone": owner.get("vat_zone")}
    lines = [_line(state, at, line) for at, line in enumerate(row["lines"], start=1)]
    totals = totals_of(row)
    head = {field: row.get(field) for field in HEAD if field in row}
    flags = {flag: bool(row.get(flag)) for flag in (FLAGS if name == "orders" else ("is_booked",))}
    out = {"number": row["number"], paper.owner: whose, f"{paper.owner}_id": row["owner"], **head, **flags}
    out |= {"booked_at": row.get("booked_at"), "lines": lines, **totals}
    if name == "customer_invoices":
        out |= {"order": {"number": row["order"]} if row.get("order") else None}
        if state.habits.names_credited and row.get("credits"):
            out |= {"credits": {"number": row["credits"]}}
    if name == "orders":
        out |= {"shipments": [one for one in state.table("order_shipments").values() if one["order"] == row["number"]]}
    times = {field: row[field] for field in ("created_at", "updated_at")}
    return {**out, **times, "self": f"{origin}/api/{paper.path}/{row['number']}"}


def totals_of(row: Row) -> Row:
    """Lines rounded each, VAT once per rate: an assumption, as the names are."""
    net = sum((line["line_total"] for line in row["lines"]), Decimal(0))
    by_rate: dict[Decimal, Decimal] = {}
    for line in row["lines"]:
        by_rate[line["vat_percentage"]] = by_rate.get(line["vat_percentage"], Decimal(0)) + line["line_total"]
    vat = sum((_cents(base * rate / 100) for rate, base in by_rate.items()), Decimal(0))
    return {"total_subtotal": net, "total_vat": vat, "total_total": net + vat}


def _line(state: State, at: int, line: Row) -> Row:
    item = state.table("products").get(line["item"]) or state.table("lots").get(line["item"])
    shown = cards.view(state, "products", item, "") if item else None
    names = ("number", "urlfriendly_number", "barcode", "group")
    own = {name: line[name] for name in ("name", "quantity", "line_price", "line_total", "vat_percentage")}
    cost = {"cost_price": item.get("cost_price")} if item and item.get("cost_price") is not None else {}
    brief = {name: shown.get(name) for name in names if name in shown} if shown else None
    return {"id": at, "item": brief, "discount_percentage": line["discount_percentage"], **own, **cost}


def _listed(asked: Ask, name: str, *, drafts: bool | None = None) -> httpx.Response:
    state = asked.state
    rows = [row for row in state.table(name).values() if not drafts or not row.get("is_booked")]
    return lists.page(asked, PAPERS[name].many, rows, lambda row: view(state, name, row, asked.origin))


def _shown(asked: Ask, name: str, row: Row, status: int = 200) -> httpx.Response:
    return reply({PAPERS[name].one: view(asked.state, name, row, asked.origin)}, status)


def _row(asked: Ask, name: str) -> Row:
    number = int(asked.ids["id"]) if asked.ids["id"].isdecimal() else 0
    row = asked.state.table(name).get(number)
    if row is None:
        raise No(404, f"The {PAPERS[name].one.replace('_', ' ')} could not be found.")
    return row


def _draft(asked: Ask, name: str) -> httpx.Response:
    said = body_of(asked)
    row = _made(asked, name, said)
    hooks.tell(asked, f"{PAPERS[name].one}.created", row["number"], "number")
    return _shown(asked, name, row, 201)


def _made(asked: Ask, name: str, said: Mapping[str, Any]) -> Row:
    paper, state = PAPERS[name], asked.state
    errors = dict(_problems(state, paper, said))
    if errors:
        raise invalid(errors)
    owner = state.table(f"{paper.owner}s")[int(str(said[f"{paper.owner}_id"]))]
    stamp = local(asked.now)
    number = following(state, name, paper.first, state.table(name))
    defaults = {"currency": owner.get("currency") or "DKK", "vat_zone": owner.get("vat_zone") or "domestic"}
    row = {
        "number": number,
        "owner": owner["number"],
        **defaults,
        **{field: said[field] for field in HEAD if said.get(field) is not None},
        "lines": [_written(state, defaults["vat_zone"], line) for line in said["lines"]],
        "created_at": stamp,
        "updated_at": stamp,
    }
    state.table(name)[number] = row
    return row


def _problems(state: State, paper: Paper, said: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    owner = str(said.get(f"{paper.owner}_id", ""))
    if not owner.isdecimal() or int(owner) not in state.table(f"{paper.owner}s"):
        yield f"{paper.owner}_id", [f"The selected {paper.owner.title()} is invalid."]
    lines = said.get("lines")
    if not isinstance(lines, list) or not lines:
        yield "lines", ["The lines field is required."]
        return
    for at, line in enumerate(lines):
        if line.get("item_id") not in {*state.table("products"), *state.table("lots")}:
            yield f"lines.{at}.item_id", ["The selected item is invalid."]
        if not amount(line.get("quantity")):
            yield f"lines.{at}.quantity", ["The quantity field is required."]


def _written(state: State, zone: str, line: Mapping[str, Any]) -> Row:
    item = state.table("products").get(line["item_id"]) or state.table("lots")[line["item_id"]]
    group = state.table("product_groups").get(item.get("group"), {})
    price = amount(line["line_price"] if "line_price" in line else item.get("sales_price"))
    quantity, discount = amount(line["quantity"]), amount(line.get("discount_percentage"))
    rate = line.get("vat_percentage", group.get(f"vat_{zone}", 25 if zone == "domestic" else 0))
    return {
        "item": line["item_id"],
        "name": str(line.get("name") or item["name"]),
        "quantity": quantity,
        "line_price": price,
        "discount_percentage": discount,
        "line_total": _cents(quantity * price * (100 - discount) / 100),
        "vat_percentage": amount(rate),
    }


def _change(asked: Ask, name: str) -> httpx.Response:
    row, said = _row(asked, name), body_of(asked)
    if row.get("is_booked"):
        raise No(422, "It is booked and can't be changed.", {"number": ["It is booked."]})
    merged = {f"{PAPERS[name].owner}_id": row["owner"], "lines": [], **said}
    if "lines" in said:
        errors = dict(_problems(asked.state, PAPERS[name], merged))
        if errors:
            raise invalid(errors)
        row["lines"] = [_written(asked.state, row["vat_zone"], line) for line in merged["lines"]]
    row |= {field: said[field] for field in HEAD if field in said} | {"updated_at": local(asked.now)}
    return _shown(asked, name, row)


def _delete(asked: Ask, name: str) -> httpx.Response:
    row = _row(asked, name)
    if row.get("is_booked") and name != "orders":
        raise No(422, "It is booked and can't be deleted.", {"number": ["It is booked."]})
    del asked.state.table(name)[row["number"]]
    return reply({"message": "Deleted."})


def _book(asked: Ask, name: str) -> httpx.Response:
    row = _row(asked, name)
    if row.get("is_booked"):
        raise No(422, "It is booked already.", {"number": ["It is booked already."]})
    book(asked, name, row)
    return _shown(asked, name, row)


def book(asked: Ask, name: str, row: Row) -> None:
    """An invoice that is booked moves stock: what a customer buys goes out, what a supplier sends comes in."""
    stamp = local(asked.now)
    row |= {"is_booked": True, "booked_at": stamp, "updated_at": stamp}
    if name != "orders":
        row.setdefault("invoice_date", stamp[:10])
        row.setdefault("due_date", row["invoice_date"])
        for line in row["lines"]:
            sign = -1 if name == "customer_invoices" else 1
            what = "Shipment" if sign < 0 else "Receipt"
            stock.move(asked, line["item"], sign * line["quantity"], what, row["number"], line["line_price"])
    else:
        row |= {"is_ready_for_shipping": True}
    hooks.tell(asked, f"{PAPERS[name].one}.booked", row["number"], "number")


def _reopen(asked: Ask) -> httpx.Response:
    row = _row(asked, "orders")
    if row.get("is_invoiced"):
        raise No(422, "It is invoiced and can't be opened again.", {"number": ["It is invoiced."]})
    row |= {"is_booked": False, "booked_at": None, "is_ready_for_shipping": False, "updated_at": local(asked.now)}
    return _shown(asked, "orders", row)


def _ship(asked: Ask) -> httpx.Response:
    row, table = _row(asked, "orders"), asked.state.table("order_shipments")
    if not row.get("is_booked"):
        raise No(422, "An order is booked before it is sent.", {"number": ["It isn't booked."]})
    id_ = max(table, default=0) + 1
    flags = {"is_picked": False, "is_partly_picked": False, "is_shipped": False, "shipped_at": None}
    table[id_] = {"id": id_, "order": row["number"], "customer": {"number": row["owner"]}, **flags}
    return reply({"order_shipment": table[id_]}, 201)


def _shipments(asked: Ask) -> httpx.Response:
    return lists.page(asked, "order_shipments", asked.state.table("order_shipments").values(), lambda row: row)


def _shipment(asked: Ask) -> Row:
    number = int(asked.ids["id"]) if asked.ids["id"].isdecimal() else 0
    row = asked.state.table("order_shipments").get(number)
    if row is None:
        raise No(404, "The shipment could not be found.")
    return row


def _shipped(asked: Ask) -> httpx.Response:
    row, stamp = _shipment(asked), local(asked.now)
    if not row["is_picked"] and not body_of(asked).get("pick"):
        raise No(422, "It isn't picked.", {"pick": ["It isn't picked."]})
    row |= {"is_picked": True, "is_shipped": True, "shipped_at": stamp}
    order = asked.state.table("orders")[row["order"]]
    order |= {"is_shipped": True, "is_ready_for_invoicing": True, "updated_at": stamp}
    hooks.tell(asked, "order_shipment.shipped", row["id"], "id")
    hooks.tell(asked, "order.updated", order["number"], "number", changed=["is_shipped"])
    return reply({"order_shipment": row})


def _convert(asked: Ask) -> httpx.Response:
    order = _row(asked, "orders")
    if not order.get("is_booked") or order.get("is_invoiced"):
        raise No(422, "It can't be invoiced.", {"number": ["It isn't booked, or it is invoiced already."]})
    lines = [{**line, "item_id": line["item"]} for line in order["lines"]]
    said = {**{field: order[field] for field in HEAD if field in order}, "customer_id": order["owner"], "lines": lines}
    row = _made(asked, "customer_invoices", said)
    row["order"] = order["number"]
    order |= {"is_invoiced": True, "updated_at": local(asked.now)}
    if asked.query.get("book") == "true":
        book(asked, "customer_invoices", row)
    return reply({"invoice_id": row["number"]})


def _credit(asked: Ask) -> httpx.Response:
    """The whole invoice with negative quantities, as a draft in the same series."""
    invoice = _row(asked, "customer_invoices")
    if not invoice.get("is_booked"):
        raise No(422, "Only a booked invoice is credited.", {"number": ["It isn't booked."]})
    table = asked.state.table("customer_invoices")
    number = following(asked.state, "customer_invoices", PAPERS["customer_invoices"].first, table)
    stamp = local(asked.now)
    lines = [{**line, "quantity": -line["quantity"], "line_total": -line["line_total"]} for line in invoice["lines"]]
    gone = ("is_booked", "booked_at", "invoice_date", "due_date", "order")
    kept = {name: value for name, value in invoice.items() if name not in gone}
    made = {"number": number, "lines": lines, "credits": invoice["number"], "created_at": stamp, "updated_at": stamp}
    table[number] = {**kept, **made}
    return _shown(asked, "customer_invoices", table[number], 201)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
