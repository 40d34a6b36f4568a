"""Which fields of a record a mapping reads, so that only these are decoded: what nobody reads can't be wrong.

Paths are followed through expressions without values: each node may stand at some places of the record's schema.
Where that can't be followed, or a thing is taken whole (placed, compared, asked whether it is there), it counts whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kontering.language import tree as t
from kontering.language.tree import Tree
from kontering.mapping.naming import let_places
from kontering.mapping.parts import (
    Block,
    Computed,
    Expression,
    Let,
    Listed,
    LookUp,
    Made,
    MappingFile,
    Part,
    Use,
    expressions,
)
from kontering.mapping.schemas import Schema

Place = tuple[str, ...]  # ("order", "line_items", "[]", "total")
Places = frozenset[Place]
NOWHERE: Places = frozenset()
EACH = "[]"


@dataclass(frozen=True, slots=True)
class Names:
    """Where names stand at some point, and what `@` means there."""

    known: Mapping[str, Places]
    lets: Mapping[str, Places] = field(default_factory=dict)
    current: Places = NOWHERE

    def at(self, current: Places) -> Names:
        return Names(self.known, self.lets, current)


@dataclass(slots=True)
class Used:
    """What was found: places that are passed through, and places that are needed with all that is below."""

    touched: set[Place] = field(default_factory=set)
    whole: set[Place] = field(default_factory=set)


def used_schema(file: MappingFile, schema: Schema, uses: Mapping[str, Any]) -> Schema:
    """The schema of what the mapping reads, with all else left out."""
    found = used_places(file, uses)
    return pruned(schema, (file.record,), found)


def used_places(file: MappingFile, uses: Mapping[str, Any]) -> Used:
    used = Used()
    names = Names({file.record: frozenset({(file.record,)})}, {}, frozenset({("@",)}))
    names = _lets(file.let, names, used, uses)
    for stop in file.stops:
        _whole(stop.when, names, used)
        _whole(stop.reason, names, used)
    for table in file.tables:
        if not isinstance(table.on_miss, str):
            _part(table.on_miss, names, used, uses)
    _part(file.made, names, used, uses)
    if any(place[0] == "@" for place in used.touched | used.whole):  # all names at once
        used.whole.add((file.record,))
    return used


def places_of(part: Part, file: MappingFile, uses: Mapping[str, Any]) -> set[Place]:
    """The places of the record that one part reads, also by way of `let`."""
    names = Names({file.record: frozenset({(file.record,)})}, {}, NOWHERE)
    by_let: dict[str, set[Place]] = {}
    for let in file.let:
        used = Used()
        names = _lets((let,), names, used, uses)
        by_let[let.name] = used.whole | names.lets[let.name] | _by_lets(let.part, by_let)
    used = Used()
    _part(part, names, used, uses)
    return used.whole | _by_lets(part, by_let)


def _by_lets(part: Part, by_let: Mapping[str, set[Place]]) -> set[Place]:
    read = {name for expression in expressions(part) for name, _ in let_places(expression.tree)}
    return {place for name in read for place in by_let.get(name, ())}


def _lets(lets: Iterable[Let], names: Names, used: Used, uses: Mapping[str, Any]) -> Names:
    for let in lets:
        places = _let(let.part, names, used, uses)
        names = Names(names.known, {**names.lets, let.name: places}, names.current)
    return names


def _let(part: Part, names: Names, used: Used, uses: Mapping[str, Any]) -> Places:
    """Where a let stands: a path is followed on from there, everything else is taken whole."""
    missing = part.options.missing
    if not isinstance(part, Computed) or part.options.type is not None or part.options.zone is not None:
        _part(part, names, used, uses)
        return NOWHERE
    places = _read(part.expression.tree, names, used)
    if part.options.when is not None:
        _whole(part.options.when, names, used)
    if missing is not None and not isinstance(missing, str):
        places |= _let(missing, names, used, uses)
    return places


def _part(part: Part, names: Names, used: Used, uses: Mapping[str, Any]) -> None:
    options = part.options
    if options.when is not None:
        _whole(options.when, names, used)
    for other in (options.zone, options.missing):
        if other is not None and not isinstance(other, str):
            _part(other, names, used, uses)
    match part:
        case Computed():
            _whole(part.expression, names, used)
        case LookUp():
            for key in part.keys:
                _part(key, names, used, uses)
        case Use():
            _use(part, names, used, uses)
        case Made():
            for each in part.fields:
                _part(each.part, names, used, uses)
        case Listed():
            for block in part.blocks:
                _block(block, names, used, uses)


def _use(part: Use, names: Names, used: Used, uses: Mapping[str, Any]) -> None:
    """What the other mapping reads, at the place where it reads it."""
    for setting in part.settings:
        _part(setting.part, names, used, uses)
    at = _let(part.of, names, used, uses) if part.of is not None else next(iter(names.known.values()))
    other = uses.get(part.mapping)
    if other is None:
        used.whole |= at
        return
    inside = used_places(other.file, other.uses)
    used.touched |= {(*place, *rest[1:]) for place in at for rest in inside.touched}
    used.whole |= {(*place, *rest[1:]) for place in at for rest in inside.whole}


def _block(block: Block, names: Names, used: Used, uses: Mapping[str, Any]) -> None:
    elements = _elements(_let(block.each, names, used, uses), used) if block.each is not None else NOWHERE
    inner = names
    if block.name is not None:
        inner = Names({**names.known, block.name: elements}, names.lets, names.current)
    inner = _lets(block.let, inner, used, uses)
    if block.when is not None:
        _whole(block.when, inner, used)
    _part(block.made, inner, used, uses)


def _whole(expression: Expression, names: Names, used: Used) -> None:
    used.whole |= _read(expression.tree, names, used)


def _step(places: Places, name: str, used: Used) -> Places:
    found = frozenset((*place, name) for place in places)
    used.touched |= found
    return found


def _elements(places: Places, used: Used) -> Places:
    return _step(places, EACH, used)


def _read(tree: Tree, names: Names, used: Used) -> Places:
    """Where the value of a tree may stand; what isn't merely passed on is noted as whole."""
    match tree:
        case t.Name(name="let"):
            used.whole |= {place for places in names.lets.values() for place in places}
            return NOWHERE
        case t.Name(name=name):
            places = names.known.get(name, NOWHERE)
            used.touched |= places
            return places
        case t.Current():
            return names.current
        case t.Field(of=t.Name(name="let"), name=name):
            return names.lets.get(name, NOWHERE)
        case t.Field(of=t.Name(name="param" | "loop")) | t.Literal():
            return NOWHERE
        case t.Field(of=of, name=name):
            return _step(_read(of, names, used), name, used)
        case t.Index(of=of):
            return _elements(_read(of, names, used), used)
        case t.Slice(of=of) | t.Flatten(of=of):
            return _read(of, names, used)
        case t.Project(of=of, each=each):
            return _each(_elements(_read(of, names, used), used), each, names, used)
        case t.Filter(of=of, condition=condition, each=each):
            elements = _elements(_read(of, names, used), used)
            used.whole |= _read(condition, names.at(elements), used)
            return _each(elements, each, names, used)
        case t.Then(first=first, then=then):
            return _read(then, names.at(_read(first, names, used)), used)
        case t.Or(left=left, right=right):
            places = _read(left, names, used) | _read(right, names, used)
            used.whole |= places  # whether a thing is empty depends on all of it
            return places
        case t.Choose(condition=condition, then=then, otherwise=otherwise):
            used.whole |= _read(condition, names, used)
            return _read(then, names, used) | _read(otherwise, names, used)
        case t.Loop():
            return _loop(tree, names, used)
    return _taken(tree, names, used)


