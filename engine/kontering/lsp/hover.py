"""What stands under the pointer, in a few lines of Markdown: its type, and what its schema says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kontering.diagnostics import Span
from kontering.errors import Problems
from kontering.language import types as t
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.signatures import Function
from kontering.language.tree import Call, Field, Name
from kontering.language.types import Type
from kontering.lsp import keys, project_words
from kontering.lsp.documents import Document, Names, field_schema, node_at, schemas_by_type, typed
from kontering.lsp.expressions import let_text, name_doc
from kontering.lsp.spots import Spot, spot_at
from kontering.lsp.targets import target_at
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.parts import Expression, Param, TableSpec
from kontering.mapping.schemas import Schema
from kontering.mapping.targets import type_of

UNITS = {
    "minor": "minor units in the record, the amount itself in a mapping",
    "fraction": "a fraction in the record, percent in a mapping",
    "unix": "seconds since 1970 in the record",
    "local": "a time of the shop's zone",
    "utc": "written in UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """Markdown, and what it is about."""

    text: str
    span: Span


def hover(document: Document, line: int, column: int) -> Hover | None:
    """What is known of the thing at a place."""
    spot = spot_at(document.node, line, column)
    found = document.expression_at(line, column)
    if found is not None and (spot is None or not spot.key):
        told = _in_expression(document, *found, line, column)
        if told is not None:
            return told
    text = _of_spot(document, spot) if spot is not None else ""
    return Hover(text=text, span=spot.scalar.span) if spot is not None and text else None


# expressions


def _in_expression(document: Document, expression: Expression, names: Names, line: int, column: int) -> Hover | None:
    kinds = typed(expression.tree, names)
    for node in reversed(list(node_at(expression.tree, line, column))):
        match node:
            case Field(of=of, name=name, at=place):
                return Hover(text=_field(document, kinds.get(id(of), t.Any()), name, kinds.get(id(node))), span=place)
            case Name(name=name, span=span):
                return Hover(
                    text=_paragraphs(_head(name, kinds.get(id(node))), name_doc(document.mapping, name)), span=span
                )
            case Call(name=name, filter=is_filter, at=place) if _is_at(place, line, column):
                known = (FILTERS if is_filter else FUNCTIONS).get(name)
                return Hover(text=function_text(known), span=place) if known else None
    return None


def _is_at(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def _field(document: Document, of: Type, name: str, kind: Type | None) -> str:
    mapping = document.mapping
    if mapping is not None and isinstance(of, t.Object) and of.name == "param":
        param = next((one for one in mapping.params if one.name == name), None)
        return param_text(param) if param else ""
    if mapping is not None and isinstance(of, t.Object) and of.name == "let":
        return _paragraphs(_head(f"let.{name}", kind), f"`{let_text(mapping, name)}`")
    schema = field_schema(of, name, schemas_by_type(mapping.schema)) if mapping else {}
    return _paragraphs(_head(name, kind), schema.get("description", ""), _notes(schema))


def _head(name: str, kind: Type | None) -> str:
    return f"**{name}**: {t.describe(kind)}" if kind is not None else f"**{name}**"


def _notes(schema: Schema) -> str:
    notes = [UNITS[schema["format"]]] if schema.get("format") in UNITS else []
    notes += [f"at most {schema['maxLength']} characters"] if "maxLength" in schema else []
    return "; ".join(notes)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part and part != "``")


def function_text(one: Function) -> str:
    return _paragraphs(f"```\n{one.signature}\n```", one.line, f"`{one.example}` gives `{one.gives}`")


def param_text(param: Param) -> str:
    words = f", one of {', '.join(map(str, param.one_of))}" if param.one_of else ""
    default = f", {param.default!r} if nobody sets it" if param.has_default else ", must be set"
    return _paragraphs(f"**param.{param.name}**: {param.type}{words}{default}", param.doc)


# everything else


def _of_spot(document: Document, spot: Spot) -> str:
    if document.is_project:
        return _in_project(document, spot)
    mapping = document.mapping
    if spot.key:
        return _key(document, spot)
    if mapping is None:
        return ""
    match spot.name:
        case "extends" | "use":
            used = mapping.uses.get(spot.scalar.text)
            return mapping_text(used) if used else _base(document, spot)
        case "lookup":
            return "\n\n".join(table_text(one, mapping) for one in mapping.tables if one.name == spot.scalar.text)
        case "from" | "to" if len(spot.way) == 1:
            schema = mapping.schema if spot.name == "from" else mapping.wanted
            return _paragraphs(f"**{spot.scalar.text}**: {schema.get('title', '')}", schema.get("description", ""))
    return ""


def _key(document: Document, spot: Spot) -> str:
    mapping, name = document.mapping, spot.scalar.text
    if mapping is not None:
        if spot.way[:1] == ("params",) and len(spot.way) == 2:
            return "\n\n".join(param_text(param) for param in mapping.params if param.name == name)
        if spot.way[:1] == ("tables",) and len(spot.way) == 2:
            return "\n\n".join(table_text(one, mapping) for one in mapping.tables if one.name == name)
        wanted = target_at(document.node, spot.way, mapping.wanted)
        if wanted and name not in ("path", "calc", "text", "const", "lookup", "use", "fields", "missing"):
            kind = t.without_missing(type_of(wanted))
            return _paragraphs(_head(name, kind), wanted.get("description", ""), _notes(wanted))
    said = keys.described(keys.schema_of(document.path.name), document.node, spot.way)
    return _paragraphs(f"**{name}**", said) if said else ""


def _in_project(document: Document, spot: Spot) -> str:
    match spot.way:
        case ("flows", str(flow), "with", str(name)):
            mapping = project_words.mapping_of_flow(document, flow)
            return "\n\n".join(param_text(one) for one in mapping.params if one.name == name) if mapping else ""
        case ("flows", str(flow), "mapping") if not spot.key:
            mapping = project_words.mapping_of_flow(document, flow)
            return mapping_text(mapping) if mapping else ""
    if spot.key:
        said = keys.described(keys.schema_of(document.path.name), document.node, spot.way)
        return _paragraphs(f"**{spot.scalar.text}**", said) if said else ""
    return project_words.values_at(document, spot).get(spot.scalar.text, "")


def _base(document: Document, spot: Spot) -> str:
    """The mapping that the file extends."""
    try:
        return mapping_text(load_mapping(spot.scalar.text, document.roots))
    except Problems:
        return ""


def mapping_text(mapping: Compiled) -> str:
    params = "\n".join(f"- {line}" for line in map(param_text, mapping.params))
    return _paragraphs(f"**{mapping.name}**: {mapping.source} → {mapping.target}", mapping.file.doc, _flat(params))


def _flat(text: str) -> str:
    return text.replace("\n\n", ": ")


def table_text(table: TableSpec, mapping: Compiled) -> str:
    miss = table.on_miss if isinstance(table.on_miss, str) else "another value"
    columns = f"**{table.name}**: {', '.join(table.keys)} → {', '.join(table.gives)}"
    return _paragraphs(columns, f"{_rows_of(table, mapping)}; where no row fits: {miss}")


def _rows_of(table: TableSpec, mapping: Compiled) -> str:
    if table.rows.kind == "connection":
        return "rows of the connection"
    rows: Iterable[int] = (len(part.rows) for part in mapping.rows.get(table.name, ()))
    return f"{sum(rows)} rows" + (f" of {table.rows.file}" if table.rows.kind == "file" else "")
