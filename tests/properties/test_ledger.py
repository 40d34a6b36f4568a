"""Laws of the embedded ledger: whatever is sent to it, and in whatever order, its books stay in order."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from beancount import loader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connectors.ledger.books import (
    booked,
    credit,
    customer,
    line,
    on,
    opened,
    payment,
    posting,
    sale,
    step,
    totals,
)

from kontering.connectors.ledger import exports, periods, reads
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Closed, Refused
from kontering.model.money import ZERO
from kontering.model.plan import Found

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
AFTER = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
CODES = {
    "DK25": ("revenue", "vat_out", 25),
    "OSS-DE-19": ("revenue_oss", "vat_oss_DE", 19),
    "EXP": ("revenue_export", "", 0),
}

days = st.dates(FIRST, LAST)
amounts = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)


@dataclass(frozen=True)
class Sell:
    """A sale of so much at one VAT code; draft or booked."""

    net: Decimal
    code: str
    day: dt.date
    book: bool


@dataclass(frozen=True)
class Pay:
    """A share of what is open on one of the invoices."""

    which: int
    share: Decimal
    day: dt.date


@dataclass(frozen=True)
class Credit:
    """So much given back on one of the invoices, which may be too much."""

    which: int
    net: Decimal
    day: dt.date


@dataclass(frozen=True)
class Cost:
    """A bill, as a voucher of its own."""

    net: Decimal
    day: dt.date


Event = Sell | Pay | Credit | Cost
shares = st.decimals(Decimal("0.01"), Decimal("1.20"), places=2)
events = st.lists(
    st.one_of(
        st.builds(Sell, net=amounts, code=st.sampled_from(sorted(CODES)), day=days, book=st.booleans()),
        st.builds(Pay, which=st.integers(0, 9), share=shares, day=days),
        st.builds(Credit, which=st.integers(0, 9), net=amounts, day=days),
        st.builds(Cost, net=amounts, day=days),
    ),
    max_size=12,
)


@dataclass
class Year:
    """A ledger and what is expected of it, reckoned beside it."""

    ledger: Ledger
    buyer: Found
    invoices: list[tuple[Found, Sell]] = field(default_factory=list)
    refused: int = 0

    def do(self, number: int, event: Event) -> None:
        try:
            self._do(number, event)
        except Refused:
            self.refused += 1

    def _do(self, number: int, event: Event) -> None:
        match event:
            case Sell():
                self._sell(number, event)
            case Cost():
                self._bill(number, event)
            case Pay() if self.invoices:
                self._pay(number, event, self.invoices[event.which % len(self.invoices)][0])
            case Credit() if self.invoices:
                self._credit(number, event, *self.invoices[event.which % len(self.invoices)])

    def _sell(self, number: int, event: Sell) -> None:
        role, vat_role, rate = CODES[event.code]
        vat = (event.net * rate / 100).quantize(Decimal("0.01"))
        roles = {"receivable": f"{event.net + vat}", role: f"-{event.net}/{event.code}"}
        roles |= {vat_role: f"-{vat}/{event.code}"} if vat_role else {}
        body = sale(
            self.buyer.id,
            number=str(number),
            date=event.day,
            open=event.net + vat,
            lines=[line(f"{event.net}", f"{vat}", rate=rate, code=event.code, role=role)],
            totals=totals(f"{event.net}", f"{vat}"),
            postings=[posting("invoice", event.day, **roles)],
        )
        if event.book:
            self.invoices.append((booked(self.ledger, f"shop/order/{number}", body), event))
        else:
            self.ledger.send(step("create", "invoice", f"shop/order/{number}", body))

    def _pay(self, number: int, event: Pay, invoice: Found) -> None:
        assert invoice.totals is not None
        assert invoice.totals.gross is not None
        paid = max(Decimal("0.01"), (invoice.totals.gross * event.share).quantize(Decimal("0.01")))
        moved = posting("payment", event.day, psp_clearing=f"{paid}", receivable=f"-{paid}")
        body = payment(invoice, f"{paid}", date=event.day, postings=[moved])
        self.ledger.send(step("create", "payment", f"shop/order/x#payment/{number}", body))

    def _credit(self, number: int, event: Credit, invoice: Found, sold: Sell) -> None:
        if sold.code == "DK25":
            vat = (event.net * 25 / 100).quantize(Decimal("0.01"))
            body = credit(self.buyer.id, invoice, f"{event.net}", f"{vat}", number=f"k{number}", date=event.day)
            body["postings"] = [body["postings"][0] | {"date": event.day}]
            booked(self.ledger, f"shop/refund/{number}", body, "credit_note")

    def _bill(self, number: int, event: Cost) -> None:
        vat = (event.net / 4).quantize(Decimal("0.01"))
        bill = posting("bill", event.day, cost=f"{event.net}", vat_in=f"{vat}/DK25-IN", payable=f"-{event.net + vat}")
        body = {"date": event.day, "reference": f"B-{number}", "postings": [bill]}
        self.ledger.send(step("create", "voucher", f"purchases/bill/{number}", body))


def lived(ledger: Ledger, sequence: list[Event]) -> Year:
    year = Year(ledger, customer(ledger))
    for number, event in enumerate(sequence):
        year.do(number, event)
    return year


@given(events)
def test_the_trial_balance_is_always_zero(sequence: list[Event]) -> None:
    with opened() as ledger:
        lived(ledger, sequence)

        for at in (None, dt.date(2026, 6, 30)):
            assert sum((row.balance for row in reads.trial_balance(ledger.connection, at=at)), ZERO) == 0
        for voucher in reads.vouchers(ledger.connection):
            assert sum((entry.amount for entry in voucher.entries), ZERO) == 0


@given(events, days)
def test_open_items_make_up_what_is_receivable_on_every_day(sequence: list[Event], at: dt.date) -> None:
    with opened() as ledger:
        lived(ledger, sequence)
        items = reads.open_items(ledger.connection, at=at)

        owed = reads.role_balances(ledger.connection, at=at).get("receivable", ZERO)
        assert sum((item.base for item in items), ZERO) == owed


@given(events)
def test_what_an_invoice_says_is_open_is_what_its_payments_left(sequence: list[Event]) -> None:
    with opened() as ledger:
        year = lived(ledger, sequence)
        left = {item.key: item.open for item in reads.open_items(ledger.connection, at=LAST)}

        for found, _ in year.invoices:
            [kept] = ledger.find("invoice", {"id": found.id})
            record = next(r for page in ledger.read("invoice", None) for r in page.records if r.id == found.id)
            assert Decimal(record.data["open"]) == left.get(kept.terms["key"], ZERO)


@given(events)
def test_numbers_have_no_gaps_whatever_was_refused(sequence: list[Event]) -> None:
    with opened() as ledger:
        year = lived(ledger, sequence)
        documents = [r for kind in ("invoice", "credit_note") for page in ledger.read(kind, None) for r in page.records]
        numbers = sorted(int(r.data["invoice_number"]) for r in documents if "invoice_number" in r.data)
        vouchers = [voucher.number for voucher in reads.vouchers(ledger.connection)]

        assert numbers == list(range(1, len(numbers) + 1))
        assert vouchers == list(range(1, len(vouchers) + 1))
        assert len(numbers) >= len(year.invoices)


@given(events)
def test_credit_notes_never_exceed_their_invoice(sequence: list[Event]) -> None:
    with opened() as ledger:
        year = lived(ledger, sequence)
        given_back: dict[str, Decimal] = {}
        for page in ledger.read("credit_note", None):
            for record in page.records:
                gross = Decimal(record.data["totals"]["gross"])
                given_back[record.data["credits"]] = given_back.get(record.data["credits"], ZERO) + gross

        for found, _ in year.invoices:
            assert found.totals is not None
            assert found.totals.gross is not None
            assert given_back.get(found.id, ZERO) <= found.totals.gross


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(events, st.text(max_size=30))
def test_the_export_loads_in_beancount(sequence: list[Event], name: str) -> None:
    with opened() as ledger:
        customer(ledger, "shop/customer/9", name=name or "x")
        lived(ledger, sequence)
        file = io.StringIO()
        exports.beancount(ledger.connection, file)

        assert loader.load_string(file.getvalue())[1] == []


@given(events, days)
def test_nothing_gets_into_a_closed_period(sequence: list[Event], until: dt.date) -> None:
    with opened() as ledger:
        lived(ledger, [event for event in sequence if not isinstance(event, Sell) or event.book])
        before = reads.trial_balance(ledger.connection, at=until) if reads.books(ledger.connection) else ()
        assert periods.close(ledger.connection, until, by="law", at=AFTER).closed
        late = Year(on(ledger.connection), Found(id="1"))

        for number, code in enumerate(CODES, start=100):
            with pytest.raises(Closed):
                late._do(number, Sell(Decimal("8.00"), code, until, True))
        with pytest.raises(Closed):
            late._do(200, Cost(Decimal("8.00"), FIRST))
        assert reads.trial_balance(ledger.connection, at=until) == before


@given(events)
def test_sending_everything_again_changes_nothing(sequence: list[Event]) -> None:
    with opened() as ledger:
        lived(ledger, sequence)
        before = list(reads.vouchers(ledger.connection)), reads.open_items(ledger.connection, at=LAST)
        lived(on(ledger.connection), sequence)

        assert (list(reads.vouchers(ledger.connection)), reads.open_items(ledger.connection, at=LAST)) == before
