"""Holds the type of a value against the schema of the field that it goes to, and says what to write."""

from __future__ import annotations

from functools import cache

from kontering.diagnostics import Span
from kontering.language import types as t
from kontering.language.types import Type
from kontering.mapping import refusals
from kontering.mapping.reading import Out
from kontering.mapping.schemas import ANYTHING, Schema

_known: dict[int, tuple[Schema, Type]] = {}


def type_of(schema: Schema) -> Type:
    """The type that a schema means; schemas live as long as the process, so each is turned once."""
    found = _known.get(id(schema))
    if found is None:
        found = _known[id(schema)] = (schema, t.from_schema(schema, lambda ref: ANYTHING))
    return found[1]


def compare(kind: Type, wanted: Schema, span: Span, place: str, out: Out) -> None:
    """One problem at most: the first that stands in the way."""
    goal = type_of(wanted)
    if isinstance(goal, t.Any):
        return
    for member in t.members(kind):
        if _compare(member, goal, wanted, span, place, out):
            return


def _compare(kind: Type, goal: Type, wanted: Schema, span: Span, place: str, out: Out) -> bool:
    named = wanted.get("format")
    match kind:
        case t.Any(said=said):
            out.extend([refusals.needs_type(span, place)] if said else [])
            return True
        case t.Null() if not t.may_be_missing(goal):
            out.append(refusals.null_field(span, place))
            return True
        case t.Instant() if named == "date":
            out.append(refusals.needs_zone(span, place))
            return True
        case t.LocalTime() if named in ("date", "date-time"):
            return False
    words = _words(goal)
    if isinstance(kind, t.Text) and words is not None:
        return _wrong_words(kind, words, span, place, out)
    if t.fits(kind, goal) is None:
        return False
    message = f"{t.describe(goal)} belongs here, not {t.describe(kind)}"
    if isinstance(kind, t.ListOf | t.Object) and any(type(kind) is type(member) for member in t.members(goal)):
        message = f"what stands here doesn't fit: {t.fits(kind, goal)}"
    out.append(refusals.wrong_type(span, place, message, _hint(kind, goal)))
    return True


def _words(goal: Type) -> tuple[str, ...] | None:
    return next((member.one_of for member in t.members(goal) if isinstance(member, t.Text)), None)


def _wrong_words(kind: t.Text, words: tuple[str, ...], span: Span, place: str, out: Out) -> bool:
    strangers = [word for word in kind.one_of or () if word not in words]
    if strangers:
        out.append(refusals.wrong_word(span, place, strangers[0], words))
    elif kind.one_of is None:
        out.append(refusals.any_word(span, place, words))
    return bool(strangers)


@cache
def _hints() -> dict[tuple[type, type], str]:
    return {
        (t.Integer, t.Text): "a number becomes a text with {calc: … | string}",
        (t.Decimal, t.Text): "a number becomes a text with {calc: … | string}",
        (t.Decimal, t.Integer): "make it whole: {calc: … | round | int}",
        (t.Text, t.Decimal): "the record's schema says how a text is read: format decimal",
        (t.Text, t.Integer): "the record's schema says how a text is read: type integer",
        (t.Text, t.Date): "the record's schema says how a text is read: format date, utc, iso, unix or local",
        (t.Date, t.Text): "a date is written as a text in a template",
    }


def _hint(kind: Type, goal: Type) -> str | None:
    if isinstance(kind, t.ListOf) and not isinstance(goal, t.ListOf):
        return "take one element (`| [0]`), or add them up (sum)"
    if isinstance(kind, t.Object) and not isinstance(goal, t.Object):
        return "name the field of it that is meant"
    return _hints().get((type(kind), type(goal)))
