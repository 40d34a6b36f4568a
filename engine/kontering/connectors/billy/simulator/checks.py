"""Checks the body of a writing call against a resource's properties, and gives it the form in which it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kontering.connectors.billy.simulator.fields import Field, Resource
from kontering.connectors.billy.simulator.refusals import FIXED, NEEDED, Errors
from kontering.connectors.billy.simulator.shapes import SINGULAR
from kontering.connectors.billy.simulator.state import Row, State

NOT_THERE = "Findes ikke."
LARGEST = 10**12


def checked(state: State, resource: Resource, body: Mapping[str, Any], old: Row | None) -> tuple[Row, Errors]:
    """The record as it would be kept: what isn't named stays, unknown and read only properties are dropped."""
    row: Row = dict(old) if old else {}
    errors: Errors = {}
    for field in resource.fields:
        if field.read:
            continue
        given = body.get(field.name)
        if field.name not in body or (given is None and field.need):
            _left_out(field, row, errors, is_new=old is None)
            continue
        wrong = None if given is None else _CHECKS[field.kind](state, field, given)
        if wrong is None and old is not None and field.fixed and given != old.get(field.name):
            wrong = FIXED
        if wrong:
            errors[field.name] = wrong
        else:
            row[field.name] = given
    return row, errors


def _left_out(field: Field, row: Row, errors: Errors, *, is_new: bool) -> None:
    if not is_new:
        return
    if field.need:
        errors[field.name] = NEEDED
    else:
        row[field.name] = field.default


def _text(state: State, field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        return "Skal være en tekst."
    if field.words and value not in field.words:
        return f"Skal være {', '.join(word for word in field.words if word)}."
    return "Må højst være 5000 tegn." if len(value) > 5000 else None


def _decimal(state: State, field: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "Skal være et tal."
    if not -LARGEST < value < LARGEST:
        return "Er for stort."
    if field.least is not None and value < field.least:
        return f"Må ikke være under {field.least}."
    return None


def _integer(state: State, field: Field, value: Any) -> str | None:
    whole = isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
    return None if whole else "Skal være et helt tal."


def _boolean(state: State, field: Field, value: Any) -> str | None:
    return None if isinstance(value, bool) else "Skal være true eller false."


def _date(state: State, field: Field, value: Any) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "Skal være en dato, ÅÅÅÅ-MM-DD."
    try:
        date.fromisoformat(value)
    except ValueError:
        return "Skal være en dato, ÅÅÅÅ-MM-DD."
    return None


def _ref(state: State, field: Field, value: Any) -> str | None:
    return None if state.get(field.to, value) is not None else NOT_THERE


def _tagged(state: State, field: Field, value: Any) -> str | None:
    return None if referred(state, value) is not None else NOT_THERE


def _ids(state: State, field: Field, value: Any) -> str | None:
    fits = isinstance(value, list) and all(state.get(field.to, one) is not None for one in value)
    return None if fits else NOT_THERE


def referred(state: State, reference: Any) -> tuple[str, Row] | None:
    """The record of `invoice:abc`, and its kind in the singular."""
    one, _, id_ = reference.partition(":") if isinstance(reference, str) else ("", "", "")
    resource = SINGULAR.get(one)
    row = state.get(resource.name, id_) if resource else None
    return (one, row) if row is not None else None


_CHECKS: Mapping[str, Callable[[State, Field, Any], str | None]] = {
    "text": _text,
    "decimal": _decimal,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "ref": _ref,
    "tagged": _tagged,
    "ids": _ids,
}
