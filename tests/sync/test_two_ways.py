"""Back from the books: payments, stock and corrections reach the shop once, and our own writing is never sent back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.economic.test_source import pays
from tests.plain.masters import ECONOMIC, TABLES

from kontering.accounting.settings import Settings
from kontering.connectors.economic.simulator import State as Agreement
from kontering.connectors.economic.simulator import make as make_books
from kontering.connectors.woocommerce.simulator import Shop
from kontering.connectors.woocommerce.simulator import make as make_shop
from kontering.diagnostics import Span
from kontering.mapping.roots import Roots
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Customers, Payments, Policy, Products
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import wire
from kontering.testing import Clock, Faulty, Simulated
from kontering.testing.faults import Fault, Plan, after, at, before, lost, throttled

HERE = Span("kontering.yaml")
WEBSHOP = Path(__file__).parents[2] / "examples" / "webshop"
ORDER = 5121
REST = "https://restapi.e-conomic.com"
TOKENS = {"X-AppSecretToken": "app-secret", "X-AgreementGrantToken": "agreement-grant"}
POLICY = Policy(
    states={"*": "draft"},
    customers=Customers(match=("email",)),
    products=Products(fallback="SHOP"),
    payments=Payments(register=()),
)


BACK = Policy()


@dataclass
class Both:
    """A shop and its books, with flows both ways."""

    store: Store
    shop: Simulated[Shop]
    books: Simulated[Agreement]
    clock: Clock
    orders: Policy = POLICY
    back: Policy = BACK

    def run(self, *flows: str, faults: Plan | None = None) -> None:
        """The named flows, or all of them; a minute passes before. `faults` are the shop's."""
        self.clock.forward(minutes=1)
        transports: dict[str, httpx.BaseTransport] = {
            "shop": httpx.MockTransport(Faulty(self.shop, faults) if faults else self.shop),
            "books": httpx.MockTransport(self.books),
        }
        wired = wire(project(self), flows, transports=transports)
        dispatch.run(self.store, wired, threads=1, patience=3.0)

    def settle(self) -> None:
        """Until nothing more comes of it."""
        for _ in range(3):
            self.run()

    def bookkeeper(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.books), base_url=REST, headers=TOKENS)

    def writes_to_shop(self) -> list[tuple[str, Any]]:
        return [(call.path.rpartition("/v3/")[2], json.loads(call.body)) for call in self.shop.calls if call.writes]

    def corrections(self) -> list[Any]:
        return [body for path, body in self.writes_to_shop() if "_books_total" in str(body)]

    def writes_to_books(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.books.calls if call.writes]

    def order(self) -> dict[str, Any]:
        return self.shop.state.orders[ORDER]

    def meta(self) -> dict[str, str]:
        return {row["key"]: row["value"] for row in self.order()["meta_data"] if row["key"].startswith("_books_")}

    def held(self) -> dict[str, str]:
        return {entry.key: entry.code for entry in status.queue(self.store)}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    clock = Clock()
    sold = tmp_path / "sold"
    (sold / "orders").mkdir(parents=True)
    for name in ("taxes.jsonl", "orders/5101-plain-dk.json"):
        (sold / name).write_bytes((WEBSHOP / name).read_bytes())
    shop = make_shop(folder=sold, clock=clock)
    only = next(iter(shop.state.orders.values()))
    shop.state.orders = {ORDER: {**only, "id": ORDER, "number": str(ORDER)}}
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as store:
        yield Both(store=store, shop=shop, books=make_books(clock=clock), clock=clock)


def project(both: Both) -> Project:
    shop = {"url": "https://shop.example", "key": "ck_" + "3" * 40, "secret": "cs_" + "7" * 40}
    connections = {
        "shop": Connection(name="shop", connector="woocommerce", settings=shop, span=HERE),
        "books": Connection(
            name="books", connector="economic", settings=ECONOMIC, tables=TABLES, params={"layout": 19}, span=HERE
        ),
    }
    back = both.back
    flows = [
        _flow("orders", "shop", "order", "woocommerce/order-to-invoice", "books", both.orders),
        _flow("paid", "books", "invoice", "economic/invoice-to-payment_state", "shop", back),
        _flow("fixes", "books", "invoice", "economic/invoice-to-correction", "shop", back),
        _flow("stock", "books", "stock", "economic/stock-to-stock_level", "shop", back),
    ]
    return Project(
        folder=Path(),
        name="acme",
        store="",
        connections=connections,
        flows={flow.name: flow for flow in flows},
        accounting=Settings(project="acme"),
        digest="",
        roots=Roots(None),
    )


