"""A record schema from sample records: a draft that its author reads through, with what was guessed and from what.

Formats are guessed from names and values together, and only where every sample agrees; a guess stands beside the field
as a comment, with how many samples say so and one of them, until its author accepts it. The unit of an amount in the
smallest unit can't be guessed, and isn't.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


WORDS = 5  # different words at most that count as a choice
OFTEN = 10  # samples at least before words count as a choice
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Draft:
    accept: bool


def schema_of(samples: Iterable[Any], title: str = "", *, accept: bool = False) -> dict[str, Any]:
    """The schema that all samples fit; with `accept` the guessed formats are in it, and not only beside it."""
    listed = list(samples)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"title": title} if title else {}),
        "$comment": f"drafted from {len(listed)} sample{_s(listed)}; read it through: formats, what is required, words",
        **_schema("", listed, _Draft(accept)),
    }


def _schema(name: str, samples: Samples, draft: _Draft) -> dict[str, Any]:
    there = [value for value in samples if value is not None and value != ""]
    if not there:
        return {"$comment": "always empty in the samples"}
    kinds = {_kind(value) for value in there}
    null = len(samples) > len(there) and None in samples
    if kinds == {"object"}:
        return _nullable(_object(there, draft), null=null)
    if kinds == {"array"}:
        items = _schema(name, [item for value in there for item in value], draft)
        return _nullable({"type": "array", "items": items}, null=null)
    if kinds <= {"integer", "number"} or kinds == {"string"}:
        kind = "string" if "string" in kinds else "number" if "number" in kinds else "integer"
        return _nullable(_value(name, there, kind, draft), null=null)
    if kinds == {"object", "array"} and not any(value for value in there if isinstance(value, list)):
        return _object([value for value in there if isinstance(value, dict)], draft)  # PHP writes an empty map as []
    return _nullable({"type": "boolean"}, null=null) if kinds == {"boolean"} else {}


def _nullable(schema: dict[str, Any], *, null: bool) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]} if null and "enum" not in schema else schema


def _object(samples: Samples, draft: _Draft) -> dict[str, Any]:
    names = dict.fromkeys(name for value in samples for name in value)
    always = [name for name in names if all(value.get(name) not in (None, "") for value in samples)]
    return {
        "type": "object",
        **({"required": always} if always and len(samples) > 1 else {}),  # one sample proves nothing
        "properties": {
            name: _schema(name, [value.get(name) for value in samples if name in value], draft) for name in names
        },
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


def _value(name: str, samples: Samples, kind: str, draft: _Draft) -> dict[str, Any]:
    for named, looks in _GUESSES:
        if looks(name, samples, kind):
            guess = f"format {named}? {_all_of(samples)}, such as {_example(samples)}"
            return {"type": kind, "format": named} if draft.accept else {"type": kind, "$comment": guess}
    return {"type": kind, **_choice(samples, kind)}


def _all_of(samples: Samples) -> str:
    return "the one sample fits" if len(samples) == 1 else f"all {len(samples)} samples fit"


def _s(samples: Samples) -> str:
    return "" if len(samples) == 1 else "s"


def _example(samples: Samples) -> str:
    return repr(samples[0]) if isinstance(samples[0], str) else str(samples[0])


def _choice(samples: Samples, kind: str) -> dict[str, Any]:
    """Words that come again and again are all that there are; how often each came is said."""
    found = Counter(samples) if kind == "string" else Counter()
    few = 1 < len(found) <= WORDS and len(samples) >= OFTEN and min(found.values(), default=0) > 1
    if not few or not all(_WORD.fullmatch(word) for word in found):
        return {}
    counted = ", ".join(f"{word} {count} times" for word, count in found.most_common())
    return {"enum": sorted(found), "$comment": f"in {len(samples)} samples: {counted}"}


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
