"""Writes a whole mapping as one flat function: stops, lets, fields, blocks, look-ups and the mappings that it uses.

The code makes what `run.run` makes, or gives up: what is held or wrong is decided and worded there. A part hands each
value it gives to a sink, which writes what becomes of it; where the part is left out, the sink's code isn't reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from kontering.language import emit
from kontering.language import tree as t
from kontering.language.emitter import Emitter
from kontering.language.jinja import as_condition
from kontering.language.known import ANY, BOOLEAN, INTEGER, TAME, TEXT, Known, NeedsPlain, joined
from kontering.language.writer import Code, Writer, reads_current
from kontering.mapping import cells, fit, fitcode, structs
from kontering.mapping.course import ELEMENTS
from kontering.mapping.dates import day_in
from kontering.mapping.finder import NO_ROW, Finder
from kontering.mapping.outcomes import Skipped
from kontering.mapping.parts import (
    NONE,
    Block,
    Broken,
    Computed,
    Constant,
    Expression,
    Let,
    Listed,
    LookUp,
    Made,
    Options,
    Part,
    Stop,
    Use,
    all_expressions,
    expressions,
)
from kontering.mapping.schemas import Schema

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled

MOST_USES = 50


class NotWritten(Exception):
    """The mapping has something that isn't written as code: the interpreter runs it."""


class Given(NamedTuple):
    """A value that a part gives: its local, and whether it may be null."""

    local: str
    null: bool = False


Sink = Callable[[Given], None]


@dataclass(slots=True)
class Work:
    """One mapping being written: its expressions' emitter, and how many other mappings are written inside."""

    mapping: Compiled
    here: Emitter
    cutting: bool
    uses: int = 0

    @property
    def writer(self) -> Writer:
        return self.here.writer


def write(mapping: Compiled, shape: structs.Shape | None) -> Code:
    """The function of a record, of the params' values, tables and zone; it gives the document, or an outcome."""
    writer = Writer()
    here = emit.emitter(writer, mapping.file.strict, writer.constant(True))  # all names at once: never null
    work = Work(mapping, here, "/" in mapping.target)
    writer.line("made = 0")
    if shape is None:
        writer.bind(mapping.file.record, "record")
    else:
        writer.known["record"] = shape.known
        writer.bind(mapping.file.record, "record", is_object=True)
        structs.read(writer, "record", shape)
    writer.parts = {"param": _params(work)}
    whole = _through(work, mapping.wanted, outermost=True)
    writer.line(f"return {whole}")
    return writer.finish("mapping", ("record", "params", "tables", "zone"))


def _params(work: Work) -> dict[str, str]:
    """The locals of the params that are read; that texts are texts is seen to beforehand."""
    read = {node.name for node in _nodes(work) if isinstance(node, t.Field) and _is_param(node.of)}
    found = {}
    for number, param in enumerate(work.mapping.params):
        if param.name in read or any(_is_param(node) for node in _nodes(work, apart=True)):
            known = TEXT if param.type == "text" else ANY
            found[param.name] = work.writer.set(f"params[{number}]", known)
    return found


def _nodes(work: Work, apart: bool = False) -> Iterator[t.Tree]:
    """The nodes of all expressions; `apart`: those not below a field."""
    for expression in all_expressions(work.mapping.file):
        for node in t.walk(expression.tree):
            if apart and isinstance(node, t.Field):
                continue
            yield node


def _is_param(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) and tree.name == "param"


def _through(work: Work, goal: Schema | None, outermost: bool) -> str:
    """Let, stops and fields of a mapping; the local of the object it makes."""
    file = work.mapping.file
    work.writer.parts["let"] = {}
    _lets(work, file.let)
    for stop in file.stops:
        _stop(work, stop, outermost)
    return _made(work, file.made, goal)


def _lets(work: Work, lets: tuple[Let, ...]) -> None:
    for let in lets:
        local = _value(work, let.part)
        work.writer.parts["let"] = {**work.writer.parts["let"], let.name: local}


