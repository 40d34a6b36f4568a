"""Checks mapping files before anything runs: all problems at once, each at its place, none that follows from another.

Types are inferred from the record's schema through params, `let` and blocks to the target's fields. What can't be
known has type Any, and of that nothing more is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span, errors
from kontering.mapping import problems
from kontering.mapping.compile import compile_path
from kontering.mapping.find import ordered
from kontering.mapping.infer import infer_mapping
from kontering.mapping.lookups import check_tables
from kontering.mapping.mapping import Mapping
from kontering.mapping.naming import check_names, check_unused
from kontering.mapping.proofs import check_totals
from kontering.mapping.reading import Out
from kontering.mapping.recordschemas import check_schema
from kontering.mapping.roots import Roots, display
from kontering.mapping.schemas import ENDING
from kontering.mapping.specs import check_tests
from kontering.yaml.texts import exists

PROJECT_FILE = "kontering.yaml"


def check_paths(paths: Iterable[Path], roots: Roots, *, tests: bool = True) -> tuple[Diagnostic, ...]:
    """All problems of these files, and of the mapping files in these folders; `tests`: also of the tests in them."""
    out: Out = []
    for path in mapping_files(paths):
        out.extend(check_path(path, roots, tests=tests))
    return ordered(out)


def mapping_files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*.yaml") if each.name != PROJECT_FILE)
        else:
            yield path


def check_path(path: Path, roots: Roots, *, tests: bool = True) -> tuple[Diagnostic, ...]:
    """All problems of one file, with those of what it extends and uses."""
    out: Out = []
    if not exists(path):
        return (problems.unreadable(Span(display(path)), "there is no such file"),)
    mapping = compile_path(path, roots, out)
    if mapping is not None and (wrong := own_schema(mapping, roots)):
        out.extend(wrong)  # what the record has is the base of all that follows
    elif mapping is not None:
        out.extend(check_mapping(mapping))
        if tests:
            out.extend(check_tests(mapping))
        if not errors(out):  # what is broken may be what uses a name
            check_unused(mapping.file, out)
    return ordered(out)


def own_schema(mapping: Mapping, roots: Roots) -> tuple[Diagnostic, ...]:
    """The record's schema, if the project brings it; those that are shipped are tested."""
    path = roots.project / "schemas" / "records" / f"{mapping.source}{ENDING}" if roots.project else None
    return check_schema(path, roots) if path is not None and path.is_file() else ()


def check_mapping(mapping: Mapping) -> tuple[Diagnostic, ...]:
    """What is wrong with the meaning of a mapping whose shape is right."""
    out: Out = []
    check_names(mapping.file, out)
    check_tables(mapping, out)
    infer_mapping(mapping, out)
    check_totals(mapping, out)
    return ordered(out)
