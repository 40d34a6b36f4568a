"""Every report of the ledger says what the vouchers say: each is added up again here, from nothing but entries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.ledger.books import booked, customer, line, opened, posting, sale, step, totals

from kontering.connectors.ledger import deferred, reads, receivables, returns
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Refused
from kontering.model.money import ZERO

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
# code: role of the net amount, role of the VAT, rate, country
SOLD: dict[str, tuple[str, str, Decimal, str]] = {
    "DK25": ("revenue", "vat_out", Decimal(25), "DK"),
    "DK0": ("revenue", "", Decimal(0), "DK"),
    "EUG": ("revenue_eu_goods", "", Decimal(0), "SE"),
    "EUS": ("revenue_eu_services", "", Decimal(0), "DE"),
    "EXP": ("revenue_export", "", Decimal(0), "NO"),
    "OSS-DE-19": ("revenue_oss", "vat_oss_DE", Decimal(19), "DE"),
    "OSS-FI-25.5": ("revenue_oss", "vat_oss_FI", Decimal("25.5"), "FI"),
    "DK25 later": ("deferred_revenue", "vat_out", Decimal(25), "DK"),
}
BOUGHT = {"DK25-IN": "", "EUG-IN": "vat_reverse_charge", "EUS-IN": "vat_reverse_charge"}
CENT = Decimal("0.01")

days = st.dates(FIRST, LAST)
amounts = st.decimals(CENT, Decimal("9999.99"), places=2)
supplies = st.sampled_from([None, "goods", "digital"])
parts = st.lists(st.tuples(amounts, supplies), min_size=1, max_size=3)


def of_codes(codes: list[str], days: st.SearchStrategy[dt.date] = days) -> st.SearchStrategy[list[Any]]:
    """Histories of a business that sells under these codes."""
    sales = st.tuples(st.just("sale"), st.sampled_from(codes), parts, days)
    given_back = st.tuples(st.just("credit"), st.integers(0, 9), st.just(CENT), days)
    bills = st.tuples(st.just("bill"), st.sampled_from(sorted(BOUGHT)), amounts, days)
    earned = st.tuples(st.just("earned"), st.integers(0, 9), amounts, days)
    return st.lists(st.one_of(sales, given_back, bills, earned), max_size=10)


histories = of_codes(sorted(SOLD))
quarters = st.sampled_from([(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), (dt.date(2026, 4, 1), dt.date(2026, 6, 30))])
half_year = st.sampled_from([dt.date(2026, 2, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 6, 30)])
periods = st.tuples(days, days).map(sorted)


def lived(ledger: Ledger, history: list[Any]) -> None:
    customer(ledger)
    sold: list[tuple[str, str, str, dt.date]] = []
    for number, event in enumerate(history):
        match event:
            case "sale", code, parts, day:
                found = _sell(ledger, number, code, parts, day)
                sold.append((found, code, f"shop/order/{number}", day))
            case "credit", which, net, day if sold:
                of, code, _, since = sold[which % len(sold)]
                _credit(ledger, number, code, net, max(day, since), of)
            case "bill", code, net, day:
                _bill(ledger, number, code, net, day)
            case "earned", which, net, day if sold:
                _earn(ledger, number, sold[which % len(sold)][2], net, day)


def _sell(ledger: Ledger, number: int, code: str, parts: list[tuple[Decimal, str | None]], day: dt.date) -> str:
    body = _document("invoice", number, code, parts, day)
    return booked(ledger, f"shop/order/{number}", body).id


def _credit(ledger: Ledger, number: int, code: str, net: Decimal, day: dt.date, of: str) -> None:
    body = _document("credit_note", number, code, [(net, None)], day) | {"credits": of}
    try:
        booked(ledger, f"shop/refund/{number}", body, "credit_note")
    except Refused:
        return


def _document(
    kind: str, number: int, code: str, parts: list[tuple[Decimal, str | None]], day: dt.date
) -> dict[str, Any]:
    role, vat_role, rate, country = SOLD[code]
    code = code.partition(" ")[0]
    lines = [
        line(
            f"{net}", f"{(net * rate / 100).quantize(CENT)}", id=str(at), rate=rate, code=code, role=role, supply=supply
        )
        for at, (net, supply) in enumerate(parts)
    ]
    net, vat = (sum((one[side] for one in lines), ZERO) for side in ("net", "vat"))
    sign = 1 if kind == "invoice" else -1
    roles = {"receivable": f"{sign * (net + vat)}", role: f"{-sign * net}/{code}"}
    roles |= {vat_role: f"{-sign * vat}/{code}"} if vat else {}
    own = {"country": country, "lines": lines, "totals": totals(f"{net}", f"{vat}"), "open": 0}
    return sale("1", number=f"{kind}-{number}", date=day, postings=[posting(kind, day, **roles)], **own)


def _bill(ledger: Ledger, number: int, code: str, net: Decimal, day: dt.date) -> None:
    vat = (net / 4).quantize(CENT)
    roles = {"cost": f"{net}/{code}", "vat_in": f"{vat}/{code}"}
    other = BOUGHT[code]
    roles |= {other: f"-{vat}/{code}", "payable": f"-{net}"} if other else {"payable": f"-{net + vat}"}
    body = {"date": day, "reference": f"B-{number}", "postings": [posting("bill", day, **roles)]}
    ledger.send(step("create", "voucher", f"p/bill/{number}", body))


def _earn(ledger: Ledger, number: int, key: str, net: Decimal, day: dt.date) -> None:
    part = posting("recognition", day, deferred_revenue=f"{net}", revenue=f"-{net}")
    body = {"date": day, "reference": f"R-{number}", "postings": [part]}
    ledger.send(step("create", "voucher", f"{key}#recognition/{number}", body))


def entries(ledger: Ledger, since: dt.date, until: dt.date) -> list[reads.Entry]:
    vouchers = reads.vouchers(ledger.connection, since=since, until=until)
    return [entry for voucher in vouchers for entry in voucher.entries]


def sum_of(found: list[reads.Entry], codes: Any, role: Any) -> Decimal:
    picked = (entry.amount for entry in found if entry.code and codes(entry.code) and role(entry.role))
    return sum(picked, ZERO)


def is_base(role: str) -> bool:
    return not role.startswith("vat_")


@given(histories, periods)
def test_the_vat_return_is_the_sum_of_entries(history: list[Any], period: list[dt.date]) -> None:
    with opened() as ledger:
        lived(ledger, history)
        since, until = period
        boxes = {box.name: box.amount for box in returns.vat_return(ledger.connection, since=since, until=until)}
        found = entries(ledger, since, until)

        assert boxes["sales_vat"] == -sum_of(found, {"DK25"}.__contains__, "vat_out".__eq__)
        assert boxes["purchase_vat"] == sum_of(found, lambda code: code.endswith("-IN"), "vat_in".__eq__)
        assert boxes["goods_abroad_vat"] == -sum_of(found, "EUG-IN".__eq__, "vat_reverse_charge".__eq__)
        assert boxes["services_abroad_vat"] == -sum_of(found, "EUS-IN".__eq__, "vat_reverse_charge".__eq__)
        assert boxes["A_goods"] == sum_of(found, "EUG-IN".__eq__, is_base)
        assert boxes["A_services"] == sum_of(found, "EUS-IN".__eq__, is_base)
        assert boxes["B_goods"] == -sum_of(found, "EUG".__eq__, is_base)
        assert boxes["B_services"] == -sum_of(found, "EUS".__eq__, is_base)
        untaxed = -sum_of(found, {"DK0", "EXP"}.__contains__, is_base)
        oss = -sum_of(found, lambda code: code.startswith("OSS"), is_base)
        assert boxes["B_goods_other"] + boxes["C"] == untaxed + oss
        owed = boxes["sales_vat"] + boxes["goods_abroad_vat"] + boxes["services_abroad_vat"]
        assert boxes["total"] == owed - boxes["purchase_vat"]


@given(histories, periods)
def test_the_eu_sales_list_is_box_b(history: list[Any], period: list[dt.date]) -> None:
    with opened() as ledger:
        lived(ledger, history)
        since, until = period
        rows = returns.eu_sales(ledger.connection, since=since, until=until)
        boxes = {box.name: box.amount for box in returns.vat_return(ledger.connection, since=since, until=until)}

        assert sum((row.goods for row in rows), ZERO) == boxes["B_goods"]
        assert sum((row.services for row in rows), ZERO) == boxes["B_services"]


@given(of_codes(["OSS-DE-19", "OSS-FI-25.5"], half_year), quarters)
def test_one_stop_shop_is_the_sum_of_its_accounts(history: list[Any], period: tuple[dt.date, dt.date]) -> None:
    with opened() as ledger:
        lived(ledger, history)
        since, until = period
        report = returns.oss_return(ledger.connection, since=since, until=until)
        found = entries(ledger, since, until)

        for country in ("DE", "FI"):
            of_country = [row for row in report.all if row.country == country]
            code = next(code for code in SOLD if code.startswith(f"OSS-{country}"))
            assert sum((row.vat for row in of_country), ZERO) == -sum_of(
                found, code.__eq__, f"vat_oss_{country}".__eq__
            )
            assert sum((row.base for row in of_country), ZERO) == -sum_of(found, code.__eq__, is_base)


@given(histories, days)
def test_deferred_revenue_is_its_account(history: list[Any], at: dt.date) -> None:
    with opened() as ledger:
        lived(ledger, history)
        rows = deferred.deferred(ledger.connection, at=at)
        balance = -reads.role_balances(ledger.connection, at=at).get("deferred_revenue", ZERO)

        assert sum((row.left for row in rows), ZERO) == balance
        for row in rows:
            assert row.deferred - row.recognised - row.credited == row.left


@given(histories, periods)
def test_the_waterfall_ends_at_the_account_and_has_no_gap(history: list[Any], period: list[dt.date]) -> None:
    with opened() as ledger:
        lived(ledger, history)
        since, until = period
        months = deferred.waterfall(ledger.connection, since=since, until=until)

        assert months[-1].closing == -reads.role_balances(ledger.connection, at=until).get("deferred_revenue", ZERO)
        for before, after in pairwise(months):
            assert before.closing == after.opening
        for row in months:
            assert row.opening + row.added - row.recognised - row.credited + row.other == row.closing


@given(histories, days)
def test_debtors_by_age_are_the_receivable_account(history: list[Any], at: dt.date) -> None:
    with opened() as ledger:
        lived(ledger, history)
        rows = receivables.aged(ledger.connection, at=at)

        owed = reads.role_balances(ledger.connection, at=at).get("receivable", ZERO)
        assert sum((row.total for row in rows), ZERO) == owed
        assert all(sum(row.ages, ZERO) == row.total for row in rows)


@given(histories)
def test_the_trial_balance_is_the_sum_of_entries(history: list[Any]) -> None:
    with opened() as ledger:
        lived(ledger, history)
        sums: Counter[str] = Counter()
        for entry in entries(ledger, FIRST, LAST):
            sums[entry.account] += entry.amount  # type: ignore[assignment]

        assert {row.account: row.balance for row in reads.trial_balance(ledger.connection)} == dict(sums)
