"""Writes the sample to a folder: single files with an index, JSON Lines, and the renewals also as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kontering.connectors.woocommerce.sample import goods, made, named, people
from kontering.connectors.woocommerce.sample.made import Made
from kontering.connectors.woocommerce.sample.renewals import Renewal, renewals
from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.sdk.wire import write_json

COLUMNS = (
    "renewal",
    "subscription",
    "state",
    "due",
    "paid",
    "attempts",
    "customer",
    "name",
    "company",
    "email",
    "street",
    "postcode",
    "city",
    "country",
    "vat_number",
    "sku",
    "product",
    "quantity",
    "currency",
    "net",
    "vat_rate",
    "vat",
    "gross",
    "period_start",
    "period_end",
    "payment_method",
    "reference",
)


def webshop(out: Path) -> None:
    """The example shop: a file an order and a file a refund, so that each can be read and pointed to."""
    cases = list(made.Maker(first_refund=5300).made(named.named()))
    for one in cases:
        _write(out / "orders" / f"{one.order['id']}-{one.case.slug}.json", pretty(one.order))
        for refund in one.refunds:
            _write(out / "refunds" / f"{refund['id']}-{one.case.slug}.json", pretty(refund))
    _write(out / "orders.md", index(cases))
    _tables(out)


def lines(cases: Iterable[Made], out: Path) -> None:
    """One line an order, written as they are made."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "orders.jsonl").open("wb") as orders, (out / "refunds.jsonl").open("wb") as refunds:
        for one in cases:
            orders.write(write_json(one.order) + b"\n")
            refunds.writelines(write_json(refund) + b"\n" for refund in one.refunds)
    _tables(out)


def subscriptions(out: Path) -> None:
    """The renewals as orders in JSON Lines, and as the table that another system would hand over."""
    rows = renewals()
    _write(out / "renewals.jsonl", b"".join(write_json(row.order) + b"\n" for row in rows))
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(cells(row) for row in rows)
    _write(out / "renewals.csv", text.getvalue().encode())
    _write(out / "renewals.md", renewal_index(rows))


def cells(renewal: Renewal) -> dict[str, Any]:
    """A renewal as a row of the table; dates are days of the shop's zone."""
    order, line = renewal.order, renewal.order["line_items"][0]
    billing, meta = order["billing"], {entry["key"]: entry["value"] for entry in order["meta_data"]}
    total, tax = Decimal(order["total"]), Decimal(order["total_tax"])
    paid = order["date_paid"]
    return {
        "renewal": order["id"],
        "subscription": renewal.subscription["id"],
        "state": order["status"],
        "due": order["date_created"][:10],
        "paid": paid[:10] if paid else "",
        "attempts": renewal.attempts,
        "customer": order["customer_id"] or "",
        "name": f"{billing['first_name']} {billing['last_name']}",
        "company": billing["company"],
        "email": billing["email"],
        "street": billing["address_1"],
        "postcode": billing["postcode"],
        "city": billing["city"],
        "country": billing["country"],
        "vat_number": meta.get(people.VAT, ""),
        "sku": line["sku"],
        "product": line["name"],
        "quantity": line["quantity"],
        "currency": order["currency"],
        "net": f"{total - tax:.2f}",
        "vat_rate": order["tax_lines"][0]["rate_percent"],
        "vat": f"{tax:.2f}",
        "gross": f"{total:.2f}",
        "period_start": _day(renewal.start),
        "period_end": _day(renewal.until, before=1),
        "payment_method": order["payment_method"],
        "reference": order["transaction_id"],
    }


def index(cases: Iterable[Made]) -> bytes:
    """What each order shows, as a page."""
    head = (
        "# The orders of the example shop\n\n"
        "Nordlys Kaffe of Odense is invented, and so are its buyers. Each order shows one thing; its file has every "
        "field that\nWooCommerce's REST API gives with `dp=6`, and under `related` what the connector adds. "
        "A refund has a file of its own in `refunds/`.\n\n"
        "Written by `python -m kontering.connectors.woocommerce.sample --out examples/webshop`.\n\n"
        "| order | number | file | shows | total | refunds |\n| --- | --- | --- | --- | ---: | --- |\n"
    )
    return (head + "".join(_line(one) for one in cases)).encode()


def renewal_index(rows: Iterable[Renewal]) -> bytes:
    """How each renewal went, as a page."""
    head = (
        "# The renewals of the example\n\n"
        "A coffee club, offices and a school for the year: nine invented subscriptions in the spring of 2026. The same "
        "renewals stand in\n`renewals.jsonl` as orders of WooCommerce Subscriptions (with their subscription under "
        "`related`), and in `renewals.csv` as a table.\n\n"
        "Written by `python -m kontering.connectors.woocommerce.sample --subscriptions "
        "--out examples/subscriptions`.\n\n"
        "| renewal | subscription | due | went | period | total |\n| --- | --- | --- | --- | --- | ---: |\n"
    )
    return (head + "".join(_renewal_line(row) for row in rows)).encode()


def pretty(value: Json) -> bytes:
    return msgspec.json.format(write_json(value), indent=2) + b"\n"


def _line(one: Made) -> str:
    order = one.order
    total = f"{Decimal(order['total']):.{one.case.rules.decimals}f} {order['currency']}"
    back = ", ".join(f"{refund['id']} ({Decimal(refund['amount']):.2f})" for refund in one.refunds)
    file = f"[{one.case.slug}](orders/{order['id']}-{one.case.slug}.json)"
    return f"| {order['id']} | {order['number']} | {file} | {one.case.shows} | {total} | {back} |\n"


def _renewal_line(row: Renewal) -> str:
    order = row.order
    period = f"{_day(row.start)} to {_day(row.until, before=1)}"
    total = f"{Decimal(order['total']):.2f} {order['currency']}"
    due = order["date_created"][:10]
    return f"| {order['id']} | {row.subscription['id']} | {due} | {row.went} | {period} | {total} |\n"


def _tables(out: Path) -> None:
    tables = {
        "products": made.products(),
        "variations": made.variations(),
        "customers": made.customers(),
        "taxes": made.taxes(),
    }
    for name, rows in tables.items():
        _write(out / f"{name}.jsonl", b"".join(write_json(row) + b"\n" for row in rows))


def _day(at: datetime, before: int = 0) -> str:
    local = at.astimezone(ZoneInfo(goods.ZONE)).date()
    return local.fromordinal(local.toordinal() - before).isoformat()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
