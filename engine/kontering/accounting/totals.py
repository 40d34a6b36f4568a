"""Totals and their proof: what the source claims, what the lines give, what the target computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import holds, roles
from kontering.model.document import Claim, Planned, PlannedLine, PlannedTotals, VatTotal, Warned
from kontering.model.money import ZERO, percent, to_currency
from kontering.model.plan import Hold, Totals

ROUNDING = "ROUNDING"
# A rounding line that only the target needs: its own arithmetic is off, the document's isn't.
TARGET_ROUNDING = "ROUNDING/target"


@dataclass(frozen=True, slots=True)
class Equal:
    """The totals agree; `note` says what small difference inside the gross there is."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Within:
    """The gross is off by `difference`, which a visible line may close: what has to be added to what was seen."""

    difference: Decimal


@dataclass(frozen=True, slots=True)
class Beyond:
    """The totals are too far apart; `report` has a row for each."""

    report: tuple[str, ...]


def totals_of(lines: Sequence[PlannedLine]) -> PlannedTotals:
    """The sums of the lines, and the sums under each VAT code in the order in which the codes come."""
    found: dict[tuple[str, Decimal], list[Decimal]] = {}
    for line in lines:
        row = found.setdefault((line.code, line.rate), [ZERO, ZERO])
        row[0] += line.net
        row[1] += line.vat
    rows = tuple(VatTotal(code=code, rate=rate, base=base, vat=vat) for (code, rate), (base, vat) in found.items())
    net, vat = sum((line.net for line in lines), ZERO), sum((line.vat for line in lines), ZERO)
    return PlannedTotals(net=net, vat=vat, gross=net + vat, rates=rows)


def prove(wanted: PlannedTotals | Totals, seen: Totals, tolerance: Decimal) -> Equal | Within | Beyond:
    """Does what was seen agree with what is wanted? Sides that weren't seen aren't compared."""
    gaps = [
        (name, own, other, own - other)
        for name in ("net", "vat", "gross")
        if (own := getattr(wanted, name)) is not None and (other := getattr(seen, name)) is not None
    ]
    if any(abs(gap) > tolerance for _, _, _, gap in gaps):
        return Beyond(tuple(f"{name}: {own} wanted, {other} seen, {gap:+}" for name, own, other, gap in gaps))
    gross = next((gap for name, _, _, gap in gaps if name == "gross"), ZERO)
    inside = [f"{name} {gap:+}" for name, _, _, gap in gaps if gap and name != "gross"]
    return Within(gross) if gross else Equal(f"the same gross with {', '.join(inside)}" if inside else "")


def rounding_line(document: Planned, difference: Decimal) -> Planned:
    """The document with a line that brings the target's gross to the document's; its own totals stay as they are."""
    line = _line(TARGET_ROUNDING, difference)
    message = f"the target comes to {document.totals.gross - difference}, a line of {difference} without VAT closes it"
    warned = Warned(code="ROUNDING_ADJUSTED", message=message)
    return replace(
        document,
        lines=(*document.lines, line),
        warnings=(*document.warnings, warned),
        why=(*document.why, message),
    )


def own_lines(document: Planned) -> tuple[PlannedLine, ...]:
    """The lines that make up the document's totals."""
    return tuple(line for line in document.lines if line.id != TARGET_ROUNDING)


@dataclass(frozen=True, slots=True)
class Proved:
    """Lines that come to what the source claims, and what had to be said about it."""

    lines: tuple[PlannedLine, ...]
    totals: PlannedTotals
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


def rounded_claim(claim: Claim, currency: str) -> Claim:
    """What the source claims in the currency's own decimals; sources write 33.770000."""
    rows = tuple(row if row.vat is None else replace(row, vat=to_currency(row.vat, currency)) for row in claim.rates)
    vat = None if claim.vat is None else to_currency(claim.vat, currency)
    return replace(claim, gross=to_currency(claim.gross, currency), vat=vat, rates=rows)


def claimed(
    key: str, lines: tuple[PlannedLine, ...], claim: Claim, tolerance: Decimal, vat_tolerance: Decimal
) -> Proved | Hold:
    """The lines held against the source's totals: gross, VAT, and VAT at each rate."""
    own = totals_of(lines)
    difference = claim.gross - own.gross
    if abs(difference) > tolerance:
        return holds.total_mismatch(key, "totals.gross", own.gross, claim.gross, tolerance, _rows(own, claim))
    notes: dict[str, None] = {}
    for field, mine, theirs in _vat_rows(own, claim):
        if abs(mine - theirs) > vat_tolerance:
            return holds.total_mismatch(key, field, mine, theirs, vat_tolerance, _rows(own, claim))
        if mine != theirs:
            notes[f"VAT comes to {mine}, the source says {theirs}: within {vat_tolerance}"] = None
    return _closed(lines, own, difference, tuple(notes)) if difference else Proved(lines, own, why=tuple(notes))


def _closed(lines: tuple[PlannedLine, ...], own: PlannedTotals, difference: Decimal, notes: tuple[str, ...]) -> Proved:
    message = (
        f"the source says {own.gross + difference}, the lines give {own.gross}: {difference:+} on a line of its own"
    )
    more = (*lines, _line(ROUNDING, difference))
    warned = Warned(code="ROUNDING_ADJUSTED", message=message)
    return Proved(more, totals_of(more), (warned,), (*notes, message))


def _line(name: str, difference: Decimal) -> PlannedLine:
    return PlannedLine(
        id=name,
        kind="rounding",
        description="Rounding",
        quantity=Decimal(1),
        net=difference,
        vat=ZERO,
        gross=difference,
        rate=ZERO,
        code=roles.OUT,
        role="rounding",
    )


def _vat_rows(own: PlannedTotals, claim: Claim) -> list[tuple[str, Decimal, Decimal]]:
    rows = [] if claim.vat is None else [("totals.vat", own.vat, claim.vat)]
    for number, row in enumerate(claim.rates):
        if row.rate is not None and row.vat is not None:
            mine = sum((total.vat for total in own.rates if total.rate == row.rate), ZERO)
            rows.append((f"totals.rates[{number}]", mine, row.vat))
    return rows


def _rows(own: PlannedTotals, claim: Claim) -> tuple[str, ...]:
    lines = [f"{row.code} {percent(row.rate)} %: {row.base} + {row.vat}" for row in own.rates]
    said = [f"the source at {percent(row.rate)} %: VAT {row.vat}" for row in claim.rates if row.rate is not None]
    vat = "" if claim.vat is None else f", of it VAT {claim.vat}"
    head = (f"the lines: {own.net} + {own.vat} = {own.gross}", f"the source: {claim.gross}{vat}")
    return (*head, *lines, *said)
