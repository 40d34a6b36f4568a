"""How reading a record and picking from lists is written as code."""

from __future__ import annotations

from collections.abc import Callable

from kontering.language import tree as t
from kontering.language.emitter import IS_EMPTY, IS_LIST, IS_OBJECT, Emitter, never_missing
from kontering.language.known import ANY, NUMBERS, TEXTS, Known, NeedsPlain
from kontering.language.tree import Tree


def literal(e: Emitter, tree: t.Literal) -> str:
    return e.writer.constant(tree.value)


def name(e: Emitter, tree: t.Name) -> str:
    if (parts := e.writer.parts.get(tree.name)) is not None:
        made = e.writer.set(f"{{{', '.join(f'{name!r}: {e.plain(local)}' for name, local in parts.items())}}}")
        e.writer.make_sure(made)
        return made
    local = e.writer.names.get(tree.name)
    if local is None:
        if e.strict:
            e.writer.line("raise Unfit")
        return e.writer.set("None")
    return e.present(local if local.isidentifier() else e.writer.set(local))


def current(e: Emitter, tree: t.Current) -> str:
    return e.present(e.here)


def field(e: Emitter, tree: t.Field) -> str:
    if isinstance(tree.of, t.Name) and tree.of.name in e.writer.parts:
        return e.present(part_of_name(e, tree.of.name, tree.name))
    of = e.shaped(tree.of)
    if e.writer.knows(of).kind == "record":
        return e.present(attribute(e, of, tree.name))
    return e.read(of, IS_OBJECT, f"{of}.get({tree.name!r})")


def part_of_name(e: Emitter, name: str, part: str) -> str:
    """The local of `let.x`, `param.x` or `loop.index`, where each is a local of its own."""
    return e.writer.parts[name].get(part) or e.writer.set("None")


def attribute(e: Emitter, of: str, name: str) -> str:
    """A field of a generated class; a text may be empty there, which is null."""
    key = ("attribute", of, name)
    if (known := e.writer.remembered(key)) is not None:
        return known
    at, kind = e.writer.knows(of).fields.get(name, ("", ANY))
    value = f"{of}.{at}{' or None' if kind.kind == 'text' else ''}" if at else "None"
    if e.writer.is_sure_always(of):
        made = e.writer.outside(of, value, kind)
        e.writer.blocks[e.writer.levels[made]].known[key] = made
        return made
    made = e.writer.set(value if e.writer.is_sure(of) else f"({value}) if {of} is not None else None", kind)
    e.writer.remember(key, made)
    return made


def item(e: Emitter, tree: t.Item) -> str:
    of, key = e.of(tree.of), e.of(tree.key)
    if e.demands:
        by_name, by_number = f"type({of}) is dict and type({key}) is str", f"type({of}) is list and type({key}) is int"
        e.guard(f"not ({by_name} or {by_number})")
    return e.present(e.writer.set(f"item({of}, {key})"))


def index(e: Emitter, tree: t.Index) -> str:
    of = e.shaped(tree.of)
    made = e.read(of, IS_LIST, f"({element(of, tree.index)})")
    e.writer.known[made] = e.writer.knows(of).item or ANY
    return made


def element(of: str, index: int) -> str:
    least = index + 1 if index >= 0 else -index
    has_it = of if least == 1 else f"len({of}) >= {least}"
    return f"{of}[{index}] if {has_it} else None"


def slice_(e: Emitter, tree: t.Slice) -> str:
    of = e.shaped(tree.of)
    made = _slice(e, tree, of)
    if e.writer.knows(of).kind == "list":
        e.writer.known[made] = e.writer.knows(of)
    return made


def _slice(e: Emitter, tree: t.Slice, of: str) -> str:
    test = f"(type({{0}}) is list{' or type({0}) is str' if tree.of_text else ''})"
    part = f"{of}[{tree.start}:{tree.stop}:{tree.step}]"
    if e.demands:
        e.guard(f"not {test.format(of)}")
        return e.writer.set(part)
    return e.writer.set(f"{part} if {test.format(of)} else None")


def flatten(e: Emitter, tree: t.Flatten) -> str:
    of = e.shaped(tree.of)
    known = e.writer.knows(of)
    if known.item is not None and known.item.kind != "any" and known.item.kind != "list":
        return e.writer.set(of, known)  # nothing in it is a list
    e.plain(of)
    if e.demands:
        e.guard(f"not ({IS_LIST.format(of)})")
        return e.writer.set(f"flat({of})")
    return e.writer.set(f"flat({of}) if {IS_LIST.format(of)} else None")


def _collect(e: Emitter, tree: Tree, item: str, made: str) -> None:
    """Adds an expression's value to a list, unless it is null."""
    value = e.at(item).shaped(tree)
    unless = "" if e.demands and never_missing(tree) else f"if {value} is not None: "
    e.writer.line(f"{unless}{made}.append({value})")
    e.writer.known[made] = Known("list", item=e.writer.knows(value))


def project(e: Emitter, tree: t.Project) -> str:
    return of_list(e, e.shaped(tree.of), tree)


def of_list(e: Emitter, of: str, tree: t.Project | t.Filter) -> str:
    """A projection or filter of the list in a local."""
    if (quick := _listed_numbers(e, of, tree)) is not None:
        return quick
    if isinstance(tree, t.Project):
        return e.listed(of, lambda made: loop_over(e, of, tree.each, made))
    joined = _join(tree.condition)
    return e.listed(of, lambda made: _joined_filter(e, of, tree, joined, made) if joined else _scan(e, of, tree, made))


