"""A payout is one voucher that equals the bank amount; what it settles is matched or listed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from tests.accounting.made import DAY, SETTINGS, d

from kontering.accounting import settlement
from kontering.accounting.settlement import KnownPayment, SettledPayout
from kontering.model.payout import Entry, Payout
from kontering.model.plan import Hold


def entry(kind: Any, amount: str, fee: str = "0", **more: Any) -> Entry:
    return Entry(id=f"{kind}{amount}", type=kind, amount=d(amount), fee=d(fee), **more)


def payout(*entries: Entry, amount: str, **more: Any) -> Payout:
    given: dict[str, Any] = {"currency": "DKK", "reference": "GW PO-1", "date": DAY}
    return Payout(
        key="gateway/payout/PO-1",
        number="PO-1",
        provider="gateway",
        state="paid",
        amount=d(amount),
        entries=entries,
        **(given | more),
    )


def settled(given: Payout, *posted: KnownPayment, **settings: Any) -> SettledPayout:
    found = settlement.settle(given, replace(SETTINGS, **settings), posted)
    assert isinstance(found, SettledPayout), found
    return found


def amounts(found: SettledPayout) -> dict[str, str]:
    sums: dict[str, Any] = {}
    for one in found.posting.lines:
        sums[one.role] = sums.get(one.role, 0) + one.amount
    return {role: str(amount) for role, amount in sums.items() if amount}


def test_every_kind_of_entry_has_its_account() -> None:
    given = payout(
        entry("charge", "1000.00", "14.50"),
        entry("refund", "-100.00"),
        entry("fee", "-25.00"),
        entry("fee_tax", "-5.00"),
        entry("dispute", "-250.00", "112.50"),
        entry("reserve_hold", "-90.00"),
        entry("reserve_release", "40.00"),
        entry("transfer", "200.00"),
        entry("adjustment", "3.00"),
        amount="646.00",
    )

    assert amounts(settled(given)) == {
        "bank": "646.00",
        "psp_clearing": "-903.00",
        "fees": "157.00",
        "dispute": "250.00",
        "psp_reserve": "50.00",
        "transfers": "-200.00",
    }
    assert amounts(settled(given, adjustment_role="fees", fee_tax_role="vat_in"))["fees"] == "149.00"


def test_a_payout_that_does_not_add_up_is_held() -> None:
    found = settlement.settle(payout(entry("charge", "100.00", "1.00"), amount="98.00"), SETTINGS)

    assert isinstance(found, Hold)
    assert (found.code, found.details["difference"]) == ("TOTAL_MISMATCH", d("-1.00"))
    assert found.problems[0].notes == ("charges: 100.00", "fees: 1.00", "amount: 98.00")


def test_one_line_a_day_where_it_is_wanted() -> None:
    given = payout(
        entry("charge", "100.00", date=DAY), entry("charge", "50.00", date=DAY + dt.timedelta(days=1)), amount="150.00"
    )

    texts = [one.text for one in settled(given, settlement_summary="day").posting.lines]

    assert texts == ["GW PO-1", "charge 2026-03-02", "charge 2026-03-03"]
    assert len(settled(given).posting.lines) == 2


def test_payments_are_found_by_the_gateways_id_or_the_order_and_never_guessed() -> None:
    ch1, o2 = _known("a", "100.00", reference="ch_1"), _known("b", "50.00", number="1002")
    twins = (_known("c", "10.00", number="1003"), _known("e", "10.00", number="1003"))
    given = payout(
        entry("charge", "100.00", payment="ch_1"),
        entry("charge", "50.00", reference="1002"),
        entry("charge", "10.00", reference="1003"),
        entry("charge", "7.00", payment="ch_9"),
        entry("refund", "-99.00", payment="ch_1"),
        amount="68.00",
    )

    found = settled(given, ch1, o2, *twins)

    assert {name: one.key for name, one in found.matched.items()} == {"charge100.00": "a", "charge50.00": "b"}
    assert [one.reason for one in found.unmatched] == [
        "2 posted payments fit 1003 equally well",
        "no posted payment is known as ch_9",
        "no posted payment is known as ch_1",
    ]


def test_an_amount_that_differs_is_said() -> None:
    found = settled(
        payout(entry("charge", "99.00", payment="ch_1"), amount="99.00"), _known("a", "100.00", reference="ch_1")
    )

    assert found.unmatched[0].reason == "ch_1 is posted with 100.00, the gateway says 99.00"


def test_foreign_currency_leaves_the_difference_of_exchange() -> None:
    posted = _known("a", "100.00", reference="ch_1", currency="EUR", base="746.00")
    given = payout(entry("charge", "100.00", "2.00", payment="ch_1"), amount="98.00", currency="EUR", fx=d("7.40"))

    assert amounts(settled(given, posted)) == {
        "bank": "725.20",
        "fees": "14.80",
        "psp_clearing": "-746.00",
        "fx_difference": "6.00",
    }
    assert isinstance(settlement.settle(replace(given, fx=None), SETTINGS), Hold)


def test_a_closed_period_holds_it() -> None:
    found = settlement.settle(payout(entry("charge", "1.00"), amount="1.00"), replace(SETTINGS, closed_until=DAY))

    assert isinstance(found, Hold)


def test_a_payout_over_the_new_year_is_posted_on_its_bank_day() -> None:
    given = payout(entry("charge", "100.00", date=dt.date(2025, 12, 30)), amount="100.00", date=dt.date(2026, 1, 2))

    assert settled(given).posting.date == dt.date(2026, 1, 2)


def _known(key: str, amount: str, **more: Any) -> KnownPayment:
    base = d(more.pop("base", amount))
    return KnownPayment(key=key, amount=d(amount), base=base, **({"currency": "DKK"} | more))
