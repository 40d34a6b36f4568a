"""Our connector at the simulated e-conomic: each row of its table of calls, in process and over a real socket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.economic.agreement import CUSTOMER, agreement, draft, found, outsider, step, target

from kontering.connectors.economic.target import Economic
from kontering.errors import Closed, Denied, Refused, TryLater, Unsure
from kontering.sdk.connector import Totals
from kontering.testing import serve

HELMET = {"productNumber": "SKU-77", "name": "Helmet", "productGroup": {"productGroupNumber": 1}}
PAYMENT = {
    "entries": {
        "customerPayments": [
            {
                "customer": {"customerNumber": 1},
                "customerInvoice": 20001,
                "amount": Decimal("-499.90"),
                "contraAccount": {"accountNumber": 5825},
                "currency": {"code": "DKK"},
                "date": "2026-03-04",
                "text": "SHOP-10042#1 card ch_1",
            }
        ]
    }
}
MARK = {"reference": "SHOP-10042#1", "key": "shop/order/10042#payment/1"}


@pytest.fixture(params=["in process", "over a socket"])
def books(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Economic]]:
    """A simulator, and our connector that talks to it."""
    simulator = agreement()
    if request.param == "in process":
        yield simulator, target(simulator)
        return
    with serve(simulator) as served:
        ours = target(httpx.HTTPTransport(), url=served.url)
        yield simulator, ours
        ours.client.close()


def test_from_customer_to_payment(books: tuple[Any, Economic]) -> None:
    simulator, ours = books

    customer = ours.send(step("create", "customer", CUSTOMER))
    product = ours.send(step("create", "product", HELMET))
    made = ours.send(step("create", "invoice", draft(int(customer.id))))
    booked = ours.send(step("book", "invoice", {"mail": True, "delivery": "mail"}, of=made))
    paid = ours.send(step("create", "payment", PAYMENT, of=booked, terms=MARK))
    settled = ours.send(step("book", "payment", {}, of=paid, terms=MARK))

    assert (customer.id, product.id, made.id, booked.id) == ("1", "SKU-77", "301", "20001")
    assert made.totals == booked.totals == Totals(net=Decimal("399.92"), vat=Decimal("99.98"), gross=Decimal("499.90"))
    assert [sorted(one.done) for one in (made, booked)] == [["create"], ["book", "create"]]
    assert (booked.number, paid.id, paid.number) == ("20001", "2026-50000", "50000")
    assert settled.done == {"create", "book"}
    assert simulator.state.booked[20001]["remainder"] == 0
    assert [row["sendBy"] for row in simulator.state.sent.values()] == ["email"]


def test_a_credit_note_is_negative_there_and_positive_here(books: tuple[Any, Economic]) -> None:
    simulator, ours = books
    ours.send(step("create", "customer", CUSTOMER))
    line = {"product": {"productNumber": "SHOP"}, "quantity": 1, "unitNetPrice": Decimal("-100.00")}
    wanted = Totals(net=Decimal("100.00"), vat=Decimal("25.00"), gross=Decimal("125.00"))

    made = ours.send(step("create", "credit_note", draft(1, line, references={"other": "SHOP-88"})))
    booked = ours.send(step("book", "credit_note", {"mail": False, "delivery": "mail"}, of=made))

    assert made.totals == booked.totals == wanted
    assert simulator.state.booked[20001]["grossAmount"] == Decimal("-125.00")
    assert simulator.state.sent == {}
    assert [one.totals for one in ours.find("credit_note", {"reference": "SHOP-88"})] == [wanted]
    assert ours.find("invoice", {"reference": "SHOP-88"}) == ()


def test_a_draft_is_changed_whole(books: tuple[Any, Economic]) -> None:
    simulator, ours = books
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))
    line = {"product": {"productNumber": "SHOP"}, "quantity": 1, "unitNetPrice": 10}

    changed = ours.send(step("change", "invoice", draft(1, line), of=made))

    assert (changed.id, changed.totals) == (
        "301",
        Totals(net=Decimal("10.00"), vat=Decimal("2.50"), gross=Decimal("12.50")),
    )
    assert len(simulator.state.drafts) == 1


def test_a_change_keeps_what_it_does_not_name_and_never_sends_null() -> None:
    simulator = agreement()
    ours = target(simulator)
    made = ours.send(step("create", "customer", CUSTOMER | {"city": "Odense C", "barred": True}))

    body = {"name": "Nordlys Group", "customerGroup": {"customerGroupNumber": 1}, "email": None}
    changed = ours.send(step("change", "customer", body, of=made))

    kept = simulator.state.customers[1]
    assert (kept["name"], kept["city"], kept["barred"]) == ("Nordlys Group", "Odense C", True)
    assert kept["customerGroup"] == {"customerGroupNumber": 1}
    assert kept["email"] == CUSTOMER["email"]
    assert changed.terms["name"] == "Nordlys Group"
    assert b"null" not in simulator.calls[-1].body


def test_a_product_with_odd_signs_in_its_number_is_changed() -> None:
    simulator = agreement()
    ours = target(simulator)
    made = ours.send(step("create", "product", HELMET | {"productNumber": "A/1_x.9", "unit": {"unitNumber": 2}}))

    ours.send(step("change", "product", {"name": "Helmet, red", "salesPrice": Decimal("10.00")}, of=made))

    kept = simulator.state.products["A/1_x.9"]
    assert (kept["name"], kept["salesPrice"]) == ("Helmet, red", Decimal("10.00"))
    assert (kept["unit"], kept["productGroup"]) == ({"unitNumber": 2}, {"productGroupNumber": 1})


def test_the_number_of_an_invoice_may_be_given() -> None:
    ours = target(agreement())
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))

    assert ours.send(step("book", "invoice", {"number": "30007", "delivery": "none"}, of=made)).id == "30007"


def test_an_e_invoice_names_a_contact_of_its_customer() -> None:
    simulator = agreement()
    ours = target(simulator)
    ours.send(step("create", "customer", CUSTOMER | {"ean": "5798000000117"}))
    recipient = {"name": "Børnehuset", "vatZone": {"vatZoneNumber": 1}, "ean": "5798000000117", "nemHandelType": "ean"}
    made = ours.send(step("create", "invoice", draft(1, recipient=recipient)))
    mail = {"mail": True, "delivery": "einvoice"}

    with pytest.raises(Refused, match="contact"):
        ours.send(step("book", "invoice", mail, of=made))
    outsider(simulator).post("/customers/1/contacts", json={"name": "Signe Holm"})
    ours.send(step("change", "invoice", draft(1, recipient=recipient), of=made))
    ours.send(step("book", "invoice", mail, of=made, attempt=2))

    assert [row["sendBy"] for row in simulator.state.sent.values()] == ["ean"]


def test_a_closed_period_is_told_apart_from_other_refusals() -> None:
    ours = target(agreement(closed_until=dt.date(2026, 3, 31)))
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))

    with pytest.raises(Closed):
        ours.send(step("book", "invoice", {}, of=made))


def test_a_payment_into_a_closed_year_is_refused_before_it_is_sent() -> None:
    simulator = agreement(closed_until=dt.date(2026, 12, 31))
    ours = target(simulator)

    with pytest.raises(Closed):
        ours.send(step("create", "payment", PAYMENT, of=found("20001"), terms=MARK))
    assert not any(call.writes for call in simulator.calls)


def test_a_payment_outside_of_every_year_is_refused() -> None:
    entry = PAYMENT["entries"]["customerPayments"][0] | {"date": "2010-01-01"}

    with pytest.raises(Refused, match="no accounting year"):
        target(agreement()).send(step("create", "payment", {"entries": {"customerPayments": [entry]}}, terms=MARK))


def test_the_year_is_read_since_its_name_cannot_be_built() -> None:
    simulator = agreement()
    years = simulator.state.table("accounting-years")
    years["2025/2026a"] = years.pop("2026") | {"year": "2025/2026a"}
    simulator.state.periods["2025/2026a"] = simulator.state.periods.pop("2026")
    ours = target(simulator)
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))
    booked = ours.send(step("book", "invoice", {}, of=made))

    paid = ours.send(step("create", "payment", PAYMENT, of=booked, terms=MARK))
    ours.send(step("book", "payment", {}, of=paid, terms=MARK))

    assert paid.id == "2025/2026a-50000"
    assert [one.id for one in ours.find("payment", MARK)] == ["2025/2026a-50000"]


def test_a_booked_draft_is_in_doubt_and_found_by_its_reference() -> None:
    simulator = agreement()
    ours = target(simulator)
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))
    outsider(simulator).post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 301}})

    with pytest.raises(Unsure):
        ours.send(step("book", "invoice", {}, of=made))
    (there,) = ours.find("invoice", {"reference": "SHOP-10042"})
    assert (there.id, sorted(there.done)) == ("20001", ["book", "create"])


def test_entries_that_somebody_has_booked_are_in_doubt() -> None:
    simulator = agreement()
    ours = target(simulator)
    with pytest.raises(Unsure):
        ours.send(step("book", "payment", {}, of=found("2026-50000", "create"), terms=MARK))


@pytest.mark.parametrize("form", ["object", "array"])
def test_how_entries_are_booked_is_a_setting(form: str) -> None:
    simulator = agreement(book_body=form)
    ours = target(simulator, book_entries=form)
    ours.send(step("create", "customer", CUSTOMER))
    paid = ours.send(step("create", "payment", PAYMENT, terms=MARK))

    ours.send(step("book", "payment", {}, of=paid, terms=MARK))

    assert simulator.state.draft_entries == {}
    assert simulator.calls[-1].path == "/journalsapi/v15.0.0/journals/3/bookdraftentries"


def test_entries_may_be_left_to_a_bookkeeper() -> None:
    simulator = agreement()
    ours = target(simulator, book_entries="never")
    ours.send(step("create", "customer", CUSTOMER))
    paid = ours.send(step("create", "payment", PAYMENT, terms=MARK))

    assert ours.send(step("book", "payment", {}, of=paid, terms=MARK)).done == {"create", "book"}
    assert len(simulator.state.draft_entries) == 1


def test_a_voucher_between_accounts() -> None:
    simulator = agreement()
    ours = target(simulator)
    entry = {"account": {"accountNumber": 1610}, "contraAccount": {"accountNumber": 6140}, "amount": Decimal("126.30")}
    body = {"entries": {"financeVouchers": [entry | {"date": "2026-03-04", "text": "SHOP-10042#cogs Forbrug"}]}}
    terms = {"reference": "SHOP-10042#cogs"}

    made = ours.send(step("create", "voucher", body, terms=terms))
    ours.send(step("book", "voucher", {}, of=made, terms=terms))

    assert simulator.state.trial_balance() == {1610: Decimal("126.30"), 6140: Decimal("-126.30")}
    assert [one.done for one in ours.find("voucher", terms)] == [{"create", "book"}]


def test_refusals_lead_into_the_payload() -> None:
    ours = target(agreement())
    ours.send(step("create", "customer", CUSTOMER))
    line = {"product": {"productNumber": "NONE"}, "quantity": 1, "unitNetPrice": Decimal("1.005")}

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "invoice", draft(1, {"description": "text"}, line)))

    assert {(one.path, one.code) for one in refused.value.problems} == {
        ("/lines/1/product", "E06000"),
        ("/lines/1/unitNetPrice", "E04740"),
    }


def test_refusals_of_a_voucher_lead_to_the_entry() -> None:
    entry = PAYMENT["entries"]["customerPayments"][0] | {"contraAccount": {"accountNumber": 77}}
    ours = target(agreement())
    ours.send(step("create", "customer", CUSTOMER))

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "payment", {"entries": {"customerPayments": [entry]}}, terms=MARK))
    assert [one.path for one in refused.value.problems] == ["/entries/customerPayments/0/contraAccount"]


def test_wrong_tokens_stop_the_connection() -> None:
    with pytest.raises(Denied):
        target(agreement(app_secret="another")).find("customer", {"number": "1"})


def test_a_throttled_call_says_for_how_long() -> None:
    simulator = agreement()
    simulator.state.throttled.append(17)

    with pytest.raises(TryLater) as later:
        target(simulator).send(step("create", "customer", CUSTOMER))
    assert later.value.after == 17


def test_a_key_that_was_used_for_something_else_is_in_doubt() -> None:
    ours = target(agreement())
    ours.send(step("create", "customer", CUSTOMER))

    with pytest.raises(Unsure, match="PayloadChanged"):
        ours.send(step("create", "customer", CUSTOMER | {"name": "Other"}))


def test_it_has_no_trial() -> None:
    with pytest.raises(ValueError, match="draft"):
        target(agreement()).trial(step("create", "invoice", {}))
