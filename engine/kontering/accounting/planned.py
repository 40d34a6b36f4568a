"""The planned document, put together from what was settled one by one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import uuid5

from kontering.accounting import payments, periods
from kontering.accounting.head import Head
from kontering.accounting.settings import Settings
from kontering.accounting.totals import Proved
from kontering.model.document import NAMESPACE, Paid, Party, Planned, Sale, Warned
from kontering.model.money import ZERO, to_currency
from kontering.model.plan import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class VatClass:
    """The class of a document for VAT, and its buyer as VAT sees them."""

    treatment: str
    country: str
    legal_note: str | None
    customer: Party


def planned(sale: Sale, head: Head, vat: VatClass, proved: Proved, settings: Settings) -> Planned | Hold:
    """The document; held if a payment lies in a closed period."""
    paid = paid_of(sale, proved.totals.gross, settings)
    return paid if isinstance(paid, Hold) else _document(sale, head, vat, proved, paid, settings)


def _document(
    sale: Sale, head: Head, vat: VatClass, proved: Proved, paid: tuple[Paid, ...], settings: Settings
) -> Planned:
    left = proved.totals.gross - sum((payment.amount for payment in paid), ZERO)
    due = _due(sale, head, settings)
    return Planned(
        kind=sale.kind,
        key=sale.key,
        guid=guid_of(sale.kind, sale.key, settings),
        mark=head.mark,
        number=sale.number,
        state=sale.state,
        date=head.day,
        due=due,
        currency=sale.currency,
        base_currency=settings.base_currency,
        prices=sale.prices,
        treatment=vat.treatment,
        country=vat.country,
        terms_days=(due - head.day).days,
        open=left,
        delivery=_delivery(vat.customer),
        customer=vat.customer,
        lines=proved.lines,
        totals=proved.totals,
        payments=paid,
        fx=head.fx,
        ship_to=sale.ship_to,
        legal_note=vat.legal_note,
        language=sale.language or vat.customer.language,
        reference=sale.reference,
        subscription=sale.subscription,
        note=sale.note,
        credits=sale.credits,
        credits_number=sale.credits_number,
        reason=sale.reason,
        warnings=(*head.warnings, *proved.warnings, *_overpaid(sale, left)),
        why=(*head.why, *proved.why),
    )


def guid_of(kind: str, key: str, settings: Settings) -> str:
    """The UUID of a document in a target: the same whenever it is made."""
    return str(uuid5(NAMESPACE, "|".join((settings.project, settings.target, kind, key))))


def paid_of(sale: Sale, gross: Decimal, settings: Settings) -> tuple[Paid, ...] | Hold:
    """The payments as they count."""
    found, left = [], gross
    for payment in sale.payments:
        day = periods.posting_day(sale.key, payment.date, settings)
        if isinstance(day, Hold):
            return day
        found.append(payments.counted(payment, to_currency(payment.amount, sale.currency), left, settings))
        left -= found[-1].amount
    return tuple(found)


def _overpaid(sale: Sale, left: Decimal) -> tuple[Warned, ...]:
    if left >= 0 or sale.kind == "credit_note":
        return ()
    return (Warned(code="CUSTOMER_OVERPAID", message=f"{-left} more was paid than {sale.number} comes to"),)


def _due(sale: Sale, head: Head, settings: Settings) -> dt.date:
    if sale.kind == "credit_note":
        return head.day
    if sale.due is not None:
        return max(sale.due, head.day)
    days = head.customer.terms_days
    if days is None:
        method = sale.payments[0].method if sale.payments else ""
        days = settings.terms_by_method.get(method, settings.terms_days)
    return head.day + dt.timedelta(days=days)


def _delivery(customer: Party) -> Literal["mail", "einvoice", "none"]:
    if customer.ean is not None:
        return "einvoice"
    return "none" if customer.email is None else "mail"
