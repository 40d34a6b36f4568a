"""From `seller:` and `accounting:` to the accounting rooms' settings; what isn't said keeps its default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from kontering.accounting.settings import Category, Rate, Settings


def settings(project: Mapping[str, Any]) -> Settings:
    """The accounting settings that a project file says.

    >>> settings({"seller": {"country": "SE"}, "accounting": {"cash_rounding": Decimal("0.50")}}).country
    'SE'
    """
    said = {**project.get("seller", {}), **project.get("accounting", {})}
    return Settings(**{name: _READ.get(name, _as_it_is)(value) for name, value in said.items() if value is not None})


def _as_it_is(value: Any) -> Any:
    return value


def _decimal(value: int | Decimal) -> Decimal:
    return Decimal(value)


def _rates(said: list[Mapping[str, Any]]) -> tuple[Rate, ...]:
    return tuple(
        Rate(currency=rate["currency"], since=dt.date.fromisoformat(rate["since"]), rate=_decimal(rate["rate"]))
        for rate in said
    )


def _categories(said: list[Mapping[str, Any]]) -> tuple[Category, ...]:
    return tuple(_category(rule) for rule in said)


def _category(said: Mapping[str, Any]) -> Category:
    amounts: dict[str, Any] = {name: _decimal(said[name]) for name in ("at_least", "at_most") if name in said}
    words: Any = {name: value for name, value in said.items() if name not in amounts}
    return Category(**words, **amounts)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "reverse_charge": frozenset,
    "enabled_currencies": frozenset,
    "text_rules": frozenset,
    "fx": _rates,
    "closed_until": dt.date.fromisoformat,
    "vat_tolerance": _decimal,
    "cash_rounding": _decimal,
    "max_fee_difference": _decimal,
    "vat_base_share": _decimal,
    "categories": _categories,
}
