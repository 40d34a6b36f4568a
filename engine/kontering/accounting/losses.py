"""Bad debt: what a customer never pays is a loss, with relief for its VAT; only on a person's word."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kontering.accounting import holds, periods, postings, roles
from kontering.accounting.settings import Settings
from kontering.model.document import Planned, Posting, PostingLine
from kontering.model.money import ZERO, fitted, rounded, to_currency, unit
from kontering.model.plan import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss with its voucher: `base` is what the VAT base is lowered by, `vat` the relief, in base currency."""

    loss: Decimal
    base: Decimal
    vat: Decimal
    posting: Posting
    why: tuple[str, ...]


def write_off(document: Planned, amount: Decimal, left: Decimal, day: dt.date, settings: Settings) -> Loss | Hold:
    """The loss of `amount` of an invoice of which `left` is open, both in its currency."""
    abroad = [row.code for row in document.totals.rates if row.vat and not roles.is_domestic(row.code)]
    if abroad:
        return holds.loss_abroad(document.key, abroad)
    if amount > left:
        return holds.loss_too_large(document.key, amount, left)
    posted = periods.posting_day(document.key, day, settings)
    if isinstance(posted, Hold):
        return posted
    loss = to_currency(amount * (document.fx or 1), document.base_currency)
    relief = _relief(document, loss, settings)
    base = sum((part for part, _ in relief.values()), ZERO)
    vat = sum((part for _, part in relief.values()), ZERO)
    why = f"{settings.vat_base_share} of the loss of {loss} lowers the VAT base: {base}, VAT {vat}"
    posting = _posting(document, loss, {code: part for code, (_, part) in relief.items()}, posted)
    return Loss(loss=loss, base=base, vat=vat, posting=posting, why=(why,))


def _relief(document: Planned, loss: Decimal, settings: Settings) -> dict[str, tuple[Decimal, Decimal]]:
    """By how much base and VAT are lowered under each code; the loss is shared by what the invoice has under each."""
    rows = [row for row in document.totals.rates if row.base + row.vat]
    step = unit(document.base_currency)
    whole = document.totals.gross or Decimal(1)
    parts = fitted(loss, [loss * (row.base + row.vat) / whole for row in rows], step)
    found = {}
    for row, part in zip(rows, parts, strict=True):
        base = part * settings.vat_base_share if row.rate else ZERO
        found[row.code] = (rounded(base, step), rounded(base * row.rate / 100, step))
    return found


def _posting(document: Planned, loss: Decimal, relief: dict[str, Decimal], day: dt.date) -> Posting:
    vat = sum(relief.values(), ZERO)
    lines = (
        PostingLine(role="bad_debt", amount=loss - vat),
        *(PostingLine(role=roles.vat_role(code), amount=part, code=code) for code, part in relief.items() if part),
        PostingLine(role="receivable", amount=-loss, party=postings.party_of(document)),
    )
    key, text = f"{document.key}#bad_debt", f"loss on {document.mark}"
    return Posting(kind="bad_debt", key=key, date=day, lines=lines, text=text)
