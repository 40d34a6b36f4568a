"""Writes trees as flat Python: fast accept. What the code doesn't accept, the interpreter decides and words.

The code gives what `interpret.evaluate` gives, or raises one of `runtime.FAILURES`; an expression that was computed
before is a local. `emitter` is for those who write larger functions around expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import localcontext
from typing import Any

from kontering.language import emit_reading as reading
from kontering.language import emit_reckoning as reckoning
from kontering.language import tree as t
from kontering.language import values
from kontering.language.emitter import IS_LIST, IS_OBJECT, Emit, Emitter
from kontering.language.known import ANY, NEVER_EMPTY, TEXTS, joined
from kontering.language.tree import Tree
from kontering.language.writer import Code, Writer, uses_current


def emitter(writer: Writer, strict: bool = True, here: str = "None") -> Emitter:
    """What writes expressions into a function; `here` is the local of the value at hand."""
    return Emitter(writer, _EMIT, strict, here, "demand" if strict else "standard")


def function(trees: Mapping[str, Tree], names: tuple[str, ...], strict: bool = True) -> Code:
    """One function of the names, which gives all the trees' values as a dict."""
    writer = Writer()
    for number, name in enumerate(names):
        writer.bind(name, f"n{number}")
    top = "None"
    if any(map(uses_current, trees.values())):
        top = writer.set(f"{{{', '.join(f'{name!r}: {writer.names[name]}' for name in names)}}}")
    here = emitter(writer, strict, top)
    found = {name: here.demanded(tree) for name, tree in trees.items()}
    writer.line(f"return {{{', '.join(f'{name!r}: {local}' for name, local in found.items())}}}")
    return writer.finish("expressions", tuple(writer.names[name] for name in names))


def search(tree: Tree) -> Code:
    """One function of a JSON document: what `interpret.search` gives."""
    writer = Writer()
    writer.names = _FieldsOfDocument()
    here = emitter(writer, False, "document")
    writer.line("names = document if type(document) is dict else EMPTY")
    writer.line(f"return {here.of(tree)}")
    return writer.finish("search", ("document",))


class _FieldsOfDocument(dict[str, str]):
    """Every name is a field of the document."""

    def get(self, name: str, default: Any = None) -> Any:
        return f"names.get({name!r})"


def run(code: Callable[..., Any], *args: Any) -> Any:
    """Calls a written function in the context in which plain operators are exact."""
    with localcontext(values.EXACT):
        return code(*args)


def _optional(e: Emitter, tree: Tree) -> str:
    """Null where the value is missing: without an exception, as long as no element of a list lacks something."""
    match tree:
        case t.Name() if tree.name in e.writer.names and tree.name not in e.writer.parts:
            return _or_null(e, e.writer.names[tree.name])
        case t.Current():
            return _or_null(e, e.here)
        case t.Field(of=t.Name(name=name)) if name in e.writer.parts:
            return _or_null(e, reading.part_of_name(e, name, tree.name))
        case t.Field() | t.Index() | t.Filter() | t.Project() if not _is_there_or_missing(tree.of):
            return _tried(e, lambda: e.demanded(tree))
        case t.Then() if not _is_there_or_missing(tree.first):
            return _tried(e, lambda: e.demanded(tree))
        case t.Field():
            of = e.optional(tree.of)
            if e.writer.knows(of).kind == "record":
                return reading.attribute(e, of, tree.name)
            return _optional_part(e, of, IS_OBJECT, f"{of}.get({tree.name!r})")
        case t.Index():
            of = e.optional(tree.of)
            made = _optional_part(e, of, IS_LIST, reading.element(of, tree.index))
            e.writer.known[made] = e.writer.knows(of).item or ANY
            return made
        case t.Filter() | t.Project():
            return _optional_list(e, tree)
        case t.Then():
            return _optional_then(e, tree)
        case t.Or():
            return _optional_or(e, tree)
        case _:
            return _tried(e, lambda: e.demanded(tree))


def _is_there_or_missing(tree: Tree) -> bool:
    """Whether a part that is null is missing: null that comes of anything but reading is a mistake to read on from."""
    match tree:
        case t.Then():
            return _is_there_or_missing(tree.then)
        case t.Or():
            return _is_there_or_missing(tree.right)
        case t.Choose():
            return _is_there_or_missing(tree.then) and _is_there_or_missing(tree.otherwise)
        case _:
            return isinstance(tree, _READ)


