"""The project schema is what editors show: every setting has a title, a description, and its true default."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from kontering.accounting import settings as accounting
from kontering.accounting.settings import Settings
from kontering.model.document import plain
from kontering.project import policy
from kontering.project.books import settings
from kontering.project.policies import policy as read_policy
from kontering.project.policy import Policy
from kontering.project.project import schema

PARTS: dict[str, Any] = schema()["$defs"]
FILLED_ELSEWHERE = {
    "project", "target", "tolerance", "credit_alone", "terms_days", "terms_by_method", "clearing", "match_by",
    "edit_after_booking", "on_closed_period",
}  # fmt: skip


def every_setting(part: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for name, inner in part.get("properties", {}).items():
        yield f"{path}.{name}", inner, name in part.get("required", ())
        yield from every_setting(inner, f"{path}.{name}")


SETTINGS = [
    row for name in ("seller", "accounting", "connection", "flow", "group") for row in every_setting(PARTS[name], name)
]
SETTINGS += list(every_setting({**schema(), "$defs": {}}, "project"))


@pytest.mark.parametrize(("path", "part", "required"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_every_setting_says_what_it_is(path: str, part: dict[str, Any], required: bool) -> None:
    whole = {**PARTS[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part

    assert whole.get("title")
    assert whole.get("description", "").endswith((".", "}."))
    assert required or "default" in whole


def simple(value: Any) -> Any:
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return float(value) if isinstance(value, Decimal) else value


def test_seller_and_accounting_are_the_settings_of_the_accounting_rooms() -> None:
    said = PARTS["seller"]["properties"] | PARTS["accounting"]["properties"]
    defaults = Settings()

    assert set(said) == {field.name for field in dataclasses.fields(Settings)} - FILLED_ELSEWHERE
    for name, part in said.items():
        assert part["default"] == simple(getattr(defaults, name)), name


def test_a_flow_has_every_setting_of_a_policy_with_its_default() -> None:
    said = PARTS["flow"]["properties"]
    defaults = plain(Policy())

    for field in dataclasses.fields(Policy):
        inner = said[field.name].get("properties")
        if inner is None:
            assert said[field.name]["default"] == defaults[field.name], field.name
        else:
            assert set(inner) == {part.name for part in dataclasses.fields(getattr(Policy(), field.name))}, field.name


def test_what_is_not_said_keeps_the_policy_s_default() -> None:
    assert read_policy({"from": "shop/order", "mapping": "m", "to": "books"}) == Policy()


def test_a_policy_is_read_whole() -> None:
    said = {
        "states": {"completed": "book", "*": "skip"},
        "customers": {"match": ["email"], "single": 1000, "business": {"group": 2, "terms": 14}},
        "products": {"fallback": "SHOP", "update": ["name"]},
        "terms": {"default": 8, "by_method": {"bank_transfer": 14}},
        "payments": {"register": ["stripe"], "clearing": {"stripe": "psp_clearing"}},
        "totals": {"tolerance": Decimal("0.10")},
        "mail": {"send": "target"},
        "needs": ["capture"],
    }

    assert read_policy(said) == Policy(
        states={"completed": "book", "*": "skip"},
        customers=policy.Customers(match=("email",), single="1000", business=policy.Group(group="2", terms=14)),
        products=policy.Products(fallback="SHOP", update=("name",)),
        terms=policy.Terms(default=8, by_method={"bank_transfer": 14}),
        payments=policy.Payments(register=("stripe",), clearing={"stripe": "psp_clearing"}),
        totals=policy.TotalsRule(tolerance=Decimal("0.10")),
        mail=policy.Mail(send="target"),
        needs=("capture",),
    )


def test_accounting_settings_have_the_types_that_the_rooms_expect() -> None:
    read = settings(
        {
            "seller": {"oss": "below_threshold", "reverse_charge": ["PHONE"]},
            "accounting": {
                "enabled_currencies": ["DKK"],
                "fx": [{"currency": "EUR", "since": "2026-01-01", "rate": Decimal("7.46")}],
                "closed_until": "2026-01-31",
                "cash_rounding": Decimal("0.50"),
                "vat_tolerance": 1,
            },
        }
    )

    assert read == dataclasses.replace(
        Settings(),
        oss="below_threshold",
        reverse_charge=frozenset({"PHONE"}),
        enabled_currencies=frozenset({"DKK"}),
        fx=(accounting.Rate(currency="EUR", since=read.fx[0].since, rate=Decimal("7.46")),),
        closed_until=read.closed_until,
        cash_rounding=Decimal("0.50"),
        vat_tolerance=Decimal(1),
    )
    assert str(read.closed_until) == "2026-01-31"
