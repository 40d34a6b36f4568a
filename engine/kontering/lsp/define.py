"""Where the thing under the pointer was written: a let, a param, a table, a mapping, a record's field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kontering.diagnostics import Span
from kontering.language import types as t
from kontering.language.tree import Field, Name
from kontering.language.types import Type
from kontering.lsp import project_words
from kontering.lsp.documents import Document, Names, node_at, schemas_by_type, typed
from kontering.lsp.spots import Spot, Way, spot_at
from kontering.mapping.find import find
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.parts import Block, Expression, Listed, all_parts, expressions
from kontering.mapping.schemas import ENDING, FOLDERS, source_kind, target_kind
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map, Node, Scalar, Sequence, at, nearest

START = Span("", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A place in a file."""

    path: Path
    span: Span


def definition(document: Document, line: int, column: int) -> Definition | None:
    """Where what stands at a place is written."""
    spot = spot_at(document.node, line, column)
    found = document.expression_at(line, column)
    if found is not None and (spot is None or not spot.key):
        return _in_expression(document, *found, line, column)
    if spot is None:
        return None
    return _in_project(document, spot) if document.is_project else _in_mapping(document, spot)


def _whole(path: Path | None) -> Definition | None:
    return Definition(path=path, span=START) if path is not None and path.is_file() else None


def _at(document: Document, span: Span | None) -> Definition | None:
    """A place by the name under which spans know its file."""
    if span is None or document.mapping is None:
        return None
    files = {document.shown: document.path, **document.mapping.file.files}
    path = files.get(span.file) or Path(span.file)
    known = path == document.path or path.is_file()  # a new file isn't on the disk yet
    return Definition(path=path.resolve(), span=span) if known else None


# expressions


def _in_expression(
    document: Document, expression: Expression, names: Names, line: int, column: int
) -> Definition | None:
    kinds = typed(expression.tree, names)
    for node in reversed(list(node_at(expression.tree, line, column))):
        if isinstance(node, Field):
            return _field(document, expression, kinds.get(id(node.of), t.Any()), node.name)
        if isinstance(node, Name):
            return _name(document, expression, node.name)
    return None


def _field(document: Document, expression: Expression, of: Type, name: str) -> Definition | None:
    mapping = document.mapping
    if mapping is None:
        return None
    if isinstance(of, t.Object) and of.name == "param":
        return _at(document, next((param.span for param in mapping.params if param.name == name), None))
    if isinstance(of, t.Object) and of.name == "let":
        return _at(document, _let_span(mapping, expression, name))
    return _record_field(document, of, name)


def _let_span(mapping: Compiled, expression: Expression, name: str) -> Span | None:
    """The let of the innermost block around an expression, else the file's own."""
    lets = [*mapping.file.let, *(let for block in _around(mapping, expression) for let in block.let)]
    return next((let.span for let in reversed(lets) if let.name == name), None)


def _around(mapping: Compiled, expression: Expression) -> Iterator[Block]:
    """The blocks that an expression is in, from outside."""
    for part in all_parts(mapping.file):
        for block in part.blocks if isinstance(part, Listed) else ():
            if any(each is expression for each in _expressions(block)):
                yield block


def _expressions(block: Block) -> Iterator[Expression]:
    yield from expressions(block.made)
    for let in block.let:
        yield from expressions(let.part)
    if block.when is not None:
        yield block.when


def _name(document: Document, expression: Expression, name: str) -> Definition | None:
    mapping = document.mapping
    if mapping is None:
        return None
    block = next((one for one in reversed(list(_around(mapping, expression))) if one.name == name), None)
    if block is not None:
        return _at(document, block.name_span)
    if name == mapping.file.record:
        return _whole(_schema_path(document, source_kind(mapping.source), mapping.source))
    return _at(document, mapping.file.places.get({"param": "params", "let": "let"}.get(name, "")))


def _schema_path(document: Document, kind: str, name: str) -> Path | None:
    return document.roots.find("schemas", f"{FOLDERS[kind]}/{name}{ENDING}")