def _value(work: Work, part: Part) -> str:
    """The local of what a part gives; null where it is left out."""
    given: list[Given] = []
    if not _may_be_left(part):
        _part(work, part, given.append)
        return given[0].local
    made = work.writer.set("None")
    known: list[Known] = []

    def sink(value: Given) -> None:
        known.append(work.writer.knows(value.local))
        work.writer.line(f"{made} = {value.local}")

    _part(work, part, sink)
    work.writer.known[made] = known[0] if len(known) == 1 else ANY
    return made


def _may_be_left(part: Part) -> bool:
    options = part.options
    return options.when is not None or options.missing not in (None, "null")


def _stop(work: Work, stop: Stop, outermost: bool) -> None:
    with work.writer.block(f"if {_condition(work, stop.when)}:"):
        if stop.outcome != "skip" or not outermost:
            work.writer.line("raise Unfit")
            return
        reason = work.here.plain(_demanded(work, stop.reason.tree))
        skipped, name = work.writer.constant(_skipped), work.writer.constant(stop.id)
        work.writer.line(f"return {skipped}({name}, {reason})")


def _skipped(name: str, reason: Any) -> Skipped:
    return Skipped(id=name, reason=str(reason))


def _demanded(work: Work, tree: t.Tree) -> str:
    if reads_current(tree):
        raise NotWritten
    return work.here.demanded(tree)


def _condition(work: Work, expression: Expression) -> str:
    local = _demanded(work, as_condition(expression.tree))
    if work.writer.knows(local).kind != "boolean":
        work.here.guard(f"type({local}) is not bool")
    return local


# parts


def _part(work: Work, part: Part, sink: Sink) -> None:
    """A part with its options: `when`, then the value, `type`, `missing`, `zone`."""
    options = part.options
    if options is NONE:
        _PARTS[type(part)](work, part, sink)
        return
    if options.zone is not None:
        sink = _as_day(work, options.zone, sink)
    if options.when is None:
        _with_missing(work, part, sink)
        return
    with work.writer.block(f"if {_condition(work, options.when)}:"):
        _with_missing(work, part, sink)


def _with_missing(work: Work, part: Part, sink: Sink) -> None:
    options = part.options
    if options.missing is None or isinstance(part, Constant):
        _PARTS[type(part)](work, part, sink if options.type is None else _typed(work, options.type, sink))
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
        if _may_be_left(other):
            writer.line(f"{made} = {left}")
        _part(work, other, put)
    writer.known[made] = known
    if not _may_be_left(other):
        sink(Given(made, null))
        return
    with writer.block(f"if {made} is not {left}:"):
        sink(Given(made, null))


LEFT = object()


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
            made = _made(work, part, None)
            return work.writer.set(f"{made} or None", work.writer.knows(made))
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


_TYPED = {"text": TEXT, "integer": INTEGER, "decimal": TAME, "boolean": BOOLEAN, "date": Known("date")}
_TYPED |= {"instant": Known("instant")}


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
            name = _value(work, zone)
            writer.line(f"{made} = {writer.constant(day_in)}({made}, str({name}))")
        return made
    name = _value(work, zone)
    writer.line(f"{made} = {writer.constant(day_in)}({made}, str({name}))")
    writer.known[made] = Known("date")
    writer.make_sure(made)
    return made


def _computed(work: Work, part: Computed, sink: Sink) -> None:
    local = _demanded(work, part.expression.tree)
    sink(Given(local, null=not work.here.strict))


def _constant(work: Work, part: Constant, sink: Sink) -> None:
    known = {bool: BOOLEAN, int: INTEGER, str: TEXT}.get(type(part.value), ANY)
    local = work.writer.set(work.writer.constant(part.value), known)
    if part.value is not None and part.value != "":
        work.writer.make_sure(local)
    sink(Given(local, null=part.value is None))


def _looked_up(work: Work, part: LookUp, sink: Sink) -> None:
    writer, table = work.writer, work.mapping.table(part.table)
    keys = [work.here.plain(_value(work, key)) for key in part.keys]
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
        _part(work, table.on_miss, lambda value: writer.line(f"{made} = {value.local}"))
    with writer.block(f"if {made} is not {no_row}:"):
        sink(Given(made, null=True))


def _use_part(work: Work, part: Use, sink: Sink) -> None:
    sink(Given(_used(work, part, None)))


