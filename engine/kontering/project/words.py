"""The words of every problem in a project: one small function each, to be read and compared as a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest

_KINDS = {
    "object": "a map",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def listed(names: Iterable[str]) -> str:
    """
    >>> listed(["draft", "book", "hold"])
    'draft, book or hold'
    """
    *first, last = list(names) or ["nothing"]
    return f"{', '.join(first)} or {last}" if first else last


def near_or_all(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """The way on for a wrong name: the nearest right one, else all of them, if they are few."""
    known = list(names)
    near = closest(name, known)
    if near:
        return f"did you mean '{near}'?"
    return f"it can be {listed(known)}" if 0 < len(known) <= 12 else otherwise


def unknown_setting(span: Span, name: str, known: Iterable[str], of: str = "") -> Diagnostic:
    where = f"{of!r} has no setting" if of else "there is no setting"
    return Diagnostic("K150", f"{where} {name!r}", span, near_or_all(name, known))


def missing_setting(span: Span, name: str, schema: Mapping[str, Any], of: str = "") -> Diagnostic:
    where = f"{of!r} lacks" if of else "the file lacks"
    return Diagnostic("K151", f"{where} the setting {name!r}", span, schema.get("description"))


def wrong_type(span: Span, name: str, wanted: Sequence[str], found: str, *, text: str, secret: bool) -> Diagnostic:
    message = f"{name!r} takes {listed(_KINDS[kind] for kind in wanted)}, and this is {_KINDS[found]}"
    way_on = "this setting is no secret: write its value" if secret else _rewritten(wanted, found, text)
    return Diagnostic("K152", message, span, way_on)


def _rewritten(wanted: Sequence[str], found: str, text: str) -> str | None:
    """How a value of another type is probably meant."""
    number = re.fullmatch(r"(-?\d+)(?:[.,](\d+))?", text)
    if number and {"number", "integer"} & set(wanted) and (not number[2] or "number" in wanted):
        fraction = ", with a point and" if number[2] else ""
        return f"write {'.'.join(part for part in number.groups() if part)}{fraction} without quotes"
    if "boolean" in wanted and text.lower() in ("yes", "on", "true", "no", "off", "false"):
        return f"write {'true' if text.lower() in ('yes', 'on', 'true') else 'false'}, without quotes"
    if "string" in wanted and text:
        return f'write "{text}", in quotes'
    if "array" in wanted and found == "string":
        return f'write ["{text}"]'
    return None


def not_one_of(span: Span, name: str, found: str, choices: Sequence[str]) -> Diagnostic:
    if found in choices:
        return Diagnostic("K153", f"{name!r} can't be the text {found!r}", span, f"write {found}, without quotes")
    return Diagnostic("K153", f"{name!r} can't be {found!r}", span, near_or_all(found, choices))


def bad_bound(span: Span, state: str) -> Diagnostic:
    hint = 'write a number after >=, as in ">=450", or the state\'s own word'
    return Diagnostic("K154", f"the state {state!r} is compared with no number", span, hint)


def unknown_system(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near_or_all(name, known, "its record schemas are below schemas/records/")
    return Diagnostic("K162", f"there are no record schemas of {name!r}", span, hint)


def no_such_kind(span: Span, kind: str, connection: str, known: Sequence[str]) -> Diagnostic:
    return Diagnostic("K163", f"{connection!r} takes no {kind!r}", span, near_or_all(kind, known))


def no_papers(span: Span, books: str) -> Diagnostic:
    hint = "write pdf: render to make one here, or pdf: none"
    return Diagnostic("K169", f"{books!r} makes no PDF of what it has booked", span, hint)


def does_not_fit(span: Span, name: str, found: str, says: str | None) -> Diagnostic:
    return Diagnostic("K154", f"{name!r} can't be {found!r}", span, says)


def out_of_range(span: Span, name: str, found: str, schema: Mapping[str, Any]) -> Diagnostic:
    said = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
    bounds = [f"{words} {schema[word]}" for word, words in said.items() if word in schema]
    return Diagnostic("K154", f"{name!r} can't be {found}", span, "it is " + " and ".join(bounds))


def bad_name(span: Span, name: str, says: str | None) -> Diagnostic:
    return Diagnostic("K154", f"{name!r} is no name", span, says or "a name has small letters, digits, '-' and '_'")


def empty(span: Span, name: str) -> Diagnostic:
    return Diagnostic("K151", f"{name!r} is empty", span, "it needs at least one entry")


def open_secret(span: Span, name: str) -> Diagnostic:
    hint = "write {secret: NAME}, and put NAME=… into the environment or into secrets.env"
    return Diagnostic("K155", f"{name!r} is a secret and must not stand in the project file", span, hint)


def no_such_secret(span: Span, name: str, places: str) -> Diagnostic:
    return Diagnostic("K156", f"the secret {name!r} is nowhere", span, places)


def secrets_open_to_others(span: Span, name: str) -> Diagnostic:
    return Diagnostic("K157", f"{name} may be read by others", span, f"chmod 600 {name}")


def no_secret_line(span: Span) -> Diagnostic:
    return Diagnostic("K157", "this line is no secret", span, "a line is NAME=value, empty, or a comment with '#'")


def not_a_project(span: Span) -> Diagnostic:
    return Diagnostic(
        "K158", "this is no project file", span, "it is a map with kontering, project, connections, flows"
    )


def unknown_connection(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("K161", f"there is no connection {name!r}", span, near_or_all(name, known))


def not_read(span: Span, kind: str, connection: str, known: Sequence[str], none: str) -> Diagnostic:
    hint = near_or_all(kind, known, f"it has {', '.join(known)}") if known else none
    return Diagnostic("K162", f"{connection!r} has no records of kind {kind!r}", span, hint)


def takes_nothing(span: Span, connection: str, connector: str) -> Diagnostic:
    hint = f"the connector {connector!r} can only be read"
    return Diagnostic("K163", f"nothing can be sent to {connection!r}", span, hint)


def not_delivered(span: Span, document: str) -> Diagnostic:
    hint = "flows deliver invoices and credit notes; their customers, products and payments go along"
    return Diagnostic("K163", f"documents of kind {document!r} can't be delivered yet", span, hint)


def not_taken(span: Span, document: str, connection: str, known: Iterable[str]) -> Diagnostic:
    message = f"the flow makes documents of kind {document!r}, and {connection!r} does not take them"
    return Diagnostic("K163", message, span, f"it takes {listed(sorted(known))}")


def nothing_deferred(span: Span, flow: str) -> Diagnostic:
    hint = "write `accounting: {recognition: daily}` or `monthly`, or leave the flow out"
    said = f"the flow {flow!r} finds only what was deferred before: no revenue is deferred now"
    return Diagnostic("K178", said, span, hint, severity="warning")


def unknown_mapping(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near_or_all(name, known, "mappings are files below mappings/, named without .yaml")
    return Diagnostic("K164", f"there is no mapping {name!r}", span, hint)


def wrong_source(span: Span, mapping: str, reads: str, found: str) -> Diagnostic:
    return Diagnostic("K165", f"the mapping {mapping!r} reads {reads!r}, and the flow gives it {found!r}", span)


def not_a_payload(span: Span, mapping: str, makes: str, wanted: str) -> Diagnostic:
    return Diagnostic("K165", f"the mapping {mapping!r} makes {makes!r}; {wanted!r} is wanted here", span)


def unknown_param(span: Span, name: str, connection: str, known: Iterable[str]) -> Diagnostic:
    hint = near_or_all(name, known, "its payload mappings have no params")
    return Diagnostic("K166", f"no payload mapping of {connection!r} has a param {name!r}", span, hint)


def unknown_flow(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near_or_all(name, known, "this is the only flow")
    return Diagnostic("K168", f"there is no other flow {name!r}", span, hint)


def needs_circle(span: Span, names: Sequence[str]) -> Diagnostic:
    message = f"these flows wait for each other: {' → '.join(names)}"
    return Diagnostic("K168", message, span, "take one of the `needs` away")


def broken_snapshot(span: Span, why: str) -> Diagnostic:
    return Diagnostic("K173", f"this snapshot can't be read: {why}", span, "`kontering pull` writes it anew")


def not_in_snapshot(
    span: Span, kind: str, value: str, connection: str, there: Sequence[str], snapshot: str
) -> Diagnostic:
    near = closest(value, there)
    hint = f"did you mean '{near}'?" if near else f"if it is new there, `kontering pull {connection}` fetches it"
    return Diagnostic(
        "K172", f"{connection!r} has no {kind} {value!r}", span, hint, notes=(f"according to {snapshot}",)
    )


def cannot(span: Span, connection: str, action: str, document: str) -> Diagnostic:
    return Diagnostic("K169", f"{connection!r} can't {action} documents of kind {document!r}", span)


def not_booked(span: Span, connection: str, treatment: str) -> Diagnostic:
    """Sales of a class that the seller has said to make, and the target has no VAT codes for."""
    sales = {"oss": "under One Stop Shop"}.get(treatment, f"of the class {treatment!r}")
    message = f"{connection!r} has no VAT codes for sales {sales}: they will be held"
    return Diagnostic("K169", message, span, "let them go to other books, or be registered by hand", "warning")


def no_payments(span: Span, connection: str) -> Diagnostic:
    message = f"{connection!r} takes no payments: a document that is paid is held"
    return Diagnostic("K169", message, span, "set `payments: {register: []}`", "warning")


def no_updates(span: Span, connection: str, kind: str) -> Diagnostic:
    message = f"{connection!r} can't change a {kind}: it stays as it was made"
    return Diagnostic("K169", message, span, "take `update` away", "warning")


def no_deletes(span: Span, connection: str) -> Diagnostic:
    message = f"{connection!r} can't delete a draft: one whose record is cancelled is held"
    return Diagnostic("K169", message, span, "delete it there by hand, and skip it in the queue", "warning")


def net_prices(span: Span, connection: str) -> Diagnostic:
    message = f"{connection!r} takes net prices only: gross ones differ by an øre now and then, and each is held"
    return Diagnostic("K169", message, span, "allow `totals: {tolerance: 0.05, within: rounding_line}`", "warning")


def no_such_file(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        "K174", f"there is no file {name!r}", span, near_or_all(name, known, "paths start at the project file")
    )


def unknown_table(span: Span, name: str, connection: str, known: Iterable[str]) -> Diagnostic:
    hint = near_or_all(name, known, "none of its mappings takes rows from the connection")
    return Diagnostic("K175", f"{connection!r} has no use for a table {name!r}", span, hint)


def lacking_table(span: Span, name: str, connection: str, by: str, columns: Sequence[str]) -> Diagnostic:
    hint = f"add `tables: {{{name}: tables/{name}.csv}}` with the columns {', '.join(columns)}"
    return Diagnostic("K176", f"{connection!r} lacks the table {name!r}, which {by} takes from it", span, hint)


def no_column(span: Span, table: str, column: str, others: Sequence[str], wanted: Sequence[str], by: str) -> Diagnostic:
    near = closest(column, others)
    hint = f"is it the one that is called {near!r} here?" if near else f"its first line is {','.join(wanted)}"
    return Diagnostic("K177", f"the table {table!r} lacks the column {column!r}, which {by} reads", span, hint)


def bad_cell(span: Span, column: str, value: str, hint: str) -> Diagnostic:
    what = {"code": "VAT code"}.get(column, column)
    return Diagnostic("K171", f"{value!r} is no {what}", span, hint)
