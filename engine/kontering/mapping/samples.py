"""A record schema from sample records: a draft that its author reads through, with what was guessed and from what.

Formats are guessed from names and values together, and only where every sample agrees; the unit of an amount in the
smallest unit can't be guessed, and isn't.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from kontering.mapping.notations import FORMATS, Mistyped
from kontering.model.countries import COUNTRIES
from kontering.model.money import currencies

Samples = list[Any]

_SECONDS = range(946_684_800, 4_102_444_800)  # from 2000 to 2100
_TIME_NAME = re.compile(
    r"(^|_)(at|on|date|time|created|updated|modified|paid|due|from|to|until|start|end)(_|$)|[a-z](At|On|Date)$"
)
_UTC_NAME = re.compile(r"gmt|utc", re.IGNORECASE)


def schema_of(samples: Iterable[Any], title: str = "") -> dict[str, Any]:
    """The schema that all samples fit."""
    listed = list(samples)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"title": title} if title else {}),
        "$comment": f"drafted from {len(listed)} samples; look through the formats",
        **_schema("", listed),
    }


def _schema(name: str, samples: Samples) -> dict[str, Any]:
    there = [value for value in samples if value is not None and value != ""]
    if not there:
        return {"$comment": "always empty in the samples"}
    kinds = {_kind(value) for value in there}
    if kinds == {"object"}:
        return _object(there)
    if kinds == {"array"}:
        return {"type": "array", "items": _schema(name, [item for value in there for item in value])}
    if kinds <= {"integer", "number"} or kinds == {"string"}:
        return _value(name, there, "string" if "string" in kinds else "number" if "number" in kinds else "integer")
    if kinds == {"object", "array"} and not any(value for value in there if isinstance(value, list)):
        return _object([value for value in there if isinstance(value, dict)])  # PHP writes an empty map as []
    return {"type": "boolean"} if kinds == {"boolean"} else {}


def _object(samples: Samples) -> dict[str, Any]:
    names = dict.fromkeys(name for value in samples for name in value)
    return {
        "type": "object",
        "properties": {name: _schema(name, [value.get(name) for value in samples]) for name in names},
    }


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal | float):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "string"


def _value(name: str, samples: Samples, kind: str) -> dict[str, Any]:
    for named, looks in _GUESSES:
        if looks(name, samples, kind):
            return {"type": kind, "format": named}
    return {"type": kind}


def _all(named: str, samples: Samples) -> bool:
    """Whether every sample can be read in a format."""
    try:
        for value in samples:
            FORMATS[named](value)
    except Mistyped:
        return False
    return True


def _is_iso(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and _all("iso", samples)


def _is_date(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and _all("date", samples)


def _is_utc(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and bool(_UTC_NAME.search(name)) and _all("utc", samples)


def _is_local(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and _all("local", samples)


def _is_unix(name: str, samples: Samples, kind: str) -> bool:
    return kind == "integer" and bool(_TIME_NAME.search(name)) and all(value in _SECONDS for value in samples)


def _is_decimal(name: str, samples: Samples, kind: str) -> bool:
    if kind == "number":
        return True
    return kind == "string" and _all("decimal", samples) and any("." in value for value in samples)


def _is_currency(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and "curr" in name.lower() and all(value.upper() in currencies() for value in samples)


def _is_country(name: str, samples: Samples, kind: str) -> bool:
    return kind == "string" and "country" in name.lower() and all(value.upper() in COUNTRIES for value in samples)


_GUESSES: tuple[tuple[str, Callable[[str, Samples, str], bool]], ...] = (
    ("date", _is_date),
    ("iso", _is_iso),
    ("utc", _is_utc),
    ("local", _is_local),
    ("unix", _is_unix),
    ("currency", _is_currency),
    ("country", _is_country),
    ("decimal", _is_decimal),
)