def _used(work: Work, part: Use, goal: Schema | None) -> str:
    """Another mapping, written in place with names of its own."""
    work.uses += 1
    if work.uses > MOST_USES:
        raise NotWritten
    mapping, writer = work.mapping.uses[part.mapping], work.writer
    record = writer.names[work.mapping.file.record] if part.of is None else _value(work, part.of)
    settings = {setting.name: work.here.plain(_value(work, setting.part)) for setting in part.settings}
    params = {param.name: settings.get(param.name) or _default(work, param.default) for param in mapping.params}
    _count(work, "1")
    with _apart(work):
        writer.names = {}
        writer.bind(mapping.file.record, record)
        writer.parts = {"param": params}
        inner = replace(work, mapping=mapping, here=replace(work.here, strict=mapping.file.strict))
        made = _through(inner, goal, outermost=False)
        work.uses = inner.uses
    return made


def _default(work: Work, value: Any) -> str:
    known = {bool: BOOLEAN, int: INTEGER, str: TEXT}.get(type(value), ANY)
    return work.writer.set(work.writer.constant(value), known)


@contextmanager
def _apart(work: Work) -> Iterator[None]:
    """What is bound inside isn't bound outside."""
    names, parts = work.writer.names, work.writer.parts
    work.writer.names, work.writer.parts = dict(names), dict(parts)
    yield
    work.writer.names, work.writer.parts = names, parts


def _count(work: Work, more: str) -> None:
    """How many elements are made, so that blocks inside blocks come to an end."""
    work.writer.line(f"made += {more}")
    work.writer.line(f"if made > {ELEMENTS}: raise Unfit")


def _made_part(work: Work, part: Made, sink: Sink) -> None:
    sink(Given(_made(work, part, None)))


def _broken(work: Work, part: Broken, sink: Sink) -> None:
    raise NotWritten


def _made(work: Work, made: Made, goal: Schema | None) -> str:
    """An object: its fields one by one, each as its schema has it."""
    return Object(work, goal).of(made)


class Object:
    """An object that is being made: fields that are always there are written as one literal."""

    def __init__(self, work: Work, goal: Schema | None) -> None:
        self.work, self.goal, self.writer = work, goal, work.writer
        self.local: str | None = None
        self.ready: list[str] = []
        self.always: set[str] = set()

    def of(self, made: Made) -> str:
        for each in made.fields:
            if _may_be_left(each.part):
                self.flush()
            else:
                self.always.add(each.name)
            self.field(each.name, each.part)
        local = self.flush()
        if self.goal is not None:
            self.check(local, self.goal, {each.name for each in made.fields})
        return local

    def flush(self) -> str:
        if self.local is None:
            self.local = self.writer.set(f"{{{', '.join(self.ready)}}}", Known("object"))
            self.writer.make_sure(self.local)
        return self.local

    def field(self, name: str, part: Part) -> None:
        goal = None if self.goal is None else self.goal.get("properties", {}).get(name, {})

        def put(value: str) -> None:
            if self.local is None:
                self.ready.append(f"{name!r}: {value}")
            else:
                self.writer.line(f"{self.local}[{name!r}] = {value}")

        placed(self.work, part, goal, put)

    def check(self, local: str, goal: Schema, names: set[str]) -> None:
        """What the schema says of the object itself; most of it is plain before anything runs."""
        kinds = fit.types_of(goal)
        wrong = bool(kinds) and "object" not in kinds
        if goal.get("additionalProperties") is False and names - set(goal.get("properties", {})):
            raise NotWritten
        for name in goal.get("required", ()):
            if name not in names or wrong:
                raise NotWritten
            if name not in self.always:
                self.writer.line(f"if {name!r} not in {local}: raise Unfit")
        fitcode.together(self.writer, local, goal, self.always)


def placed(work: Work, part: Part, goal: Schema | None, put: Callable[[str], None]) -> None:
    """Puts what a part gives where its schema is `goal`."""
    if goal is None or not isinstance(part, Made | Listed | Use) or not _only_when(part.options):
        _part(work, part, lambda value: put(_fitted(work, value, goal)))
    elif part.options.when is None:
        put(_inside(work, part, goal))
    else:
        with work.writer.block(f"if {_condition(work, part.options.when)}:"):
            put(_inside(work, part, goal))