def _flow(name: str, source: str, kind: str, mapping: str, target: str, policy: Policy) -> Flow:
    return Flow(name=name, source=source, kind=kind, mapping=mapping, target=target, policy=policy, span=HERE)


def book_as_it_is(both: Both) -> None:
    both.bookkeeper().post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 301}})


def lower_the_price(both: Both) -> None:
    """The bookkeeper opens the draft, takes something off, and books it."""
    who = both.bookkeeper()
    draft = who.get("/invoices/drafts/301").json()
    lines = [{**line, "product": {"productNumber": line["product"]["productNumber"]}} for line in draft["lines"]]
    lines[0]["unitNetPrice"] -= 10
    assert who.put("/invoices/drafts/301", json={**draft, "lines": lines}).status_code == 200
    book_as_it_is(both)


def test_an_invoice_corrected_in_the_books_reaches_the_shop_once_and_does_not_echo(both: Both) -> None:
    both.settle()
    before = len(both.writes_to_books())
    lower_the_price(both)
    gross = both.books.state.booked[20001]["grossAmount"]
    by_hand = len(both.writes_to_books()) - before
    both.settle()
    both.settle()

    assert len(both.corrections()) == 1
    assert both.meta()["_books_invoice"] == "20001"
    assert both.meta()["_books_total"] == f"{gross:.2f}" != both.order()["total"]
    assert len(both.writes_to_books()) == before + by_hand
    assert both.held() == {}


@pytest.mark.parametrize("fault", [lost, after(500), before(503), throttled("1")], ids=["lost", "500", "503", "429"])
def test_a_correction_whose_answer_is_lost_is_there_once_and_does_not_echo(both: Both, fault: Fault) -> None:
    both.settle()
    lower_the_price(both)
    before_ = len(both.writes_to_books())
    both.run("fixes", faults=at(1, fault))
    for _ in range(3):
        both.settle()

    entries = [row for row in both.order()["meta_data"] if row["key"] == "_books_total"]
    assert [row["value"] for row in entries] == [f"{both.books.state.booked[20001]['grossAmount']:.2f}"]
    assert len(both.writes_to_books()) == before_
    assert both.held() == {}


def test_what_we_booked_ourselves_is_not_sent_back(both: Both) -> None:
    both.orders = replace(POLICY, states={"*": "book"})
    both.settle()

    assert len(both.books.state.booked) == 1
    assert "_books_total" not in both.meta()


def test_an_invoice_that_the_shop_has_made_has_its_number_in_the_books(both: Both) -> None:
    both.orders = replace(POLICY, states={"*": "book"}, numbers="source")
    both.settle()

    assert list(both.books.state.booked) == [ORDER]
    assert both.meta()["_books_invoice"] == str(ORDER)
    assert both.held() == {}


def test_a_number_that_the_books_cannot_have_is_held_with_its_place(both: Both) -> None:
    both.order()["number"] = "W-5121"
    both.orders = replace(POLICY, states={"*": "book"}, numbers="source")
    both.settle()

    assert both.held() == {f"shop/order/{ORDER}": "REFUSED"}
    assert not both.books.state.booked


def test_a_draft_that_is_booked_as_it_was_sent_is_no_correction(both: Both) -> None:
    both.settle()
    book_as_it_is(both)
    both.settle()

    assert "_books_total" not in both.meta()


