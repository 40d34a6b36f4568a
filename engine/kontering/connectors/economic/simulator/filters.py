"""The grammar of `filter=` and `sort=`: a text becomes a predicate, or a refusal that names what is wrong with it.

    any  = all ("$or:" all)*          all = one ("$and:" one)*          one = "(" any ")" | property "$op:" value

In a value `$` escapes one of `$ ( ) * , [ ]`; `$null:` stands for a missing property.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kontering.connectors.economic.simulator.fields import Field

Row = Mapping[str, Any]
Matches = Callable[[Row], bool]

MOST = 200
"""So many values may stand in one `$in:`."""

_COMPARISON = re.compile(r"([A-Za-z0-9_.]+)\$(eq|ne|gte|gt|lte|lt|like|in|nin):")
_ESCAPED = "$()*,[]"
_ANY = object()


class BadQuery(ValueError):
    """The filter or the sorting can't be read, or names a property that can't be asked for."""


def parse_filter(source: str, columns: Mapping[str, Field]) -> Matches:
    """The predicate that a filter says.

    >>> from kontering.connectors.economic.simulator.fields import text
    >>> same = parse_filter("name$eq:joe$or:name$like:an*", {"name": text("name", 50, "f")})
    >>> same({"name": "Joe"}), same({"name": "Anna"}), same({"name": "Hanna"})
    (True, True, False)
    """
    reader = _Reader(source, columns)
    matches = reader.any_of()
    if reader.at < len(source):
        raise BadQuery(f"unexpected {source[reader.at : reader.at + 10]!r} in the filter")
    return matches


def parse_sort(source: str, columns: Mapping[str, Field]) -> Callable[[Iterable[Row]], list[Row]]:
    """What puts rows in the order of `-date,name`; `~name` compares as text."""
    orders = [_order(part, columns) for part in source.split(",") if part]

    def in_order(rows: Iterable[Row]) -> list[Row]:
        out = list(rows)
        for key, backwards in reversed(orders):
            out.sort(key=key, reverse=backwards)
        return out

    return in_order


def value_at(row: Row, name: str) -> Any:
    """What a row has at a dotted name; None where it has nothing."""
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@dataclass(slots=True)
class _Reader:
    """A recursive descent over the filter's text."""

    source: str
    columns: Mapping[str, Field]
    at: int = 0

    def any_of(self) -> Matches:
        return _either(self._several(self.all_of, "$or:"))

    def all_of(self) -> Matches:
        return _both(self._several(self.one, "$and:"))

    def one(self) -> Matches:
        if not self._take("("):
            return self.comparison()
        inner = self.any_of()
        if not self._take(")"):
            raise BadQuery("a parenthesis isn't closed")
        return inner

    def comparison(self) -> Matches:
        found = _COMPARISON.match(self.source, self.at)
        if not found:
            raise BadQuery(f"a property and an operator were expected at {self.source[self.at : self.at + 20]!r}")
        name, operator = found.groups()
        self.at = found.end()
        field = self.columns.get(name)
        if field is None or not field.filter:
            raise BadQuery(f"the property {name!r} can't be used in a filter")
        return _comparison(name, field, operator, self.value())

    def value(self) -> list[Any]:
        """Characters and wildcards up to an unescaped end; an escaped character is text, a bare `*` is `_ANY`."""
        out: list[Any] = []
        while self.at < len(self.source) and not self._ends():
            out.append(self._character())
        return out

    def _several(self, part: Callable[[], Matches], joint: str) -> list[Matches]:
        found = [part()]
        while self._take(joint):
            found.append(part())
        return found

    def _ends(self) -> bool:
        return self.source[self.at] == ")" or self.source.startswith(("$and:", "$or:"), self.at)

    def _character(self) -> Any:
        char, following = self.source[self.at], self.source[self.at + 1 : self.at + 2]
        if self._take("$null:"):
            return None
        if char == "$":
            if not following or following not in _ESCAPED:
                raise BadQuery(f"a $ in a value is written $$, near {self.source[self.at : self.at + 10]!r}")
            self.at += 2
            return following
        if char == "(":
            raise BadQuery("a parenthesis in a value is written $(")
        self.at += 1
        return _ANY if char == "*" else char

    def _take(self, word: str) -> bool:
        if not self.source.startswith(word, self.at):
            return False
        self.at += len(word)
        return True


