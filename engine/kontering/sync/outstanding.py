"""What documents leave open: by invoice for the bank, by payment for payouts, by month for deferred revenue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from kontering.accounting import edits, payments, postings
from kontering.accounting.settings import Settings
from kontering.accounting.settlement import KnownPayment
from kontering.model.bank import OpenItem
from kontering.model.document import Paid, Planned
from kontering.model.money import ZERO, to_currency
from kontering.model.payout import Payout
from kontering.model.voucher import PlannedVoucher
from kontering.sync.others import Others, Registers, Sold


def moved(others: Others, key: str) -> Decimal:
    """What vouchers have closed of a document: money that came apart from it, bank lines, losses."""
    closes = (part for voucher in others.about(key) for part in voucher.closes if part.key == key)
    return sum((part.amount for part in closes), ZERO)


def left(others: Others, invoice: Planned) -> Decimal:
    """What is open on an invoice, by everything that is known of it."""
    paid = sum((one.amount for one in invoice.payments), ZERO)
    credited = sum((_credit(one) for one in others.credits_of(invoice.key, "")), ZERO)
    return invoice.totals.gross - paid - credited - moved(others, invoice.key)


def recognised(others: Others, key: str, *, before: dt.date, but: str) -> Mapping[str, Decimal]:
    """What of an invoice's deferred revenue has been taken to each revenue account, by others than the one named."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in others.recognitions(key):
        if voucher.key != but and earned_until(voucher) <= before:
            for role, amount in revenue_of(voucher).items():
                found[role] += amount
    return found


def earned_until(voucher: PlannedVoucher) -> dt.date:
    """The last day that a recognition counts; it may be posted later."""
    said = voucher.figures.get("until")
    return dt.date.fromisoformat(str(said)) if said else voucher.date


def revenue_of(voucher: PlannedVoucher) -> Mapping[str, Decimal]:
    """What a recognition took to each revenue account."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in (line for part in voucher.postings for line in part.lines):
        if line.role != "deferred_revenue":
            found[line.role] -= line.amount
    return found


def open_items(sales: Sequence[Sold], vouchers: Sequence[PlannedVoucher], registers: Registers) -> tuple[OpenItem, ...]:
    """What is expected on the bank: invoices, bills (negative), and what is posted there: payouts, transfers."""
    closed = defaultdict[str, Decimal](Decimal)
    for part in (part for voucher in vouchers for part in voucher.closes):
        closed[part.key] += part.amount
    for credit in (one for _, one in sales if one.credits):
        closed[credit.credits or ""] += _credit(credit)
    items = [_invoice_item(flow, one, closed[one.key], registers) for flow, one in sales if one.kind == "invoice"]
    items += [item for flow, one in newest(sales) for item in _transfers(flow, one, closed, registers)]
    items += [item for voucher in vouchers if (item := _voucher_item(voucher, closed[voucher.key]))]
    return tuple(item for item in items if item is not None)


def paid_by_gateway(others: Others, payout: Payout, settings: Settings) -> tuple[KnownPayment, ...]:
    """The payments on the clearing account that a payout's entries may be."""
    named = {name for entry in payout.entries for name in (entry.payment, entry.reference) if name}
    vouchers = others.vouchers()
    used = settled_payments(one for one in vouchers if one.key != payout.key)
    known = on_clearing((one for _, one in others.sales()), vouchers, settings)
    return tuple(one for one in known if named & {one.reference, one.number} and one.key not in used)


def settled_payments(vouchers: Iterable[PlannedVoucher]) -> frozenset[str]:
    """The payments that payouts have been found to settle: none is paid out twice."""
    matched = (one.figures.get("matched") or {} for one in vouchers if one.kind == "payout")
    return frozenset(str(key) for one in matched for key in one.values())


def on_clearing(
    sales: Iterable[Planned], vouchers: Iterable[PlannedVoucher], settings: Settings
) -> Iterator[KnownPayment]:
    """Every payment on the clearing account, with its document or apart from it."""
    for _, sale in newest([("", sale) for sale in sales]):
        yield from _known_payments(sale, settings)
    for voucher in vouchers:
        paid = voucher.payment
        if paid is not None and payments.role_of(paid.method, settings) == "psp_clearing":
            lines = (line for part in voucher.postings for line in part.lines if line.role == "psp_clearing")
            yield KnownPayment(
                key=voucher.key,
                amount=paid.amount,
                currency=voucher.currency,
                base=sum((line.amount for line in lines), ZERO),
                reference=paid.reference,
                number=next((one.number for one in voucher.closes), None),
            )


