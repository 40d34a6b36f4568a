"""Runs a mapping by its generated function: fast accept. What it doesn't accept, the interpreter decides and words.

A record comes as JSON bytes or as parsed data. The function is written once a mapping has run a few times: writing it
costs as much as the interpreter does for some twenty records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import msgspec

from kontering.language import runtime, values
from kontering.language.known import NeedsPlain
from kontering.language.writer import Code, TooDeep
from kontering.mapping import records, structs
from kontering.mapping.notations import Mistyped
from kontering.mapping.outcomes import Mapped, Skipped
from kontering.mapping.tables import Rows
from kontering.mapping.used import Place, used_places
from kontering.mapping.writing import NotWritten, write

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled

FAILURES = (*runtime.FAILURES, Mistyped, msgspec.MsgspecError, RecursionError)
SMALL = 2 * records.LARGEST  # bytes of JSON that can't hold more values than a record may have
WARM = 10  # runs before a function is written
_ENCODER = msgspec.json.Encoder()
_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


@dataclass(frozen=True, slots=True)
class Function:
    """A mapping as a function; `shape` is how its record is decoded, if not as plain data."""

    code: Code
    shape: structs.Shape | None
    call: Callable[..., Any]
    from_json: Callable[[bytes], Any]

    def record(self, mapping: Compiled, data: Any) -> Any:
        """The record as the function takes it: decoded from bytes, or from data."""
        if isinstance(data, bytes):
            if not is_small(data):
                raise runtime.Unfit
            made = self.from_json(data)
            return made if self.shape is not None else _plain(mapping, made)
        if self.shape is None:
            return _plain(mapping, data)
        if not is_bounded(data):
            raise runtime.Unfit
        return self.from_data(data)

    def from_data(self, data: Any) -> Any:
        """An instance of the record's class, from parsed data."""
        assert self.shape is not None
        return msgspec.convert(data, self.shape.made)


@dataclass(slots=True)
class Generated:
    """What was generated for a mapping, once it was asked for; and the params that it last ran with."""

    written: bool = False
    function: Function | None = None
    runs: int = 0
    given: Mapping[str, Any] | None = None
    settled: tuple[Any, ...] = ()
    fine: bool = field(default=False)


def quickly(
    mapping: Compiled, data: Any, params: Mapping[str, Any], tables: Mapping[str, Rows], zone: str
) -> Mapped | Skipped | None:
    """As `accepted`, once the mapping has run often enough."""
    known = mapping.generated
    if known.runs < WARM:
        known.runs += 1
        return None
    return accepted(mapping, data, params, tables, zone)


def accepted(
    mapping: Compiled, data: Any, params: Mapping[str, Any], tables: Mapping[str, Rows], zone: str
) -> Mapped | Skipped | None:
    """What becomes of a record, or None where only the interpreter can say."""
    known = generated(mapping)
    if known.function is None or not _settle(mapping, known, params):
        return None
    try:
        record = known.function.record(mapping, data)
        with localcontext(values.EXACT):
            made = known.function.call(record, known.settled, tables, zone)
    except FAILURES:
        return None
    return made if type(made) is Skipped else Mapped(data=made)


def generated(mapping: Compiled) -> Generated:
    """What was generated for a mapping; now, if it wasn't before."""
    known = mapping.generated
    if not known.written:
        known.function, known.written = function_of(mapping), True
    return known


def _settle(mapping: Compiled, known: Generated, params: Mapping[str, Any]) -> bool:
    """Whether the params are right; that is found once as long as the same ones come."""
    if known.given is None or known.given != params:
        known.given = dict(params)
        settled = mapping.settled_params(params)
        known.settled = tuple(settled[param.name] for param in mapping.params)
        texts = [settled[param.name] for param in mapping.params if param.type == "text"]
        known.fine = not mapping.param_problems(params) and all(text is None or type(text) is str for text in texts)
    return known.fine


def function_of(mapping: Compiled) -> Function | None:
    """The function of a mapping, with classes for its record where that goes; None where it can't be written."""
    try:
        return _with_classes(mapping)
    except (NotWritten, TooDeep, RecursionError):
        return None
    except structs.Unshaped:
        pass
    try:
        return _function(write(mapping, None), None)
    except (NotWritten, TooDeep, RecursionError):
        return None


def _with_classes(mapping: Compiled) -> Function:
    """Places where a class's record would get where plain data is needed are made plain, one after the other."""
    if not _is_strict(mapping):
        raise structs.Unshaped
    used, plain = used_places(mapping.file, mapping.uses), frozenset[Place]()
    while True:
        shape = structs.shape_of(mapping.schema, mapping.file.record, used, plain)
        try:
            return _function(write(mapping, shape), shape)
        except NeedsPlain as needed:
            plain |= {needed.place}


def _is_strict(mapping: Compiled) -> bool:
    return mapping.file.strict and all(map(_is_strict, mapping.uses.values()))


def _function(code: Code, shape: structs.Shape | None) -> Function:
    decode = parsed if shape is None else msgspec.json.Decoder(shape.made, float_hook=Decimal).decode
    return Function(code, shape, code.function(), decode)


def _plain(mapping: Compiled, data: Any) -> Any:
    faults: records.Faults = []
    values_ = records.read_with(mapping.read, data, faults)
    if faults:
        raise runtime.Unfit
    return values_


def is_small(data: bytes) -> bool:
    """Whether JSON is UTF-8, surely within the bounds of a record, and not nested too deep, as far as brackets tell."""
    data.decode()
    return _is_shallow(data)


def is_bounded(data: Any) -> bool:
    """Whether parsed data is within the bounds of a record; written as JSON that is seen faster than by walking it."""
    try:
        if _is_shallow(_ENCODER.encode(data)):
            return True
    except (TypeError, ValueError, OverflowError, RecursionError):
        pass
    return records.measured(data)[1] is None


def _is_shallow(data: bytes) -> bool:
    if len(data) > SMALL:
        return False
    left = data.translate(None, _BRACKETS)
    for _ in range(records.DEEPEST - 1):
        if not left:
            return True
        left = left.replace(b"[]", b"").replace(b"{}", b"")
    return not left


def parsed(data: bytes) -> Any:
    """JSON with exact numbers; raises ValueError."""
    return json.loads(data, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")
