"""JSON as it goes over the wire: numbers with a point are decimals, in both directions; no NaN, no floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

LARGEST = 100 * 1024 * 1024
"""The largest answer, in bytes, that is taken for JSON."""


class NotJson(ValueError):
    """The bytes are no JSON, too large, or nested too deep."""


_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def read_json(content: bytes | str, largest: int = LARGEST) -> Any:
    """The value of a JSON text.

    >>> read_json('{"price": 39.20, "count": 2}')
    {'price': Decimal('39.20'), 'count': 2}
    """
    if len(content) > largest:
        raise NotJson(f"{len(content)} bytes are more than the {largest} that are read")
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(str(error)) from error
    except RecursionError as error:
        raise NotJson("it is nested too deep") from error


def write_json(value: Any) -> bytes:
    """The JSON text of a value; equal values give equal bytes.

    >>> from datetime import date
    >>> write_json({"price": Decimal("39.20"), "date": date(2026, 3, 1)})
    b'{"price":39.20,"date":"2026-03-01"}'
    """
    text = _encoder.encode(value)
    if b"NaN" in text or b"Infinity" in text:
        read_json(text)  # a number that is none doesn't come back; a text that reads so does
    return text
