"""Our connector at the simulated Dynaccount: each row of its table of calls, and what lost answers leave behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.dynaccount.company import company, found, step, target

from kontering.connectors.dynaccount.finding import own_number
from kontering.connectors.dynaccount.simulator.chart import put, put_year
from kontering.connectors.dynaccount.target import TAKES, Dynaccount
from kontering.errors import Closed, Denied, Refused, TryLater, Unsure
from kontering.sdk.connector import Again, Totals
from kontering.testing import Faulty, serve
from kontering.testing.faults import after, at, dropped, lost, throttled, truncated

BUYER = {"module_group_name": "Forbrugere", "name": "Asta Lindgaard", "email": "asta@example.dk", "vatno": "29384754"}
TERMS = {"key": "shop/customer/77", "external_id": "77", "email": "asta@example.dk", "name": "Asta Lindgaard"}
MARK = {"key": "shop/order/10042", "reference": "SHOP-10042"}
DAY = "2026-03-01"


def ledger(account: str, amount: str) -> dict[str, Any]:
    return {"type": "LEDGER", "account_id_": account, "amount": Decimal(amount)}


def sale(number: str, txt: str = "SHOP-10042", gross: str = "499.90") -> dict[str, Any]:
    owed = {"type": "DEBTOR_INVOICE", "accountoff_id_": number, "amount": -Decimal(gross), "invoice_time_due": DAY}
    rows = [ledger("1110", "-399.92"), ledger("7310", "-99.98"), owed]
    return {"enclosure": {"time": DAY, "txt": txt, "note": "Faktura"}, "rows": rows, "gross": Decimal(gross)}


def money(number: str) -> dict[str, Any]:
    paid = {"type": "DEBTOR_PAYMENT", "accountoff_id_": number, "amount": Decimal("499.90")}
    return {"enclosure": {"time": DAY, "txt": "SHOP-10042#1"}, "rows": [ledger("5720", "499.90"), paid]}


@pytest.fixture(params=["in process", "over a socket"])
def books(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Dynaccount]]:
    simulator = company()
    if request.param == "in process":
        yield simulator, target(simulator)
        return
    with serve(simulator) as served:
        ours = target(httpx.HTTPTransport(), url=f"{served.url}/v7")
        yield simulator, ours
        ours.client.close()


def test_from_customer_to_payment(books: tuple[Any, Dynaccount]) -> None:
    simulator, ours = books

    customer = ours.send(step("create", "customer", BUYER, key="shop/customer/77", terms=TERMS))
    made = ours.send(step("create", "invoice", sale(customer.id), terms=MARK))
    booked = ours.send(step("book", "invoice", {}, of=made))
    paid = ours.send(step("create", "payment", money(customer.id), terms={"reference": "SHOP-10042#1"}))
    ours.send(step("book", "payment", {}, of=paid))

    assert customer.id == own_number(ours.settings, TERMS)
    assert made.totals == Totals(gross=Decimal("499.90"))
    assert made.done == {"create"}
    assert booked.done == {"create", "book"}
    assert simulator.state.trial_balance() == {
        "1110": Decimal("-399.92"),
        "5600": 0,
        "5720": Decimal("499.90"),
        "7310": Decimal("-99.98"),
    }
    assert [one.done for one in ours.find("invoice", MARK)] == [{"create", "book"}]


def test_without_the_actions_name_vouchers_wait_for_a_bookkeeper() -> None:
    simulator = company()
    ours = target(simulator, book_action="")
    customer = ours.send(step("create", "customer", BUYER, key="shop/customer/77"))
    made = ours.send(step("create", "invoice", sale(customer.id)))

    assert made.done == {"create", "book"}
    assert ours.send(step("book", "invoice", {}, of=made)).done == {"create", "book"}
    assert simulator.state.trial_balance() == {}


def test_a_number_of_somebody_else_is_passed_over() -> None:
    simulator = company()
    ours = target(simulator)
    first = own_number(ours.settings, TERMS)
    put(simulator.state, "debtor", module_id_=first, module_group_name="Firmaer", name="Other", email="o@x.example")

    customer = ours.send(step("create", "customer", BUYER, key="shop/customer/77", terms=TERMS))

    assert customer.id == str(int(first) + 1)
    assert [one.id for one in ours.find("customer", TERMS)] == [customer.id]
    for number in range(2, 5):
        put(simulator.state, "debtor", module_id_=str(int(first) + number), module_group_name="Firmaer", name="x")
    with pytest.raises(Refused, match="are taken"):
        ours.send(step("create", "customer", BUYER, key="shop/customer/77", terms=TERMS))


@pytest.mark.parametrize(
    "by",
    [
        {"number": "5012"},
        {"vat_number": "DK29384754"},
        {"email": "asta@example.dk"},
        {"name": "Asta Lindgaard"},
        {"ean": "5798000000117"},
        {"phone": "12345678"},
    ],
)
def test_a_customer_is_found_by_each_term(by: dict[str, str]) -> None:
    ours = target(company())
    more = {"module_id_": "5012", "ean": "5798000000117", "phone": "12345678"}
    ours.send(step("create", "customer", BUYER | more))

    assert [one.id for one in ours.find("customer", by)] == ["5012"]
    assert ours.find("customer", dict.fromkeys(by, "77777777")) == ()
    assert ours.find("supplier", by) == ()
    assert ours.find("customer", {}) == ()


def test_an_external_id_is_the_number_that_is_made_of_it() -> None:
    ours = target(company())
    customer = ours.send(step("create", "customer", BUYER, key="shop/customer/77", terms=TERMS))

    assert [one.id for one in ours.find("customer", {"external_id": "77", "source": "shop"})] == [customer.id]
    assert ours.find("customer", {"external_id": "77", "source": "other"}) == ()


def test_a_customer_is_changed_by_its_number() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))

    changed = ours.send(step("change", "customer", {"name": "Asta L.", "module_id_": "9"}, of=customer))

    assert (changed.id, changed.terms["name"], changed.terms["email"]) == (customer.id, "Asta L.", "asta@example.dk")
    with pytest.raises(Refused, match="is gone"):
        ours.send(step("change", "customer", {"name": "x"}, of=found("1")))


def test_a_changed_draft_is_another_voucher_in_its_place() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    other = sale(customer.id, gross="500.00")
    other["rows"][0]["amount"] = Decimal("-400.02")

    with pytest.raises(Refused, match="has this text already"):
        ours.send(step("create", "invoice", other))
    changed = ours.send(step("change", "invoice", other, of=made))

    assert "change" in changed.done
    assert changed.totals == Totals(gross=Decimal("500.00"))
    assert len(simulator.state.table("enclosure")) == 1
    ours.send(step("delete", "invoice", {}, of=changed))
    ours.send(step("delete", "invoice", {}, of=changed))
    assert simulator.state.table("accounting") == {}
    with pytest.raises(Unsure, match="deleted by somebody"):
        ours.send(step("book", "invoice", {}, of=changed))


def order(number: str) -> dict[str, Any]:
    line = {"product_id_": "SHOP", "vatcode_name": "S25", "name": "Helmet", "qty": 2, "price": Decimal("199.96")}
    head = {"module_id_": number, "time": DAY, "requisition": "SHOP-10042", "currency_name": "DKK"}
    return {"order": head, "lines": [line], "rows": [], "gross": Decimal("499.90")}


def test_an_order_comes_to_what_the_server_reckons() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))

    made = ours.send(step("create", "invoice", order(customer.id)))

    assert made.totals == Totals(net=Decimal("399.92"), vat=Decimal("99.98"), gross=Decimal("499.90"))
    assert ours.send(step("create", "invoice", order(customer.id))).id == made.id
    assert [one.id for one in ours.find("invoice", MARK)] == [made.id]
    with pytest.raises(Refused, match="change it in Dynaccount"):
        ours.send(step("change", "invoice", order(customer.id), of=made))


@pytest.mark.parametrize("bulk", ["whole", "until"])
def test_refused_lines_take_their_head_along(bulk: str) -> None:
    simulator = company(bulk=bulk)
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    wrong = sale(customer.id)
    wrong["rows"][1]["account_id_"] = "9999"

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "invoice", wrong))

    assert [one.path for one in refused.value.problems] == ["/rows/1/account_id_"]
    assert simulator.state.table("enclosure") == simulator.state.table("accounting") == {}
    assert ours.send(step("create", "invoice", sale(customer.id))).totals == Totals(gross=Decimal("499.90"))


@pytest.mark.parametrize("status", [200, 400, 422])
def test_an_error_is_one_whatever_its_status(status: int) -> None:
    with pytest.raises(Refused) as refused:
        target(company(error_status=status)).send(step("create", "customer", BUYER | {"module_group_name": "None"}))
    assert [one.path for one in refused.value.problems] == ["/module_group_name"]


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_wrong_secret_stops_the_connection(status: int) -> None:
    with pytest.raises(Denied):
        target(company(auth_status=status), api_secret="wrong").find("customer", {"number": "1"})


def test_a_closed_year_says_until_when() -> None:
    simulator = company()
    simulator.state.table("year").clear()
    put_year(simulator.state, "2025-01-01", "2025-12-31", closed="YES")
    put_year(simulator.state, "2026-01-01", "2026-03-31", closed="YES")
    put_year(simulator.state, "2026-04-01", "2027-03-31")
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))

    with pytest.raises(Closed) as closed:
        ours.send(step("create", "invoice", sale(customer.id)))
    assert closed.value.until == dt.date(2026, 3, 31)


def test_a_journal_that_is_not_there_is_refused() -> None:
    ours = target(company(), draft="Nothing")
    customer = ours.send(step("create", "customer", BUYER))
    with pytest.raises(Refused, match="no booking journal Nothing"):
        ours.send(step("create", "invoice", sale(customer.id)))


@pytest.mark.parametrize("fault", [lost, dropped, after(500), truncated], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("body", ["voucher", "order"])
def test_whatever_is_lost_of_two_calls_is_gone_on_with(fault: Any, call: int, body: str) -> None:
    """A head without lines, lines without an answer: one voucher in the end, whole."""
    simulator = company()
    customer = target(simulator).send(step("create", "customer", BUYER))
    payload = sale(customer.id) if body == "voucher" else order(customer.id)
    ours = target(Faulty(simulator, at(call, fault)))
    one = step("create", "invoice", payload, terms=MARK)

    with pytest.raises(Unsure):
        ours.send(one)
    there = [each for each in ours.find("invoice", MARK) if "create" in each.done]
    receipt = there[0] if there else ours.send(one)

    state = simulator.state
    assert receipt.totals is not None
    assert receipt.totals.gross == Decimal("499.90")
    assert len(state.table("enclosure")) + len(state.table("debtor_order")) == 1
    assert len(state.table("accounting")) + len(state.table("debtor_order_product")) == (3 if body == "voucher" else 1)


def test_a_throttled_call_is_sent_later() -> None:
    with pytest.raises(TryLater) as later:
        target(Faulty(company(), at(1, throttled("7")))).send(step("create", "customer", BUYER))
    assert later.value.after == 7


def test_every_row_is_looked_up_or_says_the_whole() -> None:
    rows = {(call.kind, call.action): call.again for takes in TAKES.values() for call in takes.calls}

    assert {again for (_, action), again in rows.items() if action in ("create", "book")} == {Again.LOOK}
    assert {again for (_, action), again in rows.items() if action in ("change", "delete")} == {Again.SAME}


def test_it_has_no_trial_and_no_unknown_action() -> None:
    ours = target(company())
    with pytest.raises(ValueError, match="asked"):
        ours.trial(step("create", "invoice", {}))
    with pytest.raises(ValueError, match="no mail"):
        ours.send(step("mail", "invoice", {}))
