"""JSON as the store keeps it: decimals stay decimals, frozen data comes back as it was, digests tell editions apart."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any, get_args

import msgspec

from kontering.diagnostics import Diagnostic
from kontering.model.bank import Decision
from kontering.model.document import Planned
from kontering.model.plan import Found, Step
from kontering.model.state import State, StateKind
from kontering.model.voucher import Document, PlannedVoucher

SALES = ("invoice", "credit_note")
STATES = frozenset(get_args(StateKind))


class _Details(msgspec.Struct):
    problems: tuple[Diagnostic, ...] = ()


_encoder = msgspec.json.Encoder(decimal_format="number")
_sorted = msgspec.json.Encoder(decimal_format="number", order="sorted")
_values = msgspec.json.Decoder(float_hook=Decimal)
_planned = msgspec.json.Decoder(Planned)
_voucher = msgspec.json.Decoder(PlannedVoucher, float_hook=Decimal)
_state = msgspec.json.Decoder(State, float_hook=Decimal)
_steps = msgspec.json.Decoder(Step, float_hook=Decimal)
_details = msgspec.json.Decoder(_Details)
_founds = msgspec.json.Decoder(Found, float_hook=Decimal)
_decisions = msgspec.json.Decoder(Decision)


def packed(value: object) -> str:
    """A value, or frozen data, as JSON text.

    >>> packed({"price": Decimal("39.20")})
    '{"price":39.20}'
    """
    return _encoder.encode(value).decode()


def unpacked(text: str) -> Any:
    """The value of a JSON text; a number with a point is a decimal."""
    return _values.decode(text)


def planned(text: str) -> Planned:
    """A settled document as it was stored."""
    return _planned.decode(text)


def document(kind: str, text: str) -> Document:
    """A settled document of any kind as it was stored."""
    if kind in STATES:
        return _state.decode(text)
    return _planned.decode(text) if kind in SALES else _voucher.decode(text)


def step(text: str) -> Step:
    """The step of a stored intent; its body is written as the same bytes again."""
    return _steps.decode(text)


def found(text: str) -> Found:
    """What a target answered."""
    return _founds.decode(text)


def decision(text: str) -> Decision:
    """What a person has said of a bank line."""
    return _decisions.decode(text)


def problems(text: str) -> tuple[Diagnostic, ...]:
    """The problems in a document's details."""
    return _details.decode(text).problems


def digest(value: object) -> str:
    """Tells two values apart, whatever the order of their names.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    return hashlib.blake2b(_sorted.encode(value), digest_size=16).hexdigest()
