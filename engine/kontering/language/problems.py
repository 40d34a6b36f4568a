"""What can be wrong with an expression: the exceptions that stop one, and every message in one list."""

from __future__ import annotations

from kontering.diagnostics import Diagnostic, Span
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


def step_of_zero() -> Wrong:
    return Wrong("K216", "the step of a slice can't be 0", "[::2] takes every second element")


def unknown_function(name: str, near: str | None, what: str = "function") -> Wrong:
    hint = f"did you mean {near!r}?" if near else "`kontering functions` lists them"
    return Wrong("K207", f"there is no {what} {name!r}", hint)


def wrong_count(name: str, wanted: str, got: int) -> Wrong:
    return Wrong("K208", f"{name} takes {wanted}, here are {got}", None)


def wrong_argument(name: str, place: int, wanted: str, got: str) -> Wrong:
    return Wrong("K209", f"{name} takes {wanted} as argument {place}, not {got}", None)


def too_many_rounds(bound: int) -> Wrong:
    return Wrong("K302", f"the loops of the template turn more than {bound:,} times", "pick what to print in a path")
