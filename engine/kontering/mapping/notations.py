"""One function a notation: how a record writes a value, and the value it means."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from kontering.diagnostics import closest
from kontering.model.countries import COUNTRIES
from kontering.model.money import currencies
from kontering.model.plan import Link

Notation = Callable[[Any], Any]

_DECIMAL = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_BIGGEST = 40  # digits in front of the point; an exponent of a million would fill the memory when written out


class Mistyped(Exception):
    """The value isn't written as its schema says."""

    def __init__(self, message: str, hint: str | None = None, code: str = "K501") -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


def of(schema: Mapping[str, Any]) -> Notation:
    """The notation that a schema's `format` or `type` names."""
    named = schema.get("format")
    if named in FORMATS:
        return FORMATS[named]
    kinds = schema.get("type", "any")
    wanted = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    return TYPES.get(wanted[0], anything) if len(wanted) == 1 else anything


def shown(value: Any) -> str:
    """A value in a message, cut where it is long."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def anything(value: Any) -> Any:
    """What meta data holds; numbers are looked at all the same, since no float may get in."""
    if isinstance(value, Mapping):
        return {name: anything(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [anything(part) for part in value]
    return number(value) if isinstance(value, float | Decimal) else value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise Mistyped(f"expected a text, found {shown(value)}")
    return value


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Mistyped(f"expected true or false, found {shown(value)}")
    return value


def integer(value: Any) -> int:
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(number(value))
    if not isinstance(value, int) or isinstance(value, bool):
        raise Mistyped(f"expected a whole number, found {shown(value)}")
    return value


def number(value: Any) -> Decimal:
    """A JSON number as a decimal."""
    if isinstance(value, float):
        raise Mistyped(f"{value} is a binary float, which isn't exact", "read JSON with decimals", "K502")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Mistyped(f"expected a number, found {shown(value)}")
    exact = Decimal(value)
    if not exact.is_finite():
        raise Mistyped(f"{value} is no number", code="K502")
    if exact.adjusted() >= _BIGGEST or exact.as_tuple().exponent < -_BIGGEST:  # type: ignore[operator]
        raise Mistyped("the number has too many digits", code="K502")
    return exact


def decimal(value: Any) -> Decimal:
    """`"39.20"` or 39.20."""
    if not isinstance(value, str):
        return number(value)
    if not _DECIMAL.fullmatch(value):
        code = "K502" if value.strip("+-").lower() in ("nan", "inf", "infinity") else "K501"
        raise Mistyped(f"expected a decimal, found {shown(value)}", "digits with a point, like 39.20", code)
    return Decimal(value)


def minor(value: Any, code: Any) -> Decimal:
    """3920 is 39.20 in DKK and 3920 in JPY."""
    digits = currencies()[currency(code)] if isinstance(code, str) else None
    if digits is None:
        raise Mistyped(f"an amount in the smallest unit needs its currency, found {shown(code)}", code="K503")
    exact = Decimal(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,40}", value, re.ASCII) else number(value)
    return exact.scaleb(-digits)


def fraction(value: Any) -> Decimal:
    """0.25 is 25 percent."""
    return decimal(value) * 100


def unix(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return instant(value)
    seconds = int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}", value, re.ASCII) else number(value)
    try:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=int(seconds))
    except OverflowError:
        raise Mistyped(f"expected seconds since 1970, found {shown(value)}", "milliseconds?") from None


def utc(value: Any) -> dt.datetime:
    """`2026-03-01T00:00:00`, which is meant as UTC."""
    at = _time(value)
    if at.utcoffset() not in (None, dt.timedelta(0)):
        raise Mistyped(f"expected a time in UTC, found {shown(value)}", "a time with its own offset has format iso")
    return at.replace(tzinfo=dt.UTC)


def instant(value: Any) -> dt.datetime:
    """`2026-03-01T00:00:00+01:00`: a time with its offset."""
    at = _time(value)
    if at.utcoffset() is None:
        raise Mistyped(f"{shown(value)} has no offset", "a time of UTC has format utc, one of the shop's zone local")
    try:
        return at.astimezone(dt.UTC)
    except OverflowError:
        raise Mistyped(f"{shown(value)} is out of range") from None


def local(value: Any) -> dt.datetime:
    """`2026-03-01 14:02:10`: a time of the connection's zone."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        value = f"{value}T00:00:00"
    at = _time(value)
    if at.utcoffset() is not None:
        raise Mistyped(f"expected a local time, found {shown(value)}", "a time with an offset has format iso")
    return at


def date(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise Mistyped(f"expected a date, found {shown(value)}", "like 2026-03-01")


def currency(value: Any) -> str:
    """`dkk` is DKK; what ISO 4217 doesn't know is refused."""
    code = text(value).upper()
    if code not in currencies():
        near = closest(code, currencies())
        raise Mistyped(f"unknown currency {shown(value)}", f"did you mean {near}?" if near else None, "K503")
    return code


def country(value: Any) -> str:
    code = text(value).upper()
    if code not in COUNTRIES:
        raise Mistyped(f"unknown country {shown(value)}", "ISO 3166 codes have two letters, like DK", "K504")
    return code


def two_letters(value: Any) -> str:
    """A country in a document: what has two letters passes, since UK, EL and what nobody knows are for accounting.

    >>> two_letters("EL")
    'EL'
    """
    code = text(value)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else country(value)


def link(value: Any) -> Any:
    """An id of the target, or its place until the send."""
    if isinstance(value, bool) or not isinstance(value, Link | str | int):
        raise Mistyped(f"expected an id, found {shown(value)}")
    return value


def _time(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            pass
    raise Mistyped(f"expected a time, found {shown(value)}", "like 2026-03-01T14:02:10")


FORMATS: dict[str, Notation] = {
    "decimal": decimal,
    "fraction": fraction,
    "unix": unix,
    "utc": utc,
    "iso": instant,
    "date-time": instant,
    "local": local,
    "date": date,
    "currency": currency,
    "country": country,
    "link": link,
    "any": anything,
}
TYPES: dict[str, Notation] = {"string": text, "integer": integer, "number": number, "boolean": boolean, "any": anything}