def _each(elements: Places, each: Tree, names: Names, used: Used) -> Places:
    """A projection of whole elements stays their list; one of something inside them is taken whole."""
    found = _read(each, names.at(elements), used)
    used.whole |= found - elements
    return frozenset(place[:-1] for place in found & elements)


def _loop(tree: t.Loop, names: Names, used: Used) -> Places:
    over = _elements(_read(tree.over, names, used), used)
    inner = Names({**names.known, tree.name: over}, names.lets, names.current)
    for node in tree.body:
        used.whole |= _read(node, inner, used)
    for node in tree.otherwise:
        used.whole |= _read(node, names, used)
    return NOWHERE


def _taken(tree: Tree, names: Names, used: Used) -> Places:
    """Everything that stands in it is needed whole."""
    lists = frozenset[Place]()
    for child in t.children(tree):
        if isinstance(child, t.Lambda):  # it is applied to the elements of the argument before it
            used.whole |= lists
            used.whole |= _read(child.body, names.at(_elements(lists, used)), used)
            continue
        lists = _read(child, names, used)
        used.whole |= lists
    return NOWHERE


def pruned(schema: Schema, place: Place, used: Used) -> Schema:
    """The schema with only what is used below a place."""
    if any(place[:end] in used.whole for end in range(1, len(place) + 1)):
        return schema
    below = {
        other[len(place)]
        for other in used.touched | used.whole
        if len(other) > len(place) and other[: len(place)] == place
    }
    if not below:
        return schema
    if "properties" in schema:
        known = schema["properties"].items()
        kept = {name: pruned(part, (*place, name), used) for name, part in known if name in below}
        return {**schema, "properties": kept}
    if "items" in schema and EACH in below:
        return {**schema, "items": pruned(schema["items"], (*place, EACH), used)}
    return schema
