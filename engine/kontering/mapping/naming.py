"""Names of a mapping file: those that are taken, and those that nothing uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kontering.diagnostics import Span
from kontering.language.tree import Field as FieldTree
from kontering.language.tree import Name, Tree, walk
from kontering.mapping import problems
from kontering.mapping.forms import RESERVED
from kontering.mapping.parts import (
    Block,
    Expression,
    Listed,
    LookUp,
    MappingFile,
    Part,
    all_expressions,
    all_parts,
    expressions,
)
from kontering.mapping.reading import NAME, Out


def check_names(file: MappingFile, out: Out) -> None:
    place = file.places.get("as") or file.places["from"]
    if not NAME.fullmatch(file.record):
        out.append(problems.bad_name(place, file.record, "the record; give it one with as:"))
    if file.record in RESERVED:
        out.append(problems.name_taken(place, file.record, "param, let and loop mean something already"))
    for part in (file.made, *(let.part for let in file.let)):
        _check_loops(part, {file.record: "it is the record's"}, out)


def _check_loops(part: Part, taken: dict[str, str], out: Out) -> None:
    if isinstance(part, Listed):
        for block in part.blocks:
            _check_block(block, taken, out)
        return
    for inner in _inner(part):
        _check_loops(inner, taken, out)


def _inner(part: Part) -> Iterator[Part]:
    from_fields = getattr(part, "fields", ())
    yield from (field.part for field in from_fields)


def _check_block(block: Block, taken: dict[str, str], out: Out) -> None:
    inside = dict(taken)
    if block.name is not None:
        span = block.name_span or block.span
        if block.name in RESERVED:
            out.append(problems.name_taken(span, block.name, "param, let and loop mean something already"))
        elif block.name in taken:
            out.append(problems.name_taken(span, block.name, taken[block.name]))
        inside[block.name] = f"it is the element's of block {block.id!r}"
    for let in block.let:
        _check_loops(let.part, inside, out)
    _check_loops(block.made, inside, out)


def check_unused(file: MappingFile, out: Out) -> None:
    """Params, lets and tables of the file itself that nothing reads; what an extended file leaves over may stay."""
    own = file.own.span.file
    read = _reads(all_expressions(file))
    used = {part.table for part in all_parts(file) if isinstance(part, LookUp)}
    for param in file.params:
        _unless(("param", param.name) in read or ("param", "*") in read, param.span, own, "param", param.name, out)
    for let in file.let:
        _unless(("let", let.name) in read or ("let", "*") in read, let.span, own, "let", let.name, out)
    for table in file.tables:
        _unless(table.name in used, table.span, own, "table", table.name, out)
    for block in _blocks(file):
        inside = _reads(_of_block(block))
        for let in block.let:
            _unless(("let", let.name) in inside, let.span, own, "let", let.name, out)


def _unless(used: bool, span: Span, own: str, what: str, name: str, out: Out) -> None:
    if not used and span.file == own:
        out.append(problems.unused(span, what, name))


def _blocks(file: MappingFile) -> Iterator[Block]:
    for part in all_parts(file):
        if isinstance(part, Listed):
            yield from part.blocks


def element_names(file: MappingFile) -> Iterator[str]:
    """What blocks call their elements."""
    return (block.name for block in _blocks(file) if block.name is not None)


def block_let_names(file: MappingFile) -> Iterator[str]:
    return (let.name for block in _blocks(file) for let in block.let)


def _of_block(block: Block) -> Iterator[Expression]:
    yield from expressions(Listed(blocks=(block,), span=block.span))


def _reads(found: Iterable[Expression]) -> set[tuple[str, str]]:
    """What the expressions read of `let` and `param`; `*` where the name is only known at the run."""
    read: set[tuple[str, str]] = set()
    for expression in found:
        fields = [node for node in walk(expression.tree) if isinstance(node, FieldTree) and isinstance(node.of, Name)]
        read |= {(node.of.name, node.name) for node in fields if isinstance(node.of, Name)}
        whole = sum(isinstance(node, Name) and node.name in ("let", "param") for node in walk(expression.tree))
        if whole > sum(1 for node in fields if isinstance(node.of, Name) and node.of.name in ("let", "param")):
            read |= {("let", "*"), ("param", "*")}
    return read


def let_places(tree: Tree) -> Iterator[tuple[str, Span]]:
    """The names of `let` that a tree reads, each with its place."""
    for node in walk(tree):
        if isinstance(node, FieldTree) and isinstance(node.of, Name) and node.of.name == "let":
            yield node.name, node.at