def test_an_invoice_that_nobody_sent_stays_in_the_books(both: Both) -> None:
    who = both.bookkeeper()
    card = {
        "name": "By hand",
        "currency": "DKK",
        "customerGroup": {"customerGroupNumber": 1},
        "vatZone": {"vatZoneNumber": 1},
        "paymentTerms": {"paymentTermsNumber": 1},
    }
    number = who.post("/customers", json=card).json()["customerNumber"]
    line = {"lineNumber": 1, "description": "A", "quantity": 1, "unitNetPrice": 8, "product": {"productNumber": "SHOP"}}
    body = {
        "date": "2026-03-01",
        "currency": "DKK",
        "layout": {"layoutNumber": 19},
        "paymentTerms": {"paymentTermsNumber": 1},
        "customer": {"customerNumber": number},
        "recipient": {"name": "By hand", "vatZone": {"vatZoneNumber": 1}},
        "lines": [line],
    }
    draft = who.post("/invoices/drafts", json=body).json()["draftInvoiceNumber"]
    who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": draft}})
    both.run("paid", "fixes")

    assert both.writes_to_shop() == []


def changed_in_the_shop(both: Both) -> None:
    both.clock.forward(minutes=5)
    order = both.order()
    order["customer_note"] = "please by Friday"
    both.shop.state.touch(order, both.clock())


@pytest.mark.parametrize(("rule", "sent"), [("books_win", 1), ("source_wins", 0), ("hold", 0)])
def test_changed_on_both_sides_the_flow_s_rule_decides(both: Both, rule: Any, sent: int) -> None:
    both.back = Policy(conflict=rule)
    both.run("orders")
    both.run("fixes")
    lower_the_price(both)
    changed_in_the_shop(both)
    both.run("fixes")

    assert len(both.corrections()) == sent
    assert both.held() == ({"books/invoice/20001": "CONFLICT"} if rule == "hold" else {})


def test_a_payment_in_the_books_makes_the_order_paid_once(both: Both) -> None:
    both.order().update(status="on-hold", date_paid=None, date_paid_gmt=None)
    both.shop.state.touch(both.order(), both.clock())
    both.orders = replace(POLICY, states={"*": "book"})
    both.settle()
    invoice = both.books.state.booked[20001]
    pays(both.bookkeeper(), invoice["customer"]["customerNumber"], 20001, float(invoice["grossAmount"]))
    both.settle()

    assert both.order()["status"] == "processing"


def test_a_part_paid_is_told_and_a_paid_order_is_not_paid_again(both: Both) -> None:
    both.orders = replace(POLICY, states={"*": "book"})
    both.settle()
    first = len(both.writes_to_shop())
    invoice = both.books.state.booked[20001]
    pays(both.bookkeeper(), invoice["customer"]["customerNumber"], 20001, 100)
    both.settle()
    second = len(both.writes_to_shop())
    both.settle()

    assert both.meta()["_books_open"] == f"{invoice['grossAmount'] - 100:.2f}"
    assert (second - first, len(both.writes_to_shop()) - second) == (1, 0)
    assert "set_paid" not in both.writes_to_shop()[-1][1]


def test_stock_of_the_books_reaches_the_shop_and_what_it_does_not_sell_is_skipped(both: Both) -> None:
    keeper = both.bookkeeper()
    for sku in ("MUG", "TEA"):
        keeper.post("/products", json={"productNumber": sku, "name": sku, "productGroup": {"productGroupNumber": 1}})
        both.books.state.products[sku]["inventory"] = {"available": Decimal("7.5"), "inStock": Decimal(9)}
    who = httpx.Client(
        transport=httpx.MockTransport(both.shop),
        base_url="https://shop.example/wp-json/wc/v3/",
        auth=("ck_" + "3" * 40, "cs_" + "7" * 40),
    )
    made = who.post("products", json={"name": "Mug", "sku": "MUG", "regular_price": "10"}).json()["id"]
    both.shop.calls.clear()
    both.run("stock")
    both.run("stock")
    both.books.state.products["MUG"]["inventory"]["available"] = Decimal(-2)
    both.run("stock")

    paths = [path for path, _ in both.writes_to_shop()]
    assert paths == [f"products/{made}"] * 2
    assert both.shop.state.products[made]["stock_quantity"] == 0
    assert both.held() == {}
