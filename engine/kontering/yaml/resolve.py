"""What a scalar means: text, unless it is plainly true, false, null, a whole number or a decimal."""

from __future__ import annotations

import re
from decimal import Decimal

from kontering.yaml.nodes import Plain

MAX_DIGITS = 50

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)


class TooLong(ValueError):
    """A number has more digits than any amount or id."""


def resolved(text: str) -> Plain:
    """The value of a scalar without quotes.

    >>> [resolved(text) for text in ["NO", "0100", "0x1F", "1e3", "12", "0.10", "true"]]
    ['NO', '0100', '0x1F', '1e3', 12, Decimal('0.10'), True]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-0123456789":
        return text
    kind = int if _INTEGER.fullmatch(text) else Decimal if _DECIMAL.fullmatch(text) else str
    if kind is not str and len(text) > MAX_DIGITS:
        raise TooLong(text)
    return kind(text)
