"""A file as it is in the editor, understood as far as it can be: nodes, mapping, and the names of each expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.language import types as t
from kontering.language.infer import infer
from kontering.language.tree import Tree, walk
from kontering.language.types import Type
from kontering.lsp.spots import holds
from kontering.mapping.compile import compile_path
from kontering.mapping.infer import infer_mapping
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.parts import Expression
from kontering.mapping.roots import Roots, display
from kontering.mapping.schemas import Schema
from kontering.mapping.targets import type_of
from kontering.project.file import NAME, root_of
from kontering.yaml.load import compose
from kontering.yaml.nodes import Node
from kontering.yaml.texts import holding

Names = Mapping[str, Type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A mapping or project file. `seen` are its expressions, those of extended files too, with the names they have."""

    path: Path
    text: str
    node: Node | None
    mapping: Compiled | None = None
    seen: tuple[tuple[Expression, Names], ...] = ()
    roots: Roots = field(default_factory=Roots)

    @property
    def shown(self) -> str:
        return display(self.path)

    @property
    def is_project(self) -> bool:
        return self.path.name == NAME

    def line(self, number: int) -> str:
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def expression_at(self, line: int, column: int) -> tuple[Expression, Names] | None:
        """The innermost expression of this file at a place."""
        here = [
            pair for pair in self.seen if pair[0].span.file == self.shown and holds(pair[0].span, line, column)
        ]  # fmt: skip
        return here[-1] if here else None

    def names_near(self, line: int) -> Names:
        """The names of the nearest expression, for a place that can't be read as one yet."""
        own = [pair for pair in self.seen if pair[0].span.file == self.shown]
        return min(own, key=lambda pair: abs(pair[0].span.line - line))[1] if own else self.own_names()

    def own_names(self) -> Names:
        """The names that every expression of the file has."""
        if self.mapping is None:
            return {}
        params = {param.name: t.Any() for param in self.mapping.params}
        return {
            self.mapping.file.record: type_of(self.mapping.schema),
            "param": t.Object(params, frozenset(params), name="param"),
            "let": t.Object({let.name: t.Any() for let in self.mapping.file.let}, name="let"),
        }


def understood(path: Path, text: str, texts: Mapping[Path, str]) -> Document:
    """The file, checked against the other files as they are in the editor."""
    path = path.resolve()
    node, _ = compose(text, display(path))
    roots = Roots(root_of(path))
    if path.name == NAME:
        return Document(path=path, text=text, node=node, roots=roots)
    with holding({**texts, path: text}):
        mapping, seen = _mapping(path, roots)
    return Document(path=path, text=text, node=node, mapping=mapping, seen=tuple(seen), roots=roots)


def _mapping(path: Path, roots: Roots) -> tuple[Compiled | None, list[tuple[Expression, Names]]]:
    out: list[Diagnostic] = []
    seen: list[tuple[Expression, Names]] = []
    try:
        mapping = compile_path(path, roots, out)
        if mapping is not None:
            infer_mapping(mapping, out, lambda expression, names: seen.append((expression, names)))
    except Problems:  # a schema that can't be read: the checker tells of it
        return None, []
    return mapping, seen


def typed(tree: Tree, names: Names) -> Mapping[int, Type]:
    """The type of each node of an expression, by the node's identity; those whose node is never reached are lacking."""
    kinds: dict[int, Type] = {}

    def seen(node: Tree, kind: Type) -> None:
        kinds.setdefault(id(node), kind)

    infer(tree, names, seen)
    return kinds


def node_at(tree: Tree, line: int, column: int) -> Iterator[Tree]:
    """The nodes at a place, the innermost last."""
    for node in walk(tree):
        if holds(node.span, line, column):
            yield node


def schemas_by_type(schema: Schema) -> Mapping[int, Schema]:
    """The schema of each object type that was made from a schema, by the type's identity."""
    found: dict[int, Schema] = {}
    _pair(type_of(schema), schema, found)
    return found


def _pair(kind: Type, schema: Any, found: dict[int, Schema]) -> None:
    if isinstance(kind, t.Either):
        for member in kind.members:
            _pair(member, schema, found)
    elif isinstance(kind, t.ListOf) and isinstance(schema.get("items"), dict):
        _pair(kind.item, schema["items"], found)
    elif isinstance(kind, t.Object) and id(kind) not in found:
        found[id(kind)] = schema
        for name, part in schema.get("properties", {}).items():
            if name in kind.fields and isinstance(part, dict):
                _pair(kind.fields[name], part, found)


def field_schema(of: Type, name: str, known: Mapping[int, Schema]) -> Schema:
    """What the record's schema says of a field."""
    for member in t.members(of):
        if id(member) in known and name in known[id(member)].get("properties", {}):
            part: Schema = known[id(member)]["properties"][name]
            return part
    return {}
