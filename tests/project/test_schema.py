"""The project schema is what editors show: every setting has a title, a description, and its true default."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kontering import resources
from kontering.accounting import settings as accounting
from kontering.accounting.settings import Settings
from kontering.connectors import registry
from kontering.model.document import plain
from kontering.project import policy
from kontering.project.books import settings
from kontering.project.policies import policy as read_policy
from kontering.project.policy import Policy
from kontering.project.project import schema
from kontering.project.shape import problems
from kontering.yaml.load import compose

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
            assert said[field.name]["default"] == defaults.get(field.name), field.name
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


def for_editors() -> dict[str, Any]:
    """What the schema has to say so that editors know each connector's own settings."""
    connectors = {name: registry.load(name) for name in sorted(registry.OURS)}
    parts = {
        f"connector_{name}": {"properties": {key: shown(part) for key, part in one.settings["properties"].items()}}
        for name, one in connectors.items()
    }
    ifs = [
        {
            "if": {"properties": {"connector": {"const": name}}, "required": ["connector"]},
            "then": {"$ref": f"#/$defs/connector_{name}"},
        }
        for name in connectors
    ]
    whole: dict[str, Any] = {"parts": parts, "allOf": ifs, "examples": list(connectors)}
    return whole


def shown(part: dict[str, Any]) -> dict[str, Any]:
    """A setting for editors: a secret is written {secret: NAME}."""
    if part.get("x-secret"):
        return {"title": part["title"], "description": part["description"], "$ref": "#/$defs/secret"}
    return {key: value for key, value in part.items() if key not in ("x-path", "x-connection")}


def test_editors_know_the_settings_of_our_connectors() -> None:
    """With UPDATE_CASES=1 the schema is written anew."""
    wanted = for_editors()
    if os.environ.get("UPDATE_CASES"):
        path = resources.shipped("schemas") / "project.schema.json"
        whole = json.loads(path.read_text(encoding="utf-8"))
        whole["$defs"] = {name: part for name, part in whole["$defs"].items() if not name.startswith("connector_")}
        whole["$defs"] |= wanted["parts"]
        whole["$defs"]["connection"]["allOf"] = wanted["allOf"]
        whole["$defs"]["connection"]["properties"]["connector"]["examples"] = wanted["examples"]
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        schema.cache_clear()
    parts = schema()["$defs"]

    assert {name: part for name, part in parts.items() if name.startswith("connector_")} == wanted["parts"]
    assert parts["connection"]["allOf"] == wanted["allOf"]
    assert parts["connection"]["properties"]["connector"]["examples"] == wanted["examples"]


def test_the_schema_is_one_and_takes_what_check_takes() -> None:
    """The schema that editors use and our own reading of it don't contradict each other on a whole project file."""
    validator = Draft202012Validator(json.loads(json.dumps(schema())))
    Draft202012Validator.check_schema(validator.schema)
    node, _ = compose(WHOLE, "kontering.yaml")
    assert node is not None

    assert list(problems(node, schema())) == []
    assert [error.message for error in validator.iter_errors(yaml.safe_load(WHOLE))] == []


WHOLE = """
kontering: 1
project: acme
seller: {country: DK}
connections:
  shop: {connector: woocommerce, url: https://shop.example, key: {secret: WOO_KEY}, secret: {secret: WOO_SECRET}}
  books: {connector: ledger, first_number: 1000}
flows:
  orders:
    from: shop/order
    mapping: woocommerce/order-to-invoice
    to: books
    states: {completed: book, "*": skip}
    customers: {match: [email], business: {group: 2, terms: 14}}
    totals: {tolerance: 0.05}
    schedule: daily at 06:00
"""
