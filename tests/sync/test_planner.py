"""The plan of a document: what is done next, and when a person has to look."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.sync.samples import TAKES, answer, credit_note, invoice, line, policy, taker

from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, Link, LookUp, Skip, Step, Todo, Totals, Wait
from kontering.model.record import JsonObject
from kontering.project.policy import Customers, Payments, Policy, Products, TotalsRule
from kontering.sync.facts import Facts, Nobody, Several, with_answer, with_link, with_receipt
from kontering.sync.planner import plan

NOBODY = Nobody()


def body(entry: Todo) -> JsonObject:
    assert isinstance(entry, Step)
    return entry.body


def short(todo: tuple[Todo, ...]) -> list[str]:
    return [_short(entry) for entry in todo]


def _short(entry: Todo) -> str:
    match entry:
        case Step():
            return f"{entry.action} {entry.kind}"
        case LookUp():
            return f"look {entry.kind}"
        case Wait():
            return f"wait {entry.kind}"
        case Hold() | Skip():
            return f"{type(entry).__name__.lower()} {entry.code}"
        case _:
            return "trial"


def known_parts() -> Facts:
    """Customer and products are in the target."""
    found = Facts()
    for kind, key in (
        ("customer", "shop/customer/77"),
        ("product", "shop/product/KAF-500"),
        ("product", "shop/product/MUG"),
    ):
        found = with_link(found, Linked(kind=kind, key=key, found=Found(id="5", done=frozenset({"create"}))))
    return found


def drafted(document: Planned | None = None, gross: str = "125.00", p: Policy | None = None) -> Facts:
    """The draft is made, and the target says what it comes to."""
    document, facts = document or invoice(), known_parts()
    step = next(entry for entry in plan(document, facts, p or policy(), taker()) if isinstance(entry, Step))
    return with_receipt(facts, step, answer(step, gross=Decimal(gross)))


def booked(document: Planned | None = None) -> Facts:
    document = document or invoice()
    facts = drafted(document)
    step = next(
        entry
        for entry in plan(document, facts, policy(), taker())
        if isinstance(entry, Step) and entry.action == "book"
    )
    return with_receipt(facts, step, Found(id="20017", number="20017"))


def test_a_new_order_is_looked_up_made_proved_booked_and_paid() -> None:
    assert short(plan(invoice(), Facts(), policy(), taker())) == [
        "look customer",
        "look product",
        "look product",
        "create invoice",
        "wait totals",
        "book invoice",
        "create payment",
    ]


def test_what_nobody_found_is_made_before_it_is_named() -> None:
    facts = Facts()
    for kind, key in (
        ("customer", "shop/customer/77"),
        ("product", "shop/product/KAF-500"),
        ("product", "shop/product/MUG"),
    ):
        facts = with_answer(facts, (kind, key), NOBODY)

    todo = plan(invoice(), facts, policy(), taker())

    assert short(todo)[:4] == ["create customer", "create product", "create product", "create invoice"]
    assert body(todo[3])["customer"] == Link("customer", "shop/customer/77")


def test_a_plan_is_the_same_before_and_after_its_customer_is_there() -> None:
    before = plan(invoice(), Facts(), policy(), taker())
    after = plan(invoice(), known_parts(), policy(), taker())

    assert after == tuple(entry for entry in before if not isinstance(entry, LookUp))


def test_several_customers_that_fit_hold_the_document() -> None:
    several = Several(found=(Found(id="1"), Found(id="2")), by="email")
    facts = with_answer(Facts(), ("customer", "shop/customer/77"), several)

    assert short(plan(invoice(), facts, policy(), taker())) == ["hold AMBIGUOUS"]


def test_a_flow_that_makes_no_customers_holds_for_a_new_one() -> None:
    facts = with_answer(Facts(), ("customer", "shop/customer/77"), NOBODY)

    assert short(plan(invoice(), facts, policy(customers=Customers(missing="hold")), taker())) == [
        "hold CUSTOMER_MISSING"
    ]


def test_one_customer_for_all_is_neither_looked_up_nor_made() -> None:
    todo = plan(invoice(), known_parts(), policy(customers=Customers(single="1000")), taker())

    assert short(todo)[0] == "create invoice"
    assert body(todo[0])["customer"] == Link("customer", "1000", "itself")


def test_a_line_without_product_takes_the_fallback_or_holds() -> None:
    document = invoice(lines=(line(1, "80.00", None),))

    assert short(plan(document, known_parts(), policy(), taker())) == ["hold NO_PRODUCT"]
    with_fallback = plan(document, known_parts(), policy(products=Products(fallback="SHOP")), taker())
    assert short(with_fallback)[:2] == ["look product", "create invoice"]
    assert body(with_fallback[1])["lines"][0]["product"] == Link("product", "shop/product/SHOP")


def test_the_fallback_stands_in_for_a_product_that_the_target_lacks() -> None:
    p = policy(products=Products(fallback="SHOP", missing="fallback"))
    facts = with_answer(known_parts(), ("product", "shop/product/NEW"), NOBODY)
    facts = with_link(facts, Linked(kind="product", key="shop/product/SHOP", found=Found(id="SHOP")))

    todo = plan(invoice(lines=(line(1, "80.00", "NEW"),)), facts, p, taker())

    assert body(todo[0])["lines"][0]["product"] == Link("product", "shop/product/SHOP")


def test_equal_totals_are_booked() -> None:
    assert short(plan(invoice(), drafted(), policy(), taker())) == ["book invoice", "create payment"]


def test_a_draft_that_is_a_little_off_gets_a_visible_line_first() -> None:
    todo = plan(invoice(), drafted(gross="124.98"), policy(), taker())

    assert short(todo) == ["look product", "change invoice", "wait totals", "book invoice", "create payment"]
    assert body(todo[1])["lines"][-1]["net"] == Decimal("0.02")


def test_the_rounding_line_is_not_taken_out_again() -> None:
    facts = drafted(gross="124.98")
    facts = with_link(facts, Linked(kind="product", key="shop/product/ROUNDING", found=Found(id="R")))
    change = plan(invoice(), facts, policy(), taker())[0]
    assert isinstance(change, Step)
    facts = with_receipt(facts, change, answer(change, gross=Decimal("125.00")))

    assert short(plan(invoice(), facts, policy(), taker())) == ["book invoice", "create payment"]


def test_a_target_whose_totals_never_come_right_is_held_in_the_end() -> None:
    facts = drafted(gross="124.98")
    facts = with_link(facts, Linked(kind="product", key="shop/product/ROUNDING", found=Found(id="R")))
    for _ in range(2):
        change = plan(invoice(), facts, policy(), taker())[0]
        assert isinstance(change, Step)
        facts = with_receipt(facts, change, answer(change, gross=Decimal("124.98")))

    assert short(plan(invoice(), facts, policy(), taker())) == ["hold TOTALS_DIFFER"]


def test_totals_beyond_the_tolerance_hold_with_both_breakdowns() -> None:
    (hold,) = plan(invoice(), drafted(gross="130.00"), policy(), taker())

    assert isinstance(hold, Hold)
    assert hold.code == "TOTALS_DIFFER"
    assert hold.details["seen"] == Totals(gross=Decimal("130.00"))


def test_a_flow_may_want_a_person_for_every_ore() -> None:
    p = policy(totals=TotalsRule(within="hold"))

    assert short(plan(invoice(), drafted(gross="124.99", p=p), p, taker())) == ["hold TOTALS_DIFFER"]


def test_a_draft_whose_totals_are_unknown_is_asked_and_never_booked_blind() -> None:
    facts = known_parts()
    create = plan(invoice(), facts, policy(), taker())[0]
    assert isinstance(create, Step)
    facts = with_receipt(facts, create, answer(create))

    assert short(plan(invoice(), facts, policy(), taker()))[0] == "look invoice"
    asked = with_answer(facts, ("invoice", "shop/order/5121"), NOBODY)
    assert short(plan(invoice(), asked, policy(), taker())) == ["hold TOTALS_UNKNOWN"]


def test_a_foreseen_rounding_is_in_the_first_draft() -> None:
    lines = tuple(line(number, "1.02") for number in range(1, 6))  # 5 x 0.26 VAT a line, 1.28 at once
    facts = with_link(known_parts(), Linked(kind="product", key="shop/product/ROUNDING", found=Found(id="R")))

    create = plan(invoice(lines=lines), facts, policy(), taker())[0]

    assert isinstance(create, Step)
    assert create.body["lines"][-1]["net"] == Decimal("0.02")
    assert create.keeps["rounding"] == "0.02"


def test_a_state_can_end_at_the_draft() -> None:
    assert short(plan(invoice(state="processing"), Facts(), policy(), taker()))[-1] == "create invoice"
    assert plan(invoice(state="processing"), drafted(invoice(state="processing")), policy(), taker()) == ()


def test_states_hold_skip_and_are_never_guessed() -> None:
    assert short(plan(invoice(state="on-hold"), Facts(), policy(), taker())) == ["hold STATE"]
    assert short(plan(invoice(state="trash"), Facts(), policy(), taker())) == ["skip STATE"]
    assert short(plan(invoice(state="x"), Facts(), policy(states={"completed": "book"}), taker())) == [
        "hold STATE_UNKNOWN"
    ]


def test_a_changed_order_changes_its_draft() -> None:
    facts = drafted()
    changed = invoice(lines=(line(1, "80.00"), line(2, "40.00", "MUG")))

    todo = plan(changed, facts, policy(), taker())

    assert short(todo) == ["change invoice", "wait totals", "book invoice", "create payment"]


def test_a_second_change_is_another_delivery_than_the_first() -> None:
    first = invoice(lines=(line(1, "90.00"),))
    second = invoice(lines=(line(1, "95.00"),))
    facts = drafted()
    one = plan(first, facts, policy(), taker())[0]
    assert isinstance(one, Step)
    facts = with_receipt(facts, one, answer(one, gross=Decimal("112.50")))

    two = plan(second, facts, policy(), taker())[0]

    assert isinstance(two, Step)
    assert (one.edition, two.edition) == (1, 2)
    assert one.attempt != two.attempt


def test_a_change_back_to_the_first_edition_is_sent_too() -> None:
    facts = drafted()
    for net, gross in (("90.00", "112.50"), ("80.00", "100.00")):
        step = plan(invoice(lines=(line(1, net),)), facts, policy(), taker())[0]
        assert isinstance(step, Step)
        assert step.action == "change"
        facts = with_receipt(facts, step, answer(step, gross=Decimal(gross)))

    back = plan(invoice(lines=(line(1, "90.00"),)), facts, policy(), taker())[0]

    assert isinstance(back, Step)
    assert back.edition == 3


def test_an_order_that_changes_after_booking_is_held() -> None:
    (hold,) = plan(invoice(lines=(line(1, "90.00"),)), booked(), policy(), taker())

    assert isinstance(hold, Hold)
    assert hold.code == "EDITED_AFTER_BOOKING"


def test_a_note_or_a_payment_after_booking_changes_no_invoice() -> None:
    unpaid = invoice(paid=False, open=Decimal("125.00"))

    assert short(plan(invoice(note="Ring twice"), booked(unpaid), policy(), taker())) == ["create payment"]


def test_a_payment_that_changes_after_it_is_registered_is_held() -> None:
    facts = booked()
    pay = plan(invoice(), facts, policy(), taker())[0]
    assert isinstance(pay, Step)
    facts = with_receipt(facts, pay, answer(pay))
    assert plan(invoice(), facts, policy(), taker()) == ()
    document = invoice()
    less = replace(document, payments=(replace(document.payments[0], amount=Decimal("100.00")),))

    assert short(plan(less, facts, policy(), taker())) == ["hold PAYMENT_CHANGED"]


def test_methods_that_a_flow_does_not_register_are_left_out() -> None:
    p = policy(payments=Payments(register=("mobilepay",)))

    assert short(plan(invoice(), drafted(p=p), p, taker())) == ["book invoice"]


def test_a_target_without_payments_says_so_before_anything_is_sent() -> None:
    without = {kind: takes for kind, takes in TAKES.items() if kind != "payment"}

    assert short(plan(invoice(), Facts(), policy(), taker(without))) == ["hold NOT_TAKEN"]


def test_a_credit_note_without_its_invoice_waits() -> None:
    facts = replace(known_parts(), states={("invoice", "shop/order/5121"): "open"})

    assert short(plan(credit_note(), facts, policy(), taker()))[0] == "wait invoice"


def test_a_credit_note_of_an_invoice_that_nobody_knows_is_held() -> None:
    assert short(plan(credit_note(), known_parts(), policy(), taker())) == ["hold INVOICE_UNKNOWN"]


def test_a_credit_note_waits_for_the_booking_not_for_the_draft() -> None:
    facts = drafted()

    assert short(plan(credit_note(), facts, policy(), taker()))[:2] == ["look invoice", "wait invoice"]
    assert "create credit_note" in short(plan(credit_note(), booked(), policy(), taker()))


def test_negative_totals_of_a_credit_note_mean_the_same() -> None:
    facts = booked()
    create = plan(credit_note(), facts, policy(), taker())[0]
    assert isinstance(create, Step)
    facts = with_receipt(facts, create, answer(create, gross=Decimal("-100.00")))

    assert short(plan(credit_note(), facts, policy(), taker())) == ["book credit_note"]


def test_cancelled_before_anything_is_sent_there_is_nothing_to_do() -> None:
    assert short(plan(invoice(state="cancelled"), Facts(), policy(), taker())) == ["skip CANCELLED"]


def test_a_cancelled_draft_is_for_a_person_where_the_target_deletes_none() -> None:
    assert short(plan(invoice(state="cancelled"), drafted(), policy(), taker())) == ["hold CANCELLED"]


def test_a_cancelled_invoice_is_credited_in_full() -> None:
    todo = plan(invoice(state="cancelled"), booked(), policy(), taker())

    assert short(todo) == ["create credit_note", "wait totals", "book credit_note"]
    assert {entry.document for entry in todo if isinstance(entry, Step)} == {"shop/order/5121"}


def test_a_flow_waits_for_the_flows_it_needs() -> None:
    p = policy(needs=("capture",))

    assert short(plan(invoice(), known_parts(), p, taker()))[0] == "wait flow capture"
    done = replace(known_parts(), states={("flow capture", "shop/order/5121"): "done"})
    assert short(plan(invoice(), done, p, taker()))[0] == "create invoice"


def test_fields_that_follow_the_source_are_changed_and_no_others() -> None:
    p = policy(customers=Customers(update=("address",)))
    nobody = with_answer(known_parts(), ("customer", "shop/customer/77"), NOBODY)
    facts = replace(nobody, links={key: one for key, one in nobody.links.items() if key[0] != "customer"})
    create = plan(invoice(), facts, p, taker())[0]
    assert isinstance(create, Step)
    facts = with_receipt(facts, create, answer(create))
    document = invoice()
    address = replace(document.customer.address, street="Nygade 1")
    moved = replace(document, customer=replace(document.customer, address=address, name="Ada H."))

    assert short(plan(document, facts, p, taker()))[0] == "create invoice"
    change = plan(moved, facts, p, taker())[0]
    assert isinstance(change, Step)
    assert (change.action, change.kind, dict(change.body)) == ("change", "customer", {"street": "Nygade 1"})


def test_a_closed_period_can_move_the_document_to_the_next_open_day() -> None:
    p = policy(closed_period="next_open_day")
    facts = replace(drafted(p=p), closed_until="2026-03-31")

    change = plan(invoice(), facts, p, taker())[0]

    assert isinstance(change, Step)
    assert str(change.body["date"]) == "2026-04-01"
