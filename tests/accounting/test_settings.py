"""Every setting has a default, a type and one line that says what it is for."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
from dataclasses import fields
from decimal import Decimal

from kontering.accounting import settings
from kontering.accounting.settings import Rate, Settings, exchange_rate


def test_every_setting_has_one_line() -> None:
    (tree,) = [node for node in ast.parse(inspect.getsource(settings)).body if getattr(node, "name", "") == "Settings"]
    assert isinstance(tree, ast.ClassDef)
    said = [
        (before.target.id, after.value.value)
        for before, after in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    ]

    assert [name for name, _ in said] == [one.name for one in fields(Settings)]
    assert all(isinstance(text, str) and text.endswith(".") and "\n" not in text for _, text in said)


def test_the_defaults_are_those_of_the_cases() -> None:
    found = Settings()

    assert (found.country, found.base_currency, found.vat_method, found.tolerance) == (
        "DK",
        "DKK",
        "line",
        Decimal("0.05"),
    )
    assert (found.discount_mode, found.shipping_vat, found.zero_total, found.oss) == (
        "into_lines",
        "by_line",
        "skip",
        "registered",
    )
    assert (found.on_invalid_vat_number, found.enabled_currencies, found.closed_until) == ("error", None, None)
    assert (found.on_closed_period, found.require_email, found.on_too_long) == ("error", False, "truncate")
    assert (found.text_rules, found.reference_collision, found.edit_after_booking) == (frozenset(), "error", "error")
    assert (found.stock, found.recognition, found.on_cancel, found.cash_rounding) == ("none", "none", "none", None)
    assert (found.max_fee_difference, found.gift_card_kind) == (Decimal(0), "multi_purpose")
    assert found.vat_base_share == Decimal("0.80")


def test_the_latest_rate_counts() -> None:
    table = tuple(
        Rate(currency="EUR", since=dt.date.fromisoformat(day), rate=Decimal(rate))
        for day, rate in (("2026-01-01", "7.46"), ("2026-02-01", "7.47"))
    )
    found = Settings(fx=table)

    days = (dt.date(2025, 12, 31), dt.date(2026, 1, 31), dt.date(2026, 2, 1))
    assert [exchange_rate(found, "EUR", day) for day in days] == [None, Decimal("7.46"), Decimal("7.47")]
    assert exchange_rate(found, "USD", days[2]) is None
