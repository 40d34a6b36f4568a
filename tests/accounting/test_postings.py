"""Vouchers by role: what a document, its payments and its goods put on which account."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.accounting.made import DAY, SETTINGS, accounts, d, line, paid, party, planned, refund, sale, settled

from kontering.accounting import payments, postings
from kontering.accounting.totals import rounding_line
from kontering.model.document import Posting, PostingLine


def test_shipping_and_goods_at_home_have_their_own_accounts() -> None:
    found = settled(sale(line(), line("50.00", id="S", kind="shipping")))

    assert accounts(found, "invoice") == {
        "receivable": "175.00",
        "revenue": "-100.00",
        "shipping_revenue": "-40.00",
        "vat_out": "-35.00",
    }


def test_codes_stand_on_revenue_and_vat_only() -> None:
    (voucher,) = settled(sale(line(), line("10.00", "0", id="2"), customer=party(external_id="77"))).postings

    assert [(one.role, one.code, str(one.amount), one.party) for one in voucher.lines] == [
        ("receivable", None, "135.00", "shop/customer/77"),
        ("revenue", "DK25", "-100.00", None),
        ("revenue", "DK0", "-10.00", None),
        ("vat_out", "DK25", "-25.00", None),
    ]


def test_a_guest_is_known_by_the_order() -> None:
    (voucher,) = settled(sale(line())).postings

    assert voucher.lines[0].party == "shop/order/1001"


def test_conversion_shares_over_accounts_first_and_codes_after() -> None:
    rows = (line("107.10", "19"), line("19.26", "7", id="2"), line("5.95", "19", id="S", kind="shipping"))
    found = settled(sale(*rows, customer=party("DE"), currency="EUR", fx=d("7.46")))
    (voucher,) = found.postings

    # 132.31 x 7.46 = 987.0326, 113.00 x 7.46 = 842.98, 19.31 x 7.46 = 144.0526
    assert accounts(found, "invoice") == {"receivable": "987.03", "revenue_oss": "-842.98", "vat_oss_DE": "-144.05"}
    assert [(one.code, str(one.amount)) for one in voucher.lines if one.role == "vat_oss_DE"] == [
        ("OSS-DE-19", "-134.65"),
        ("OSS-DE-7", "-9.40"),
    ]


def test_each_payment_has_its_voucher() -> None:
    order = sale(line(), payments=(paid("25.00", "gift_card"), paid("100.00", "stripe", dt.date(2026, 3, 4))))

    made = [posting for posting in settled(order).postings if posting.kind == "payment"]

    assert [(one.key, one.date) for one in made] == [
        ("shop/order/1001#payment/1", DAY),
        ("shop/order/1001#payment/2", dt.date(2026, 3, 4)),
    ]
    assert [one.lines[0].role for one in made] == ["gift_card_liability", "psp_clearing"]


@pytest.mark.parametrize(
    ("method", "role"),
    [
        ("card", "psp_clearing"),
        ("cash", "cash"),
        ("bank_transfer", "bank"),
        ("bacs", "bank"),
        ("gift_card", "gift_card_liability"),
    ],
)
def test_where_the_money_is(method: str, role: str) -> None:
    settings = replace(SETTINGS, clearing={"bacs": "bank", "gift_card": "bank"})

    found = settled(sale(line(), payments=(paid("125.00", method),)), settings)

    assert accounts(found, "payment") == {role: "125.00", "receivable": "-125.00"}


def test_an_earlier_credit_that_pays_moves_nothing() -> None:
    found = settled(sale(line(), payments=(paid("100.00", "credit"), paid("25.00", "credit_note"))))

    assert found.planned.open == 0
    assert accounts(found, "payment") == {}


def test_cash_is_rounded_and_the_document_is_not() -> None:
    till = replace(SETTINGS, cash_rounding=d("0.50"))

    for given in ("386.95", "387.00"):
        found = settled(sale(line("386.95"), payments=(paid(given, "cash"),)), till)
        assert found.planned.open == 0
        assert accounts(found, "payment") == {"cash": "387.00", "rounding": "-0.05", "receivable": "-386.95"}


def test_cash_rounding_of_the_source_goes_to_rounding() -> None:
    order = sale(line("386.20"), payments=(paid("386.00", "cash"), paid("0.20", "cash_rounding")))

    assert accounts(settled(order), "payment") == {"cash": "386.00", "rounding": "0.20", "receivable": "-386.20"}


def test_money_before_the_invoice_may_wait() -> None:
    waits = replace(SETTINGS, prepayments="customer_prepayment")
    order = sale(line(), payments=(paid("125.00", day=dt.date(2026, 2, 27)),))

    found = settled(order, waits)

    assert accounts(found, "prepayment") == {"psp_clearing": "125.00", "customer_prepayment": "-125.00"}
    assert accounts(found, "payment") == {"customer_prepayment": "125.00", "receivable": "-125.00"}
    assert [(one.kind, one.date) for one in found.postings[1:]] == [
        ("prepayment", dt.date(2026, 2, 27)),
        ("payment", DAY),
    ]
    assert accounts(settled(order), "payment") == {"psp_clearing": "125.00", "receivable": "-125.00"}


def test_a_payment_at_another_rate() -> None:
    order = sale(line("800.00", "0"), customer=party("US"), currency="USD", fx=d("6.90"))

    later = settled(replace(order, payments=(paid("800.00", "bank_transfer", fx=d("6.84")),)))

    assert accounts(later, "payment") == {"bank": "5472.00", "fx_difference": "48.00", "receivable": "-5520.00"}


def test_parts_paid_in_foreign_currency_close_to_the_last_unit() -> None:
    order = sale(line("10.00", "0"), customer=party("US"), currency="USD", fx=d("6.8333"))
    thirds = tuple(paid(part) for part in ("3.33", "3.33", "3.34"))

    found = settled(replace(order, payments=thirds))

    assert [str(one.lines[0].amount) for one in found.postings if one.kind == "payment"] == ["22.75", "22.76", "22.82"]
    assert accounts(found, "invoice")["receivable"] == "68.33"


def test_what_was_posted_for_an_earlier_edition_is_not_posted_again() -> None:
    document = planned(sale(line("125.00"), payments=(paid("100.00"), paid("25.00"))))

    made = postings.of(replace(document, paid_before=d("110.00")), SETTINGS)

    assert [(one.kind, str(one.lines[0].amount)) for one in made if one.kind == "payment"] == [("payment", "15.00")]


def test_money_that_comes_later_and_money_for_nothing_known() -> None:
    document = planned(sale(line("800.00", "0"), customer=party("US"), currency="USD", fx=d("6.90")))

    (voucher,) = payments.later(document, paid("300.00", "bank"), "bank/payment/1", d("500.00"), SETTINGS)
    waiting = payments.unassigned(paid("50.00", "bank"), "bank/payment/2", None, SETTINGS)

    assert [(one.role, str(one.amount)) for one in voucher.lines] == [("bank", "2070.00"), ("receivable", "-2070.00")]
    assert [(one.role, str(one.amount)) for one in waiting.lines] == [
        ("bank", "50.00"),
        ("customer_prepayment", "-50.00"),
    ]


def test_a_used_single_purpose_card_gives_its_vat_back_under_its_code() -> None:
    single = replace(SETTINGS, gift_card_kind="single_purpose")

    found = settled(sale(line("400.00"), payments=(paid("400.00", "gift_card"),)), single)

    voucher = found.postings[1]
    assert [(one.role, one.code, str(one.amount)) for one in voucher.lines] == [
        ("gift_card_liability", "DK25", "320.00"),
        ("vat_out", "DK25", "80.00"),
        ("receivable", None, "-400.00"),
    ]


def test_the_cost_of_goods_is_posted_where_it_is_wanted() -> None:
    row = line(quantity=d("3"), cost=d("42.10"))

    found = settled(sale(row), replace(SETTINGS, stock="consume_on_invoice"))

    assert accounts(found, "cogs") == {"cogs": "126.30", "inventory": "-126.30"}
    assert found.postings[-1].key == "shop/order/1001#cogs"
    assert accounts(settled(sale(row)), "cogs") == {}


def test_money_back_turns_a_payment_round() -> None:
    invoice = planned(sale(line()))
    back = refund(line("125.00", of="1"), payments=(paid("125.00", "gift_card"),))

    assert accounts(settled(back, original=invoice), "refund") == {
        "gift_card_liability": "-125.00",
        "receivable": "125.00",
    }


def test_a_rounding_line_of_the_target_is_not_posted() -> None:
    document = planned(sale(line()))

    rounded = rounding_line(document, d("0.03"))

    assert rounded.lines[-1].id == "ROUNDING/target"
    assert rounded.totals == document.totals
    assert postings.of(rounded, SETTINGS) == postings.of(document, SETTINGS)
    assert [one.code for one in rounded.warnings] == ["ROUNDING_ADJUSTED"]


def test_a_voucher_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="doesn't balance"):
        Posting(kind="invoice", key="k", date=DAY, lines=(PostingLine(role="bank", amount=d("1")),))
