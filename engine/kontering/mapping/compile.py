"""Makes a mapping out of its file: schemas, tables and used mappings are fetched, cells get the type of their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import Problems
from kontering.language.tree import Field as FieldTree
from kontering.language.tree import Name
from kontering.mapping import cells, problems, schemas, tables
from kontering.mapping.find import find, mapping_names, read
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import (
    Block,
    Computed,
    Let,
    Listed,
    LookUp,
    Made,
    MappingFile,
    Part,
    RowsSpec,
    TableSpec,
    Use,
    all_parts,
    walk,
)
from kontering.mapping.reading import Out
from kontering.mapping.records import reader
from kontering.mapping.recordschemas import check_schema
from kontering.mapping.roots import Roots, display
from kontering.mapping.schemas import Schema
from kontering.mapping.tables import Rows
from kontering.mapping.used import used_schema
from kontering.yaml.texts import content

DEEPEST = 10  # mappings that use one another


@dataclass(frozen=True, slots=True)
class Work:
    """Where mappings are looked for, what is wrong so far, and those that are compiled already, by their path."""

    roots: Roots
    out: Out
    done: dict[Path, Mapping | None] = field(default_factory=dict)


def compile_path(path: Path, roots: Roots, out: Out) -> Mapping | None:
    """The mapping of a file, as far as it can be understood; what is wrong goes to `out`."""
    return _compiled(path, Work(roots, out), ())


def _compiled(path: Path, work: Work, within: tuple[Path, ...]) -> Mapping | None:
    file = read(path, work.roots, work.out)
    return _compile(file, work, within) if file is not None else None


def compile_file(file: MappingFile, roots: Roots, out: Out) -> Mapping | None:
    return _compile(file, Work(roots, out), ())


def _compile(file: MappingFile, work: Work, within: tuple[Path, ...]) -> Mapping | None:
    roots, out = work.roots, work.out
    schema, wanted = _source(file, roots, out), _target(file, roots, out)
    rows = {spec.name: _rows(spec, file, roots, out) for spec in file.tables}
    uses = _uses(file, work, (*within, file.path))
    if schema is None or wanted is None:
        return None
    typed = typed_cells(file, wanted, {spec.name for spec in file.tables if _is_untyped(spec)})
    files = tuple(dict.fromkeys([*file.files.values(), *_csv_files(file)]))
    return Mapping(
        file=typed,
        schema=schema,
        read=reader(used_schema(typed, schema, uses)),
        wanted=wanted,
        rows=rows,
        uses=uses,
        digest=_digest(files, uses.values()),
        files=files,
        roots=roots,
    )


def _source(file: MappingFile, roots: Roots, out: Out) -> Schema | None:
    try:
        schema = schemas.source_schema(file.source, file.target, roots)
    except Problems as wrong:
        out.extend(_of_schema(file.places["from"], wrong, roots, f"records/{file.source}"))
        return None
    if schema is None:
        kind = schemas.source_kind(file.source)
        out.append(_no_schema(file, "from", kind, file.source, roots))
    return schema


def _target(file: MappingFile, roots: Roots, out: Out) -> Schema | None:
    kind = schemas.target_kind(file.target)
    try:
        schema = schemas.find_schema(kind, file.target, roots)
    except Problems as wrong:
        out.extend(_of_schema(file.places["to"], wrong, roots, ""))
        return None
    if schema is None:
        out.append(_no_schema(file, "to", kind, file.target, roots))
    return schema


def _of_schema(place: Span, wrong: Problems, roots: Roots, name: str) -> Iterable[Diagnostic]:
    """Why a schema can't be used, in its own file where that is known better."""
    path = roots.find("schemas", f"{name}{schemas.ENDING}")
    found = check_schema(path, roots) if path is not None else ()
    return found or [each for each in wrong.diagnostics if isinstance(each, Diagnostic)]


def _no_schema(file: MappingFile, key: str, kind: str, name: str, roots: Roots) -> Any:
    names = [each for each in schemas.schema_names(kind, roots) if each != "parts" and not each.startswith("planned-")]
    return problems.no_schema(file.places[key], kind, name, names)


def _is_untyped(spec: TableSpec) -> bool:
    return spec.rows.kind != "inline"


def _rows(spec: TableSpec, file: MappingFile, roots: Roots, out: Out) -> tuple[Rows, ...]:
    """A table's rows, those put in front first; a connection's come at the run."""
    found = [_some_rows(spec, part, file, roots, out) for part in (spec.first, spec.rows) if part is not None]
    return tuple(rows for rows in found if rows is not None)


def _some_rows(spec: TableSpec, part: RowsSpec, file: MappingFile, roots: Roots, out: Out) -> Rows | None:
    if part.kind == "connection":
        return None
    if part.kind == "inline":
        return tables.inline_rows(spec, part.lists, out)
    path = csv_path(part, file)
    if not roots.may_read(path, file.files.get(part.span.file, file.path)):
        out.append(problems.outside(part.span, part.file))
        return None
    if not path.is_file():
        near = closest(path.name, [each.name for each in path.parent.glob("*.csv")]) if path.parent.is_dir() else None
        out.append(problems.no_csv(part.span, part.file, near))
        return None
    rows, wrong = tables.decode_csv(content(path), display(path))
    out.extend(wrong)
    lacking = list(tables.lacking_columns(spec, rows, part.span)) if rows else []
    out.extend(lacking)
    return rows if not lacking else None


