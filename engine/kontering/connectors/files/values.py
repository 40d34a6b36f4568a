"""One JSON value out of a text: exact numbers, no name twice, and a place for whatever is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST_EXPONENT = 100


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong at an offset: `kind` is syntax, number, doubled or deep; `found` is the text or name."""

    kind: str
    at: int
    found: str


class _Doubled(ValueError):
    """A name stands twice in an object."""


class _NoNumber(ValueError):
    """NaN, Infinity, or a number that is absurdly large."""


def value_at(text: str, at: int) -> tuple[Any, int] | Wrong:
    """The value that begins at `at` and where it ends, or what is wrong with it."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as problem:
        return Wrong("syntax", problem.pos, problem.msg)
    except RecursionError:
        return Wrong("deep", at, "")
    except _Doubled:
        return _first(text, at, "doubled")
    except (_NoNumber, InvalidOperation, ValueError):  # ValueError: a whole number of thousands of digits
        return _first(text, at, "number")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Doubled
    return made


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise _NoNumber
    return number


def _constant(text: str) -> Any:
    raise _NoNumber


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_exact, parse_constant=_constant)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')


def _first(text: str, at: int, kind: str) -> Wrong:
    """Walks the value again, slowly, for the place of what the quick parser only knows to be there."""
    names: list[set[str] | None] = []
    before = ""
    for token in _TOKEN.finditer(text, at):
        found = token[0]
        if found in "{[":
            names.append(set() if found == "{" else None)
        elif found in "}]":
            names.pop()
        elif found[0] == '"' and names and names[-1] is not None and before in "{,":
            name = str(json.loads(found))
            if name in names[-1] and kind == "doubled":
                return Wrong(kind, token.start(), name)
            names[-1].add(name)
        elif kind == "number" and not _is_number(found):
            return Wrong(kind, token.start(), found if len(found) < 40 else f"{found[:37]}…")
        before = found if found in "{}[]:," else "value"
    return Wrong(kind, at, "")


def _is_number(token: str) -> bool:
    """Everything else that may stand outside of quotes counts too: strokes, words, texts."""
    if token[0] not in "-0123456789NI":
        return True
    try:
        return len(token) < 4000 and abs(Decimal(token).adjusted()) <= LARGEST_EXPONENT and Decimal(token).is_finite()
    except InvalidOperation:
        return False
