"""How a mapping's lets, stops, objects, lists and used mappings are written as code, each fitted into its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from kontering.language import tree as t
from kontering.language.known import ANY, BOOLEAN, INTEGER, TEXT, Known
from kontering.mapping import fit, fitcode
from kontering.mapping.course import ELEMENTS
from kontering.mapping.outcomes import Skipped
from kontering.mapping.parts import NONE, Block, Constant, Let, Listed, Made, Options, Part, Stop, Use, expressions
from kontering.mapping.schemas import Schema
from kontering.mapping.written import Given, NotWritten, Sink, Work, condition, demanded
from kontering.mapping.written_values import give, may_be_left, value_of

MOST_USES = 50


def through(work: Work, goal: Schema | None, outermost: bool) -> str:
    """Let, stops and fields of a mapping; the local of the object it makes."""
    file = work.mapping.file
    work.writer.parts["let"] = {}
    _lets(work, file.let)
    for stop in file.stops:
        _stop(work, stop, outermost)
    return _made(work, file.made, goal)


def _lets(work: Work, lets: tuple[Let, ...]) -> None:
    for let in lets:
        local = value_of(work, let.part)
        work.writer.parts["let"] = {**work.writer.parts["let"], let.name: local}


def _stop(work: Work, stop: Stop, outermost: bool) -> None:
    with work.writer.block(f"if {condition(work, stop.when)}:"):
        if stop.outcome != "skip" or not outermost:
            work.writer.line("raise Unfit")
            return
        reason = work.here.plain(demanded(work, stop.reason.tree))
        skipped, name = work.writer.constant(_skipped), work.writer.constant(stop.id)
        work.writer.line(f"return {skipped}({name}, {reason})")


def _skipped(name: str, reason: Any) -> Skipped:
    return Skipped(id=name, reason=str(reason))


def _use_part(work: Work, part: Use, sink: Sink) -> None:
    sink(Given(_used(work, part, None)))


def _used(work: Work, part: Use, goal: Schema | None) -> str:
    """Another mapping, written in place with names of its own."""
    work.uses += 1
    if work.uses > MOST_USES:
        raise NotWritten
    mapping, writer = work.mapping.uses[part.mapping], work.writer
    record = writer.names[work.mapping.file.record] if part.of is None else value_of(work, part.of)
    settings = {setting.name: work.here.plain(value_of(work, setting.part)) for setting in part.settings}
    params = {param.name: settings.get(param.name) or _default(work, param.default) for param in mapping.params}
    _count(work, "1")
    with _apart(work):
        writer.names = {}
        writer.bind(mapping.file.record, record)
        writer.parts = {"param": params}
        inner = replace(work, mapping=mapping, here=replace(work.here, strict=mapping.file.strict))
        made = through(inner, goal, outermost=False)
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
            if may_be_left(each.part):
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
    if (
        goal is not None
        and isinstance(part, Constant)
        and part.options is NONE
        and type(part.value) in (str, int, bool)
    ):
        put(work.writer.constant(_constant(part, goal, work)))
    elif goal is None or not isinstance(part, Made | Listed | Use) or not _only_when(part.options):
        give(work, part, lambda value: put(_fitted(work, value, goal)))
    elif part.options.when is None:
        put(_inside(work, part, goal))
    else:
        with work.writer.block(f"if {condition(work, part.options.when)}:"):
            put(_inside(work, part, goal))


def _constant(part: Constant, goal: Schema, work: Work) -> Any:
    """A literal as it stands in its place, found once."""
    fitting = fit.Fitting(cutting=work.cutting)
    value = fit.fitted(part.value, goal, (), fitting)
    if fitting.misfits or fitting.cuts or part.value == "":
        raise NotWritten
    return value


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
        items = value_of(work, block.each)
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
    with writer.block(f"if {condition(work, block.when)}:"):
        writer.line(f"{made}.append({_made(work, block.made, goal)})")


PARTS: Mapping[type, Callable[[Work, Any, Sink], None]] = {Use: _use_part, Made: _made_part, Listed: _listed_part}
