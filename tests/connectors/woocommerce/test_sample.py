"""The example orders: each shows what the index says, adds up as WooCommerce does, and is what the generator writes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from stdnum import ean
from stdnum.dk import cvr
from stdnum.eu import vat
from tests.connectors.woocommerce.shops import SITE, START

from kontering import resources
from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.sample import __main__ as sample
from kontering.connectors.woocommerce.sample import named, people
from kontering.connectors.woocommerce.simulator import make
from kontering.sdk.wire import read_json
from kontering.testing import Clock
from kontering.testing.contract import source_of

Row = dict[str, Any]
EXAMPLES = resources.shipped("examples")
WEBSHOP = EXAMPLES / "webshop"
OFF = {5130: Decimal("-0.01"), 5131: Decimal("-1.00")}


def row(path: Path) -> Row:
    found: Row = read_json(path.read_bytes())
    return found


ORDERS = {order["id"]: order for order in (row(path) for path in sorted((WEBSHOP / "orders").glob("*.json")))}
REFUNDS = {refund["id"]: refund for refund in (row(path) for path in sorted((WEBSHOP / "refunds").glob("*.json")))}
SLUGS = {case.slug: case.purchase.id for case in named.named()}


def lines(path: Path) -> list[Row]:
    return [read_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


def meta(order: Row) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in order["meta_data"]}


def rates(order: Row) -> list[str]:
    return sorted(str(tax["rate_percent"]) for tax in order["tax_lines"])


def country(order: Row) -> str:
    return str(order["shipping"]["country"] or order["billing"]["country"])


def amount(order: Row, name: str = "total") -> Decimal:
    return Decimal(order[name])


def items(order: Row) -> list[Row]:
    found: list[Row] = order["line_items"]
    return found


def has_rtl(text: str, first: str, last: str) -> bool:
    return any(first <= letter <= last for letter in text)


def returned(order: Row) -> list[Row]:
    return [REFUNDS[refund["id"]] for refund in reversed(order["refunds"])]


def back_to(order: Row) -> list[int]:
    """The order's lines that its refunds point to."""
    whole = [line for refund in returned(order) for part in ("line_items", "shipping_lines") for line in refund[part]]
    return [int(meta(line)["_refunded_item_id"]) for line in whole]


def unpaid(order: Row, status: str) -> bool:
    return bool(order["status"] == status and order["date_paid_gmt"] is None)


