"""Which VAT code a sale gets: seller, buyer, place, day and supply decide, what was charged must fit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from tests.accounting.made import SETTINGS, codes, d, held, line, party, planned, sale

from kontering.accounting.settings import Settings
from kontering.model.document import Address, Item

FIRM_SE: dict[str, Any] = {"kind": "business", "vat_number": "SE 556677-8899 01"}
FIRM_DK: dict[str, Any] = {"kind": "business", "vat_number": "DK 31415926"}
BELOW = replace(SETTINGS, oss="below_threshold")


@pytest.mark.parametrize(
    ("buyer", "supply", "rate", "code", "treatment", "note"),
    [
        (party("DK"), "goods", "25", "DK25", "domestic", None),
        (party("DK"), "goods", "0", "DK0", "domestic", None),
        (party("DK"), "service", "25", "DK25", "domestic", None),
        (party("DK", **FIRM_DK), "goods", "25", "DK25", "domestic", None),
        (party("DE"), "goods", "19", "OSS-DE-19", "oss", None),
        (party("DE"), "digital", "7", "OSS-DE-7", "oss", None),
        (party("FI"), "goods", "25.5", "OSS-FI-25.5", "oss", None),
        (party("GR"), "goods", "24", "OSS-GR-24", "oss", None),
        (party("MC"), "goods", "20", "OSS-FR-20", "oss", None),
        (party("GB", postcode="BT1 5GS"), "goods", "20", "OSS-XI-20", "oss", None),
        (party("GB", postcode="BT1 5GS"), "digital", "0", "EXS", "export", None),
        (party("DE"), "service", "25", "DK25", "domestic", None),
        (party("DE", kind="business"), "goods", "19", "OSS-DE-19", "oss", None),
        (party("SE", **FIRM_SE), "goods", "0", "EUG", "eu_goods", "eu_goods"),
        (party("SE", **FIRM_SE), "digital", "0", "EUS", "eu_services", "reverse_charge"),
        (party("SE", **FIRM_SE), "service", "0", "EUS", "eu_services", "reverse_charge"),
        (party("SE", **FIRM_DK), "goods", "25", "DK25", "domestic", None),
        (party("NO"), "goods", "0", "EXP", "export", None),
        (party("NO"), "service", "0", "EXS", "export", None),
        (party("GL"), "goods", "0", "EXP", "export", None),
        (party("FI", postcode="22100"), "goods", "0", "EXP", "export", None),
        (party("US", kind="business", vat_number="12-3456789"), "goods", "0", "EXP", "export", None),
    ],
)
def test_treatments(buyer: Any, supply: Any, rate: str, code: str, treatment: str, note: str | None) -> None:
    found = planned(sale(line(rate=rate, supply=supply), customer=buyer))

    assert codes(found) == [code]
    assert (found.treatment, found.legal_note) == (treatment, note)


@pytest.mark.parametrize(
    ("buyer", "rate", "settings"),
    [
        (party("DK"), "19", SETTINGS),
        (party("DE"), "25", SETTINGS),
        (party("DE"), "0", SETTINGS),
        (party("DE"), "16", SETTINGS),
        (party("DE"), "19", BELOW),
        (party("SE", **FIRM_SE), "25", SETTINGS),
        (party("NO"), "25", SETTINGS),
        (party("FR"), "8.5", SETTINGS),
        (party("FR", postcode="97400"), "8.5", SETTINGS),
    ],
)
def test_what_does_not_fit_is_held_with_what_would(buyer: Any, rate: str, settings: Settings) -> None:
    hold = held(sale(line(rate=rate), customer=buyer), settings)

    assert hold.code == "VAT_MISMATCH"
    assert hold.details["fits"]
    assert hold.problems[0].field == "lines[0].taxes"
    assert hold.problems[0].hint


def test_the_message_says_what_was_charged_what_fits_and_what_to_do() -> None:
    hold = held(sale(line("119.00", "25", vat="23.80", id="7", description="Rug"), customer=party("DE")))

    assert hold.reason == (
        "line 7 (Rug): the source charged 25 % (23.80), but it is goods to a consumer in DE, One Stop Shop, "
        "on 2026-03-02, which takes 19 % (OSS-DE-19), 7 % (OSS-DE-7)"
    )
    assert hold.problems[0].notes == ("nothing is taxed anew here: the buyer has paid what was charged",)


def test_rates_are_those_of_the_day() -> None:
    june, july = dt.date(2025, 6, 30), dt.date(2025, 7, 1)

    assert codes(planned(sale(line(rate="22"), customer=party("EE"), date=june))) == ["OSS-EE-22"]
    assert codes(planned(sale(line(rate="24"), customer=party("EE"), date=july))) == ["OSS-EE-24"]
    assert held(sale(line(rate="22"), customer=party("EE"), date=july)).code == "VAT_MISMATCH"


def test_goods_are_taxed_where_they_go_and_services_where_the_buyer_is() -> None:
    norway = Address(country="NO", name="Ingrid")

    assert codes(planned(sale(line(rate="0"), customer=party("DK"), ship_to=norway))) == ["EXP"]
    assert codes(planned(sale(line(rate="25", supply="digital"), customer=party("DK"), ship_to=norway))) == ["DK25"]


def test_goods_for_a_swedish_firm_that_stay_in_denmark_are_domestic() -> None:
    here = Address(country="DK", name="Storsjö Handel AB")

    found = planned(sale(line(rate="25"), customer=party("SE", **FIRM_SE), ship_to=here))

    assert codes(found) == ["DK25"]


def test_shipping_and_fees_follow_the_goods() -> None:
    rows = (line(rate="0"), line("50.00", "0", id="2", kind="shipping"), line("9.00", "0", id="3", kind="fee"))

    assert codes(planned(sale(*rows, customer=party("SE", **FIRM_SE)))) == ["EUG", "EUG", "EUG"]
    digital = tuple(replace(one, supply="digital") if one.kind == "goods" else one for one in rows)
    assert codes(planned(sale(*digital, customer=party("SE", **FIRM_SE)))) == ["EUS", "EUS", "EUS"]


def test_goods_and_services_to_one_firm_have_both_notes() -> None:
    found = planned(sale(line(rate="0"), line("80.00", "0", id="2", supply="service"), customer=party("SE", **FIRM_SE)))

    assert codes(found) == ["EUG", "EUS"]
    assert (found.treatment, found.legal_note) == ("eu_goods", "eu_goods_and_services")


def test_two_vat_countries_on_one_document_are_held() -> None:
    hold = held(sale(line(rate="19"), line("80.00", "25", id="2", supply="service"), customer=party("DE")))

    assert hold.code == "MIXED_VAT_COUNTRIES"
    assert hold.details == {"found": ("OSS-DE-19", "DK25")}


def test_domestic_reverse_charge_needs_a_flagged_product_a_firm_and_no_vat() -> None:
    settings = replace(SETTINGS, reverse_charge=frozenset(["phones"]))
    phone = line("10000.00", "0", product=Item(name="Phone", sku="PH-1", group="phones"))

    found = planned(sale(phone, customer=party("DK", **FIRM_DK)), settings)
    assert codes(found) == ["DKRC"]
    assert found.legal_note == "domestic_reverse_charge"
    assert codes(planned(sale(phone, customer=party("DK", **FIRM_DK)))) == ["DK0"]
    assert codes(planned(sale(replace(phone, taxes=line().taxes), customer=party("DK", **FIRM_DK)), settings)) == [
        "DK25"
    ]


def test_a_domestic_line_without_any_vat_is_not_taken_for_zero_rated() -> None:
    bare = line(taxes=())

    assert held(sale(bare)).code == "VAT_MISMATCH"
    assert "names no VAT" in held(sale(bare)).reason
    assert codes(planned(sale(bare), replace(SETTINGS, untaxed_domestic="zero_rated"))) == ["DK0"]
    assert codes(planned(sale(bare, customer=party("NO")))) == ["EXP"]


def test_a_free_line_takes_the_ordinary_rate() -> None:
    assert codes(planned(sale(line(), line("0.00", taxes=(), id="2")))) == ["DK25", "DK25"]


@pytest.mark.parametrize(
    ("amount", "vat", "code"),
    [("119.00", "19.00", "OSS-DE-19"), ("107.00", "7.00", "OSS-DE-7"), ("119.00", "19.01", "OSS-DE-19")],
)
def test_a_rate_that_is_not_named_is_known_by_its_amount(amount: str, vat: str, code: str) -> None:
    assert codes(planned(sale(line(amount, None, vat=vat), customer=party("DE")))) == [code]


def test_an_amount_that_is_no_rate_at_all_is_held() -> None:
    assert held(sale(line("119.00", None, vat="12.00"), customer=party("DE"))).code == "VAT_MISMATCH"


def test_an_amount_that_is_not_its_rate_is_held() -> None:
    hold = held(sale(line("125.00", "25", vat="20.00")))

    assert hold.details["expected"] == d("25.00")
    assert codes(planned(sale(line("125.00", "25", vat="25.01")))) == ["DK25"]


def test_a_wrong_number_holds_or_makes_a_consumer() -> None:
    buyer = party("SE", kind="business", vat_number="SE556677889001")
    as_consumer = replace(SETTINGS, on_invalid_vat_number="charge_as_consumer")

    assert held(sale(line(rate="25"), customer=buyer)).code == "VAT_NUMBER_INVALID"
    found = planned(sale(line(rate="25"), customer=buyer), as_consumer)
    assert codes(found) == ["OSS-SE-25"]
    assert [one.code for one in found.warnings] == ["VAT_NUMBER_INVALID"]
    assert (found.customer.kind, found.customer.vat_number) == ("consumer", None)


def test_a_proved_number_makes_a_firm_and_comes_out_clean() -> None:
    found = planned(sale(line(rate="0"), customer=party("SE", vat_number="se 556677-8899 01")))

    assert (found.customer.kind, found.customer.vat_number) == ("business", "SE556677889901")


def test_a_seller_elsewhere_has_its_own_codes() -> None:
    swedish = replace(SETTINGS, country="SE", base_currency="SEK")
    food = sale(line(rate="25"), line("112.00", "12", id="2"), customer=party("SE"), currency="SEK")

    assert codes(planned(food, swedish)) == ["SE25", "SE12"]


def test_reasons_can_be_read() -> None:
    found = planned(sale(line("119.00", "19", description="Rug"), customer=party("DE")))

    assert found.why == (
        "the buyer is a private buyer",
        "1 (Rug): OSS-DE-19, goods to a consumer in DE, One Stop Shop; 19 % was charged",
    )


def test_a_rate_of_an_island_is_let_through_and_said() -> None:
    found = planned(sale(line("122.00", "22"), customer=party("PT", postcode="9000-123")))

    assert "the rate of an island or enclave" in found.why[1]


def test_several_problems_come_together() -> None:
    hold = held(sale(line(rate="19"), line("10.00", "7", id="2")))

    assert len(hold.problems) == 2
    assert hold.reason.endswith("(and 1 more)")


def test_gift_cards_are_no_sale_until_they_are_used() -> None:
    card = line("500.00", "0", kind="gift_card")

    found = planned(sale(card))
    assert (codes(found), found.treatment, found.lines[0].role) == (["OUT"], "voucher", "gift_card_liability")
    assert planned(sale(card, line(id="2"))).treatment == "domestic"
    assert "gift card that may be used for anything" in held(sale(line("500.00", "25", kind="gift_card"))).reason


def test_a_single_purpose_card_is_taxed_at_once() -> None:
    settings = replace(SETTINGS, gift_card_kind="single_purpose")

    found = planned(sale(line("400.00", "25", kind="gift_card")), settings)

    assert (codes(found), found.lines[0].role) == (["DK25"], "gift_card_liability")


def test_tips_without_vat_are_outside_it() -> None:
    found = planned(sale(line(), line("20.00", taxes=(), id="2", kind="tip")), replace(SETTINGS, tip_role="payable"))

    assert (codes(found), found.lines[1].role) == (["DK25", "OUT"], "payable")
    assert codes(planned(sale(line(), line("20.00", "25", id="2", kind="tip")))) == ["DK25", "DK25"]
