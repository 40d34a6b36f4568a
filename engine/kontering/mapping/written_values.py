"""How values are written as code: expressions, literals and look-ups, each with its options.

A part hands the value it gives to a sink, which writes what becomes of it; where the part is left out, the sink's code
isn't reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kontering.language.known import ANY, BOOLEAN, INTEGER, TAME, TEXT, Known, joined
from kontering.language.writer import reads_current
from kontering.mapping import cells
from kontering.mapping.dates import day_in
from kontering.mapping.finder import NO_ROW, Finder
from kontering.mapping.parts import NONE, Computed, Constant, LookUp, Made, Options, Part
from kontering.mapping.written import Given, NotWritten, Sink, Work, condition, demanded

LEFT = object()
_TYPED = {"text": TEXT, "integer": INTEGER, "decimal": TAME, "boolean": BOOLEAN, "date": Known("date")}
_TYPED |= {"instant": Known("instant")}


def value_of(work: Work, part: Part) -> str:
    """The local of what a part gives; null where it is left out."""
    given: list[Given] = []
    if not may_be_left(part):
        give(work, part, given.append)
        return given[0].local
    made = work.writer.set("None")
    known: list[Known] = []

    def sink(value: Given) -> None:
        known.append(work.writer.knows(value.local))
        work.writer.line(f"{made} = {value.local}")

    give(work, part, sink)
    work.writer.known[made] = replace(known[0], words=frozenset()) if len(known) == 1 else ANY
    return made


def may_be_left(part: Part) -> bool:
    options = part.options
    return options.when is not None or options.missing not in (None, "null")


def give(work: Work, part: Part, sink: Sink) -> None:
    """A part with its options: `when`, then the value, `type`, `missing`, `zone`."""
    options = part.options
    if options is NONE:
        work.table[type(part)](work, part, sink)
        return
    if options.zone is not None:
        sink = _as_day(work, options.zone, sink)
    if options.when is None:
        _with_missing(work, part, sink)
        return
    with work.writer.block(f"if {condition(work, options.when)}:"):
        _with_missing(work, part, sink)


def _with_missing(work: Work, part: Part, sink: Sink) -> None:
    options = part.options
    if options.missing is None or isinstance(part, Constant):
        work.table[type(part)](work, part, sink if options.type is None else _typed(work, options.type, sink))
    else:
        _or_instead(work, part, options, sink)


def _or_instead(work: Work, part: Part, options: Options, sink: Sink) -> None:
    """What is given where the value is missing."""
    local = _optional(work, part)
    writer = work.writer
    if options.type is not None:
        local = _as_type(work, Given(local, null=True), options.type)
    match options.missing:
        case "skip":
            with writer.block(f"if {local} is not None:"):
                writer.make_sure(local)
                sink(Given(local))
        case "null":
            sink(Given(local, null=True))
        case "hold":
            with writer.block(f"if {local} is None:"):
                writer.line("raise Unfit")
            writer.make_sure(local)
            sink(Given(local))
        case other:
            assert other is not None
            assert not isinstance(other, str)
            _other(work, local, other, sink)


def _other(work: Work, local: str, other: Part, sink: Sink) -> None:
    """The value, or what another part gives; LEFT where that is left out itself."""
    writer = work.writer
    made = writer.set(local)
    known, null = writer.knows(local), False

    def put(value: Given) -> None:
        nonlocal known, null
        empty = isinstance(other, Constant) and other.value == []
        known = known if empty and known.kind == "list" else joined(known, writer.knows(value.local))
        null = null or value.null
        writer.line(f"{made} = {value.local}")

    left = writer.constant(LEFT)
    with writer.block(f"if {made} is None:"):
        if may_be_left(other):
            writer.line(f"{made} = {left}")
        give(work, other, put)
    writer.known[made] = known
    if not may_be_left(other):
        sink(Given(made, null))
        return
    with writer.block(f"if {made} is not {left}:"):
        sink(Given(made, null))


def _optional(work: Work, part: Part) -> str:
    """The local of a part's value; None where it is missing."""
    match part:
        case Computed():
            if reads_current(part.expression.tree):
                raise NotWritten
            return work.here.optional(part.expression.tree)
        case LookUp():
            return _tried(work, part)
        case Made():
            given: list[Given] = []
            work.table[Made](work, part, given.append)
            return work.writer.set(f"{given[0].local} or None", work.writer.knows(given[0].local))
        case _:
            raise NotWritten