def csv_path(part: RowsSpec, file: MappingFile) -> Path:
    """A CSV file lies beside the file that names it, which may be an extended one."""
    return file.files.get(part.span.file, file.path).parent / part.file


def _csv_files(file: MappingFile) -> Iterable[Path]:
    parts = [
        part for spec in file.tables for part in (spec.first, spec.rows) if part is not None and part.kind == "file"
    ]
    return [path for part in parts if (path := csv_path(part, file)).is_file()]


def _uses(file: MappingFile, work: Work, within: tuple[Path, ...]) -> dict[str, Mapping]:
    found: dict[str, Mapping] = {}
    seen: set[str] = set()
    for use in (part for part in all_parts(file) if isinstance(part, Use)):
        if use.mapping not in seen:
            seen.add(use.mapping)
            mapping = _use(use, file, work, within)
            if mapping is not None:
                found[use.mapping] = mapping
    return found


def _use(use: Use, file: MappingFile, work: Work, within: tuple[Path, ...]) -> Mapping | None:
    roots, out = work.roots, work.out
    beside = file.files.get(use.mapping_span.file, file.path)
    path = find(use.mapping, roots, beside)
    if path is None:
        if find(use.mapping, roots) is None:
            out.append(problems.no_mapping(use.mapping_span, use.mapping, mapping_names(roots)))
            return None
        path = beside
    if path.resolve() in {each.resolve() for each in within}:
        names = [*(each.stem for each in within), path.stem]
        out.append(problems.circle(use.mapping_span, "use", names))
        return None
    if len(within) > DEEPEST:
        out.append(problems.too_many_steps(use.mapping_span, "use", DEEPEST))
        return None
    if path not in work.done:
        work.done[path] = _compiled(path, work, within)
    return work.done[path]


def _digest(files: Iterable[Path], uses: Iterable[Mapping]) -> str:
    """Changes whenever a file changes that can change what the mapping makes."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(hashlib.sha256(content(path)).digest())
    for use in uses:
        whole.update(use.digest.encode())
    return whole.hexdigest()


def typed_cells(file: MappingFile, wanted: Schema, untyped: set[str]) -> MappingFile:
    """Gives look-ups in tables of texts the type of the field that they go to, directly or by a `let`."""
    if not any(isinstance(part, LookUp) and part.table in untyped for part in all_parts(file)):
        return file
    made = _typed_made(file.made, wanted, untyped)
    return replace(file, made=made, let=_typed_lets(file.let, [(made, wanted)], untyped))


Goal = tuple[Part, Schema]


def _typed(part: Part, wanted: Schema, untyped: set[str]) -> Part:
    match part:
        case LookUp() if part.table in untyped and part.options.type is None:
            return replace(part, options=replace(part.options, type=cells.kind_wanted(wanted)))
        case Made():
            return _typed_made(part, wanted, untyped)
        case Listed():
            items = wanted.get("items", {})
            return replace(part, blocks=tuple(_typed_block(block, items, untyped) for block in part.blocks))
    missing = part.options.missing
    if missing is None or isinstance(missing, str):
        return part
    return replace(part, options=replace(part.options, missing=_typed(missing, wanted, untyped)))


def _typed_made(made: Made, wanted: Schema, untyped: set[str]) -> Made:
    known = wanted.get("properties", {})
    fields = (replace(each, part=_typed(each.part, known.get(each.name, {}), untyped)) for each in made.fields)
    return replace(made, fields=tuple(fields))


def _typed_block(block: Block, wanted: Schema, untyped: set[str]) -> Block:
    made = _typed_made(block.made, wanted, untyped)
    return replace(block, made=made, let=_typed_lets(block.let, [(made, wanted)], untyped))


def _typed_lets(lets: tuple[Let, ...], goals: list[Goal], untyped: set[str]) -> tuple[Let, ...]:
    """From the last to the first: what a let wants is what those want that only pass it on."""
    done: list[Let] = []
    for let in reversed(lets):
        wants = [schema for part, schema in _leaves(goals) if _passes_on(part, let.name)]
        kinds = {cells.kind_wanted(schema) for schema in wants}
        wanted = wants[0] if len(kinds) == 1 else {}
        done.append(replace(let, part=_typed(let.part, wanted, untyped)))
        goals.append((let.part, wanted))
    return tuple(reversed(done))


def _leaves(goals: Iterable[Goal]) -> Iterable[Goal]:
    """Each part with the schema of the place that it fills."""
    for part, schema in goals:
        yield part, schema
        match part:
            case Made():
                known = schema.get("properties", {})
                yield from _leaves([(each.part, known.get(each.name, {})) for each in part.fields])
            case Listed():
                yield from _leaves([(block.made, schema.get("items", {})) for block in part.blocks])


def _passes_on(part: Part, name: str) -> bool:
    """Whether a part is nothing but `let.name`."""
    tree = part.expression.tree if isinstance(part, Computed) else None
    return isinstance(tree, FieldTree) and tree.name == name and isinstance(tree.of, Name) and tree.of.name == "let"


__all__ = ["compile_file", "compile_path", "csv_path", "typed_cells", "walk"]
