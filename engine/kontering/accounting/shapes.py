"""Whether a hub document has the fields and types that are read from it: what is wrong becomes a list of problems.

The JSON Schemas of the documents say the same to mapping authors; this is the guard of the rooms behind them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from kontering.diagnostics import Diagnostic, closest
from kontering.model.document import LineKind, PartyKind, Side, Supply
from kontering.model.money import Half, currencies

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """What a field holds: a word of TYPES, one of `words`, the fields of `shape`, or with `many` a list of them."""

    type: str = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    shape: str | None = None
    many: bool = False


def _text(*names: str, required: bool = False) -> dict[str, Field]:
    return {name: Field(required=required) for name in names}


def _number(*names: str, required: bool = False) -> dict[str, Field]:
    return {name: Field("decimal", required) for name in names}


_PARTY = {
    **_text("name", required=True),
    **_text("external_id", "number", "contact", "email", "phone", "website", "vat_number", "language", "group"),
    "currency": Field("currency"),
    "terms_days": Field("integer"),
    "address": Field(shape="address", required=True),
}
_PERIOD = {"start": Field("date", True), "end": Field("date"), "until": Field("date")}
_LINE = {
    **_text("id", "description", required=True),
    **_number("quantity", "amount", required=True),
    **_number("discount"),
    "product": Field(shape="item"),
    "taxes": Field(shape="tax", many=True),
    "period": Field(shape="period"),
}
_DOCUMENT = {
    **_text("number", "state", required=True),
    "date": Field("date", True),
    "due": Field("date"),
    "currency": Field("currency", True),
    "fx": Field("decimal"),
    "prices": Field(words=get_args(Side), required=True),
    "rounding": Field(shape="rounding"),
    **_text("note"),
    "totals": Field(shape="totals", required=True),
}

SHAPES: dict[str, dict[str, Field]] = {
    "sale": {
        **_DOCUMENT,
        **_text("language", "reference", "subscription", "credits", "credits_number", "reason"),
        "customer": Field(shape="customer"),
        "ship_to": Field(shape="ship_to"),
        "lines": Field(shape="line", many=True, required=True),
        "payments": Field(shape="payment", many=True),
        "coupons": Field(shape="coupon", many=True),
    },
    "bill": {
        **_DOCUMENT,
        **_text("file"),
        "supplier": Field(shape="supplier", required=True),
        "lines": Field(shape="bill_line", many=True, required=True),
    },
    "payout": {
        **_text("number", "provider", "state", required=True),
        "date": Field("date", True),
        "currency": Field("currency", True),
        "amount": Field("decimal", True),
        "fx": Field("decimal"),
        **_text("reference"),
        "entries": Field(shape="entry", many=True, required=True),
    },
    "line": {
        **_LINE,
        "part_of": Field(shape="whole"),
        **_text("of", "subscription"),
        "kind": Field(words=get_args(LineKind), required=True),
        "supply": Field(words=get_args(Supply)),
        "cost": Field("decimal"),
        "spread": Field("boolean"),
        "returned": Field("boolean"),
    },
    "bill_line": {**_LINE, **_text("category"), "stocked": Field("boolean")},
    "entry": {
        **_text("id", required=True),
        "type": Field(
            words=(
                "charge",
                "refund",
                "fee",
                "fee_tax",
                "dispute",
                "reserve_hold",
                "reserve_release",
                "transfer",
                "adjustment",
            ),
            required=True,
        ),
        **_number("amount", required=True),
        **_number("fee"),
        "date": Field("date"),
        **_text("payment", "reference", "text"),
    },
    "customer": {**_PARTY, **_text("ean"), "kind": Field(words=get_args(PartyKind), required=True)},
    "supplier": {**_PARTY, **_text("bank_account")},
    "address": {**_text("country", required=True), **_text("street", "street2", "postcode", "city", "region")},
    "ship_to": {**_text("country", required=True), **_text("name", "street", "street2", "postcode", "city", "region")},
    "item": {**_text("name", required=True), **_text("external_id", "sku", "group", "unit")},
    "tax": _number("rate", "vat", "base"),
    "period": _PERIOD,
    "whole": {**_PERIOD, **_number("amount", required=True)},
    "rounding": {"per": Field(words=("line", "rate")), "half": Field(words=get_args(Half))},
    "totals": {
        **_number("gross", required=True),
        **_number("vat"),
        "rates": Field(shape="tax", many=True),
    },
    "payment": {
        **_text("method", required=True),
        "date": Field("date", True),
        **_number("amount", required=True),
        **_number("fx"),
        **_text("reference", "credit_note"),
    },
    "coupon": {
        **_text("code", required=True),
        "kind": Field(words=("fixed", "percent"), required=True),
        **_number("value", required=True),
        "over": Field(many=True),
    },
}

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "currency": (str,),
    "decimal": (int, Decimal),
    "integer": (int,),
    "boolean": (bool,),
    "date": (dt.date,),
}


def problems(data: Any, shape: str, key: str, path: str = "") -> Iterator[Diagnostic]:
    """What of `data` is missing, unknown or of the wrong type, each with its place in the document."""
    if not isinstance(data, Mapping):
        yield _wrong_type(key, path or shape, data, "an object")
        return
    known = SHAPES[shape]
    for name in sorted(data.keys() - known.keys(), key=str):
        near = closest(str(name), known)
        hint = f"did you mean {near!r}?" if near else f"a {shape} has {', '.join(sorted(known))}"
        yield Diagnostic("K570", f"there is no field {name!r}", hint=hint, field=_at(path, str(name)), record=key)
    for name, field in known.items():
        place = _at(path, name)
        if data.get(name) is None:
            if field.required:
                yield Diagnostic("K571", f"{place} is missing", hint=f"every {shape} has it", field=place, record=key)
        elif field.many:
            yield from _list_problems(data[name], field, key, place)
        else:
            yield from _problems(data[name], field, key, place)


def _list_problems(value: Any, field: Field, key: str, place: str) -> Iterator[Diagnostic]:
    if not isinstance(value, list | tuple):
        yield _wrong_type(key, place, value, "a list")
        return
    if field.required and not value:
        yield Diagnostic("K571", f"{place} is empty", hint="a document has at least one", field=place, record=key)
    for number, part in enumerate(value):
        yield from _problems(part, field, key, f"{place}[{number}]")


def _problems(value: Any, field: Field, key: str, place: str) -> Iterator[Diagnostic]:
    if field.shape is not None:
        yield from problems(value, field.shape, key, place)
    elif field.words:
        if value not in field.words:
            near = closest(str(value), field.words)
            hint = f"did you mean {near!r}?" if near else f"it is one of {', '.join(field.words)}"
            yield Diagnostic("K573", f"{place} can't be {value!r}", hint=hint, field=place, record=key)
    else:
        yield from _value_problems(value, field.type, key, place)


def _value_problems(value: Any, wanted: str, key: str, place: str) -> Iterator[Diagnostic]:
    right = isinstance(value, _TYPES[wanted]) and isinstance(value, bool) == (wanted == "boolean")
    if not right or isinstance(value, dt.datetime):
        yield _wrong_type(key, place, value, f"a {wanted}")
    elif isinstance(value, Decimal) and not value.is_finite():
        yield _wrong_type(key, place, value, "a number that can be reckoned with")
    elif wanted == "currency" and value not in currencies():
        hint = "write a code of ISO 4217: DKK, EUR"
        yield Diagnostic("K574", f"{place}: there is no currency {value!r}", hint=hint, field=place, record=key)


def _wrong_type(key: str, place: str, value: Any, wanted: str) -> Diagnostic:
    message = f"{place} is {value!r}, not {wanted}"
    return Diagnostic("K572", message, hint="amounts are decimals, days are dates", field=place, record=key)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
