"""What can be wrong with a file or a record in it: every message of this connector, each with its place."""

from __future__ import annotations

from kontering.diagnostics import Diagnostic, Span


def not_readable(file: str, why: str) -> Diagnostic:
    return Diagnostic("K550", f"the file can't be read: {why}", Span(file))


def wrong_encoding(span: Span, encoding: str) -> Diagnostic:
    hint = "if it is Windows' own: `encoding: cp1252`" if encoding.lower() in ("utf-8", "utf8") else "set `encoding`"
    return Diagnostic("K551", f"this isn't {encoding}", span, hint)


def half_a_character(span: Span) -> Diagnostic:
    hint = "an emoji was cut in two by whoever wrote the file"
    return Diagnostic("K551", "half a character: a surrogate without its other half", span, hint)


def broken(span: Span, why: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K552", why, span, hint)


def no_number(span: Span, found: str) -> Diagnostic:
    return Diagnostic("K553", f"{found} is no number that can be booked", span)


def doubled(span: Span, name: str) -> Diagnostic:
    return Diagnostic("K554", f"{name!r} is written twice in one object", span, "which one holds can't be known")


def no_id(span: Span, path: str, near: str | None = None) -> Diagnostic:
    hint = near or "say where it is: `id: path.to.it` below `kinds`"
    return Diagnostic("K555", f"the record has no {path!r} to know it by", span, hint)


def odd_id(span: Span, path: str, found: str) -> Diagnostic:
    return Diagnostic("K555", f"the record's {path!r} is {found}: it must be a text or a whole number", span)


def scattered(span: Span, key: str) -> Diagnostic:
    hint = "sort the file by id: rows of one record stand together"
    return Diagnostic("K555", f"the record {key!r} was further up already", span, hint)


def in_doubt(span: Span, key: str) -> Diagnostic:
    return Diagnostic(
        "K555", f"the record {key!r} may lack a row: one beside it is broken", span, "mend that row first"
    )


def no_record(span: Span, found: str) -> Diagnostic:
    hint = "if the records are in a list inside, `list: path.to.it` below `kinds` says where"
    return Diagnostic("K555", f"a record is an object, this is {found}", span, hint)


def too_large(span: Span, limit: int) -> Diagnostic:
    message = f"a record of more than {limit // (1024 * 1024)} MB"
    return Diagnostic("K556", message, span, "`record_limit` sets how large one may be")


def other_length(span: Span, cells: int, header: int) -> Diagnostic:
    return Diagnostic("K557", f"the row has {cells} cells, the header {header}", span, "is it another delimiter?")


def bad_header(span: Span, why: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K558", why, span, hint)


def no_list(span: Span, path: str) -> Diagnostic:
    return Diagnostic("K552", f"there is no list {path!r} in the file", span)
