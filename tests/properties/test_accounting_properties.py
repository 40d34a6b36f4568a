"""Laws of the books: every voucher balances, parts add up, nothing is given back twice, the same in gives the same out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import get_args

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.accounting.made import claiming_own

from kontering.accounting import bank, payments, postings, rates, recognition, settlement
from kontering.accounting.recognition import Deferral, Taken
from kontering.accounting.settings import Settings
from kontering.accounting.settle import Settled, settle
from kontering.model.bank import BankLine, OpenItem
from kontering.model.document import (
    Address,
    Charged,
    Claim,
    Coupon,
    Line,
    LineKind,
    Paid,
    Party,
    Period,
    Planned,
    RoundingRule,
    Sale,
)
from kontering.model.money import digits, fitted, rounded, shared, to_currency, unit
from kontering.model.payout import Entry, EntryType, Payout
from kontering.model.plan import Hold

ZERO = Decimal(0)
DAY = dt.date(2026, 3, 2)
CURRENCIES = {"DKK": None, "EUR": Decimal("7.4605"), "JPY": Decimal("0.04395"), "KWD": Decimal("22.4531")}
BUYERS = {"DK": "DK", "DE": "oss", "FI": "oss", "NO": "export"}
BOOKS = Settings(project="laws", target="books", zero_total="book")

amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999"), places=4)
steps = st.sampled_from([Decimal("1"), Decimal("0.01"), Decimal("0.001")])


def rates_of(country: str) -> list[Decimal]:
    """What may be charged on a sale to a country."""
    if country == "NO":
        return [ZERO]
    return [*rates.possible(country, DAY), ZERO] if country == "DK" else list(rates.possible(country, DAY))


@st.composite
def lines(draw: st.DrawFn, number: int, country: str, side: str, currency: str) -> Line:
    kinds: list[LineKind] = ["goods", "goods", "goods", "shipping", "fee", "discount"]
    kind = draw(st.sampled_from(kinds))
    amount = draw(amounts) * (-1 if kind == "discount" else 1)
    rate = draw(st.sampled_from(rates_of(country)))
    whole = to_currency(amount, currency)
    exact = whole * rate / (100 + rate if side == "gross" else Decimal(100))
    said = draw(st.sampled_from(["rate", "exact", "rounded", "spread"]))
    vat = {"exact": exact, "rounded": to_currency(exact, currency)}.get(said)
    spread = said == "spread" and number > 0
    return Line(
        id=str(number),
        kind="goods" if number == 0 else kind,
        description="Something",
        quantity=draw(st.decimals(min_value=Decimal("0.125"), max_value=Decimal(50), places=3)),
        amount=abs(amount) if number == 0 else amount,
        taxes=None if spread else (Charged(rate=rate, vat=vat if number or amount > 0 else None),),
        spread=spread,
        discount=draw(st.one_of(st.none(), amounts)),
    )


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    country, currency = draw(st.sampled_from(list(BUYERS))), draw(st.sampled_from(list(CURRENCIES)))
    side = draw(st.sampled_from(["gross", "net"]))
    rows = tuple(draw(lines(n, country, side, currency)) for n in range(draw(st.integers(1, 6))))
    rule = RoundingRule(per=draw(st.sampled_from(["line", "rate"])), half=draw(st.sampled_from(["up", "down", "even"])))
    value = draw(st.decimals(min_value=0, max_value=100, places=2))
    coupon = Coupon(code="C", kind=draw(st.sampled_from(["percent", "fixed"])), value=value)
    return Sale(
        kind="invoice",
        key="shop/order/1",
        number="1",
        state="paid",
        date=DAY,
        currency=currency,
        prices="gross" if side == "gross" else "net",
        lines=rows,
        totals=Claim(gross=ZERO),
        customer=Party(name="A", email="a@example.com", address=Address(country=country)),
        rounding=draw(st.one_of(st.none(), st.just(rule))),
        fx=CURRENCIES[currency],
        coupons=draw(st.sampled_from([(), (coupon,)])),
    )


@st.composite
def settings_(draw: st.DrawFn) -> Settings:
    return replace(
        BOOKS,
        discount_mode=draw(st.sampled_from(["into_lines", "separate_line"])),
        shipping_vat=draw(st.sampled_from(["by_line", "proportional"])),
        vat_method=draw(st.sampled_from(["line", "document"])),
    )


def booked(sale: Sale, books: Settings = BOOKS) -> Settled:
    found = claiming_own(sale, books)
    assume(not (isinstance(found, Hold) and found.code == "NEGATIVE_TOTAL"))
    assert isinstance(found, Settled), found
    return found


@given(st.decimals(-10_000, 10_000, places=3), st.lists(st.integers(1, 1000), min_size=1, max_size=9), steps)
@settings(deadline=None)
def test_shares_add_up_and_are_nearly_in_proportion(total: Decimal, weights: list[int], step: Decimal) -> None:
    whole = rounded(total, step)

    parts = shared(whole, [Decimal(weight) for weight in weights], step)

    assert sum(parts, ZERO) == whole
    assert all(abs(part - whole * weight / sum(weights)) < step for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.decimals(-10_000, 10_000, places=5), min_size=1, max_size=9), steps)
@settings(deadline=None)
def test_fitted_parts_add_up_and_stay_near(exact: list[Decimal], step: Decimal) -> None:
    total = rounded(sum(exact, ZERO), step)

    parts = fitted(total, exact, step)

    assert sum(parts, ZERO) == total
    assert all(part % step == 0 for part in parts)
    assert all(abs(part - own) < 2 * step for part, own in zip(parts, exact, strict=True))


@given(sales(), settings_())
@settings(max_examples=150, deadline=None)
def test_sides_add_up_on_every_line_and_in_all(sale: Sale, books: Settings) -> None:
    document = booked(sale, books).planned

    assert all(line.net + line.vat == line.gross for line in document.lines)
    for side in ("net", "vat", "gross"):
        assert sum((getattr(line, side) for line in document.lines), ZERO) == getattr(document.totals, side)
    assert sum((row.base for row in document.totals.rates), ZERO) == document.totals.net
    assert sum((row.vat for row in document.totals.rates), ZERO) == document.totals.vat
    assert all(line.net == to_currency(line.net, sale.currency) for line in document.lines)


@given(sales(), settings_())
@settings(deadline=None)
def test_what_was_fixed_stays_fixed(sale: Sale, books: Settings) -> None:
    document = booked(replace(sale, coupons=()), books).planned

    own = document.totals.gross if sale.prices == "gross" else document.totals.net
    assert own == sum((to_currency(line.amount, sale.currency) for line in sale.lines), ZERO)


@given(sales(), settings_())
@settings(max_examples=150, deadline=None)
def test_every_voucher_balances_with_the_gross_on_receivable(sale: Sale, books: Settings) -> None:
    found = booked(sale, books)
    document = found.planned
    own = [posting for posting in found.postings if posting.kind == "invoice"]

    assert all(sum((line.amount for line in posting.lines), ZERO) == 0 for posting in found.postings)
    owed = sum((line.amount for posting in own for line in posting.lines if line.role == "receivable"), ZERO)
    assert owed == to_currency(document.totals.gross * (document.fx or 1), "DKK")
    assert all(line.amount == to_currency(line.amount, "DKK") for posting in found.postings for line in posting.lines)


@given(sales(), settings_())
@settings(deadline=None)
def test_the_same_sale_is_settled_the_same_again(sale: Sale, books: Settings) -> None:
    assert claiming_own(sale, books) == claiming_own(sale, books)


@given(sales(), st.lists(st.integers(1, 100), min_size=1, max_size=5))
@settings(deadline=None)
def test_payments_in_any_parts_close_the_receivable(sale: Sale, weights: list[int]) -> None:
    document = booked(sale).planned
    parts = shared(document.totals.gross, [Decimal(weight) for weight in weights], unit(sale.currency))
    paid = tuple(Paid(method="card", date=DAY, amount=part) for part in parts if part)

    made = postings.of(replace(document, payments=paid), BOOKS)

    assert sum((line.amount for one in made for line in one.lines if line.role == "receivable"), ZERO) == 0
    assert not any(line.role == "fx_difference" for one in made for line in one.lines)


@given(sales(), st.decimals(min_value=Decimal("0.5"), max_value=Decimal("2"), places=4))
@settings(deadline=None)
def test_a_payment_at_another_rate_leaves_the_difference_on_its_account(sale: Sale, factor: Decimal) -> None:
    document = booked(sale).planned
    assume(document.fx is not None and document.totals.gross > 0)
    fx = (document.fx or ZERO) * factor
    paid = Paid(method="card", date=DAY, amount=document.totals.gross, fx=fx)

    (voucher,) = payments.vouchers(replace(document, payments=(paid,)), BOOKS)

    amounts_ = {line.role: line.amount for line in voucher.lines}
    assert amounts_.get("psp_clearing", ZERO) == to_currency(document.totals.gross * fx, "DKK")
    assert -amounts_.get("receivable", ZERO) == to_currency(document.totals.gross * (document.fx or 1), "DKK")


# --- credit notes


def credit(document: Planned, number: int, gross: Decimal, rows: tuple[Line, ...]) -> Sale:
    return Sale(
        kind="credit_note",
        key=f"shop/refund/{number}",
        number=f"1-{number}",
        state="refunded",
        date=DAY + dt.timedelta(days=number),
        currency=document.currency,
        prices="gross",
        lines=rows,
        totals=Claim(gross=gross),
        credits=document.key,
        rounding=RoundingRule(half="down"),
    )


def amount_only(gross: Decimal) -> tuple[Line, ...]:
    return (Line(id="A", kind="adjustment", description="Refund", quantity=Decimal(1), amount=gross, spread=True),)


@given(sales(), st.data())
@settings(max_examples=150, deadline=None)
def test_credit_notes_never_exceed_the_invoice_and_the_last_takes_the_rest(sale: Sale, data: st.DataObject) -> None:
    document = booked(replace(sale, coupons=())).planned
    assume(all(row.base + row.vat > 0 for row in document.totals.rates))
    earlier: list[Planned] = []
    left = document.totals.gross
    for number in range(data.draw(st.integers(0, 4))):
        part = to_currency(left * data.draw(st.decimals(0, 1, places=3)), sale.currency)
        found = settle(credit(document, number, part, amount_only(part)), BOOKS, original=document, earlier=earlier)
        assert isinstance(found, Settled), found
        earlier.append(found.planned)
        left -= part
        _check_left(document, earlier)
    last = settle(credit(document, 9, left, amount_only(left)), BOOKS, original=document, earlier=earlier)
    assert isinstance(last, Settled), last
    assert all(not any(row) for row in _left(document, [*earlier, last.planned]).values())
    more = settle(
        credit(document, 10, unit(sale.currency), amount_only(unit(sale.currency))),
        BOOKS,
        original=document,
        earlier=[*earlier, last.planned],
    )
    assert isinstance(more, Hold)
    assert more.code == "REFUND_EXCEEDS_REMAINING"


@given(sales(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_lines_given_back_one_by_one_in_any_order_end_at_zero(sale: Sale, order: object) -> None:
    document = booked(replace(sale, coupons=())).planned
    rows = [line for line in document.lines if line.gross > 0]
    assume(len(rows) == len(document.lines))
    order.shuffle(rows)  # type: ignore[attr-defined]
    earlier: list[Planned] = []
    for number, row in enumerate(rows):
        back = Line(
            id=row.id,
            of=row.id,
            kind=row.kind,
            description="Back",
            quantity=row.quantity,
            amount=row.gross,
            taxes=(Charged(rate=row.rate),),
        )
        found = settle(credit(document, number, row.gross, (back,)), BOOKS, original=document, earlier=earlier)
        assert isinstance(found, Settled), found
        assert found.planned.lines[0].code == row.code
        earlier.append(found.planned)
        _check_left(document, earlier)
    assert all(not any(row) for row in _left(document, earlier).values())


def _left(document: Planned, given_back: list[Planned]) -> dict[str, tuple[Decimal, Decimal]]:
    """Net and VAT that are left under each code."""
    found = {row.code: (row.base, row.vat) for row in document.totals.rates}
    for one in given_back:
        for row in one.totals.rates:
            net, vat = found[row.code]
            found[row.code] = (net - row.base, vat - row.vat)
    return found


def _check_left(document: Planned, given_back: list[Planned]) -> None:
    assert all(net >= 0 and vat >= 0 for net, vat in _left(document, given_back).values())
    assert all(one.fx == document.fx for one in given_back)


# --- time


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(st.dates(dt.date(2023, 1, 1), dt.date(2032, 12, 31)))
    return Period(start=start, until=start + dt.timedelta(days=draw(st.integers(1, 800))))


books_of_time = st.builds(
    lambda method, partial, currency: replace(BOOKS, recognition=method, partial_month=partial, base_currency=currency),
    st.sampled_from(["daily", "monthly"]),
    st.sampled_from(["full", "half", "pro_rata"]),
    st.sampled_from(["DKK", "JPY", "KWD"]),
)


@given(periods(), st.decimals(-100_000, 100_000, places=3), books_of_time, st.integers(-60, 900))
@settings(max_examples=150, deadline=None)
def test_recognised_revenue_is_exactly_what_was_deferred(
    period: Period, amount: Decimal, books: Settings, booked_after: int
) -> None:
    whole = to_currency(amount, books.base_currency)
    day = period.start + dt.timedelta(days=booked_after)
    deferral = Deferral(key="k", line="1", code="DK25", booked=day, amount=whole, period=period)

    slices = recognition.schedule(deferral, books)

    assert sum((one.amount for one in slices), ZERO) == whole
    assert all(one.amount == to_currency(one.amount, books.base_currency) for one in slices)
    assert all(one.amount * whole >= 0 for one in slices)


@given(periods(), st.decimals(1, 100_000, places=2), st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_credited_is_never_earned(period: Period, amount: Decimal, data: st.DataObject) -> None:
    books = replace(BOOKS, recognition="daily")
    day = period.start + dt.timedelta(days=data.draw(st.integers(0, (period.until - period.start).days - 1)))
    plain = Deferral(key="k", line="1", code="DK25", booked=period.start, amount=amount, period=period)
    left = amount - recognition.earned(plain, day, books)
    taken = to_currency(left * data.draw(st.decimals(0, 1, places=3)), "DKK")

    deferral = replace(plain, taken=(Taken(day=day, amount=taken),))
    slices = recognition.schedule(deferral, books)

    assert sum((one.amount for one in slices), ZERO) == amount - (taken if day < period.end else ZERO)
    assert recognition.earned(deferral, day, books) == recognition.earned(plain, day, books)


@given(st.lists(st.tuples(periods(), st.decimals(1, 9_999, places=2)), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_the_waterfall_closes_at_nothing(found: list[tuple[Period, Decimal]]) -> None:
    books = replace(BOOKS, recognition="daily")
    own = [
        Deferral(key=str(n), line="1", code="DK25", booked=period.start, amount=amount, period=period)
        for n, (period, amount) in enumerate(found)
    ]

    rows = recognition.waterfall(own, books)

    assert rows[-1].closing == 0
    assert all(after.opening == before.closing for before, after in pairwise(rows))


# --- money


@st.composite
def payouts(draw: st.DrawFn) -> Payout:
    currency = draw(st.sampled_from(list(CURRENCIES)))
    places = digits(currency)
    entries = []
    for number in range(draw(st.integers(1, 8))):
        kind: EntryType = draw(st.sampled_from(get_args(EntryType)))
        sign = -1 if kind in ("refund", "fee", "fee_tax", "dispute", "reserve_hold") else 1
        amount = sign * draw(st.decimals(0, 9_999, places=places))
        fee = draw(st.decimals(0, 50, places=places)) if kind == "charge" else ZERO
        entries.append(Entry(id=str(number), type=kind, amount=amount, fee=fee, date=DAY))
    whole = sum((entry.amount - entry.fee for entry in entries), ZERO)
    return Payout(
        key="gateway/payout/1",
        number="1",
        provider="gateway",
        state="paid",
        date=DAY,
        currency=currency,
        amount=whole,
        entries=tuple(entries),
        fx=CURRENCIES[currency],
    )


@given(payouts(), st.sampled_from(["payout", "day"]))
@settings(deadline=None)
def test_a_payout_balances_and_equals_the_bank_amount(payout: Payout, summary: str) -> None:
    books = replace(BOOKS, settlement_summary="day" if summary == "day" else "payout")

    found = settlement.settle(payout, books)

    assert isinstance(found, settlement.SettledPayout)
    on_bank = sum((line.amount for line in found.posting.lines if line.role == "bank"), ZERO)
    assert on_bank == to_currency(payout.amount * (payout.fx or 1), "DKK")


@given(payouts(), st.decimals(Decimal("0.001"), 10, places=3))
@settings(deadline=None)
def test_a_payout_that_does_not_add_up_is_held(payout: Payout, more: Decimal) -> None:
    found = settlement.settle(replace(payout, amount=payout.amount + more), BOOKS)

    assert isinstance(found, Hold)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 3)), max_size=8),
    st.lists(st.integers(1, 120), max_size=8),
    st.integers(0, 5),
)
@settings(max_examples=150, deadline=None)
def test_bank_lines_pay_only_what_is_open(owed: list[tuple[int, int]], got: list[int], fee: int) -> None:
    items = [
        OpenItem(key=f"k{n}", number=f"N{n}", amount=Decimal(a), currency="DKK", date=DAY, party=str(p))
        for n, (a, p) in enumerate(owed)
    ]
    rows = [BankLine(key=f"t{n}", date=DAY, amount=Decimal(a), currency="DKK") for n, a in enumerate(got)]
    books = replace(BOOKS, max_fee_difference=Decimal(fee))

    found = bank.match(rows, items, books)

    closed = sum((part for one in found.matches for _, part in one.parts), ZERO)
    left = sum((item.amount for item in found.left), ZERO)
    assert closed + left == sum((item.amount for item in items), ZERO)
    assert len(found.matches) == len(rows)
    for one in found.matches:
        paid = sum((part for _, part in one.parts), ZERO)
        assert one.kind == "unmatched" or paid + one.surplus == one.line.amount + one.fee
        assert all(sum((line.amount for line in made.lines), ZERO) == 0 for made in bank.vouchers(one, books))
    assert bank.match(list(reversed(rows)), items, books) == found