def _either(parts: Sequence[Matches]) -> Matches:
    return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)


def _both(parts: Sequence[Matches]) -> Matches:
    return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)


def _comparison(name: str, field: Field, operator: str, value: list[Any]) -> Matches:
    if operator in ("in", "nin"):
        wanted = set(_listed(name, field, value))
        return lambda row: (_seen(row, name, field) in wanted) == (operator == "in")
    if operator == "like":
        pattern = _pattern(name, field, value)
        return lambda row: bool(pattern.search(str(value_at(row, name) or "")))
    wanted_one = _typed(name, field, _flat(value))
    return lambda row: _compare(operator, _seen(row, name, field), wanted_one)


def _compare(operator: str, seen: Any, wanted: Any) -> bool:
    if operator == "eq":
        return bool(seen == wanted)
    if operator == "ne":
        return bool(seen != wanted)
    if seen is None or wanted is None:
        return False
    match operator:
        case "gt":
            return bool(seen > wanted)
        case "gte":
            return bool(seen >= wanted)
        case "lt":
            return bool(seen < wanted)
        case _:
            return bool(seen <= wanted)


def _seen(row: Row, name: str, field: Field) -> Any:
    value = value_at(row, name)
    return value.casefold() if isinstance(value, str) else value if field.kind != "boolean" else bool(value)


def _flat(value: list[Any]) -> str | None:
    """The text of a value; a `*` outside of `$like:` is nothing but a star."""
    if value == [None]:
        return None
    if None in value:
        raise BadQuery("$null: stands alone")
    return "".join("*" if char is _ANY else char for char in value)


def _listed(name: str, field: Field, value: list[Any]) -> list[Any]:
    if field.kind not in ("integer", "number"):
        raise BadQuery(f"$in: and $nin: take numbers, and {name!r} is none")
    if len(value) < 2 or value[0] != "[" or value[-1] != "]":
        raise BadQuery("the values of $in: and $nin: stand in square brackets")
    parts: list[list[Any]] = [[]]
    for char in value[1:-1]:
        if char == ",":
            parts.append([])
        else:
            parts[-1].append(char)
    if len(parts) > MOST:
        raise BadQuery(f"$in: takes at most {MOST} values")
    return [_typed(name, field, _flat(part)) for part in parts]


def _pattern(name: str, field: Field, value: list[Any]) -> re.Pattern[str]:
    if field.kind not in ("text", "word"):
        raise BadQuery(f"$like: compares texts, and {name!r} is none")
    if None in value:
        raise BadQuery("$like: can't be used with $null:")
    wild = _ANY in value
    middle = "".join(".*" if char is _ANY else re.escape(char) for char in value)
    return re.compile(rf"\A{middle}\Z" if wild else middle, re.IGNORECASE | re.DOTALL)


def _typed(name: str, field: Field, value: str | None) -> Any:
    """The value as the property's kind has it; texts are compared without regard to case."""
    if value is None:
        return None
    try:
        return _READ.get(field.kind, str.casefold)(value)
    except (ValueError, InvalidOperation):
        raise BadQuery(f"{value!r} is no value for {name!r}") from None


def _number(value: str) -> Decimal:
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
        raise ValueError(value)
    return Decimal(value)


def _whole(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", value):
        raise ValueError(value)
    return int(value)


def _date(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _instant(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", value):
        raise ValueError(value)
    return value.casefold()


def _boolean(value: str) -> bool:
    if value.casefold() not in ("true", "false"):
        raise ValueError(value)
    return value.casefold() == "true"


_READ: Mapping[str, Callable[[str], Any]] = {
    "integer": _whole,
    "number": _number,
    "date": _date,
    "instant": _instant,
    "boolean": _boolean,
}


def _order(part: str, columns: Mapping[str, Field]) -> tuple[Callable[[Row], tuple[bool, Any]], bool]:
    name = part.lstrip("-~")
    field = columns.get(name)
    if field is None or not field.sort:
        raise BadQuery(f"the property {name!r} can't be sorted by")
    as_text = "~" in part[: len(part) - len(name)]

    def key(row: Row) -> tuple[bool, Any]:
        value = value_at(row, name)
        if value is None:
            return (False, "" if as_text or field.kind not in ("integer", "number") else 0)
        return (True, str(value).casefold() if as_text or isinstance(value, str) else value)

    return key, part.startswith(("-", "~-"))
