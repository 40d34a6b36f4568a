"""Every message about records, and about values in the fields of documents and payloads, in one list."""

from __future__ import annotations

from collections.abc import Iterable

from kontering.diagnostics import Diagnostic, Span
from kontering.mapping.problems import near


def record_fault(code: str, message: str, hint: str | None, record: str) -> Diagnostic:
    return Diagnostic(code, message, None, hint, record=record)


def unknown_field(span: Span, field: str, target: str, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("K510", f"{target} has no field {name!r}", span, near(name, known, "it has"), field=field)


def required_field(span: Span, field: str, target: str, name: str) -> Diagnostic:
    return Diagnostic("K511", f"{target} needs the field {name!r}", span, f"add {name}:", field=field)


def needed_alone(span: Span, field: str, target: str, name: str) -> Diagnostic:
    message = f"as a document of its own {target} needs the field {name!r}; as a part of another it may go without"
    return Diagnostic("K511", message, span, f"add {name}:", "warning", field=field)


def may_be_left_out(span: Span, field: str, target: str, name: str, how: str) -> Diagnostic:
    hint = "hold the record instead (missing: hold), or give a form to take"
    return Diagnostic("K511", f"{target} needs the field {name!r}, but {how} may leave it out", span, hint, field=field)


def wrong_type(span: Span, field: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K512", message, span, hint, field=field)


def needs_zone(span: Span, field: str) -> Diagnostic:
    hint = "which day it is depends on the zone: write {path: …, zone: param.timezone}"
    return Diagnostic("K513", "an instant where a date belongs", span, hint, field=field)


def unknown_zone(span: Span, name: str, near: str | None) -> Diagnostic:
    hint = f"did you mean {near!r}?" if near else "zones have names like Europe/Copenhagen"
    return Diagnostic("K513", f"there is no time zone {name!r}", span, hint)


def null_field(span: Span, field: str) -> Diagnostic:
    hint = "leave the field out (missing: skip), or hold the record (missing: hold)"
    return Diagnostic("K514", "null where none may be", span, hint, field=field)


def needs_type(span: Span, field: str) -> Diagnostic:
    hint = "add type: text, integer, decimal, boolean or date"
    return Diagnostic("K515", "the schema says nothing of this value", span, hint, field=field)


def wrong_word(span: Span, field: str, found: str, words: Iterable[str]) -> Diagnostic:
    hint = near(found, words, "it must be")
    return Diagnostic("K516", f"{found!r} is none of the field's words", span, hint, field=field)


def any_word(span: Span, field: str, words: Iterable[str]) -> Diagnostic:
    message = f"only {', '.join(words)} may stand here, and this may be any text"
    return Diagnostic("K516", message, span, "translate it with a table: {lookup: …}", "warning", field=field)


def too_long(span: Span, field: str, length: int, most: int) -> Diagnostic:
    return Diagnostic("K517", f"the text has {length} characters, {most} is the most", span, field=field)


def cut(span: Span, field: str, length: int, most: int, full: str) -> Diagnostic:
    message = f"the text was cut from {length} to {most} characters"
    return Diagnostic("K518", message, span, severity="warning", field=field, notes=(f"in full: {full}",))


def too_much(span: Span, most: int) -> Diagnostic:
    message = f"the mapping makes more than {most:,} elements of one record"
    return Diagnostic("K507", message, span, "blocks inside blocks multiply: filter the inner list")


def table_missed(span: Span, table: str, keys: str) -> Diagnostic:
    return Diagnostic(
        "K520", f"table {table!r} has no row for {keys}", span, "add a row, or let on_miss say what to take"
    )


def stopped(span: Span, name: str, reason: str) -> Diagnostic:
    return Diagnostic("K521", reason, span, f"rule {name!r} of the mapping stops it")


def held_missing(span: Span, path: str) -> Diagnostic:
    return Diagnostic("K522", f"{path} is missing", span, "mend it at the source, then retry", record=path)


def unfit(span: Span | None, field: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K525", message, span, hint, field=field or None)