_READ = (t.Name, t.Current, t.Field, t.Index, t.Item, t.Filter, t.Project, t.Flatten, t.Slice, t.Values)


def _or_null(e: Emitter, local: str) -> str:
    """A local, which is null where it is the empty text."""
    kind = e.writer.knows(local).kind
    if e.writer.is_sure(local) or kind in NEVER_EMPTY:
        return local
    return e.writer.set(
        f"{local} or None" if kind in TEXTS else f"None if {local} == '' else {local}", e.writer.knows(local)
    )


def _optional_part(e: Emitter, of: str, test: str, value: str) -> str:
    if of in e.writer.objects:
        made = e.writer.set(value)
        e.writer.line(f"if {made} == '': {made} = None")
        return made
    made = e.writer.set("None")
    with e.writer.block(f"if {of} is not None:"):
        if e.writer.knows(of).kind != "list" or test != IS_LIST:
            e.guard(f"not ({test.format(of)})")
        e.writer.line(f"{made} = {value}")
        if not e.writer.knows(of).is_record:
            e.writer.line(f"if {made} == '': {made} = None")
    return made


def _optional_list(e: Emitter, tree: t.Filter | t.Project) -> str:
    """The list outside of what is tried, so that others find it (and its index) too."""
    if isinstance(tree.of, t.Flatten | t.Slice):
        return _tried(e, lambda: e.of(tree))
    of = e.optional(tree.of)
    made = e.writer.set("None")
    with e.writer.block(f"if {of} is not None:"):
        filled = _tried(e, lambda: reading.of_list(e, of, tree))
        e.writer.line(f"{made} = {filled}")
    e.writer.known[made] = e.writer.knows(filled)
    return made


def _optional_then(e: Emitter, tree: t.Then) -> str:
    first = e.optional(tree.first)
    made = e.writer.set("None")
    with e.writer.block(f"if {first} is not None:"):
        then = e.at(first).optional(tree.then)
        e.writer.line(f"{made} = {then}")
    e.writer.known[made] = e.writer.knows(then)
    return made


def _optional_or(e: Emitter, tree: t.Or) -> str:
    left = e.tolerant().atom(tree.left)
    made = e.writer.set(left, replace(e.knows(tree.left, left), words=frozenset()))
    with e.writer.block(f"if {e.empty(made)}:"):
        right = e.plain(e.optional(tree.right))
        e.writer.line(f"{made} = {right}")
    e.writer.known[made] = joined(e.knows(tree.left, left), e.knows(tree.right, right))
    return made


def _tried(e: Emitter, write: Callable[[], str]) -> str:
    made = e.writer.set("None")
    with e.writer.block("try:"):
        value = write()
        e.writer.line(f"{made} = {value}")
    with e.writer.block("except Missing:"):
        e.writer.line(f"{made} = None")
    e.writer.known[made] = e.writer.knows(value)
    return made


_EMIT: dict[type | None, Emit] = {
    None: _optional,
    t.Literal: reading.literal,
    t.Name: reading.name,
    t.Current: reading.current,
    t.Field: reading.field,
    t.Item: reading.item,
    t.Index: reading.index,
    t.Slice: reading.slice_,
    t.Flatten: reading.flatten,
    t.Project: reading.project,
    t.Values: reading.values_,
    t.Filter: reading.filter_,
    t.Then: reading.then,
    t.Pick: reading.pick,
    t.Make: reading.make,
    t.Listing: reading.listing,
    t.Or: reckoning.or_,
    t.And: reckoning.and_,
    t.Not: reckoning.not_,
    t.Condition: reckoning.condition,
    t.Compare: reckoning.compare,
    t.Within: reckoning.within,
    t.IsNone: reckoning.is_none,
    t.Choose: reckoning.choose,
    t.Arithmetic: reckoning.arithmetic,
    t.Negate: reckoning.negate,
    t.Call: reckoning.call,
    t.Joined: reckoning.joined,
    t.Text: reckoning.text,
}