def _only_when(options: Options) -> bool:
    return options.missing is None and options.zone is None and options.type is None


def _inside(work: Work, part: Made | Listed | Use, goal: Schema) -> str:
    """What has parts of its own, each fitted into its place in the schema."""
    match part:
        case Made():
            return _made(work, part, goal)
        case Listed():
            return _listed(work, part, goal)
        case Use():
            return _used(work, part, goal)


def _fitted(work: Work, value: Given, goal: Schema | None) -> str:
    local, writer = work.here.plain(value.local), work.writer
    if goal is None:
        return local
    if value.null:
        return fitcode.whole(writer, local, goal, work.cutting)
    kind = writer.knows(local).kind
    if kind in ("object", "list") or "properties" in goal or "items" in goal:
        return fitcode.whole(writer, local, goal, work.cutting)
    return fitcode.scalar(writer, local, goal, work.cutting)


def _listed_part(work: Work, part: Listed, sink: Sink) -> None:
    sink(Given(_listed(work, part, None)))


def _listed(work: Work, part: Listed, goal: Schema | None) -> str:
    """A list, block by block."""
    writer = work.writer
    made = writer.set("[]")
    writer.make_sure(made)
    items = None if goal is None else goal.get("items", {})
    for block in part.blocks:
        _block(work, block, items, made)
    if goal is not None:
        _check_list(work, goal, made)
    return made


def _check_list(work: Work, goal: Schema, made: str) -> None:
    kinds = fit.types_of(goal)
    if (kinds and "array" not in kinds) or fitcode.combined(goal):
        raise NotWritten
    for rule, sign in (("minItems", "<"), ("maxItems", ">")):
        if rule in goal:
            work.writer.line(f"if len({made}) {sign} {int(goal[rule])}: raise Unfit")


def _block(work: Work, block: Block, goal: Schema | None, made: str) -> None:
    with _apart(work):
        if block.each is None:
            _count(work, "1")
            number = work.writer.set("1", INTEGER)
            work.writer.make_sure(number)
            _element(work, block, number, goal, made)
            return
        items = _value(work, block.each)
        known = work.writer.knows(items)
        if known.kind != "list":
            work.here.guard(f"{items} is not None and type({items}) is not list")
        with work.writer.block(f"if {items}:"):
            _count(work, f"len({items})")
            _loop(work, block, items, known, goal, made)


def _loop(work: Work, block: Block, items: str, known: Known, goal: Schema | None, made: str) -> None:
    writer = work.writer
    item, number = writer.fresh(inner=True), writer.fresh(inner=True)
    writer.known[item], writer.known[number] = known.item or ANY, INTEGER
    head = f"for {number}, {item} in enumerate({items}, 1):" if _counts(block) else f"for {item} in {items}:"
    with writer.block(head):
        writer.make_sure(number)
        if writer.knows(item).kind == "record":
            writer.make_sure(item)
        if block.name is not None:
            writer.names[block.name] = item
        _element(work, block, number, goal, made)


def _counts(block: Block) -> bool:
    """Whether anything in a block asks for the loop's number."""
    found = [each for let in block.let for each in expressions(let.part)] + list(expressions(block.made))
    found += [block.when] if block.when is not None else []
    return any(isinstance(node, t.Name) and node.name == "loop" for each in found for node in t.walk(each.tree))


def _element(work: Work, block: Block, number: str, goal: Schema | None, made: str) -> None:
    writer = work.writer
    writer.parts["loop"] = {"index": number}
    _lets(work, block.let)
    if block.when is None:
        writer.line(f"{made}.append({_made(work, block.made, goal)})")
        return
    with writer.block(f"if {_condition(work, block.when)}:"):
        writer.line(f"{made}.append({_made(work, block.made, goal)})")


_PARTS: dict[type, Callable[[Work, Any, Sink], None]] = {
    Computed: _computed,
    Constant: _constant,
    LookUp: _looked_up,
    Use: _use_part,
    Made: _made_part,
    Listed: _listed_part,
    Broken: _broken,
}
__all__ = ["NeedsPlain", "NotWritten", "write"]
