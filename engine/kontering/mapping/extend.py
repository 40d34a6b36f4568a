"""Lays an extending file over the one it extends. It works on nodes, so each line keeps the place where it was written.

Maps merge deep, blocks and stops by id, `rows+` puts rows in front, `{remove: true}` deletes; then each `override`
changes one named path below `fields`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kontering.diagnostics import Diagnostic
from kontering.mapping import problems
from kontering.mapping.forms import FORMS, OPTIONS
from kontering.mapping.reading import Out, map_of
from kontering.yaml.nodes import Entry, Map, Node, Scalar, Sequence, plain

PARAM = ("type", "default", "one_of", "doc")
OF_ITSELF = ("extends", "override", "tests")


class _Misses(Exception):
    """A step of an override's path that isn't there."""

    def __init__(self, step: str, known: Iterable[str]) -> None:
        super().__init__(step)
        self.step, self.known = step, tuple(known)


def extended(child: Map, base: Map, out: Out) -> Map:
    """The file as it is with what it extends."""
    mine = replace(child, entries=tuple(entry for entry in child.entries if entry.key.text not in OF_ITSELF))
    whole = _merge_names(_of_same_record(mine, base, out), base, out, _TOP)
    overrides = map_of(child.get("override"), "'override'", out)
    for entry in overrides.entries if overrides else ():
        whole = _override(whole, entry, out)
    return whole


def _of_same_record(child: Map, base: Map, out: Out) -> Map:
    """The file without a `from` whose record the extended file's paths don't begin with: that is told once."""
    own, below = child.get("from"), base.get("from")
    if not (isinstance(own, Scalar) and isinstance(below, Scalar)) or child.get("as") or base.get("as"):
        return child
    if own.text.rsplit("/", 1)[-1] == (word := below.text.rsplit("/", 1)[-1]):
        return child
    out.append(problems.other_record(own.span, own.text, below.text, word))
    return replace(child, entries=tuple(entry for entry in child.entries if entry.key.text != "from"))


def without_extension(own: Map, out: Out) -> Map:
    """A file that extends nothing: it has nothing to override or to put rows in front of."""
    if entry := own.entry("override"):
        out.append(problems.needs_extends(entry.key.span, "override"))
    tables = own.get("tables")
    for table in tables.entries if isinstance(tables, Map) else ():
        if isinstance(table.value, Map) and (more := table.value.entry("rows+")):
            out.append(problems.needs_extends(more.key.span, "rows+"))
    return replace(own, entries=tuple(entry for entry in own.entries if entry.key.text not in OF_ITSELF))


def is_removal(node: Node) -> bool:
    return isinstance(node, Map) and len(node.entries) == 1 and plain(node) == {"remove": True}


def _merge_names(child: Map, base: Map, out: Out, inside: dict[str, str] | str) -> Map:
    """Two maps of names. `inside` says how what stands behind each name merges."""
    entries = {entry.key.text: entry for entry in base.entries}
    for entry in child.entries:
        name = entry.key.text
        old = entries.get(name)
        if is_removal(entry.value):
            if old is None:
                out.append(problems.nothing_to_remove(entry.key.span, name, entries))
            entries.pop(name, None)
            continue
        if old is None and (lacks := _lacks_base(entry, inside, entries)):
            out.append(lacks)
            continue
        how = inside if isinstance(inside, str) else inside.get(name, "replace")
        below = old.value if old else _nothing_below(entry.value, how)
        entries[name] = Entry(entry.key, _merge(entry.value, below, how, out)) if below else entry
        if below is None:
            _nothing_removed(entry.value, out)
    return replace(child, entries=tuple(entries.values()))


_TOP = {"params": "params", "tables": "tables", "let": "values", "stop": "ids", "fields": "values"}
_BLOCK = {"let": "values", "fields": "values"}
_FORM = {"fields": "values", "with": "settings"}


def _merge(child: Node, base: Node, how: str, out: Out) -> Node:
    match how, child, base:
        case "values", Map(), Map():
            return _merge_names(child, base, out, "value")
        case "value", _, _:
            return _merge_value(child, base, out)
        case (("params" | "param" | "settings"), Map(), Map()):
            return _merge_names(child, base, out, "param" if how == "params" else "replace")
        case "tables", Map(), Map():
            return _merge_names(child, base, out, "table")
        case "table", Map(), Map():
            return _merge_table(child, base, out)
        case "ids", Sequence(), Sequence():
            return _merge_by_id(child, base, out)
    return child


def _nothing_below(node: Node, how: str) -> Map | None:
    """Tables and params of a file whose base has none are looked at like those of a base that has some."""
    return Map((), node.span) if how in ("tables", "params") else None


def _lacks_base(entry: Entry, inside: dict[str, str] | str, known: Iterable[str]) -> Diagnostic | None:
    """What makes sense only as a change of something that the extended file has."""
    if inside == "table" and _only_adds_rows(entry.value):
        return problems.no_table_before(entry.key.span, entry.key.text, known)
    if inside == "param" and isinstance(entry.value, Map) and _changes_a_param(entry.value):
        return problems.no_param_before(entry.key.span, entry.key.text, known)
    return None


def _changes_a_param(node: Map) -> bool:
    names = {entry.key.text for entry in node.entries}
    return "default" in names and names <= set(PARAM) and "type" not in names


def _only_adds_rows(node: Node) -> bool:
    return isinstance(node, Map) and node.get("rows+") is not None and node.get("rows") is None


def _merge_table(child: Map, base: Map, out: Out) -> Map:
    """`rows+` of a file goes in front of the `rows+` of the file below it; new `rows` take the place of all."""
    merged = _merge_names(child, base, out, "replace")
    more, before = child.get("rows+"), base.get("rows+")
    if isinstance(more, Sequence) and isinstance(before, Sequence):
        both = replace(more, items=(*more.items, *before.items))
        return _with_entry(merged, Entry(_key(child, "rows+"), both))
    if child.get("rows") is not None and more is None:
        return replace(merged, entries=tuple(entry for entry in merged.entries if entry.key.text != "rows+"))
    return merged


def _key(node: Map, name: str) -> Scalar:
    entry = node.entry(name)
    assert entry is not None
    return entry.key


def _merge_by_id(child: Sequence, base: Sequence, out: Out) -> Sequence:
    items = {_id(item) or str(index): item for index, item in enumerate(base.items)}
    for index, item in enumerate(child.items):
        name = _id(item) or f"new {index}"
        old = items.get(name)
        if isinstance(item, Map) and item.get("remove") is not None:
            if old is None:
                out.append(problems.nothing_to_remove(item.span, name, items))
            items.pop(name, None)
        elif isinstance(item, Map) and isinstance(old, Map):
            items[name] = _merge_names(item, old, out, _BLOCK)
        else:
            items[name] = item
            _nothing_removed(item, out)
    return replace(child, items=tuple(items.values()))


def _id(item: Node) -> str | None:
    found = item.get("id") if isinstance(item, Map) else None
    return found.text if isinstance(found, Scalar) else None


def _merge_value(child: Node, base: Node, out: Out) -> Node:
    """A value over a value: the same form merges, another form takes its place, options alone are added."""
    if isinstance(child, Sequence) and isinstance(base, Sequence):
        return _merge_by_id(child, base, out)
    if not isinstance(child, Map):
        return child
    if _only_options(child) and (isinstance(base, Scalar) or _form(base)):
        return _add_options(child, base)
    if not isinstance(base, Map):
        _nothing_removed(child, out)
        return child
    return _merge_forms(child, base, out)


def _merge_forms(child: Map, base: Map, out: Out) -> Node:
    match _form(child), _form(base):
        case None, None:
            return _merge_names(child, base, out, "value")
        case None, "fields":
            return _under_fields(child, base, out)
        case "fields", None:
            fields = child.get("fields")
            assert fields is not None
            return _with_entry(child, Entry(_key(child, "fields"), _merge(fields, base, "values", out)))
        case form, other if form == other:
            return _merge_names(child, base, out, _FORM)
    _nothing_removed(child, out)
    return child


def _under_fields(child: Map, base: Map, out: Out) -> Map:
    """A bare object over {when: …, fields: …}: its names belong to the fields."""
    fields = base.get("fields")
    assert fields is not None
    return _with_entry(base, Entry(_key(base, "fields"), _merge(child, fields, "values", out)))


def _only_options(node: Map) -> bool:
    names = [entry.key.text for entry in node.entries]
    return bool(names) and all(name in OPTIONS for name in names)


def _add_options(options: Map, base: Node) -> Map:
    if isinstance(base, Map):
        merged = base
        for entry in options.entries:
            merged = _with_entry(merged, entry)
        return merged
    assert isinstance(base, Scalar)
    path = Entry(Scalar("path", "path", "plain", base.span), base)
    return Map((path, *options.entries), options.span)


def _form(node: Node) -> str | None:
    names = [entry.key.text for entry in node.entries] if isinstance(node, Map) else []
    return next((name for name in names if name in FORMS), None)


def _with_entry(node: Map, new: Entry) -> Map:
    """The map with one entry set, in its place if it is there."""
    if node.entry(new.key.text) is None:
        return replace(node, entries=(*node.entries, new))
    entries = (new if entry.key.text == new.key.text else entry for entry in node.entries)
    return replace(node, entries=tuple(entries))


def _nothing_removed(node: Node, out: Out) -> None:
    """Whatever is new can't hold a removal."""
    match node:
        case Map():
            for entry in node.entries:
                if is_removal(entry.value):
                    out.append(problems.nothing_to_remove(entry.key.span, entry.key.text, ()))
                else:
                    _nothing_removed(entry.value, out)
        case Sequence():
            for item in node.items:
                _nothing_removed(item, out)


