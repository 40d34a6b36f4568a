"""Credit notes stand on their invoice: its codes, rates and exchange rate, and never more than is left of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.accounting.made import (
    DAY,
    SETTINGS,
    accounts,
    codes,
    d,
    held,
    line,
    paid,
    party,
    planned,
    refund,
    sale,
    settled,
)

from kontering.accounting import recognition
from kontering.accounting.settle import settle
from kontering.model.document import Period, Sale
from kontering.model.plan import Hold

GERMAN = planned(
    sale(
        line("107.10", "19", description="Rug"),
        line("19.26", "7", id="2", description="Book"),
        line("5.95", "19", id="S", kind="shipping"),
        customer=party("DE", external_id="77"),
        currency="EUR",
        fx=d("7.46"),
    )
)


def test_codes_roles_rate_and_buyer_come_from_the_invoice() -> None:
    half = refund(line("53.55", "19", id="9", of="1"), currency="EUR", payments=(paid("53.55"),))

    found = settled(half, original=GERMAN)

    assert codes(found.planned) == ["OSS-DE-19"]
    assert (found.planned.fx, found.planned.country, found.planned.treatment) == (d("7.46"), "DE", "oss")
    assert found.planned.customer == GERMAN.customer
    # 53.55 x 7.46 = 399.483, 45.00 x 7.46 = 335.70, 8.55 x 7.46 = 63.783
    assert accounts(found, "credit_note") == {"receivable": "-399.48", "revenue_oss": "335.70", "vat_oss_DE": "63.78"}
    assert accounts(found, "refund") == {"receivable": "399.48", "psp_clearing": "-399.48"}


def test_the_invoices_rate_holds_when_the_country_has_changed_its_own() -> None:
    june, july = dt.date(2025, 6, 20), dt.date(2025, 7, 5)
    estonian = planned(sale(line("122.00", "22"), customer=party("EE"), date=june))

    assert codes(planned(refund(line("61.00", "22", of="1"), date=july), original=estonian)) == ["OSS-EE-22"]
    hold = held(refund(line("62.00", "24", of="1"), date=july), original=estonian)
    assert (hold.code, hold.details["fits"]) == ("VAT_MISMATCH", ("OSS-EE-22",))


def test_money_without_lines_goes_back_in_the_mix_of_what_is_left() -> None:
    whole = line("13.23", id="rest", kind="adjustment", spread=True, taxes=None)

    found = planned(refund(whole, currency="EUR"), original=GERMAN)

    assert [(one.id, one.gross) for one in found.lines] == [
        ("rest/OSS-DE-19", d("11.30")),
        ("rest/OSS-DE-7", d("1.93")),
    ]


def test_the_mix_changes_with_what_was_given_back() -> None:
    book = planned(refund(line("19.26", "7", of="2"), currency="EUR"), original=GERMAN)
    whole = line("13.23", id="rest", kind="adjustment", spread=True, taxes=None)

    found = planned(refund(whole, currency="EUR", key="shop/refund/10"), original=GERMAN, earlier=[book])

    assert [one.gross for one in found.lines if one.code == "OSS-DE-7"] == [d("0.00")]


def test_more_than_is_left_is_held() -> None:
    invoice = planned(sale(line("1000.00")))

    hold = held(refund(line("600.00", of="1")), original=invoice, credited=d("550.00"))

    assert (hold.code, hold.details) == (
        "REFUND_EXCEEDS_REMAINING",
        {"requested": d("600.00"), "remaining": d("450.00")},
    )
    assert planned(refund(line("450.00", of="1")), original=invoice, credited=d("550.00")).totals.gross == d("450.00")


def test_more_than_is_left_under_a_code_is_held() -> None:
    hold = held(refund(line("30.00", "7", of="2"), currency="EUR"), original=GERMAN)

    assert hold.details == {"requested": d("30.00"), "remaining": d("19.26"), "code": "OSS-DE-7"}


def test_a_code_that_the_invoice_lacks_is_held() -> None:
    hold = held(refund(line("25.00", "25"), currency="EUR"), original=GERMAN)

    assert hold.reason == "line 1: it gives back 25 %, but invoice 1001 has only OSS-DE-19, OSS-DE-7"


def test_another_currency_is_held() -> None:
    assert held(refund(line()), original=GERMAN).code == "CURRENCY_MISMATCH"


def test_a_loss_is_no_credit_note() -> None:
    assert (
        held(refund(line("10.00", of="1"), reason="Write-off"), original=planned(sale(line()))).code
        == "LOSS_NOT_CREDIT"
    )


def test_without_its_invoice_it_is_held() -> None:
    hold = held(refund(line()))

    assert (hold.code, hold.problems[0].field) == ("ORIGINAL_UNKNOWN", "credits")


def test_a_split_line_is_found_by_the_line_that_it_was() -> None:
    rows = (line("100.00"), line("50.00", "0", id="2"), line("40.00", id="S", kind="shipping", spread=True, taxes=None))
    invoice = planned(sale(*rows))

    found = planned(refund(line("13.33", "0", id="9", of="S", kind="shipping")), original=invoice)

    assert (codes(found), found.lines[0].role) == (["DK0"], "shipping_revenue")


def test_net_prices_end_at_zero_too() -> None:
    invoice = planned(sale(*(line("0.33", id=str(n)) for n in range(3)), prices="net", gross="1.23"))
    # each line has VAT of 0.08 (0.0825), the invoice 0.24
    first = planned(refund(line("0.66"), prices="net", gross="0.83"), original=invoice)
    second = refund(line("0.33"), prices="net", gross="0.40", key="shop/refund/10")

    last = planned(second, original=invoice, earlier=[first])

    assert first.totals.vat + last.totals.vat == invoice.totals.vat
    assert first.totals.net + last.totals.net == invoice.totals.net


def test_the_sum_of_earlier_credit_notes_is_enough_where_there_is_one_code() -> None:
    invoice = planned(sale(line("99.99", quantity=d("3"))))

    found = planned(refund(line("33.33", of="1")), original=invoice, credited=d("66.66"))

    # 66.66 of 99.99 took 13.33 of 20.00
    assert found.totals.vat == d("6.67")


def test_goods_come_back_at_the_cost_of_the_sale() -> None:
    stock = replace(SETTINGS, stock="consume_on_invoice")
    invoice = planned(sale(line(quantity=d("3"), cost=d("42.10"))), stock)
    one = line("41.67", of="1", quantity=d("1"), returned=True)

    assert accounts(settled(refund(one), stock, original=invoice), "cogs") == {"cogs": "-42.10", "inventory": "42.10"}
    kept = replace(one, returned=False)
    assert accounts(settled(refund(kept), stock, original=invoice), "cogs") == {}


YEAR = Period.ending(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
DAILY = replace(SETTINGS, recognition="daily")
PLAN = line("2400.00", id="P", kind="subscription", period=YEAR)


def subscription() -> Sale:
    return sale(PLAN, prices="net", gross="3000.00", date=dt.date(2026, 1, 1))


def test_what_is_not_earned_comes_out_of_deferred_revenue() -> None:
    invoice = planned(subscription(), DAILY)
    some = refund(line("500.00", of="P", kind="subscription"), prices="net", gross="625.00", date=dt.date(2026, 6, 30))

    found = settled(some, DAILY, original=invoice)

    assert accounts(found, "credit_note")["deferred_revenue"] == "500.00"
    (deferral,) = recognition.deferrals(invoice, [found.planned])
    slices = {f"{one.month:%m}": one.amount for one in recognition.schedule(deferral, DAILY)}
    # 1,190.14 is earned by the end of June; the other 709.86 over 184 days
    assert slices["06"] == d("197.26")
    assert slices["07"] == d("119.60")
    assert sum(slices.values()) == d("1900.00")


def test_what_is_earned_already_comes_out_of_revenue() -> None:
    invoice = planned(subscription(), DAILY)
    all_of_it = refund(
        line("2400.00", of="P", kind="subscription"), prices="net", gross="3000.00", date=dt.date(2026, 6, 30)
    )

    found = settled(all_of_it, DAILY, original=invoice)

    assert [(one.id, one.net, one.vat, one.role) for one in found.planned.lines] == [
        ("1", d("1209.86"), d("302.47"), "deferred_revenue"),
        ("1/earned", d("1190.14"), d("297.53"), "revenue"),
    ]
    (deferral,) = recognition.deferrals(invoice, [found.planned])
    assert sum(one.amount for one in recognition.schedule(deferral, DAILY)) == d("1190.14")


def test_money_without_lines_comes_out_of_deferred_revenue_too() -> None:
    invoice = planned(subscription(), DAILY)
    some = refund(line("100.00", id="rest", kind="adjustment", spread=True, taxes=None), date=dt.date(2026, 6, 30))

    assert accounts(settled(some, DAILY, original=invoice), "credit_note")["deferred_revenue"] == "80.00"


def test_a_refund_with_a_closed_period_moves_or_is_held() -> None:
    invoice = planned(sale(line()))
    closed = replace(SETTINGS, closed_until=DAY)

    assert isinstance(settle(refund(line("25.00")), closed, original=invoice), Hold)
    moved = planned(refund(line("25.00")), replace(closed, on_closed_period="next_open_day"), original=invoice)
    assert moved.date == DAY + dt.timedelta(days=1)


def test_a_second_credit_knows_what_the_first_took_of_a_plan() -> None:
    invoice = planned(subscription(), DAILY)
    june, july = dt.date(2026, 6, 30), dt.date(2026, 7, 31)
    row = line("500.00", of="P", kind="subscription")
    first = planned(refund(row, prices="net", gross="625.00", date=june), DAILY, original=invoice)
    rest = refund(
        line("1900.00", of="P", kind="subscription"), prices="net", gross="2375.00", date=july, key="shop/refund/10"
    )

    second = settled(rest, DAILY, original=invoice, earlier=[first])

    # 1,190.14 was earned in June and 119.60 in July; 590.26 is left
    assert [(one.role, one.net) for one in second.planned.lines] == [
        ("deferred_revenue", d("590.26")),
        ("revenue", d("1309.74")),
    ]
    (deferral,) = recognition.deferrals(invoice, [first, second.planned])
    slices = recognition.schedule(deferral, DAILY)
    assert sum(one.amount for one in slices) == d("1309.74")
    assert {one.amount for one in slices[7:]} == {d("0.00")}


def test_several_problems_of_a_credit_note_come_together() -> None:
    hold = held(refund(line("9.00", "25"), line("9.00", "12", id="2"), currency="EUR"), original=GERMAN)

    assert len(hold.problems) == 2


def test_an_invoice_with_two_codes_of_which_only_the_sum_of_credits_is_known() -> None:
    found = planned(refund(line("19.26", "7", of="2"), currency="EUR"), original=GERMAN, credited=d("50.00"))

    assert codes(found) == ["OSS-DE-7"]
    assert held(refund(line("90.00", "19", of="1"), currency="EUR"), original=GERMAN, credited=d("50.00")).code == (
        "REFUND_EXCEEDS_REMAINING"
    )