def _record_field(document: Document, of: Type, name: str) -> Definition | None:
    """The field in the schema's file: that object there which has the very same fields."""
    mapping = document.mapping
    if mapping is None:
        return None
    known = schemas_by_type(mapping.schema)
    schemas = [known[id(member)] for member in t.members(of) if id(member) in known]
    own = _schema_path(document, source_kind(mapping.source), mapping.source)
    if not schemas or own is None:
        return None
    for path in [own, *sorted(own.parent.glob(f"*{ENDING}"))]:
        node, _ = compose(path.read_text(encoding="utf-8"), str(path))
        span = _key_of(node, tuple(schemas[0].get("properties", {})), name) if node is not None else None
        if span is not None:
            return Definition(path=path, span=span)
    return None


def _key_of(node: Node, fields: tuple[str, ...], name: str) -> Span | None:
    if isinstance(node, Sequence):
        return next((found for item in node.items if (found := _key_of(item, fields, name))), None)
    if not isinstance(node, Map):
        return None
    properties = node.get("properties")
    if isinstance(properties, Map) and tuple(entry.key.text for entry in properties.entries) == fields:
        entry = properties.entry(name)
        return entry.key.span if entry else None
    return next((found for entry in node.entries if (found := _key_of(entry.value, fields, name))), None)


# everything else


def _in_mapping(document: Document, spot: Spot) -> Definition | None:
    mapping, text = document.mapping, spot.scalar.text
    if spot.key:
        return _overridden(document, spot)
    match spot.name:
        case "extends" | "use":
            return _whole(find(text, document.roots, document.path) or find(text, document.roots))
        case "from" if len(spot.way) == 1:
            return _whole(_schema_path(document, source_kind(text), text))
        case "to" if len(spot.way) == 1:
            return _whole(_schema_path(document, target_kind(text), text))
        case "lookup" if mapping:
            return _at(document, next((table.span for table in mapping.tables if table.name == text), None))
        case "file":
            return _whole(document.path.parent / text)
    return None


def _overridden(document: Document, spot: Spot) -> Definition | None:
    """What an `override`, a param's new default, or a block of the same id lies over: the base's own line."""
    mapping = document.mapping
    if mapping is None or len(mapping.file.chain) < 2:
        return None
    way = ("fields", *spot.scalar.text.split(".")) if spot.way[:1] == ("override",) else spot.way
    for base in mapping.file.chain[1:]:
        span = _place(base, way)
        if span is not None:
            return _at(document, span)
    return None


def _place(node: Node, way: Way) -> Span | None:
    """The place of a key; a step that names a block goes to the element of that id."""
    span: Span | None = None
    here: Node | None = node
    for step in way:
        if isinstance(here, Map) and isinstance(step, str) and (entry := here.entry(step)):
            here, span = entry.value, entry.key.span
        elif isinstance(here, Sequence):
            here = next((item for item in here.items if _id(item) == step), None)
            span = at_id.span if isinstance(here, Map) and (at_id := here.get("id")) else None
        else:
            return None
    return span


def _id(node: Node) -> str | None:
    found = node.get("id") if isinstance(node, Map) else None
    return found.text if isinstance(found, Scalar) else None


def _in_project(document: Document, spot: Spot) -> Definition | None:
    match spot.way:
        case ("flows", _, "mapping") | ("connections", _, "mappings", _) if not spot.key:
            return _whole(find(spot.scalar.text, document.roots))
        case ("connections", _, "tables", _) if not spot.key:
            return _whole(document.path.parent / spot.scalar.text)
        case ("flows", str(flow), "with", str(name)) if spot.key:
            mapping = project_words.mapping_of_flow(document, flow)
            param = next((one for one in mapping.params if one.name == name), None) if mapping else None
            return _of_other(mapping, param.span) if mapping and param else None
        case ("flows", _, "from" | "to") if not spot.key and document.node is not None:
            way = ("connections", spot.scalar.text.partition("/")[0])
            place = at(document.node, way)
            return Definition(path=document.path, span=nearest(document.node, way)) if place is not None else None
    return None


def _of_other(mapping: Compiled, span: Span) -> Definition | None:
    path = mapping.file.files.get(span.file)
    return Definition(path=path, span=span) if path is not None else None
