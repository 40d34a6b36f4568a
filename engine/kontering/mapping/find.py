"""Finds mapping files by name or path, and reads them with what they extend."""

from __future__ import annotations

from collections.abc import Mapping as Names
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span
from kontering.mapping import problems
from kontering.mapping.extend import extended, without_extension
from kontering.mapping.file import read_file
from kontering.mapping.parts import MappingFile
from kontering.mapping.reading import Out, text_of
from kontering.mapping.roots import Roots, display
from kontering.yaml.load import compose, decode
from kontering.yaml.nodes import Map, Node
from kontering.yaml.texts import content

ENDING = ".yaml"
DEEPEST = 10  # files that extend one another


@dataclass(frozen=True, slots=True)
class Chain:
    """A file merged with all that it extends: its own nodes first, those of the last file at the end."""

    merged: Map
    nodes: tuple[Map, ...]
    files: Names[str, Path]


def find(name: str, roots: Roots, beside: Path | None = None) -> Path | None:
    """The file of a mapping's name, or of a path; never the file that asks."""
    if name.endswith((".yaml", ".yml")) or name.startswith("."):
        path = (beside.parent if beside else Path()) / name
        allowed = beside is None or roots.may_read(path, beside)
        return path if allowed and path.is_file() else None
    found = (folder / f"{name}{ENDING}" for folder in roots.folders("mappings"))
    return next((path for path in found if path.is_file() and not _same(path, beside)), None)


def mapping_names(roots: Roots) -> list[str]:
    return [name for name in roots.names("mappings", ENDING) if not name.startswith("tables/")]


def read(path: Path, roots: Roots, out: Out) -> MappingFile | None:
    """The file's parts, merged with what it extends; what is wrong goes to `out`."""
    chain = read_chain(path, roots, out)
    if chain is None:
        return None
    found = read_file(chain.merged, chain.nodes[0], path, chain.files, chain.nodes, out)
    if found is not None:
        _named_by_place(found, roots, out)
    return found


def read_chain(path: Path, roots: Roots, out: Out, within: tuple[Path, ...] = ()) -> Chain | None:
    own = _own(path, out)
    if own is None:
        return None
    name = text_of(own.get("extends"), "'extends'", out)
    if own.get("extends") is None or name is None:
        return Chain(without_extension(own, out), (own,), {display(path): path})
    base = _base(name, own, path, roots, out, within)
    if base is None:
        return None
    return Chain(extended(own, base.merged, out), (own, *base.nodes), {display(path): path, **base.files})


def _own(path: Path, out: Out) -> Map | None:
    shown = display(path)
    try:
        node, found = _composed(content(path), shown)
    except OSError as error:
        out.append(problems.unreadable(Span(shown), error.strerror or str(error)))
        return None
    out.extend(found)
    if node is not None and not isinstance(node, Map):
        out.append(problems.wrong_kind(node.span, "a mapping file", "a map", "a list or a value"))
    return node if isinstance(node, Map) else None


@lru_cache(maxsize=100)
def _composed(data: bytes, shown: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """What a file says; many files extend the same one."""
    text, found = decode(data, shown)
    return compose(text, shown) if text is not None else (None, found)


def _base(name: str, own: Map, path: Path, roots: Roots, out: Out, within: tuple[Path, ...]) -> Chain | None:
    node = own.get("extends")
    assert node is not None
    base = find(name, roots, path)
    if base is None:
        out.append(problems.no_mapping(node.span, name, mapping_names(roots)))
        return None
    before = (*within, path)
    if base.resolve() in {each.resolve() for each in before}:
        out.append(problems.circle(node.span, "extends", [*(each.stem for each in before), base.stem]))
        return None
    if len(before) > DEEPEST:
        out.append(problems.too_many_steps(node.span, "extends", DEEPEST))
        return None
    return read_chain(base, roots, out, before)


def _named_by_place(file: MappingFile, roots: Roots, out: Out) -> None:
    """A mapping is found by its name, so its name is its path below mappings/."""
    for folder in roots.folders("mappings"):
        if file.path.resolve().is_relative_to(folder.resolve()):
            place = file.path.resolve().relative_to(folder.resolve()).as_posix().removesuffix(ENDING)
            if place != file.name:
                out.append(problems.misnamed(file.places["mapping"], file.name, place))
            return


def _same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()


def ordered(found: Out) -> tuple[Diagnostic, ...]:
    """Each problem once: errors before warnings, then as they are written."""
    unique = dict.fromkeys(found)
    return tuple(
        sorted(unique, key=lambda problem: (problem.severity != "error", problem.span or Span(""), problem.code))
    )