def _override(whole: Map, entry: Entry, out: Out) -> Map:
    path = entry.key.text
    fields = whole.get("fields")
    if not isinstance(fields, Map):
        return whole
    try:
        changed = _changed(fields, path.split("."), entry)
    except _Misses as missed:
        out.append(problems.override_misses(entry.key.span, path, missed.step, missed.known))
        return whole
    return _with_entry(whole, Entry(_key(whole, "fields"), changed))


def _changed(node: Node, steps: list[str], new: Entry) -> Node:
    """The node with what stands at the end of the path changed."""
    step, *rest = steps
    match node:
        case Map():
            return _changed_map(node, step, rest, new)
        case Sequence():
            return _changed_blocks(node, step, rest, new)
        case Scalar() if not rest and step in OPTIONS and isinstance(node.value, str):
            return _add_options(Map((Entry(replace(new.key, text=step, value=step), new.value),), new.value.span), node)
    raise _Misses(step, ())


def _changed_map(node: Map, step: str, rest: list[str], new: Entry) -> Node:
    old = node.entry(step)
    if old is None:
        if not rest and step in _addable(node):
            return _with_entry(node, Entry(replace(new.key, text=step, value=step), new.value))
        raise _Misses(step, _names(node))
    if rest:
        return _with_entry(node, Entry(old.key, _changed(old.value, rest, new)))
    if is_removal(new.value):
        return replace(node, entries=tuple(entry for entry in node.entries if entry is not old))
    return _with_entry(node, Entry(replace(old.key, span=new.key.span), new.value))


def _addable(node: Map) -> tuple[str, ...]:
    """What a value or a block may get although it hasn't got it: an option, a when or a let."""
    if _form(node) and node.get("id") is None:
        return OPTIONS
    return ("when", "let") if node.get("id") is not None and node.get("fields") is not None else ()


def _names(node: Map) -> list[str]:
    """The names that can follow, and for who forgets `fields` those below it."""
    inner = node.get("fields")
    below = [f"fields.{entry.key.text}" for entry in inner.entries] if isinstance(inner, Map) else []
    return [entry.key.text for entry in node.entries if entry.key.text != "id"] + below


def _changed_blocks(node: Sequence, step: str, rest: list[str], new: Entry) -> Sequence:
    found = next((item for item in node.items if _id(item) == step), None)
    if found is None:
        raise _Misses(step, [name for item in node.items if (name := _id(item))])
    if not rest and is_removal(new.value):
        return replace(node, items=tuple(item for item in node.items if item is not found))
    changed = _changed(found, rest, new) if rest else new.value
    return replace(node, items=tuple(changed if item is found else item for item in node.items))
