"""What holds for a whole document before its lines are looked at: its day, rate, buyer, and the mark it is found by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kontering.accounting import holds, identity, periods, territory
from kontering.accounting.settings import Settings, exchange_rate
from kontering.model.document import Party, Sale, Warned
from kontering.model.plan import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of other documents: printed numbers that are taken, by the key that has them."""

    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The day a document is posted on, its rate, mark and buyer, with what had to be said about them."""

    day: dt.date
    fx: Decimal | None
    mark: str
    customer: Party
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


def head_of(sale: Sale, settings: Settings, known: Known, day: dt.date | None = None) -> Head | Hold:
    """The head of an invoice, or of a credit note that stands alone; `day` is when it is posted, if not on its own."""
    if settings.enabled_currencies is not None and sale.currency not in settings.enabled_currencies:
        return holds.currency_not_enabled(sale.key, sale.currency, sorted(settings.enabled_currencies))
    posted = periods.posting_day(sale.key, day or sale.date, settings)
    if isinstance(posted, Hold):
        return posted
    fx = _rate(sale, settings)
    if isinstance(fx, Hold):
        return fx
    customer = _customer(sale, settings)
    if isinstance(customer, Hold):
        return customer
    mark = _mark(sale, settings, known)
    if isinstance(mark, Hold):
        return mark
    head = Head(day=posted, fx=fx, mark=mark, customer=customer, warnings=_warnings(sale, customer, mark))
    return replace(head, why=tuple(_reasons(sale, head)))


def _rate(sale: Sale, settings: Settings) -> Decimal | Hold | None:
    if sale.currency == settings.base_currency:
        return None
    found = sale.fx or exchange_rate(settings, sale.currency, sale.date)
    return found or holds.no_exchange_rate(sale.key, sale.currency, settings.base_currency, sale.date)


def _customer(sale: Sale, settings: Settings) -> Party | Hold:
    if sale.customer is None:
        return holds.no_invoice(sale.key, sale.credits_number)
    party = _with_country(sale.customer)
    if party.ean is not None:
        proved = identity.ean(party.ean)
        return replace(party, ean=proved, kind="public") if proved else holds.ean_invalid(sale.key, party.ean)
    if party.email is None and settings.require_email:
        return holds.no_email(sale.key, party.name)
    return party


def _with_country(party: Party) -> Party:
    """The buyer with the country as ISO has it: UK is GB, EL is GR."""
    country = territory.country_of(party.address.country)
    if country in (None, party.address.country):
        return party
    return replace(party, address=replace(party.address, country=country))


def _mark(sale: Sale, settings: Settings, known: Known) -> str | Hold:
    other = known.numbers.get(sale.number, sale.key)
    if other == sale.key:
        return sale.number
    if settings.reference_collision == "error":
        return holds.number_reused(sale.key, sale.number, other)
    return f"{sale.number}-{sale.key.rpartition('/')[2]}"


def _warnings(sale: Sale, customer: Party, mark: str) -> tuple[Warned, ...]:
    found = []
    if customer.email is None and customer.ean is None:
        message = f"{customer.name} has no e-mail address: nothing is sent"
        found.append(Warned(code="CUSTOMER_NO_EMAIL", message=message))
    if mark != sale.number:
        message = f"number {sale.number} is taken: it becomes {mark}"
        found.append(Warned(code="ORDER_NUMBER_REUSED", message=message))
    return tuple(found)


def _reasons(sale: Sale, head: Head) -> list[str]:
    found = []
    if head.day != sale.date:
        found.append(f"of {sale.date}, posted on {head.day}, and its VAT with it")
    if head.fx is not None:
        found.append(
            f"1 {sale.currency} is {head.fx} in the books, {'as the source says' if sale.fx else 'by the table'}"
        )
    if head.customer.ean is not None and sale.reference is None:
        found.append("a buyer with an EAN number usually wants a reference, and there is none")
    return found
