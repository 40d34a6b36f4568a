"""An order that changed after its invoice was booked: what was booked is credited in full, and invoiced anew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import holds, postings, unearned
from kontering.accounting.credit import remaining
from kontering.accounting.planned import guid_of
from kontering.accounting.settings import Settings
from kontering.accounting.settle import Settled, settle
from kontering.accounting.totals import ROUNDING, own_lines, totals_of
from kontering.model.document import Planned, PlannedLine, Sale
from kontering.model.money import ZERO
from kontering.model.plan import Hold, Skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebilled:
    """The credit note of what was booked, and the new invoice; none if the order now comes to nothing."""

    credit: Settled
    invoice: Settled | None


def rebill(
    booked: Planned, sale: Sale, settings: Settings, *, earlier: Sequence[Planned] = (), day: dt.date | None = None
) -> Rebilled | Hold | Skip:
    """What is left of the booked invoice is credited on its own lines; payments go over to the new invoice.

    `day` is when the change is posted; without it the order's own day.
    """
    if is_same(booked, sale, settings):
        return Skip(code="DUPLICATE_EVENT", reason=f"{sale.number} is booked as it is")
    if settings.edit_after_booking == "error":
        return holds.edited(sale.key, sale.number)
    edition = edition_of(booked.key)
    stem = stem_of(booked.key)
    paid = sale.payments if _sum(sale) >= _sum(booked) else booked.payments
    posted = max(day or sale.date, booked.date)
    found = settle(replace(sale, key=f"{stem}:v{edition + 1}", payments=paid), settings, day=posted)
    if isinstance(found, Hold):
        return found
    credit = full_credit(booked, f"{stem}:v{edition}:credit", posted, settings, earlier=earlier)
    if isinstance(found, Skip):
        return Rebilled(credit=credit, invoice=None)
    # The number is printed again, but the target must be able to tell the two apart.
    planned = replace(found.planned, mark=f"{found.planned.mark}-v{edition + 1}", paid_before=_sum(booked))
    vouchers = postings.of(planned, settings)
    return Rebilled(credit=credit, invoice=Settled(planned, vouchers))


def stem_of(key: str) -> str:
    """The key of the order itself.

    >>> stem_of("shop/order/5121:v3")
    'shop/order/5121'
    """
    return re.sub(r":v\d+$", "", key)


def edition_of(key: str) -> int:
    """Which edition of its order a document is.

    >>> edition_of("shop/order/5121"), edition_of("shop/order/5121:v3")
    (1, 3)
    """
    found = re.search(r":v(\d+)$", key)
    return int(found.group(1)) if found else 1


def credit_key(key: str) -> str:
    """The key of the credit note that took the edition before this one back.

    >>> credit_key("shop/order/5121:v3")
    'shop/order/5121:v2:credit'
    """
    return f"{stem_of(key)}:v{edition_of(key) - 1}:credit"


def is_same(booked: Planned, sale: Sale, settings: Settings) -> bool:
    """Does the order still come to what was booked: same lines, amounts, codes and buyer's country?"""
    found = settle(replace(sale, payments=()), replace(settings, closed_until=None))
    return isinstance(found, Settled) and _essence(found.planned) == _essence(booked)


def full_credit(
    booked: Planned, key: str, day: dt.date, settings: Settings, *, earlier: Sequence[Planned] = ()
) -> Settled:
    """A credit note of all that is left of an invoice, line by line as booked: its order was changed or cancelled."""
    whole = own_lines(booked) if not earlier else tuple(_left(booked, earlier))
    lines = unearned.apart(
        tuple(replace(line, of=line.id, returned=True) for line in whole), day, booked, earlier, settings
    )
    totals = totals_of(lines)
    document = replace(
        booked,
        kind="credit_note",
        key=key,
        guid=guid_of("credit_note", key, settings),
        number=f"{booked.number}-credit",
        mark=f"{booked.mark}-credit",
        date=day,
        due=day,
        terms_days=0,
        lines=lines,
        totals=totals,
        payments=(),
        open=totals.gross,
        credits=booked.key,
        credits_number=booked.number,
        warnings=(),
        why=(f"order {booked.number} was changed or cancelled: its invoice is credited in full",),
    )
    return Settled(document, postings.of(document, settings))


def _left(booked: Planned, earlier: Sequence[Planned]) -> list[PlannedLine]:
    """One line for what is left under each code."""
    invoice = remaining(booked, ZERO, earlier)
    found = []
    for code, left in (invoice.left or {}).items():
        same = [line for line in own_lines(booked) if line.code == code]
        if same and (left.net or left.vat):
            first = replace(same[0], id=code, quantity=Decimal(1), discount=None, cost=None)
            found.append(replace(first, net=left.net, vat=left.vat, gross=left.gross))
    return found


def _sum(document: Sale | Planned) -> Decimal:
    return sum((payment.amount for payment in document.payments), ZERO)


def _essence(document: Planned) -> object:
    lines = [
        (line.id, line.quantity, line.net, line.vat, line.code) for line in own_lines(document) if line.id != ROUNDING
    ]
    return document.currency, document.country, document.totals.gross, sorted(lines)