TRUE: dict[str, Callable[[Row], bool]] = {
    "plain-dk": lambda o: rates(o) == ["25"] and [i["quantity"] for i in items(o)] == [2] and amount(o, "shipping_tax") > 0,
    "two-rates-coupon": lambda o: rates(o) == ["0", "25"] and amount(o, "discount_total") + amount(o, "discount_tax") == 50,
    "percent-coupon": lambda o: o["coupon_lines"][0]["nominal_amount"] == 10 and off(o) == ["11.99", "7.99", "8.99"],
    "fee": lambda o: sum(amount(f) + amount(f, "total_tax") for f in o["fee_lines"]) == 25,
    "negative-fee": lambda o: amount(o["fee_lines"][0]) < 0 and amount(o["fee_lines"][0], "total_tax") < 0,
    "free-shipping": lambda o: [amount(s) for s in o["shipping_lines"]] == [0] and o["coupon_lines"][0]["free_shipping"],
    "collected": lambda o: o["shipping_lines"] == [] and not o["shipping"]["country"] and o["payment_method"] == "mobilepay",
    "other-address": lambda o: (o["billing"]["city"], o["shipping"]["city"]) == ("Kolding", "Aarhus C"),
    "twelve-of-a-kind": lambda o: items(o)[0]["price"] == Decimal("79.992") and items(o)[0]["quantity"] == 12,
    "prices-without-tax": lambda o: not o["prices_include_tax"] and cvr.is_valid(meta(o)[people.VAT]),
    "rounded-per-line": lambda o: len(items(o)) == 5 and amount(o, "total_tax") == Decimal("1.30"),
    "without-tax-coupon": lambda o: not o["prices_include_tax"] and o["coupon_lines"][0]["nominal_amount"] == 5,
    "oss-germany": lambda o: country(o) == "DE" and rates(o) == ["19"] and o["customer_id"] == 0,
    "oss-germany-many": lambda o: country(o) == "DE" and items(o)[0]["quantity"] == 9 and o["customer_id"] > 0,
    "oss-finland": lambda o: country(o) == "FI" and rates(o) == ["25.5"],
    "oss-netherlands-euro": lambda o: (country(o), o["currency"]) == ("NL", "EUR") and rates(o) == ["21"],
    "eu-business-sweden": lambda o: vat.is_valid(meta(o)[people.VAT]) and meta(o)["is_vat_exempt"] == "yes" and rates(o) == [],
    "invalid-vat-number": lambda o: not vat.is_valid(meta(o)[people.VAT]) and rates(o) == ["25"] and country(o) == "SE",
    "export-norway": lambda o: country(o) == "NO" and amount(o, "total_tax") == 0,
    "canary-islands": lambda o: country(o) == "ES" and o["shipping"]["postcode"][:2] == "35" and rates(o) == [],
    "yen-japan": lambda o: (country(o), o["currency"]) == ("JP", "JPY") and all(whole(i["total"]) for i in [*items(o), o]),
    "public-ean": lambda o: ean.is_valid(meta(o)[people.EAN]) and bool(meta(o)[people.REFERENCE]) and o["payment_method"] == "ean",
    "unpaid": lambda o: unpaid(o, "pending") and o["needs_payment"],
    "failed-payment": lambda o: unpaid(o, "failed"),
    "on-hold-transfer": lambda o: unpaid(o, "on-hold") and o["payment_method"] == "bacs",
    "cancelled": lambda o: unpaid(o, "cancelled"),
    "processing": lambda o: o["status"] == "processing" and o["date_completed_gmt"] is None and o["date_paid_gmt"] is not None,
    "plugins-own-status": lambda o: o["status"] == "packed",
    "zero": lambda o: amount(o) == 0 and "gift_cards" not in o,
    "one-cent-off": lambda o: o["created_via"] == "rest-api" and amount(o) - gross(o) == Decimal("-0.01"),
    "one-krone-off": lambda o: amount(o) - gross(o) == -1,
    "past-midnight": lambda o: (o["date_paid_gmt"], o["date_paid"]) == ("2026-03-31T22:30:00", "2026-04-01T00:30:00"),
    "summer-time-night": lambda o: (o["date_created"], o["date_paid"]) == ("2026-03-29T01:59:50", "2026-03-29T01:59:57"),
    "emoji": lambda o: "🦊" in o["billing"]["first_name"] and "🎄" in o["customer_note"],
    "hebrew": lambda o: has_rtl(o["billing"]["last_name"], "\u0590", "\u05ff"),
    "arabic": lambda o: has_rtl(o["billing"]["last_name"], "\u0600", "\u06ff"),
    "marks-in-names": lambda o: "&" in o["billing"]["first_name"] and "'" in o["billing"]["last_name"],
    "without-mail": lambda o: o["billing"]["email"] == "",
    "long-name": lambda o: len(o["billing"]["company"]) == 183,
    "two-lines": lambda o: len(items(o)) == 2 and items(o)[0]["variation_id"] == 221 and items(o)[0]["parent_name"] == "Krus",
    "two-hundred-lines": lambda o: len(items(o)) == 200,
    "deleted-product": lambda o: (items(o)[0]["sku"], items(o)[0]["product_id"]) == (None, 0),
    "one-and-a-half": lambda o: items(o)[0]["quantity"] == Decimal("1.5"),
    "gift-card-sold": lambda o: items(o)[0]["taxes"] == [] and items(o)[0]["sku"] == "GAVE-500" and o["shipping_lines"] == [],
    "gift-card-used": lambda o: [amount(c, "amount") for c in o["gift_cards"]] == [500] and gross(o) - amount(o) == 500,
    "gift-cards-pay-all": lambda o: amount(o) == 0 and len(o["gift_cards"]) == 2 and gross(o) == 248,
    "partly-refunded": lambda o: o["status"] == "completed" and back_to(o) == [items(o)[0]["id"]],
    "fully-refunded": lambda o: o["status"] == "refunded" and len(back_to(o)) == 2,
    "amount-refunded": lambda o: [amount(r, "amount") for r in returned(o)] == [40] and back_to(o) == [] and len(rates(o)) == 2,
    "shipping-refunded": lambda o: back_to(o) == [o["shipping_lines"][0]["id"]],
    "refunded-twice": lambda o: back_to(o) == [items(o)[0]["id"], items(o)[1]["id"]] and rates(o) == ["19"],
}  # fmt: skip


