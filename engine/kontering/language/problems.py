"""What can be wrong with an expression: the exceptions that stop one, and every message in one list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import KonteringError

NOWHERE = "the value"
"""What is missing where that has no path in the record."""

_IN_RECORD = re.compile(r"[A-Za-z_]\w*([.\[][^()]*)?", re.ASCII)


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


def too_many_lists(bound: int) -> Wrong:
    hint = "name the inner one under `let`, where it is reckoned once"
    return Wrong("K210", f"more than {bound} lists are gone through inside one another", hint)


def bad_literal(message: str, hint: str) -> Wrong:
    return Wrong("K216", message, hint)


def too_many_parts(bound: int) -> Wrong:
    return Wrong("K210", f"the expression has more than {bound} parts", "name parts of it under `let`")


def not_here(text: str, before: str) -> Wrong:
    """A word or sign that can't stand where it does, behind another one."""
    if not text:
        return syntax("the expression ends too early")
    hint = _INSTEAD.get(before + text) or _INSTEAD.get(text)
    if set(before) == {"0"} and text.isdigit():
        hint = "a number doesn't start with 0; a text stands in quotes"
    return syntax(f"{text!r} can't stand here", hint)


def stray(char: str, hint: str | None) -> Wrong:
    if char in "'\"":
        return syntax("this text has no end", hint)
    return syntax(f"the character {char!r} has no meaning here", hint)


def unbalanced(message: str) -> Wrong:
    """A bracket that closes nothing, or not what is open."""
    found = re.match(r"unexpected '(.)'(?:, expected '(.)')?", message)
    if not found:
        return Wrong("K300", message[:1].lower() + message[1:])
    hint = f"write {found[2]!r}" if found[2] else "`{{` is closed by `}}`" if found[1] == "}" else None
    return syntax(f"{found[1]!r} closes nothing", hint)


_INSTEAD = {
    "||": "write `or`",
    "[]": "lists are reckoned with in a path; name it under `let`",
    "[*": "lists are reckoned with in a path; name it under `let`",
    "=": "two values are compared with `==`",
    ":": "write `… if condition else …`",
}


def in_our_words(message: str) -> Wrong:
    """What Jinja's parser says about the tags of a template."""
    if found := re.search(r"unknown tag '(\w+)'(?:\. Jinja was looking for the following tags: (.*?)\.)?", message):
        if found[1].startswith(("end", "el")) and not found[2]:
            return Wrong("K300", f"{found[1]!r} has no beginning", "write {% if … %} or {% for … %} before it")
        hint = f"here can stand {found[2]}" if found[2] else "a template has `if` and `for`"
        return Wrong("K300", f"there is no tag {found[1]!r}", hint)
    if found := re.search(r"looking for the following tags: (.*?)\.", message):
        return Wrong("K300", "a tag has no end", f"write {found[1]}")
    return Wrong("K300", message[:1].lower() + message[1:].rstrip("."))


def not_allowed(what: str, where: str) -> Wrong:
    """A part of Jinja's grammar that has no place here."""
    words, hint = _CLOSED.get(what, (what.lower(), None))
    return Wrong("K301" if where == "template" else "K212", f"{words} can't stand in a {where}", hint)


_CLOSED = {
    "Dict": ("objects", "a map of forms makes an object"),
    "Tuple": ("tuples", "a list stands in [ ]"),
    "Slice": ("slices", "write them in a path under `let`"),
    "Pos": ("a sign +", "leave it out"),
    "Assign": ("`set`", "name values under `let`"),
    "AssignBlock": ("`set`", "name values under `let`"),
    "Include": ("`include`", "a mapping reads no files"),
    "Import": ("`import`", "a mapping reads no files"),
    "FromImport": ("`import`", "a mapping reads no files"),
    "Extends": ("`extends`", "a mapping reads no files"),
    "Macro": ("macros", "name values under `let`"),
    "CallBlock": ("`call`", "name values under `let`"),
    "FilterBlock": ("filter blocks", "write `{{ x | upper }}`"),
    "Block": ("`block`", "templates stand by themselves"),
    "With": ("`with`", "name values under `let`"),
    "Scope": ("`autoescape`", "nothing is escaped here"),
}


