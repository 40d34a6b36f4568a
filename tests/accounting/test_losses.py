"""Bad debt: a loss with relief for its VAT, on a person's word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.accounting.made import SETTINGS, d, line, party, planned, sale

from kontering.accounting.losses import Loss, write_off
from kontering.model.document import Planned
from kontering.model.plan import Hold

DAY = dt.date(2026, 6, 30)


def lost(document: Planned, amount: str) -> Loss:
    found = write_off(document, d(amount), document.totals.gross, DAY, SETTINGS)
    assert isinstance(found, Loss), found
    return found


def test_four_fifths_of_the_loss_lower_the_vat_base() -> None:
    found = lost(planned(sale(line("1250.00"))), "1250.00")

    assert (found.base, found.vat) == (d("1000.00"), d("250.00"))
    assert {one.role: str(one.amount) for one in found.posting.lines} == {
        "bad_debt": "1000.00",
        "vat_out": "250.00",
        "receivable": "-1250.00",
    }
    assert found.why == ("0.80 of the loss of 1250.00 lowers the VAT base: 1000.00, VAT 250.00",)


def test_part_of_an_invoice_with_two_rates() -> None:
    found = lost(planned(sale(line("100.00"), line("50.00", "0", id="2"))), "75.00")

    # 50.00 of the loss has VAT: base 40.00, VAT 10.00
    assert (found.base, found.vat) == (d("40.00"), d("10.00"))


def test_in_foreign_currency() -> None:
    found = lost(planned(sale(line("100.00", "0"), customer=party("US"), currency="USD", fx=d("6.90"))), "100.00")

    assert (found.loss, found.vat) == (d("690.00"), d("0"))


def test_what_is_for_a_person() -> None:
    german = planned(sale(line("119.00", "19"), customer=party("DE")))
    danish = planned(sale(line("125.00")))
    closed = replace(SETTINGS, closed_until=DAY)

    found = [
        write_off(german, d("119.00"), d("119.00"), DAY, SETTINGS),
        write_off(danish, d("125.01"), d("125.00"), DAY, SETTINGS),
        write_off(danish, d("125.00"), d("125.00"), DAY, closed),
    ]

    assert [one.code for one in found if isinstance(one, Hold)] == ["LOSS_ABROAD", "LOSS_EXCEEDS_OPEN", "PERIOD_CLOSED"]
