"""The simulated company answers as Rackbeat's documentation and other people's clients say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.rackbeat.company import COFFEE, CUSTOMER, SUPPLIER, company, made, outsider

from kontering.connectors.rackbeat.simulator import State, hooks, stock
from kontering.sdk.wire import read_json
from kontering.testing import Clock, Simulated


@pytest.fixture
def system() -> Simulated[State]:
    return company()


def test_a_list_is_answered_with_206_and_counts_its_pages(system: Simulated[State]) -> None:
    who = outsider(system)
    for number in range(45):
        made(who, "customers", {**CUSTOMER, "name": f"Buyer {number}"})
    answer = who.get("customers", params={"page": 3})
    body = answer.json()

    assert answer.status_code == 206
    assert {name: value for name, value in body.items() if name != "customers"} == {
        "total": 45,
        "pages": 3,
        "limit": 20,
        "page": 3,
    }
    assert [row["name"] for row in body["customers"]] == [f"Buyer {number}" for number in range(40, 45)]


def test_without_the_key_nothing_is_told(system: Simulated[State]) -> None:
    assert outsider(system, Authorization="Bearer wrong").get("customers").status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        ("customers", {"name": "A", "payment_terms_id": 1001}, "contact_email", "field is required"),
        ("customers", {**CUSTOMER, "contact_email": "nobody"}, "contact_email", "valid email address"),
        ("customers", {**CUSTOMER, "payment_terms_id": 9}, "payment_terms_id", "payment terms is invalid"),
        ("customers", {**CUSTOMER, "vat_zone": "moon"}, "vat_zone", "vat zone is invalid"),
        ("customers", {**CUSTOMER, "currency": "XXX"}, "currency", "currency is invalid"),
        ("customers", {**CUSTOMER, "number": "A7"}, "number", "must be an integer"),
        ("customers", {**CUSTOMER, "name": "x" * 256}, "name", "greater than 255"),
        ("suppliers", {**SUPPLIER, "supplier_group_id": 9}, "supplier_group_id", "supplier group is invalid"),
        ("products", {**COFFEE, "group": 9}, "group", "group is invalid"),
        ("products", {"name": "No number", "group": 1}, "number", "field is required"),
        ("products", {**COFFEE, "sales_price": "52,00"}, "sales_price", "must be a number"),
    ],
)
def test_what_rackbeat_refuses_is_refused(
    system: Simulated[State], path: str, body: dict[str, Any], field: str, message: str
) -> None:
    answer = outsider(system).post(path, json=body)

    assert answer.status_code == 422
    assert message in answer.json()["errors"][field][0]


def test_a_number_is_taken_once(system: Simulated[State]) -> None:
    who = outsider(system)
    made(who, "customers", {**CUSTOMER, "number": 77})

    assert "already been taken" in who.post("customers", json={**CUSTOMER, "number": 77}).text
    assert made(who, "customers", CUSTOMER)["number"] == 1001


@pytest.mark.parametrize(("encoded", "path"), [("once", "KAF%2F500"), ("twice", "KAF%252F500")])
def test_an_item_s_number_is_encoded_in_its_address(encoded: str, path: str) -> None:
    who = outsider(company(encoded=encoded))
    friendly = made(who, "products", COFFEE)["urlfriendly_number"]

    assert friendly == "KAF%2F500"
    assert who.get(f"products/{path}").json()["product"]["number"] == "KAF/500"
    assert who.get("products/KAF").status_code == 404


def test_a_put_changes_what_it_names_or_means_the_whole_card() -> None:
    part, whole = outsider(company()), outsider(company(put="whole"))
    for who in (part, whole):
        made(who, "customers", {**CUSTOMER, "number": 1, "ean": "5798000000117"})
    changed = part.put("customers/1", json={"name": "Other"}).json()["customer"]

    assert (changed["name"], changed["ean"]) == ("Other", "5798000000117")
    assert whole.put("customers/1", json={"name": "Other"}).status_code == 422
    assert whole.put("customers/1", json=CUSTOMER).json()["customer"]["ean"] is None


def test_lists_are_filtered_sorted_and_cut_to_fields(system: Simulated[State]) -> None:
    who = outsider(system)
    for name in ("B", "A", "C"):
        made(who, "customers", {**CUSTOMER, "name": name, "is_barred": name == "C"})
    open_ = who.get("customers", params={"is_barred": "false", "order_by": "name", "fields": "name"}).json()
    named = who.get("customers?simple_filter[name]=B").json()

    assert open_["customers"] == [{"name": "A"}, {"name": "B"}]
    assert [row["name"] for row in named["customers"]] == ["B"]


def test_changed_since_is_an_operator_in_the_place_of_the_equals_sign() -> None:
    clock = Clock()
    who = outsider(company(clock=clock))
    made(who, "customers", {**CUSTOMER, "name": "Old"})
    clock.forward(hours=1)
    made(who, "customers", {**CUSTOMER, "name": "New"})
    rows = who.get("customers?updated_at>=2026-03-02 10:30:00").json()["customers"]

    assert [row["name"] for row in rows] == ["New"]


def test_the_481st_call_of_a_minute_waits() -> None:
    clock = Clock()
    who = outsider(company(clock=clock))
    statuses = [who.get("self").status_code for _ in range(481)]
    answer = who.get("self")
    clock.forward(seconds=61)

    assert (statuses.count(200), statuses[-1], answer.headers["retry-after"]) == (480, 429, "60")
    assert who.get("self").status_code == 200


def test_what_is_used_is_not_deleted(system: Simulated[State]) -> None:
    who = outsider(system)
    made(who, "suppliers", SUPPLIER)

    assert who.delete("supplier-groups/1").status_code == 422
    assert who.delete("customer-groups/1").status_code == 200
    assert who.get("customer-groups/1").status_code == 404


def order(who: httpx.Client, quantity: int = 24) -> int:
    customer = made(who, "customers", CUSTOMER)["number"]
    made(who, "products", {**COFFEE, "stock_quantity": 100})
    lines = [{"item_id": "KAF/500", "name": "Kaffe 500 g", "quantity": quantity}]
    return int(made(who, "orders/drafts", {"customer_id": customer, "lines": lines})["number"])


def test_an_order_is_booked_sent_and_invoiced_and_stock_goes_down(system: Simulated[State]) -> None:
    who = outsider(system)
    number = order(who)
    assert who.post(f"orders/{number}/create-shipment").status_code == 422
    who.post(f"orders/{number}/book")
    shipment = made(who, f"orders/{number}/create-shipment", {})["id"]
    assert who.post(f"orders/shipments/{shipment}/mark-shipped", json={}).status_code == 422
    who.post(f"orders/shipments/{shipment}/mark-shipped", json={"pick": True})
    invoice = who.post(f"orders/{number}/convert-to-invoice?book=true").json()["invoice_id"]
    shown = read_json(who.get(f"customer-invoices/{invoice}").content)["customer_invoice"]

    assert who.get(f"orders/{number}").json()["order"]["is_shipped"] is True
    assert (shown["total_subtotal"], shown["total_vat"], shown["total_total"]) == (1248, 312, 1560)
    assert (shown["order"], shown["is_booked"]) == ({"number": number}, True)
    assert who.get("products/KAF%2F500").json()["product"]["stock_quantity"] == 76
    assert [row["quantity"] for row in who.get("reports/ledger/KAF%2F500").json()["ledger_items"]] == [-24]


def test_a_credit_note_is_an_invoice_below_zero_and_brings_the_goods_back(system: Simulated[State]) -> None:
    who = outsider(system)
    number = order(who)
    who.post(f"orders/{number}/book")
    invoice = who.post(f"orders/{number}/convert-to-invoice?book=true").json()["invoice_id"]
    credit = made(who, f"customer-invoices/{invoice}/create-creditnote", {})
    who.post(f"customer-invoices/{credit['number']}/book")

    assert (credit["number"], credit["total_total"]) == (invoice + 1, -1560)
    assert "credits" not in credit
    assert who.get("products/KAF%2F500").json()["product"]["stock_quantity"] == 100


def test_a_booked_document_is_neither_changed_nor_deleted_nor_booked_again(system: Simulated[State]) -> None:
    who = outsider(system)
    number = order(who)
    who.post(f"orders/{number}/book")
    invoice = who.post(f"orders/{number}/convert-to-invoice?book=true").json()["invoice_id"]
    path = f"customer-invoices/{invoice}"

    answers = [who.put(path, json={}), who.delete(path), who.post(f"{path}/book")]
    assert [answer.status_code for answer in answers] == [422, 422, 422]


def test_a_line_that_can_t_be_is_named_by_its_place(system: Simulated[State]) -> None:
    who = outsider(system)
    customer = made(who, "customers", CUSTOMER)["number"]
    answer = who.post("customer-invoices/drafts", json={"customer_id": customer, "lines": [{"item_id": "NO"}]})
    nobody = who.post("orders/drafts", json={"customer_id": 4, "lines": []})

    assert set(answer.json()["errors"]) == {"lines.0.item_id", "lines.0.quantity"}
    assert nobody.json()["errors"]["customer_id"] == ["The selected Customer is invalid."]


def test_a_supplier_s_invoice_brings_goods_and_a_later_correction_changes_what_they_cost(
    system: Simulated[State],
) -> None:
    who = outsider(system)
    supplier = made(who, "suppliers", SUPPLIER)["number"]
    made(who, "products", COFFEE)
    lines = [{"item_id": "KAF/500", "quantity": 10, "line_price": 30}]
    bill = made(who, "supplier-invoices/drafts", {"supplier_id": supplier, "lines": lines, "invoice_number": "F-7"})
    who.post(f"supplier-invoices/{bill['number']}/book")
    stock.correct(system.state, "KAF/500", Decimal(32))

    assert who.get("items/KAF%2F500").json()["item"]["stock_quantity"] == 10
    assert who.get("reports/ledger/KAF%2F500").json()["ledger_items"][0]["value"] == 320


def test_webhooks_carry_their_token_are_tried_again_and_can_be_muted() -> None:
    clock = Clock()
    system = company(clock=clock)
    who = outsider(system)
    hook = made(who, "webhooks", {"event": "customer.created", "url": "https://us.example/hook", "is_active": True})
    made(who, "customers", CUSTOMER)
    made(who, "customers?suppress_webhooks=true", CUSTOMER)
    seen: list[httpx.Request] = []

    def receive(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(500 if len(seen) == 1 else 200)

    first = hooks.deliver(system.state, receive, clock())
    clock.forward(minutes=2)
    second = hooks.deliver(system.state, receive, clock())

    assert (first, second, len(seen)) == (0, 1, 2)
    assert seen[1].headers["rackbeat-webhook-token"] == hook["token"]
    assert read_json(seen[1].content)["key"] == 1001
    assert "token" not in who.get(f"webhooks/{hook['id']}").json()["webhook"]
    assert [row["status"] for row in who.get(f"webhooks/{hook['id']}/logs").json()["logs"]] == [500, 200]


def test_an_unknown_address_and_a_broken_body_are_answered_in_json(system: Simulated[State]) -> None:
    who = outsider(system)

    assert who.get("nothing").status_code == 404
    assert who.post("customers", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert who.get("customers", params={"page": 0}).status_code == 422
