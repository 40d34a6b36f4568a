"""What a target will probably come to, by its stated way of rounding: for first drafts and dry runs, never to book."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from kontering.accounting.totals import own_lines
from kontering.model.document import Planned, Side
from kontering.model.money import rounded, unit
from kontering.model.plan import Totals
from kontering.sdk.connector import Rounding


def totals(document: Planned, rule: Rounding, side: Side = "net") -> Totals:
    """Net, VAT and gross as a target reckons them from the document's lines; `side` is that of the lines' prices."""
    step = unit(document.currency)
    bases: dict[object, Decimal] = defaultdict(Decimal)
    exact: dict[object, Decimal] = defaultdict(Decimal)
    for number, line in enumerate(own_lines(document)):
        group = {"line": number, "rate": (line.code, line.rate), "document": None}[rule.per]
        amount = line.gross if side == "gross" else line.net
        bases[group] += amount
        exact[group] += amount * line.rate / (100 + line.rate if side == "gross" else 100)
    base = sum(bases.values(), Decimal(0))
    vat = sum((rounded(amount, step, rule.half) for amount in exact.values()), Decimal(0))
    net, gross = (base - vat, base) if side == "gross" else (base, base + vat)
    return Totals(net=net, vat=vat, gross=gross)
