"""Types of values: what a schema promises, what an expression gives, and whether the one fits the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from kontering.model.record import JsonObject


@dataclass(frozen=True, slots=True)
class Any:
    """Nothing is known of it; `said` if that is what a schema says, so that a mapping must give a `type:`."""

    said: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """Missing; in a union: may be missing."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number."""


@dataclass(frozen=True, slots=True)
class Decimal:
    """An exact decimal number."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text; one of a few, if they are known."""

    one_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """A day, without time or zone."""


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, the same everywhere."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Date and time of the connection's zone."""


@dataclass(frozen=True, slots=True)
class Id:
    """The target's id of something, a link until the send: it can be placed, not reckoned with."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class Object:
    """A thing with fields; `open` if it may have others too."""

    fields: Mapping[str, Type] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    open: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """One of several types; make one with `union`."""

    members: tuple[Type, ...]


Type: TypeAlias = (
    Any | Null | Boolean | Integer | Decimal | Text | Date | Instant | LocalTime | Id | ListOf | Object | Either
)

Resolve = Callable[[str], JsonObject]

NUMBERS = (Integer, Decimal)
_BY_FORMAT: dict[str, Type] = {
    "decimal": Decimal(),
    "minor": Decimal(),
    "fraction": Decimal(),
    "unix": Instant(),
    "utc": Instant(),
    "iso": Instant(),
    "date-time": Instant(),
    "local": LocalTime(),
    "date": Date(),
    "currency": Text(),
    "country": Text(),
    "key": Text(),
    "link": Id(),
    "any": Any(said=True),
}
_BY_WORD: dict[str, Type] = {
    "null": Null(),
    "boolean": Boolean(),
    "integer": Integer(),
    "number": Decimal(),
    "string": Text(),
}
_WORDS: dict[type, str] = {
    Any: "anything",
    Null: "nothing",
    Boolean: "true or false",
    Integer: "a whole number",
    Decimal: "a number",
    Text: "a text",
    Date: "a date",
    Instant: "an instant",
    LocalTime: "a local time",
    Id: "an id of the target",
    Object: "an object",
}


def union(*kinds: Type) -> Type:
    """One of several types, flat and without doubles; with anything in it, it is anything.

    >>> describe(union(Text(), Null(), Text()))
    'a text or nothing'
    """
    flat: list[Type] = []
    for kind in kinds:
        for member in members(kind):
            if member not in flat:
                flat.append(member)
    if any(isinstance(member, Any) for member in flat):
        return next(member for member in flat if isinstance(member, Any))
    flat = _merged(flat)
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def members(kind: Type) -> tuple[Type, ...]:
    return kind.members if isinstance(kind, Either) else (kind,)


def may_be_missing(kind: Type) -> bool:
    return any(isinstance(member, Null) for member in members(kind))


def without_missing(kind: Type) -> Type:
    """The type of what is there; nothing at all stays nothing."""
    rest = [member for member in members(kind) if not isinstance(member, Null)]
    return union(*rest) if rest else kind


def from_schema(schema: JsonObject, resolve: Resolve) -> Type:
    """The type of the values that a JSON Schema allows; `resolve` gives the schema behind a `$ref`."""
    if "$ref" in schema:
        return from_schema({**resolve(schema["$ref"]), **{k: v for k, v in schema.items() if k != "$ref"}}, resolve)
    if "const" in schema:
        return _of_words((schema["const"],))
    if "enum" in schema:
        return _of_words(schema["enum"])
    words = schema.get("type", ())
    words = (words,) if isinstance(words, str) else tuple(words)
    form = schema.get("format")
    if form in _BY_FORMAT:
        return union(_BY_FORMAT[form], Null()) if "null" in words else _BY_FORMAT[form]
    if not words:
        return _of_branches(schema, resolve)
    return union(*(_of_word(word, schema, resolve) for word in words))


def describe(kind: Type) -> str:
    """The type in a mapping author's words.

    >>> describe(ListOf(Text(("a", "b")))), describe(union(Date(), Null()))
    ("a list of 'a' or 'b'", 'a date or nothing')
    """
    if isinstance(kind, Either):
        return " or ".join(describe(member) for member in kind.members)
    if isinstance(kind, ListOf):
        return f"a list of {describe(kind.item)}" if not isinstance(kind.item, Object) else "a list of objects"
    if isinstance(kind, Text) and kind.one_of:
        return " or ".join(repr(word) for word in kind.one_of)
    return _WORDS[type(kind)]


def fits(kind: Type, wanted: Type) -> str | None:
    """None if a value of one type may stand where the other is wanted; else why not.

    That a value may be missing isn't held against it: a path without it fails on the record that lacks it.

    >>> fits(Instant(), Date())
    'an instant is no date until it has a `zone:`'
    >>> fits(Integer(), Decimal()), fits(Text(), Decimal())
    (None, 'a text stands where a number belongs')
    """
    kind = without_missing(kind)
    if isinstance(wanted, Any):
        return None
    if isinstance(kind, Any):
        return "its schema says it can be anything: add `type:`" if kind.said else None
    if isinstance(kind, Either):
        return next((why for member in kind.members if (why := fits(member, wanted))), None)
    whys = [_misfit(kind, member) for member in members(wanted)]
    return None if None in whys else _best(whys, kind, wanted)


def with_fields(kind: Object, fields: Mapping[str, Type]) -> Object:
    """The object with further fields, all of them required."""
    return replace(kind, fields={**kind.fields, **fields}, required=kind.required | fields.keys())


def _merged(flat: list[Type]) -> list[Type]:
    """Texts of few words beside free texts, and whole numbers beside decimals, say nothing more."""
    if Text() in flat:
        flat = [kind for kind in flat if not (isinstance(kind, Text) and kind.one_of)]
    flat = _one_list(flat)
    texts = [kind for kind in flat if isinstance(kind, Text)]
    if len(texts) > 1:
        words = dict.fromkeys(word for kind in texts for word in kind.one_of or ())
        at = flat.index(texts[0])
        flat = [kind for kind in flat if not isinstance(kind, Text)]
        flat.insert(at, Text(tuple(words)))
    return [kind for kind in flat if not (isinstance(kind, Integer) and Decimal() in flat)]


def _one_list(flat: list[Type]) -> list[Type]:
    """Lists are one list of what may be in them; an empty one says nothing of its elements."""
    lists = [kind for kind in flat if isinstance(kind, ListOf)]
    if len(lists) < 2:
        return flat
    items = [kind.item for kind in lists if kind.item != Any()] or [Any()]
    rest: list[Type] = [kind for kind in flat if not isinstance(kind, ListOf)]
    rest.insert(flat.index(lists[0]), ListOf(union(*items)))
    return rest


def _of_words(words: Iterable[object]) -> Type:
    listed = tuple(words)
    texts = tuple(word for word in listed if isinstance(word, str))
    kinds: list[Type] = [Text(texts)] if texts else []
    for word in listed:
        if isinstance(word, bool):
            kinds.append(Boolean())
        elif word is None:
            kinds.append(Null())
        elif not isinstance(word, str):
            kinds.append(Integer() if isinstance(word, int) else Decimal())
    return union(*kinds)


def _of_word(word: str, schema: JsonObject, resolve: Resolve) -> Type:
    if word == "array":
        return ListOf(from_schema(schema.get("items") or {}, resolve))
    if word == "object":
        return _object(schema, resolve)
    return _BY_WORD[word]


def _of_branches(schema: JsonObject, resolve: Resolve) -> Type:
    if "properties" in schema:
        return _object(schema, resolve)
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches:
        return union(*(from_schema(branch, resolve) for branch in branches))
    return Any(said=True)


def _object(schema: JsonObject, resolve: Resolve) -> Object:
    """A schema that lists no properties leaves them open; one that lists them means just these."""
    properties = schema.get("properties")
    required = frozenset(schema.get("required", ()))
    fields = {
        name: from_schema(part, resolve) if name in required else union(from_schema(part, resolve), Null())
        for name, part in (properties or {}).items()
    }
    is_open = properties is None or schema.get("additionalProperties", False) is not False
    return Object(fields, required, is_open, str(schema.get("title", "")))


def _misfit(kind: Type, wanted: Type) -> str | None:
    if isinstance(wanted, Any):
        return None
    if isinstance(kind, Text) and isinstance(wanted, Text):
        return _word_misfit(kind.one_of, wanted.one_of)
    if isinstance(kind, ListOf) and isinstance(wanted, ListOf):
        why = fits(kind.item, wanted.item)
        return f"in its elements, {why}" if why else None
    if isinstance(kind, Object) and isinstance(wanted, Object):
        return _object_misfit(kind, wanted)
    if _near(kind, wanted):
        return None
    return _why(kind, wanted)


def _near(kind: Type, wanted: Type) -> bool:
    """The same, or as good: whole numbers are numbers, ids are placed where texts and whole numbers are."""
    if type(kind) is type(wanted):
        return True
    pairs = ((Integer, Decimal), (LocalTime, Date), (Id, Text), (Id, Integer), (Text, Id), (Integer, Id))
    return (type(kind), type(wanted)) in pairs


def _why(kind: Type, wanted: Type) -> str:
    if isinstance(kind, Instant) and isinstance(wanted, Date):
        return "an instant is no date until it has a `zone:`"
    if isinstance(kind, LocalTime) and isinstance(wanted, Instant):
        return "a local time is no instant until it has a `zone:`"
    return f"{describe(kind)} stands where {describe(wanted)} belongs"


def _word_misfit(has: tuple[str, ...] | None, wanted: tuple[str, ...] | None) -> str | None:
    if wanted is None or has is None:
        return None
    wrong = [word for word in has if word not in wanted]
    return f"{' and '.join(map(repr, wrong))} isn't among {', '.join(wanted)}" if wrong else None


def _object_misfit(kind: Object, wanted: Object) -> str | None:
    for name, inner in wanted.fields.items():
        if name not in kind.fields:
            if name in wanted.required and not kind.open:
                return f"its field {name!r} is missing"
            continue
        if why := fits(kind.fields[name], inner):
            return f"in its field {name!r}, {why}"
    extra = [name for name in kind.fields if name not in wanted.fields and not wanted.open]
    return f"it has a field {extra[0]!r} too many" if extra else None


def _best(whys: list[str | None], kind: Type, wanted: Type) -> str:
    """One of several: the one that is about the same sort of value, else all of them in one."""
    near = [why for why, member in zip(whys, members(wanted), strict=True) if type(member) is type(kind)]
    listed = [why for why in (near or whys) if why]
    real = [member for member in members(wanted) if not isinstance(member, Null)]
    return listed[0] if near or len(real) == 1 else f"{describe(kind)} stands where {describe(wanted)} belongs"
