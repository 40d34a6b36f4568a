"""What may be written inside an expression: record paths, params, lets, functions, filters, forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kontering.language import types as t
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad
from kontering.language.signatures import Function
from kontering.language.source import Source
from kontering.language.tree import Call, Field, Name, Tree, walk
from kontering.language.types import Type
from kontering.lsp.documents import Document, Names, field_schema, schemas_by_type, typed
from kontering.lsp.marked import MARK
from kontering.lsp.proposals import Proposal, of_field
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.parts import Expression
from kontering.mapping.schemas import Schema


def in_expression(document: Document, expression: Expression, names: Names) -> Iterator[Proposal]:
    """What may be written in an expression of a mapping; a bare word may become a form too."""
    found = list(proposals_in(expression.tree, expression.language, names, document.mapping))
    before = [one for one in found if one.kind != "function"]
    yield from before
    yield from _forms(document, expression)
    yield from (one for one in found if one.kind == "function")


def proposals_in(tree: Tree, language: str, names: Names, mapping: Compiled | None = None) -> Iterator[Proposal]:
    """What may be written in place of the mark in an expression, the likeliest first."""
    kinds = typed(tree, names)
    for node in walk(tree):
        match node:
            case Field(of=of, name=name) if MARK in name:
                yield from _fields(mapping, kinds.get(id(of), t.Any()))
                if isinstance(of, Field | Name):
                    return
                yield from _functions(FUNCTIONS.values())
            case Name(name=name, span=span) if MARK in name:
                yield from _names(mapping, names)
                is_outer = span.end_column - span.column > len(name)  # $name, inside a filter
                yield from _functions(FUNCTIONS.values() if language == "path" and not is_outer else ())
            case Call(name=name, filter=is_filter) if MARK in name:
                yield from _functions((FILTERS if is_filter else FUNCTIONS).values())


def _fields(mapping: Compiled | None, of: Type) -> Iterator[Proposal]:
    known = schemas_by_type(mapping.schema) if mapping else {}
    for member in t.members(of):
        if isinstance(member, t.ListOf):
            yield from _fields(mapping, member.item)
        if isinstance(member, t.Object):
            for name, kind in member.fields.items():
                yield _of_member(mapping, member, name, kind, field_schema(member, name, known))


def _of_member(mapping: Compiled | None, of: t.Object, name: str, kind: Type, schema: Schema) -> Proposal:
    found = of_field(name, kind, schema)
    if of.name == "param" and mapping:
        doc = next((param.doc for param in mapping.params if param.name == name), "")
        return replace(found, doc=doc)
    if of.name == "let" and mapping:
        return replace(found, doc=let_text(mapping, name))
    return found


def let_text(mapping: Compiled, name: str) -> str:
    """How a let was written."""
    found = next((getattr(let.part, "expression", None) for let in mapping.file.let if let.name == name), None)
    return f"{found.language}: {found.text}" if found is not None else ""


def _names(mapping: Compiled | None, names: Names) -> Iterator[Proposal]:
    for name, kind in reversed(list(names.items())):
        if MARK not in name:
            yield Proposal(label=name, kind="name", detail=t.describe(kind), doc=name_doc(mapping, name))


def name_doc(mapping: Compiled | None, name: str) -> str:
    if mapping and name == mapping.file.record:
        return f"The record, {mapping.source}."
    return {
        "param": "What a flow or a connection sets with `with:`.",
        "let": "Values that were named under `let`.",
        "loop": "The block's round: loop.index counts from 1.",
    }.get(name, "")


def _functions(found: Iterable[Function]) -> Iterator[Proposal]:
    for one in found:
        doc = f"{one.line}\n\n`{one.example}` gives `{one.gives}`"
        insert = None if one.is_filter else f"{one.name}("
        yield Proposal(label=one.name, kind="function", detail=one.signature, doc=doc, insert=insert)


_SNIPPETS = {
    "const": ("{const: }", "A literal."),
    "calc": ('{calc: ""}', "A calculation."),
    "text": ('{text: ""}', "A template."),
    "path": ("{path: , missing: skip}", "A path with options."),
    "lookup": ("{lookup: , with: []}", "A value from a table's row."),
    "use": ("{use: , of: }", "What another mapping makes."),
}


def _forms(document: Document, expression: Expression) -> Iterator[Proposal]:
    """A bare word where a value begins may become one of the forms."""
    ends = document.line(expression.span.line).rstrip().endswith(MARK)
    if expression.text == MARK and expression.language == "path" and ends:
        for name, (insert, doc) in _SNIPPETS.items():
            yield Proposal(label=name, kind="key", doc=doc, insert=insert)


# what can't be read yet


_PATH = re.compile(r"((?:[A-Za-z_]\w*)(?:\.\w+|\[\d*\])*)\.\w*$", re.ASCII)


def by_text(document: Document, line: int, column: int) -> Iterator[Proposal]:
    before = document.line(line)[: column - 1].replace(MARK, "")
    names = document.names_near(line)
    if re.search(r"\|\s*\w*$", before) and "{" in before:
        yield from _functions(FILTERS.values())
        return
    found = _PATH.search(before)
    if found is None:
        if re.search(r"(?:^|[\s({\[:,\"'])\w*$", before) and re.search(r"[:{(\[,]", before):
            yield from _names(document.mapping, names)
        return
    tree = _parsed(found[1])
    if tree is not None and not isinstance(tree, Call):
        yield from _fields(document.mapping, typed(tree, names).get(id(tree), t.Any()))


def _parsed(path: str) -> Tree | None:
    try:
        return parse_path(Source(path))
    except Bad:
        return None
