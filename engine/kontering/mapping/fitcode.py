"""Writes the checks of a document's or payload's schema as code: what is known already isn't checked again.

What a schema says beyond the ordinary is left to `fit.fitted`, called at its place; a misfit gives up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kontering.language.emitter import IS_NUMBER
from kontering.language.known import DECIMALS, TEXTS, Known
from kontering.language.runtime import Unfit
from kontering.language.writer import Writer
from kontering.mapping import fit, notations
from kontering.mapping.dates import localised
from kontering.mapping.schemas import Schema

ORDINARY = {"type", "format", "enum", "minLength", "maxLength", "minimum", "maximum", "x-cut"}
SAID_ELSEWHERE = {"description", "title", "$schema", "$id", "x-root", "examples", "default"}
BOUND = Decimal(10) ** 40


def scalar(writer: Writer, local: str, schema: Schema, cutting: bool) -> str:
    """The local of a value that isn't null as it may stand in the schema's place; the code gives up if it mayn't."""
    rules = set(schema) - SAID_ELSEWHERE
    named = str(schema.get("format", ""))
    if rules <= ORDINARY and named in _FORMATS:
        return _bounds(writer, _FORMATS[named](writer, local), schema)
    kinds = fit.types_of(schema)
    if rules <= ORDINARY and not named and (not kinds or (len(kinds) == 1 and kinds[0] in _TYPES)):
        if kinds and not _is_known(writer.knows(local), kinds[0]):
            return _of_type(writer, local, kinds[0], schema, cutting)
        return _bounds(writer, local, schema)
    return whole(writer, local, schema, cutting)


def whole(writer: Writer, local: str, schema: Schema, cutting: bool) -> str:
    """Any value, by the reference."""
    return writer.set(f"{writer.constant(_fitter(schema, cutting))}({local}, zone)", writer.knows(local))


def _fitter(schema: Schema, cutting: bool) -> Any:
    def fitted(value: Any, zone: str) -> Any:
        fitting = fit.Fitting(cutting=cutting, zone=zone)
        made = fit.fitted(value, schema, (), fitting)
        if fitting.misfits or fitting.cuts:
            raise Unfit
        return made

    return fitted


def combined(schema: Schema) -> bool:
    """Whether an object's or list's schema says something about its parts together."""
    return bool({"allOf", "anyOf", "oneOf", "if", "enum", "const"} & set(schema))


def together(writer: Writer, local: str, schema: Schema, always: set[str]) -> None:
    """What a schema says about an object's fields together: mostly «this field or that one»."""
    choices = schema.get("anyOf")
    others = {"allOf", "oneOf", "if", "enum", "const"} & set(schema)
    if choices and not others and all(set(choice) == {"required"} for choice in choices):
        if not any(set(choice["required"]) <= always for choice in choices):
            tests = [" and ".join(f"{name!r} in {local}" for name in choice["required"]) for choice in choices]
            writer.line(f"if not ({' or '.join(f'({test})' for test in tests)}): raise Unfit")
    elif combined(schema):
        rules = {name: rule for name, rule in schema.items() if name in others or name in ("anyOf", "then", "else")}
        writer.line(f"{writer.constant(_fitter(rules, False))}({local}, zone)")


def _date(writer: Writer, local: str) -> str:
    if writer.knows(local).kind == "date":
        return local
    return writer.set(f"{writer.constant(date)}({local})", Known("date"))


def date(value: Any) -> dt.date:
    if type(value) is dt.date:
        return value
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value.date()
        raise Unfit
    return notations.date(value)


def _instant(writer: Writer, local: str) -> str:
    if writer.knows(local).kind == "instant":
        return local
    return writer.set(f"{writer.constant(instant)}({local}, zone)", Known("instant"))


def instant(value: Any, zone: str) -> dt.datetime:
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return localised(value, zone)
    return notations.instant(value)


def _decimal(writer: Writer, local: str) -> str:
    kind = writer.knows(local).kind
    if kind == "tame":
        return local
    if kind == "sum":
        bound, exact = writer.constant(BOUND), writer.constant(notations.number)
        made = writer.set(local, Known("tame"))
        writer.line(f"if type({made}) is int: {made} = {exact}({made})")
        writer.line(f"elif not -{bound} < {made} < {bound}: raise Unfit")
        return made
    exact = f"{writer.constant(notations.number)}({local})"
    if kind == "mixed":
        bound = writer.constant(BOUND)
        exact = f"{local} if type({local}) is Decimal and -{bound} < {local} < {bound} else {exact}"
    return writer.set(exact, Known("tame"))


def _code(kind: str, notation: notations.Notation) -> Any:
    def code(writer: Writer, local: str) -> str:
        if writer.knows(local).kind == kind:
            return local
        return writer.set(f"{writer.constant(notation)}({local})", Known(kind))

    return code


_KNOWN = {"string": TEXTS, "integer": {"integer"}, "boolean": {"boolean"}, "number": DECIMALS | {"integer", "number"}}
_TESTS = {
    "string": "type({0}) is str",
    "integer": "type({0}) is int",
    "boolean": "type({0}) is bool",
    "number": IS_NUMBER,
}


def _is_known(known: Known, kind: str) -> bool:
    return known.kind in _KNOWN[kind]


def _of_type(writer: Writer, local: str, kind: str, schema: Schema, cutting: bool) -> str:
    """A value that may be anything: of the type, or else the reference must like it: a link, a whole decimal."""
    made = writer.set(local)
    with writer.block(f"if {_TESTS[kind].format(made)}:"):
        _bounds(writer, made, schema)
    with writer.block("else:"):
        writer.line(f"{made} = {writer.constant(_fitter(schema, cutting))}({made}, zone)")
    return made


_FORMATS: Mapping[str, Any] = {
    "date": _date,
    "date-time": _instant,
    "decimal": _decimal,
    "currency": _code("currency", notations.currency),
    "country": _code("country", notations.two_letters),
}
_TYPES = frozenset(_TESTS)


def _bounds(writer: Writer, local: str, schema: Schema) -> str:
    """Words, lengths and limits."""
    if "enum" in schema:
        return _words(writer, local, schema["enum"])
    if "maxLength" in schema:
        writer.once(f"if type({local}) is str and len({local}) > {int(schema['maxLength'])}: raise Unfit")
    if schema.get("minLength", 0) > 1 or (schema.get("minLength") and not writer.is_sure(local)):
        writer.once(f"if type({local}) is str and len({local}) < {int(schema['minLength'])}: raise Unfit")
    for rule, sign in (("minimum", "<"), ("maximum", ">")):
        if rule in schema:
            writer.once(f"if {local} {sign} {writer.constant(schema[rule])}: raise Unfit")
    return local


def _words(writer: Writer, local: str, words: list[Any]) -> str:
    known = writer.knows(local).words
    if known and known <= {word for word in words if type(word) is str}:
        return local
    if all(type(word) is str for word in words):
        writer.once(f"if type({local}) is not str or {local} not in {writer.constant(frozenset(words))}: raise Unfit")
        return local
    return writer.set(f"{writer.constant(_fitter({'enum': words}, False))}({local}, zone)", writer.knows(local))
