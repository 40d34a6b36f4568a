"""Values whose type nobody says: meta data and cells of CSV files, read as what `type:` or their place wants."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kontering.diagnostics import Span
from kontering.language.problems import Bad
from kontering.mapping import notations, refusals
from kontering.mapping.notations import Mistyped, shown
from kontering.mapping.schemas import Schema


def typed(value: Any, kind: str, span: Span) -> Any:
    """The value as a text, integer, decimal, boolean, date or instant."""
    if value is None or value == "":
        return value
    try:
        return _READ[kind](value)
    except Mistyped as wrong:
        raise Bad(refusals.wrong_type(span, "", f"{wrong.message} (type: {kind})", wrong.hint)) from None


def reading(kind: str) -> Callable[[Any], Any]:
    """What reads a value that isn't missing as of a type."""
    return _READ[kind]


def readable(value: Any, kind: str) -> bool:
    """Whether `typed` can read it."""
    try:
        _READ[kind](value)
    except Mistyped:
        return False
    return True


def kind_wanted(schema: Schema) -> str:
    """The type that a field of a schema reads a cell as."""
    named = {"date": "date", "date-time": "instant", "decimal": "decimal"}.get(schema.get("format", ""))
    kinds = schema.get("type", ())
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    if named or "string" in words:
        return named or "text"
    return next((_WORDS[word] for word in words if word in _WORDS), "text")


_WORDS = {"integer": "integer", "number": "decimal", "boolean": "boolean"}


def described(value: Any) -> str:
    return "nothing" if value is None else shown(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value) if isinstance(value, int) else f"{notations.number(value):f}"
    raise Mistyped(f"expected a text, found {shown(value)}")


def _integer(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    return notations.integer(value)


def _boolean(value: Any) -> bool:
    return value == "true" if value in ("true", "false") else notations.boolean(value)


def _instant(value: Any) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else notations.instant(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": notations.decimal,
    "boolean": _boolean,
    "date": notations.date,
    "instant": _instant,
}
