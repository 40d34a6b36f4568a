"""Decimal amounts: ISO digits, rounding by a named mode, and splits whose parts add up to the whole."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal

from kontering import resources

Half = Literal["up", "down", "even"]
ZERO = Decimal(0)

_MODES = {"up": ROUND_HALF_UP, "down": ROUND_HALF_DOWN, "even": ROUND_HALF_EVEN}


class UnknownCurrency(ValueError):
    """The code is none of ISO 4217's."""


@cache
def currencies() -> dict[str, int]:
    """ISO 4217: currency code to its number of decimals (source: data/vat/SOURCE.md)."""
    with resources.data("vat/currencies.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: int(row["minor_units"]) for row in csv.DictReader(file)}


def digits(currency: str) -> int:
    """Decimals of a currency; JPY has 0, KWD 3.

    >>> digits("DKK"), digits("JPY"), digits("KWD")
    (2, 0, 3)
    """
    try:
        return currencies()[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency.

    >>> unit("DKK")
    Decimal('0.01')
    """
    return Decimal(1).scaleb(-digits(currency))


def rounded(amount: Decimal, step: Decimal, half: Half = "up") -> Decimal:
    """`amount` to a multiple of `step`, a half away from zero unless `half` says otherwise.

    >>> rounded(Decimal("98.945"), Decimal("0.01"))
    Decimal('98.95')
    >>> rounded(Decimal("-0.005"), Decimal("0.01"))
    Decimal('-0.01')
    >>> rounded(Decimal("8.325"), Decimal("0.01"), "down")
    Decimal('8.32')
    """
    return (amount / step).quantize(Decimal(1), rounding=_MODES[half]) * step


def to_currency(amount: Decimal, currency: str, half: Half = "up") -> Decimal:
    """`amount` in the currency's own decimals.

    >>> to_currency(Decimal("505.38105"), "DKK")
    Decimal('505.38')
    """
    return rounded(amount, unit(currency), half)


def percent(rate: Decimal) -> str:
    """A rate as people and VAT codes write it.

    >>> percent(Decimal("25.50")), percent(Decimal("10.0"))
    ('25.5', '10')
    """
    return f"{rate.normalize():f}"


def shared(total: Decimal, weights: Sequence[Decimal], step: Decimal) -> tuple[Decimal, ...]:
    """`total` split in proportion to `weights`, by largest remainder; ties go to the earlier part.

    The parts always add up to `total`; without any weight the first part gets all of it.

    >>> [str(part) for part in shared(Decimal("50.00"), [Decimal("299.00"), Decimal("105.00")], Decimal("0.01"))]
    ['37.00', '13.00']
    """
    whole = sum(weights, ZERO)
    if whole == 0:
        return (total, *(ZERO for _ in weights[1:]))
    exact = [total * weight / whole for weight in weights]
    low = [(part / step).to_integral_value(rounding="ROUND_FLOOR") * step for part in exact]
    left = int((total - sum(low, ZERO)) / step)
    order = sorted(range(len(exact)), key=lambda i: (low[i] - exact[i], i))
    gets = set(order[:left])
    parts = [low[i] + step if i in gets else low[i] for i in range(len(low))]
    parts[order[0]] += total - sum(parts, ZERO)
    return tuple(parts)


def fitted(total: Decimal, exact: Sequence[Decimal], step: Decimal) -> tuple[Decimal, ...]:
    """Unrounded parts made into multiples of `step` that add up to `total`, the rounded sum of the parts.

    Parts of both signs that nearly cancel out have no proportions worth the name; each then stays where it is.

    >>> [str(part) for part in fitted(Decimal("0.00"), [Decimal("6.666"), Decimal("-6.666")], Decimal("0.01"))]
    ['6.67', '-6.67']
    """
    whole = sum(exact, ZERO)
    if whole == total and all(part % step == 0 for part in exact):
        return tuple(rounded(part, step) for part in exact)
    if 2 * abs(whole) >= sum((abs(part) for part in exact), ZERO):
        return shared(total, exact, step)
    low = [(part / step).to_integral_value(rounding="ROUND_FLOOR") * step for part in exact]
    left = int((total - sum(low, ZERO)) / step)
    order = sorted(range(len(exact)), key=lambda i: (low[i] - exact[i], i))
    gets = set(order[:left])
    return tuple(low[i] + step if i in gets else low[i] for i in range(len(low)))
