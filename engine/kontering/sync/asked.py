"""What settling a hub document is given and gives, and the parts that several kinds of documents share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kontering.accounting import settle as sales
from kontering.accounting.settings import Settings
from kontering.model.document import Planned, Posting
from kontering.model.plan import Hold, Skip
from kontering.model.voucher import Closes, Document, PlannedVoucher
from kontering.sync import holds
from kontering.sync.others import Others, Registers

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A hub document to be settled: its key, what the mapping says, and what may be known beside it."""

    key: str
    data: Data
    settings: Settings
    others: Others
    registers: Registers

    @property
    def number(self) -> str:
        return str(self.data.get("number") or self.key.rpartition("/")[2])

    @property
    def state(self) -> str:
        return str(self.data.get("state") or "booked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The settled document, and what is delivered before it."""

    document: Document
    postings: tuple[Posting, ...]
    first: tuple[Document, ...] = ()


Outcome = Made | Hold | Skip


def of_sale(found: sales.Settled | Hold | Skip) -> Outcome:
    return Made(document=found.planned, postings=found.postings) if isinstance(found, sales.Settled) else found


def invoice_of(asked: Asked) -> Planned | Hold:
    """The invoice that a document is about, as it was booked."""
    key = asked.data["invoice"]
    return asked.others.booked(key) or asked.others.invoice(key) or holds.about_unknown(asked.key, key)


def closing(invoice: Planned, amount: Decimal) -> Closes:
    return Closes(kind="invoice", key=invoice.key, number=invoice.number, amount=amount)


def made(voucher: PlannedVoucher) -> Made:
    return Made(document=voucher, postings=voucher.postings)


def voucher_of(
    asked: Asked,
    kind: Any,
    found: tuple[Posting, ...],
    *,
    currency: str,
    day: dt.date | None = None,
    of: Planned | None = None,
    text: str | None = None,
    figures: Mapping[str, Any] | None = None,
) -> PlannedVoucher:
    return PlannedVoucher(
        kind=kind,
        key=asked.key,
        mark=asked.number if of is None else f"{of.mark}/{kind}/{asked.number}",
        number=asked.number,
        state=asked.state,
        date=found[0].date if found else day or asked.data["date"],
        currency=currency,
        base_currency=asked.settings.base_currency,
        postings=found,
        text=text,
        of=of.key if of else None,
        figures=figures or {},
    )
