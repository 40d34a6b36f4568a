"""Vouchers by role: the document itself, its payments, and the cost of what was sold; each of them balances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kontering.accounting import payments, roles
from kontering.accounting.settings import Settings
from kontering.accounting.totals import own_lines
from kontering.model.document import Planned, PlannedLine, Posting, PostingLine
from kontering.model.money import ZERO, fitted, to_currency, unit

Slot = tuple[str, str | None]


def of(document: Planned, settings: Settings) -> tuple[Posting, ...]:
    """All vouchers of a document; what was paid before, on an earlier edition of its order, is posted already."""
    return (
        *of_sale(document),
        *payments.vouchers(document, settings, before=document.paid_before or ZERO),
        *(_cost(document) if settings.stock == "consume_on_invoice" else ()),
    )


def party_of(document: Planned) -> str:
    """The key of the buyer; a guest is known by the document."""
    if document.customer.external_id is None:
        return document.key
    return f"{document.key.partition('/')[0]}/customer/{document.customer.external_id}"


def converted(gross: Decimal, slots: Sequence[Decimal], fx: Decimal | None, currency: str) -> tuple[Decimal, ...]:
    """The parts of a gross amount in base currency: the gross is converted once, the parts share it.

    >>> parts = [Decimal("75.53"), Decimal("14.35")]
    >>> [str(part) for part in converted(Decimal("89.88"), parts, Decimal("7.4605"), "DKK")]
    ['563.49', '107.06']
    """
    rate = fx or Decimal(1)
    return fitted(to_currency(gross * rate, currency), [part * rate for part in slots], unit(currency))


def of_sale(document: Planned) -> Iterator[Posting]:
    sign = 1 if document.kind == "invoice" else -1
    rows = _by_slot(own_lines(document))
    if not rows:
        return
    amounts = _in_base(rows, document)
    owed = PostingLine(role="receivable", amount=sign * sum(amounts.values(), ZERO), party=party_of(document))
    lines = [
        PostingLine(role=role, amount=-sign * amount, code=code) for (role, code), amount in amounts.items() if amount
    ]
    kept = [owed, *lines] if owed.amount else lines
    text = f"{document.kind.replace('_', ' ')} {document.mark}"
    if kept:
        yield Posting(kind=document.kind, key=document.key, date=document.date, lines=tuple(kept), text=text)


def _by_slot(lines: Sequence[PlannedLine]) -> dict[Slot, Decimal]:
    """What the lines come to on each account and VAT code, in the document's currency."""
    found: dict[Slot, Decimal] = {}
    for line in lines:
        for role, amount in ((line.role, line.net), (roles.vat_role(line.code), line.vat)):
            if amount:
                found[(role, line.code)] = found.get((role, line.code), ZERO) + amount
    return found


def _in_base(rows: dict[Slot, Decimal], document: Planned) -> dict[Slot, Decimal]:
    """The same in base currency: shared over the accounts first, then within each over its codes."""
    accounts = list(dict.fromkeys(role for role, _ in rows))
    sums = [sum((amount for (role, _), amount in rows.items() if role == name), ZERO) for name in accounts]
    wholes = converted(document.totals.gross, sums, document.fx, document.base_currency)
    found: dict[Slot, Decimal] = {}
    for name, whole in zip(accounts, wholes, strict=True):
        slots = [slot for slot in rows if slot[0] == name]
        exact = [rows[slot] * (document.fx or 1) for slot in slots]
        found |= zip(slots, fitted(whole, exact, unit(document.base_currency)), strict=True)
    return found


def _cost(document: Planned) -> Iterator[Posting]:
    back = document.kind == "credit_note"
    cost = sum((_cost_of(line, document) for line in document.lines if line.returned or not back), ZERO)
    if not cost:
        return
    amount = -cost if back else cost
    lines = (PostingLine(role="cogs", amount=amount), PostingLine(role="inventory", amount=-amount))
    key, text = f"{document.key}#cogs", f"cost of goods {document.mark}"
    yield Posting(kind="cogs", key=key, date=document.date, lines=lines, text=text)


def _cost_of(line: PlannedLine, document: Planned) -> Decimal:
    return to_currency((line.cost or ZERO) * line.quantity, document.base_currency)