def _tried(work: Work, part: LookUp) -> str:
    writer = work.writer
    made = writer.set("None")

    def sink(value: Given) -> None:
        writer.line(f"{made} = {value.local}")

    with writer.block("try:"):
        _looked_up(work, part, sink)
    with writer.block("except Missing:"):
        writer.line(f"{made} = None")
    return made


def _typed(work: Work, kind: str, sink: Sink) -> Sink:
    """Meta data and cells, read as what `type:` says."""

    def typed(value: Given) -> None:
        made = _as_type(work, value, kind)
        sink(Given(made if value.null else work.here.need(made), value.null))

    return typed


def _as_type(work: Work, value: Given, kind: str) -> str:
    plain = work.here.plain(value.local)
    wanted = _TYPED.get(kind, ANY)
    if work.writer.knows(plain) == wanted:
        return plain
    same = f"{plain} if type({plain}) is str else " if kind == "text" else ""
    if value.null:
        same = f"None if {plain} is None or {plain} == '' else {same}"
    return work.writer.set(f"{same}{work.writer.constant(cells.reading(kind))}({plain})", wanted)


def _as_day(work: Work, zone: Part, sink: Sink) -> Sink:
    def day(value: Given) -> None:
        kind = work.writer.knows(value.local).kind
        if kind == "date":
            sink(value)
            return
        key = ("day", value.local, str(zone))
        made = work.writer.remembered(key) if isinstance(zone, Computed) else None
        if made is None:
            made = _day(work, value, kind, zone)
            work.writer.remember(key, made)
        sink(Given(made, value.null))

    return day


def _day(work: Work, value: Given, kind: str, zone: Part) -> str:
    writer = work.writer
    made = writer.set(value.local)
    if kind not in ("instant", "local") or value.null:
        with writer.block(f"if {writer.constant(isinstance)}({made}, {writer.constant(dt.datetime)}):"):
            name = value_of(work, zone)
            writer.line(f"{made} = {writer.constant(day_in)}({made}, str({name}))")
        return made
    name = value_of(work, zone)
    writer.line(f"{made} = {writer.constant(day_in)}({made}, str({name}))")
    writer.known[made] = Known("date")
    writer.make_sure(made)
    return made


def _computed(work: Work, part: Computed, sink: Sink) -> None:
    local = demanded(work, part.expression.tree)
    sink(Given(local, null=not work.here.strict))


def _constant(work: Work, part: Constant, sink: Sink) -> None:
    known = {bool: BOOLEAN, int: INTEGER, str: TEXT}.get(type(part.value), ANY)
    local = work.writer.set(work.writer.constant(part.value), known)
    if part.value is not None and part.value != "":
        work.writer.make_sure(local)
    sink(Given(local, null=part.value is None))


def _looked_up(work: Work, part: LookUp, sink: Sink) -> None:
    writer, table = work.writer, work.mapping.table(part.table)
    keys = [work.here.plain(value_of(work, key)) for key in part.keys]
    column = part.column or table.gives[0]
    finder = Finder(work.mapping.rows.get(table.name, ()), table.keys, column)
    values = f"({', '.join(keys)},)"
    if table.rows.kind == "connection":
        given = writer.set(f"tables.get({table.name!r})")
        work.here.guard(f"{given} is None")
        made = writer.set(f"{writer.constant(finder.find_with)}({values}, {given})")
    else:
        made = writer.set(f"{writer.constant(finder.find)}({values})")
    no_row = writer.constant(NO_ROW)
    if isinstance(table.on_miss, str):
        work.here.guard(f"{made} is {no_row}")
        sink(Given(work.here.need(made)))
        return
    writer.line(f"if {made} is None or {made} == '': raise Missing")
    with writer.block(f"if {made} is {no_row}:"):  # it stays what it is where the answer is left out itself
        give(work, table.on_miss, lambda value: writer.line(f"{made} = {value.local}"))
    with writer.block(f"if {made} is not {no_row}:"):
        sink(Given(made, null=True))


PARTS: Mapping[type, Callable[[Work, Any, Sink], None]] = {
    Computed: _computed,
    Constant: _constant,
    LookUp: _looked_up,
}
