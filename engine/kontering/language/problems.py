"""What can be wrong with an expression: the exceptions that stop one, and every message in one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import KonteringError


class Bad(KonteringError):
    """An expression can't be read, or can't be evaluated on this record."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Missing(KonteringError):
    """Something that the expression needs is absent, null or an empty text; `path` says what, as the record has it."""

    def __init__(self, span: Span, path: str) -> None:
        super().__init__(f"{path} is missing")
        self.span = span
        self.path = path

    @property
    def diagnostic(self) -> Diagnostic:
        return missing(self.span, self.path)


class Wrong(KonteringError):
    """Something that can't be done with these values; the place is added by who knows it."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def at(self, span: Span) -> Diagnostic:
        return Diagnostic(self.code, self.message, span, self.hint)


# reading an expression


def syntax(message: str, hint: str | None = None) -> Wrong:
    return Wrong("K200", message, hint)


def too_long(bound: int) -> Wrong:
    return Wrong("K210", f"the expression has more than {bound:,} characters", "name parts of it under `let`")


def too_deep(bound: int) -> Wrong:
    return Wrong("K210", f"more than {bound} levels inside one another", "name parts of it under `let`")


def bad_literal(message: str, hint: str) -> Wrong:
    return Wrong("K216", message, hint)


# evaluating it


def missing(span: Span, path: str) -> Diagnostic:
    hint = "write `missing:` (skip, null, hold, or a form to take instead), or `or` with another value"
    return Diagnostic("K203", f"{path} is missing", span, hint, record=path)


def unknown_name(name: str) -> Wrong:
    return Wrong("K201", f"unknown name {name}")


def no_condition(what: str) -> Wrong:
    return Wrong("K204", f"a condition must be true or false, this is {what}", "compare it, or ask `is none`")


def no_order(op: str, left: str, right: str) -> Wrong:
    return Wrong("K205", f"`{op}` can't compare {left} with {right}", "both sides must be of one kind")


def not_in(item: str, of: str) -> Wrong:
    return Wrong("K205", f"`in` can't look for {item} in {of}", "on the right stands a list, or a text for a text")


def no_number(what: str) -> Wrong:
    hint = (
        "only numbers are reckoned with" if what != "an id of the target" else "an id can be placed, not reckoned with"
    )
    return Wrong("K218" if what == "an id of the target" else "K206", f"this must be a number, it is {what}", hint)


def text_in_sum(op: str, left: str, right: str) -> Wrong:
    hint = 'write a template: {text: "{{ a }} {{ b }}"}' if op == "+" else "only numbers are reckoned with"
    return Wrong("K206", f"`{op}` can't take {left} and {right}", hint)


def number_too_long(bound: int) -> Wrong:
    return Wrong("K213", f"a number with more than {bound} digits", "round on the way")


def power(bound: int) -> Wrong:
    return Wrong("K213", f"the exponent must be a whole number from 0 to {bound}", "multiply instead")


def division_by_zero() -> Wrong:
    return Wrong("K214", "division by zero", "choose with `… if x != 0 else …`")


def no_text(what: str) -> Wrong:
    hints = {"a list": "join its texts in a path under `let`", "an object": "name one of its fields"}
    code = "K218" if what == "an id of the target" else "K304"
    return Wrong(code, f"{what} can't be written as text", hints.get(what, "an id can be placed, not written"))


def text_too_long(bound: int) -> Wrong:
    return Wrong("K217", f"the text grows longer than {bound:,} characters", "it was cut off there")


def no_field(path: str, what: str, name: str) -> Wrong:
    return Wrong("K215", f"{path} is {what}, it has no field {name!r}", None)


def no_list(path: str, what: str) -> Wrong:
    return Wrong("K215", f"{path} is {what}, not a list", None)


def no_object(path: str, what: str) -> Wrong:
    return Wrong("K215", f"{path} is {what}, not an object", None)


def no_item(path: str, what: str, key: str) -> Wrong:
    hint = "an object is asked by a text, a list by a whole number"
    return Wrong("K215", f"{path} is {what}, it can't be asked by {key}", hint)


def step_of_zero() -> Wrong:
    return Wrong("K216", "the step of a slice can't be 0", "[::2] takes every second element")


def unknown_function(what: str, name: str, near: str | None) -> Wrong:
    hint = f"did you mean {near!r}?" if near else "`kontering docs functions` lists them"
    return Wrong("K207", f"there is no {what} {name!r}", hint)


def wrong_count(signature: str, got: int) -> Wrong:
    return Wrong("K208", f"{got} arguments are too many or too few", f"write {signature}")


def wrong_argument(name: str, place: int, wanted: str, got: str) -> Wrong:
    return Wrong("K209", f"{name} takes {wanted} as argument {place}, not {got}", None)


def unknown_currency(code: str) -> Wrong:
    return Wrong("K209", f"there is no currency {code!r}", "a number of places, or a code of ISO 4217, DKK")


def wrong_places() -> Wrong:
    return Wrong("K209", "places must be a whole number from -20 to 20", "round(2), or round(order.currency)")


def not_whole(text: str) -> Wrong:
    return Wrong("K209", f"{text!r} is no whole number", "round it before")


def nothing_to_replace() -> Wrong:
    return Wrong("K209", "an empty text can't be replaced", "replace('old', 'new')")


def too_many_rounds(bound: int) -> Wrong:
    return Wrong("K302", f"the loops of the template turn more than {bound:,} times", "pick what to print in a path")


# checking it before it runs


def unknown_name_near(name: str, names: Mapping[str, object]) -> Wrong:
    """A path must begin with one of the mapping's names; what looks like a literal or a field gets its own hint."""
    record = next(iter(names), "")
    near = closest(name, names)
    first = f"unknown name {name}; the record is `{record}`"
    if near:
        return Wrong("K201", first, f"did you mean {near!r}?")
    if name.isupper() and len(name) > 1:
        return Wrong("K201", f"{first}; a literal is written {{const: {name}}}", f"write {{const: {name}}}")
    return Wrong("K201", first, f"a path begins with {_listed(names)}; a literal is written {{const: {name}}}")