def whole(text: str) -> bool:
    return Decimal(text) == int(Decimal(text))


def off(order: Row) -> list[str]:
    """What the coupons took off each line, with tax."""
    return [f"{sum_of(line, 'subtotal') - sum_of(line, 'total'):.2f}" for line in items(order)]


def sum_of(line: Row, name: str) -> Decimal:
    return Decimal(line[name]) + sum((Decimal(tax[name]) for tax in line["taxes"]), Decimal(0))


def gross(order: Row) -> Decimal:
    """The order's lines as WooCommerce adds them up: each net and each tax rounded first."""
    step = Decimal(1) if order["currency"] == "JPY" else Decimal("0.01")
    parts = [line for name in ("line_items", "shipping_lines", "fee_lines") for line in order[name]]
    return sum(
        (Decimal(p["total"]).quantize(step, "ROUND_HALF_UP") + Decimal(p["total_tax"]) for p in parts), Decimal(0)
    )


def test_every_order_has_a_fact_to_prove() -> None:
    assert set(TRUE) == set(SLUGS)
    assert len(ORDERS) >= 40


@pytest.mark.parametrize("slug", SLUGS)
def test_an_order_shows_what_the_index_says(slug: str) -> None:
    assert TRUE[slug](ORDERS[SLUGS[slug]])


@pytest.mark.parametrize("id_", ORDERS)
def test_lines_add_up_to_the_total(id_: int) -> None:
    order = ORDERS[id_]
    in_cards = sum((Decimal(card["amount"]) for card in order.get("gift_cards", ())), Decimal(0))

    assert amount(order) + in_cards == gross(order) + OFF.get(id_, 0)


@pytest.mark.parametrize("id_", ORDERS)
def test_taxes_add_up_by_rate(id_: int) -> None:
    order = ORDERS[id_]
    listed = sum((amount(t, "tax_total") + amount(t, "shipping_tax_total") for t in order["tax_lines"]), Decimal(0))

    assert amount(order, "total_tax") == amount(order, "cart_tax") + amount(order, "shipping_tax") == listed


@pytest.mark.parametrize("id_", REFUNDS)
def test_a_refund_gives_back_what_its_lines_say_or_has_none(id_: int) -> None:
    refund = REFUNDS[id_]
    parts = [line for name in ("line_items", "shipping_lines", "fee_lines") for line in refund[name]]
    back = -sum((amount(line) + amount(line, "total_tax") for line in parts), Decimal(0))

    assert amount(refund, "amount") == back or not parts
    assert refund["related"]["order"] == ORDERS[refund["parent_id"]]


@pytest.mark.parametrize("id_", ORDERS)
def test_every_field_of_the_api_is_there(id_: int) -> None:
    order = ORDERS[id_]

    assert [name for name in FIELDS if name not in order] == []
    assert set(order) - set(FIELDS) <= {"gift_cards", "related"}
    assert all(
        re.fullmatch(r"-?\d+\.\d{6}", order[name]) for name in ("total", "total_tax", "cart_tax", "discount_total")
    )


FIELDS = [
    "id",
    "parent_id",
    "number",
    "order_key",
    "created_via",
    "version",
    "status",
    "currency",
    "date_created",
    "date_created_gmt",
    "date_modified",
    "date_modified_gmt",
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total",
    "total_tax",
    "prices_include_tax",
    "customer_id",
    "customer_ip_address",
    "customer_user_agent",
    "customer_note",
    "billing",
    "shipping",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "date_paid",
    "date_paid_gmt",
    "date_completed",
    "date_completed_gmt",
    "cart_hash",
    "meta_data",
    "line_items",
    "tax_lines",
    "shipping_lines",
    "fee_lines",
    "coupon_lines",
    "refunds",
    "payment_url",
    "is_editable",
    "needs_payment",
    "needs_processing",
    "currency_symbol",
    "_links",
]