def newest(sales: Sequence[Sold]) -> Iterator[Sold]:
    """Of an order that was invoiced anew, the newest invoice: it has all the payments."""
    last: dict[str, int] = {}
    for _, one in sales:
        stem = edits.stem_of(one.key)
        last[stem] = max(last.get(stem, 0), edits.edition_of(one.key))
    return (sold for sold in sales if edits.edition_of(sold[1].key) == last[edits.stem_of(sold[1].key)])


def payment_key(document: Planned, number: int) -> str:
    """The same payment has the same key on each edition of its invoice."""
    return f"{edits.stem_of(document.key)}#payment/{number}"


def _transfers(flow: str, document: Planned, closed: Mapping[str, Decimal], registers: Registers) -> Iterator[OpenItem]:
    """Money that the shop says came (or went) over the bank, and that is posted there: the bank's line confirms it."""
    sign = 1 if document.kind == "invoice" else -1
    number = document.mark if document.kind == "invoice" else document.credits_number or document.mark
    for at, paid in enumerate(document.payments, start=1):
        role, key = registers(flow, paid.method) or "", payment_key(document, at)
        amount = sign * paid.amount - closed.get(key, ZERO)
        if amount and (role == "bank" or role.startswith("bank_")):
            yield OpenItem(
                key=key,
                number=number,
                amount=amount,
                currency=document.currency,
                date=paid.date,
                role="posted",
                party=postings.party_of(document),
                name=document.customer.name,
                references=tuple(name for name in (document.number, paid.reference) if name),
            )


def _invoice_item(flow: str, invoice: Planned, closed: Decimal, registers: Registers) -> OpenItem | None:
    paid = sum((one.amount for one in invoice.payments if registers(flow, one.method)), ZERO)
    names = (invoice.number, *(one.reference for one in invoice.payments if one.reference))
    amount = invoice.totals.gross - paid - closed
    if amount <= 0:
        return None
    return OpenItem(
        key=invoice.key,
        number=invoice.mark,
        amount=amount,
        currency=invoice.currency,
        date=invoice.date,
        base=payments.in_base(amount, invoice),
        party=postings.party_of(invoice),
        name=invoice.customer.name,
        references=tuple(dict.fromkeys(names)),
    )


def _voucher_item(voucher: PlannedVoucher, closed: Decimal) -> OpenItem | None:
    """A posted payout comes in as one amount; a bill is paid out."""
    amount = Decimal(voucher.figures.get("amount", 0)) - closed
    if voucher.kind not in ("payout", "bill") or amount == 0:
        return None
    names = (voucher.number, voucher.text, voucher.mark)
    return OpenItem(
        key=voucher.key,
        number=voucher.number,
        amount=amount,
        currency=voucher.currency,
        date=voucher.date,
        role="posted" if voucher.kind == "payout" else "payable",
        party=voucher.key.partition("/")[0] if voucher.supplier is None else _supplier(voucher),
        name=voucher.supplier.name if voucher.supplier else None,
        supplier=voucher.supplier,
        references=tuple(dict.fromkeys(name for name in names if name)),
    )


def _supplier(voucher: PlannedVoucher) -> str | None:
    owed = (line.party for part in voucher.postings for line in part.lines if line.role == "payable")
    return next(owed, None)


def _credit(credit: Planned) -> Decimal:
    """What a credit note takes off its invoice: what was paid back has been paid out."""
    return credit.totals.gross - sum((one.amount for one in credit.payments), ZERO)


def _known_payments(document: Planned, settings: Settings) -> Iterator[KnownPayment]:
    sign = 1 if document.kind == "invoice" else -1
    for number, paid in enumerate(document.payments, start=1):
        if payments.role_of(paid.method, settings) == "psp_clearing":
            yield KnownPayment(
                key=payment_key(document, number),
                amount=sign * paid.amount,
                currency=document.currency,
                base=sign * _base(document, paid),
                reference=paid.reference,
                number=document.number if document.kind == "invoice" else document.credits_number,
            )


def _base(document: Planned, paid: Paid) -> Decimal:
    return to_currency(paid.amount * (paid.fx or document.fx or 1), document.base_currency)