def unknown_field(of: str, name: str, near: str | None, outer: str | None, known: Sequence[str]) -> Wrong:
    """A field that the schema doesn't have; inside a filter it may be a name from outside."""
    if outer is not None:
        return Wrong(
            "K202", f"{of} has no field {name!r}, but {name!r} is a name outside", f"inside [? ] write ${outer}"
        )
    hint = f"did you mean {near!r}?" if near else f"it has {_listed(known)}" if known else "its schema lists no fields"
    return Wrong("K202", f"{of} has no field {name!r}", hint)


def no_field_in(of: str, what: str, name: str, is_list: bool) -> Wrong:
    hint = f"[] goes into each element: {of}[].{name}" if is_list else None
    return Wrong("K215", f"{of} is {what}, it has no field {name!r}", hint)


def bad_key(of: str, what: str, wanted: str, got: str) -> Wrong:
    if not wanted:
        return Wrong("K215", f"{of} is {what}, nothing can be picked from it with [ ]", None)
    return Wrong("K215", f"{of} is {what}: its [ ] takes {wanted}, not {got}", None)


def needs_one_of(of: str) -> Wrong:
    return Wrong(
        "K219", f"which field of {of} this is can't be known", "give the param `one_of:` with the names it may have"
    )


def never_equal(word: str, known: Sequence[str], near: str | None) -> Wrong:
    hint = f"did you mean {near!r}?" if near else f"it can be {_listed(known)}"
    return Wrong("K211", f"this is never {word!r}", hint)


def _listed(names: Iterable[str], most: int = 8) -> str:
    some = list(names)
    more = f" … ({len(some) - most} more)" if len(some) > most else ""
    return ", ".join(some[:most]) + more
