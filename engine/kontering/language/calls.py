"""What functions and filters take and give, for the checker; what they do is in functions.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kontering.language import types as t
from kontering.language.types import Type


@dataclass(frozen=True, slots=True)
class Wanted:
    """One argument: which types it may have, in words, and whether it is an expression to apply (`&x`)."""

    says: str
    kinds: tuple[type, ...] = ()
    item: Wanted | None = None
    applied: bool = False

    def takes(self, kind: Type) -> bool:
        """May a value of this type be it? What nothing is known of may."""
        if isinstance(kind, t.Either):
            return any(self.takes(member) for member in kind.members)
        if isinstance(kind, t.Any | t.Null) or not self.kinds:
            return True
        if not isinstance(kind, self.kinds):
            return False
        return self.item is None or not isinstance(kind, t.ListOf) or self.item.takes(kind.item)


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a function and the type that it gives; the last argument may stand again if `more`."""

    args: tuple[Wanted, ...]
    gives: Callable[..., Type]
    optional: int = 0
    more: bool = False

    def wanted(self, number: int) -> Wanted:
        return self.args[min(number, len(self.args) - 1)]

    def miscounted(self, count: int) -> str | None:
        """How many arguments there should be, if that isn't so."""
        least, most = len(self.args) - self.optional, len(self.args)
        if count >= least and (self.more or count <= most):
            return None
        words = "1 argument" if least == 1 else f"{least} arguments"
        return f"at least {words}" if self.more else words if least == most else f"{least} to {most} arguments"


ANY = Wanted("a value")
NUMBER = Wanted("a number", t.NUMBERS)
WHOLE = Wanted("a whole number", (t.Integer,))
TEXT = Wanted("a text", (t.Text, t.Id))
LIST = Wanted("a list", (t.ListOf,))
OBJECT = Wanted("an object", (t.Object,))
NUMBERS = Wanted("a list of numbers", (t.ListOf,), NUMBER)
TEXTS = Wanted("a list of texts", (t.ListOf,), TEXT)
ORDERED_ITEM = Wanted("something with an order", (*t.NUMBERS, t.Text, t.Date, t.Instant, t.LocalTime))
ORDERED = Wanted("a list of numbers, texts, dates or times", (t.ListOf,), ORDERED_ITEM)
SIZED = Wanted("a text, list or object", (t.Text, t.ListOf, t.Object))
SEARCHED = Wanted("a text or list", (t.Text, t.ListOf))
APPLIED = Wanted("an expression, &x", applied=True)
DIGITS = Wanted("a number of places or a currency", (t.Integer, t.Text))


def _always(kind: Type) -> Callable[..., Type]:
    return lambda *args: kind


def _same(kind: Type, *rest: Type) -> Type:
    return t.without_missing(kind)


def _item_of(kind: Type, *rest: Type) -> Type:
    """An element of the list, which may be empty."""
    listed = t.without_missing(kind)
    return t.union(listed.item, t.Null()) if isinstance(listed, t.ListOf) else t.Any()


def _get(kind: Type, key: Type) -> Type:
    """A field by its name: one of those that the name can be."""
    of, name = t.without_missing(kind), t.without_missing(key)
    if not isinstance(of, t.Object) or not isinstance(name, t.Text) or name.one_of is None:
        return t.Any()
    there = [of.fields.get(word, t.Any()) for word in name.one_of]
    return t.union(*there, t.Null()) if t.may_be_missing(kind) else t.union(*there)


def _mapped(applied: Type, kind: Type) -> Type:
    return t.ListOf(applied)


def _merged(*kinds: Type) -> Type:
    objects = [kind for kind in map(t.without_missing, kinds) if isinstance(kind, t.Object)]
    fields = {name: part for kind in objects for name, part in kind.fields.items()}
    is_open = len(objects) < len(kinds) or any(kind.open for kind in objects)
    return t.Object(fields, frozenset(fields), is_open)


def _not_null(*kinds: Type) -> Type:
    return t.union(*map(t.without_missing, kinds))


def _listed(kind: Type) -> Type:
    inner = t.without_missing(kind)
    return inner if isinstance(inner, t.ListOf) else t.ListOf(inner)


def _rounded(kind: Type, places: Type | None = None) -> Type:
    return t.Decimal()


def _any_list(kind: Type, *rest: Type) -> Type:
    return t.ListOf(t.Any())


FUNCTIONS: Mapping[str, Signature] = {
    "abs": Signature((NUMBER,), _same),
    "avg": Signature((NUMBERS,), _always(t.union(t.Decimal(), t.Null()))),
    "ceil": Signature((NUMBER,), _always(t.Integer())),
    "contains": Signature((SEARCHED, ANY), _always(t.Boolean())),
    "ends_with": Signature((TEXT, TEXT), _always(t.Boolean())),
    "floor": Signature((NUMBER,), _always(t.Integer())),
    "get": Signature((OBJECT, TEXT), _get),
    "join": Signature((TEXT, TEXTS), _always(t.Text())),
    "keys": Signature((OBJECT,), _always(t.ListOf(t.Text()))),
    "length": Signature((SIZED,), _always(t.Integer())),
    "map": Signature((APPLIED, LIST), _mapped),
    "max": Signature((ORDERED,), _item_of),
    "max_by": Signature((LIST, APPLIED), _item_of),
    "merge": Signature((OBJECT,), _merged, more=True),
    "min": Signature((ORDERED,), _item_of),
    "min_by": Signature((LIST, APPLIED), _item_of),
    "not_null": Signature((ANY,), _not_null, more=True),
    "reverse": Signature((SEARCHED,), _same),
    "sort": Signature((ORDERED,), _same),
    "sort_by": Signature((LIST, APPLIED), _same),
    "starts_with": Signature((TEXT, TEXT), _always(t.Boolean())),
    "sum": Signature((NUMBERS,), _always(t.Decimal())),
    "to_array": Signature((ANY,), _listed),
    "to_number": Signature((ANY,), _always(t.union(t.Decimal(), t.Null()))),
    "to_string": Signature((ANY,), _always(t.Text())),
    "type": Signature((ANY,), _always(t.Text())),
    "values": Signature((OBJECT,), _any_list),
}

FILTERS: Mapping[str, Signature] = {
    "abs": Signature((NUMBER,), _same),
    "int": Signature((Wanted("a number or a text", (*t.NUMBERS, t.Text)),), _always(t.Integer())),
    "lower": Signature((TEXT,), _always(t.Text())),
    "replace": Signature((TEXT, TEXT, TEXT), _always(t.Text())),
    "round": Signature((NUMBER, DIGITS), _rounded, optional=1),
    "string": Signature(
        (
            Wanted(
                "a number, text, date or true or false", (*t.NUMBERS, t.Text, t.Boolean, t.Date, t.Instant, t.LocalTime)
            ),
        ),
        _always(t.Text()),
    ),
    "upper": Signature((TEXT,), _always(t.Text())),
    "trim": Signature((TEXT,), _always(t.Text())),
}