def not_a_template() -> Wrong:
    return Wrong("K200", "this is a template, not a calculation", 'write {text: "{{ … }}"}, or leave {{ }} out')


def template_for_path() -> Wrong:
    return Wrong("K200", "this is a template, not a path", 'write {text: "{{ … }}"}')


def no_calls(name: str, is_filter: bool) -> Wrong:
    hint = f"write `… | {name}`" if is_filter else "a function stands in a path under `let`, a filter behind `|`"
    return Wrong("K212", f"{name}(…) can't be called here", hint)


def inner_name(name: str) -> Wrong:
    return Wrong("K212", f"{name} is no field of a record", "only the record's own fields can be read")


def brackets_of_paths() -> Wrong:
    return Wrong("K212", "[ ] takes one name or number here", "lists are reckoned with in a path; name it under `let`")


def slice_of_numbers() -> Wrong:
    return Wrong("K212", "a slice takes whole numbers", "as in [:10]")


def unclear_filter(name: str) -> Wrong:
    hint = f"write (a + b) | {name}, or a + (b | {name}) if that is meant"
    return Wrong("K220", f"`| {name}` takes only what stands right before it", hint)


def unclear_power() -> Wrong:
    return Wrong("K220", "it isn't clear which power comes first", "write brackets: (a ** b) ** c")


def compared_with_none() -> Wrong:
    return Wrong("K205", "nothing equals none", "write `is none` or `is not none`")


def no_else() -> Wrong:
    return Wrong("K200", "`if` needs an `else`", "write `… if condition else …`, or `when:` beside the form")


def unknown_test(name: str) -> Wrong:
    hint = "write `is not none`" if name in ("defined", "undefined") else "`is none` and `is not none` are all there is"
    return Wrong("K212", f"there is no test `is {name}`", hint)


def plain_arguments(name: str) -> Wrong:
    return Wrong("K212", f"{name} takes plain arguments", f"write them by place: x | {name}(…)")


def unknown_filter(name: str, near: str | None) -> Wrong:
    hint = _FILTERS.get(name) or (f"did you mean {near!r}?" if near else "`kontering docs functions` lists them")
    return Wrong("K207", f"there is no filter {name!r}", hint)


_OF_PATHS = "lists are reckoned with in a path; name it under `let`"
_FILTERS = {
    **dict.fromkeys(("default", "d"), "write `x or …`"),
    **dict.fromkeys(("sum", "length", "count", "first", "last", "max", "min", "sort", "map", "join"), _OF_PATHS),
    **dict.fromkeys(("select", "reject", "selectattr", "rejectattr", "unique", "groupby", "batch", "list"), _OF_PATHS),
    "float": "numbers are exact decimals here; to_number() in a path reads one from a text",
    "format": "write the text as a template",
    "truncate": "texts are cut to the target's length at the end",
    "attr": "write the field's name behind a dot",
}


def text_in_calculation() -> Wrong:
    return Wrong("K212", "`~` can't stand in a calculation", 'write a template: {text: "{{ a }} {{ b }}"}')


def one_loop_name() -> Wrong:
    return Wrong("K301", "a loop has one name", "write {% for line in let.lines %}")


def plain_loop() -> Wrong:
    return Wrong("K301", "a loop takes a list as it is", "filter it in a path under `let`")


# evaluating it


def missing(span: Span, path: str) -> Diagnostic:
    hint = "write `missing:` (skip, null, hold, or a form to take instead), or `or` with another value"
    return Diagnostic("K203", f"{path} is missing", span, hint, record=path if _IN_RECORD.fullmatch(path) else None)


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
    hints = {
        "a list": "join its texts in a path under `let`",
        "an object": "name one of its fields",
        "null": "what may be missing is written {{ x or '' }}",
        "an id of the target": "an id can be placed, not written",
    }
    code = "K218" if what == "an id of the target" else "K304"
    return Wrong(code, f"{what} can't be written as text", hints.get(what))


def text_too_long(bound: int) -> Wrong:
    return Wrong("K217", f"the text grows longer than {bound:,} characters", "print less of it")


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
    said = "1 argument is" if got == 1 else f"{got} arguments are"
    return Wrong("K208", f"{said} too many or too few", f"write {signature}")


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