def _listed_numbers(e: Emitter, of: str, tree: t.Project | t.Filter) -> str | None:
    """`taxes[?total].total` of records: the numbers in a field, where it has one."""
    known = e.writer.knows(of).item
    match tree:
        case t.Filter(condition=t.Field(of=t.Current(), name=asked), each=t.Field(of=t.Current(), name=name)):
            at, kind = known.fields.get(name, ("", ANY)) if known is not None else ("", ANY)
            if asked == name and kind.kind in NUMBERS and e.demands:
                item = e.writer.fresh(inner=True)
                value = f"[{item}.{at} for {item} in {of} if {item}.{at} is not None]"
                return e.writer.set(value, Known("list", item=kind))
    return None


def element_of(e: Emitter, of: str) -> str:
    """A local for the elements of a list, to be set by a loop."""
    item = e.writer.fresh(inner=True)
    e.writer.known[item] = e.writer.knows(of).item or ANY
    return item


def enter(e: Emitter, item: str) -> None:
    """What a loop knows of its element: those of a generated class are all there."""
    if e.writer.knows(item).kind == "record":
        e.writer.make_sure(item)


def loop_over(e: Emitter, of: str, each: Tree, made: str, source: str | None = None) -> None:
    item = element_of(e, of)
    with e.writer.block(f"for {item} in {source or of}:"):
        enter(e, item)
        _collect(e, each, item, made)


def values_(e: Emitter, tree: t.Values) -> str:
    of = e.of(tree.of)
    made = e.writer.set("None")
    if e.demands:
        e.guard(f"not ({IS_OBJECT.format(of)})")
    with e.writer.block(f"if {IS_OBJECT.format(of)}:"):
        e.writer.line(f"{made} = []")
        loop_over(e, f"{of}.values()", tree.each, made)
    return made


def filter_(e: Emitter, tree: t.Filter) -> str:
    return of_list(e, e.shaped(tree.of), tree)


def _scan(e: Emitter, of: str, tree: t.Filter, made: str) -> None:
    item = element_of(e, of)
    with e.writer.block(f"for {item} in {of}:"):
        enter(e, item)
        holds = e.at(item).tolerant().of(tree.condition)
        with e.writer.block(f"if {_holds(e, holds)}:"):
            _collect(e, tree.each, item, made)


def _holds(e: Emitter, local: str) -> str:
    kind = e.writer.knows(local).kind
    if kind == "boolean" or kind in TEXTS:
        return local
    return f"{local} is not None" if kind in NUMBERS else f"not ({IS_EMPTY.format(local)})"


def _join(condition: Tree) -> tuple[str, Tree] | None:
    """A filter that compares one field of the element with something from outside: `[?rate_id == $tax.id]`."""
    if not isinstance(condition, t.Compare) or condition.op != "==":
        return None
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if isinstance(one, t.Field) and isinstance(one.of, t.Current) and _is_outer(other):
            return one.name, other
    return None


def _is_outer(tree: Tree) -> bool:
    if isinstance(tree, t.Literal):
        return not isinstance(tree.value, list | dict)
    return isinstance(tree, t.Name) or (isinstance(tree, t.Field) and _is_outer(tree.of))


def _joined_filter(e: Emitter, of: str, tree: t.Filter, join: tuple[str, Tree], made: str) -> None:
    """One index of the list serves all filters on the same field, wherever they stand."""
    name, other = join
    forgiving = e.tolerant().forgives
    key = ("index", of, name)
    index = e.writer.remembered(key)
    if index is None:
        index = e.writer.outside(of)
        e.writer.blocks[e.writer.levels[index]].known[key] = index
    e.writer.line(f"if {index} is None: {index} = {_indexed(e, of, name, forgiving)}")
    wanted = e.tolerant().atom(other)
    loop_over(e, of, tree.each, made, _chosen(e, index, other, wanted, forgiving))


def _chosen(e: Emitter, index: str, other: Tree, wanted: str, forgiving: bool) -> str:
    """The elements under a key; a text that is there, and a whole number, are keys as they are."""
    kind = e.knows(other, wanted).kind
    if (kind in TEXTS and (isinstance(other, t.Literal) or e.writer.is_sure(wanted))) or kind == "integer":
        return f"{index}.get({wanted}, NOTHING)"
    return f"chosen({index}, {wanted}, {forgiving})"


def _indexed(e: Emitter, of: str, name: str, forgiving: bool) -> str:
    item = e.writer.knows(of).item
    if item is None or item.kind != "record":
        return f"indexed({of}, {name!r}, {forgiving})"
    at, kind = item.fields.get(name, ("", ANY))
    if kind.is_record:
        raise NeedsPlain(kind.place)
    return f"indexed_by({of}, {at!r}, {forgiving})"


def then(e: Emitter, tree: t.Then) -> str:
    return e.at(e.shaped(tree.first)).shaped(tree.then)


def pick(e: Emitter, tree: t.Pick) -> str:
    return _if_here(e, lambda: f"[{', '.join(map(e.atom, tree.items))}]")


def make(e: Emitter, tree: t.Make) -> str:
    return _if_here(e, lambda: f"{{{', '.join(f'{name!r}: {e.atom(item)}' for name, item in tree.items)}}}")


def _if_here(e: Emitter, write: Callable[[], str]) -> str:
    made = e.writer.set("None")
    with e.writer.block(f"if {e.here} is not None:"):
        e.writer.line(f"{made} = {write()}")
    return made


def listing(e: Emitter, tree: t.Listing) -> str:
    return e.writer.set(f"[{', '.join(map(e.atom, tree.items))}]")