def test_the_index_lists_every_order_with_its_file() -> None:
    listed = re.findall(r"^\| (\d+) \|.*\]\((orders/[^)]+)\)", (WEBSHOP / "orders.md").read_text("utf-8"), re.MULTILINE)

    assert {int(id_) for id_, _ in listed} == set(ORDERS)
    assert all(row(WEBSHOP / file)["id"] == int(id_) for id_, file in listed)


@pytest.mark.parametrize(("folder", "arguments"), [("webshop", []), ("subscriptions", ["--subscriptions"])])
def test_the_generator_writes_these_very_files(folder: str, arguments: list[str], tmp_path: Path) -> None:
    sample.main(["--out", str(tmp_path), *arguments])

    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) > 2
    assert {path: (EXAMPLES / folder / path).read_bytes() for path in written} == written


def test_the_shop_behind_its_api_gives_these_very_orders() -> None:
    shop = make(folder=WEBSHOP, site=SITE, clock=Clock(START))
    read = {r.id: r.data for page in source_of(CONNECTOR, shop).read("order", None) for r in page.records}
    unlike = ("related", "_links")  # the net and the yen orders were made under other settings

    assert set(read) == {str(id_) for id_ in ORDERS}
    for id_, order in ORDERS.items():
        assert {k: v for k, v in read[str(id_)].items() if k not in unlike} == {
            k: v for k, v in order.items() if k not in unlike
        }


def drawn(folder: Path, seed: int, count: int = 120) -> bytes:
    sample.main(["--out", str(folder), "--orders", str(count), "--seed", str(seed)])
    return (folder / "orders.jsonl").read_bytes()


def test_the_same_seed_draws_the_same_orders(tmp_path: Path) -> None:
    first, again, other = (drawn(tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))

    assert first == again != other
    assert first.count(b"\n") == 120
    named_ones = [read_json(line)["id"] for line in first.splitlines()[:51]]
    assert named_ones == sorted(ORDERS)


def test_drawn_orders_add_up_too(tmp_path: Path) -> None:
    drawn(tmp_path, 3, 400)

    rows = lines(tmp_path / "orders.jsonl")
    assert len({order["id"] for order in rows}) == 400
    for order in rows[51:]:
        assert amount(order) == gross(order)
    assert all(refund["related"]["order"]["id"] == refund["parent_id"] for refund in lines(tmp_path / "refunds.jsonl"))


RENEWALS = lines(EXAMPLES / "subscriptions" / "renewals.jsonl")


def test_renewals_are_paid_failed_and_retried() -> None:
    states = {order["id"]: (order["status"], "_retry_count" in meta(order)) for order in RENEWALS}

    assert list(states.values()).count(("failed", False)) == 3
    assert list(states.values()).count(("completed", True)) == 3
    assert list(states.values()).count(("completed", False)) == 16
    assert all((order["date_paid_gmt"] is None) == (order["status"] == "failed") for order in RENEWALS)


def test_a_renewal_points_to_its_subscription() -> None:
    for order in RENEWALS:
        subscription = order["related"]["subscription"]
        assert order["created_via"] == "subscription"
        assert meta(order)["_subscription_renewal"] == str(subscription["id"])
        assert amount(order) == amount(subscription) == gross(order)


def test_the_table_says_the_same_as_the_orders() -> None:
    with (EXAMPLES / "subscriptions" / "renewals.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))

    assert [int(line["renewal"]) for line in table] == [order["id"] for order in RENEWALS]
    for line, order in zip(table, RENEWALS, strict=True):
        assert Decimal(line["net"]) + Decimal(line["vat"]) == Decimal(line["gross"]) == amount(order)
        assert line["state"] == order["status"]
        assert (line["paid"] == "") == (order["date_paid"] is None)
        assert line["period_start"] <= line["period_end"]


def test_periods_follow_one_another_without_a_gap() -> None:
    with (EXAMPLES / "subscriptions" / "renewals.csv").open(encoding="utf-8", newline="") as file:
        table = sorted(csv.DictReader(file), key=lambda line: (line["subscription"], line["due"]))

    for earlier, later in pairwise(table):
        if earlier["subscription"] == later["subscription"]:
            assert earlier["period_end"] < later["period_start"] == later["due"]
