"""What may be written at the pointer: keys, fields, record paths, params, tables, functions, words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kontering.language import types as t
from kontering.lsp import keys, marked, project_words
from kontering.lsp.documents import Document, understood
from kontering.lsp.expressions import by_text, in_expression
from kontering.lsp.marked import MARK
from kontering.lsp.proposals import Proposal, of_field
from kontering.lsp.spots import Spot, Way, spot_with
from kontering.lsp.targets import fields_of, overridable, target_at
from kontering.mapping import schemas
from kontering.mapping.find import mapping_names
from kontering.mapping.forms import FORMS
from kontering.mapping.targets import type_of
from kontering.yaml.nodes import Map, at

Texts = Mapping[Path, str]


def proposals(path: Path, text: str, texts: Texts, line: int, column: int) -> list[Proposal]:
    """What may be written at a place, the likeliest first."""
    if found := marked.as_key(text, line, column):
        whole, node = found
        spot = spot_with(node, MARK)
        if spot is not None and spot.key:
            return list(_unique(_keys(understood(path, whole, texts), spot)))
    found = marked.as_value(text, line, column)
    document = understood(path, found[0] if found else text, texts)
    spot = spot_with(document.node, MARK) if found else None
    made = list(_unique(_values(document, spot))) if spot is not None else []
    if made or (spot is not None and spot.name == "const"):
        return made
    return list(_unique(by_text(document, line, column)))


def _unique(found: Iterable[Proposal]) -> Iterator[Proposal]:
    said: set[str] = set()
    for one in found:
        if one.label not in said and MARK not in one.label:
            said.add(one.label)
            yield one


# keys


def _keys(document: Document, spot: Spot) -> Iterator[Proposal]:
    there = {entry.key.text for entry in spot.within.entries} if isinstance(spot.within, Map) else set()
    way = spot.way[:-1]
    root = keys.schema_of(document.path.name)
    if way == ("override",) and document.mapping is not None:
        for path in overridable(document.mapping):
            yield Proposal(label=path, kind="field", insert=f"{path}: ")
        return
    if not document.is_project:
        yield from _target_keys(document, way, there)
    else:
        yield from project_keys(document, way, there)
    for name, schema in keys.keys_at(root, document.node, way).items():
        if name not in there and name not in ("remove",):
            yield Proposal(label=name, kind="key", doc=schema.get("description", ""), insert=f"{name}: ")


def project_keys(document: Document, way: Way, there: set[str]) -> Iterator[Proposal]:
    for name, doc in project_words.names_at(document, way).items():
        if name not in there:
            yield Proposal(label=name, kind="name", doc=doc, insert=f"{name}: ")


def _target_keys(document: Document, way: Way, there: set[str]) -> Iterator[Proposal]:
    """The target's fields, where an object is made."""
    mapping = document.mapping
    if mapping is None or (way and isinstance(way[-1], int)) or there & (set(FORMS) - {"fields"}):
        return
    wanted = target_at(document.node, way, mapping.wanted) if way else None
    if way[:1] == ("tests",) and len(way) > 2 and way[2] == "expect":
        wanted = mapping.wanted if len(way) == 3 else None
    needed = (wanted or {}).get("required", ())
    for name, schema in fields_of(wanted).items():
        if name not in there:
            yield of_field(name, type_of(schema), schema, needed=name in needed, ending=": ")


# values


def _values(document: Document, spot: Spot) -> Iterator[Proposal]:
    for word, schema in keys.words_at(keys.schema_of(document.path.name), document.node, spot.way).items():
        yield Proposal(label=word, kind="word", doc=schema.get("description", ""))
    if document.is_project:
        for word, doc in project_words.values_at(document, spot).items():
            yield Proposal(label=word, kind="word", doc=doc)
        return
    yield from _named(document, spot)
    yield from _words(document, spot)
    expression = next((pair for pair in document.seen if MARK in pair[0].text), None)
    if expression is not None:
        yield from in_expression(document, *expression)


def _named(document: Document, spot: Spot) -> Iterator[Proposal]:
    """Names of files and tables, where one is wanted."""
    top = len(spot.way) == 1
    match spot.name:
        case "extends" if top:
            yield from _mappings(document)
        case "use":
            yield from _mappings(document)
        case "from" if top:
            yield from _schema_names(document, "record", "document")
        case "to" if top:
            yield from _schema_names(document, "document", "payload")
        case "lookup" if document.mapping:
            for table in document.mapping.tables:
                yield Proposal(label=table.name, kind="table", detail=_columns(table.keys, table.gives))
        case "column" if document.mapping and document.node:
            holder = at(document.node, (*spot.way[:-1], "lookup"))
            for table in document.mapping.tables:
                if holder is not None and getattr(holder, "text", "") == table.name:
                    for column in table.gives:
                        yield Proposal(label=column, kind="word", detail=f"of table {table.name}")


def _columns(by: tuple[str, ...], gives: tuple[str, ...]) -> str:
    return f"{', '.join(by)} → {', '.join(gives)}"


def _mappings(document: Document) -> Iterator[Proposal]:
    for name in mapping_names(document.roots):
        yield Proposal(label=name, kind="mapping")


def _schema_names(document: Document, *kinds: str) -> Iterator[Proposal]:
    for kind in kinds:
        for name in schemas.schema_names(kind, document.roots):
            if name != "parts" and not name.startswith("planned-"):
                yield Proposal(label=name, kind="mapping", detail=kind)


def _words(document: Document, spot: Spot) -> Iterator[Proposal]:
    """The words that the target's field may be, behind `const`."""
    if spot.name != "const" or document.mapping is None:
        return
    wanted = target_at(document.node, spot.way, document.mapping.wanted)
    for member in t.members(type_of(wanted)) if wanted else ():
        for word in (member.one_of or ()) if isinstance(member, t.Text) else ():
            yield Proposal(label=word, kind="word")
