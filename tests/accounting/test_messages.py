"""Every message of the accounting rooms, beside the example on its page in docs/codes."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.accounting.made import DAY, d
from tests.accounting.test_reading import DATA, LINE

from kontering.accounting import holds, reading
from kontering.codes import CODES
from kontering.diagnostics import Diagnostic, render
from kontering.model.plan import Hold

PAGES = Path(__file__).parents[2] / "docs" / "codes"
KEY = "shop/order/1001"
TAXES = "lines[0].taxes"
GERMAN = "goods to a consumer in DE, One Stop Shop, on 2026-03-02"


def told(hold: Hold) -> Diagnostic:
    return hold.problems[0]


def read(**changes: Any) -> Diagnostic:
    return next(reading.sale_problems("invoice", KEY, DATA | changes))


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in LINE.items() if key != name}


MESSAGES: dict[str, Diagnostic] = {
    "K400": told(holds.unknown_country(KEY, "XX", "customer.address.country")),
    "K401": told(holds.currency_not_enabled(KEY, "USD", ["DKK", "EUR"])),
    "K402": told(holds.no_exchange_rate(KEY, "USD", "DKK", DAY)),
    "K403": told(holds.period_closed(KEY, dt.date(2025, 12, 30), dt.date(2025, 12, 31))),
    "K404": told(holds.vat_number_invalid(KEY, "SE556677889001")),
    "K405": told(holds.ean_invalid(KEY, "5798000000118")),
    "K406": told(
        holds.vat_misfit(KEY, TAXES, "1 (Rug)", "25 % (23.80)", GERMAN, ["19 % (OSS-DE-19)", "7 % (OSS-DE-7)"])
    ),
    "K407": told(holds.untaxed(KEY, TAXES, "1 (Mug)", "a domestic sale in DK")),
    "K408": told(holds.mixed_rates(KEY, TAXES, "1", ["19 %", "7 %"])),
    "K409": told(holds.two_countries(KEY, ["OSS-DE-19", "DK25"])),
    "K410": told(
        holds.total_mismatch(
            KEY,
            "totals.gross",
            d("125.00"),
            d("135.00"),
            d("0.05"),
            ("the lines: 100.00 + 25.00 = 125.00", "the source: 135.00"),
        )
    ),
    "K411": told(holds.exceeds_remaining("shop/refund/9", d("600.00"), d("450.00"), "1001")),
    "K412": told(holds.no_invoice("shop/refund/9", "1001")),
    "K413": told(holds.not_on_invoice("shop/refund/9", TAXES, "1", "24 %", "1001", ["OSS-EE-22"])),
    "K414": told(holds.other_currency("shop/refund/9", "DKK", "1001", "EUR")),
    "K415": told(holds.edited(KEY, "1001")),
    "K416": told(holds.below_zero(KEY, d("-10.00"))),
    "K417": told(holds.no_email(KEY, "Jens Aage Bruun")),
    "K418": told(holds.too_long(KEY, "customer.name", 68, 40)),
    "K419": told(holds.number_reused(KEY, "1001", "shop/order/77")),
    "K420": told(
        holds.payout_mismatch(
            "gateway/payout/7", d("740.00"), d("741.00"), ("charges: 750.00", "fees: 10.00", "amount: 741.00")
        )
    ),
    "K421": told(holds.loss_abroad(KEY, ["OSS-DE-19"])),
    "K422": told(holds.loss_too_large(KEY, d("1250.00"), d("1000.00"))),
    "K423": told(holds.loss_as_credit("shop/refund/9", "write_off")),
    "K424": told(holds.card_with_vat(KEY, TAXES, "1 (Gift card)", "25 % (100.00)")),
    "K425": told(holds.vat_amount_misfit(KEY, TAXES, "1 (Mug)", d("20.00"), d("25"), d("25.00"))),
    "K426": told(holds.base_misfit(KEY, TAXES, "1", d("100.00"), d("90.00"))),
    "K570": read(curency="DKK"),
    "K571": read(state=None),
    "K572": read(date="2026-03-01"),
    "K573": read(prices="grss"),
    "K574": read(currency="KRD"),
    "K575": read(lines=[LINE, LINE]),
    "K576": read(lines=[LINE | {"quantity": 0}]),
    "K577": read(lines=[without("taxes")]),
    "K578": read(lines=[LINE | {"taxes": [{"base": Decimal(1)}]}]),
    "K579": read(lines=[LINE | {"period": {"start": DAY, "until": DAY}}]),
    "K580": read(payments=[{"method": "card", "date": DAY, "amount": Decimal(-1)}]),
    "K581": read(coupons=[{"code": "X", "kind": "percent", "value": 101}]),
}


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_the_page_shows_the_message_as_it_is(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")

    assert MESSAGES[code].code == code
    assert page.startswith(f"# {code}: {CODES[code]}\n")
    assert re.findall(r"```text\n(.*?)\n```", page, re.DOTALL) == [render(MESSAGES[code])]


def test_no_message_is_without_its_page() -> None:
    own = {code for code in CODES if code.startswith("K4") or "K570" <= code <= "K589"}

    assert own == set(MESSAGES)


def test_every_message_has_a_way_on_and_a_place() -> None:
    assert [code for code, one in MESSAGES.items() if not (one.hint and one.field and one.record)] == []
