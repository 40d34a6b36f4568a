"""Finds and reads `kontering.yaml` as nodes with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span
from kontering.errors import Misuse
from kontering.mapping.roots import display
from kontering.project import words
from kontering.yaml.load import compose, decode
from kontering.yaml.nodes import Map
from kontering.yaml.texts import content

NAME = "kontering.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """The project file as it was written; `shown` is how messages name it."""

    folder: Path
    shown: str
    text: str
    node: Map


def find_folder(start: Path) -> Path:
    """The nearest folder upwards that has a project file."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / NAME).is_file():
            return folder
    raise Misuse(
        f"There is no {NAME} in {start.resolve()} or above it: go to a project's folder, or make one with "
        "`kontering init DIR`."
    )


def root_of(path: Path) -> Path | None:
    """The folder whose mappings/ and schemas/ a file may use: its project's, else the one that holds its mappings/."""
    for folder in (path, *path.parents):
        if (folder / NAME).is_file():
            return folder
    return next((folder.parent for folder in (path, *path.parents) if folder.name == "mappings"), None)


def read_project_file(folder: Path) -> tuple[ProjectFile | None, tuple[Diagnostic, ...]]:
    """The project file of a folder, and what is wrong with its YAML."""
    path = folder / NAME
    name = display(path)
    text, found = decode(content(path), name)
    if text is None:
        return None, found
    node, found = compose(text, name)
    if isinstance(node, Map):
        return ProjectFile(folder=folder, shown=name, text=text, node=node), found
    return None, found or (words.not_a_project(Span(name)),)


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Problems as a reader meets them, from top to bottom, each once."""
    start = Span("")
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.span or start))


def with_source(found: Iterable[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The problems with the lines that they are about."""
    return tuple(_with_line(problem, texts) for problem in found)


def _with_line(problem: Diagnostic, texts: Mapping[str, str]) -> Diagnostic:
    span = problem.span
    if problem.source is not None or span is None or span.file not in texts:
        return problem
    lines = texts[span.file].splitlines()
    return replace(problem, source=lines[span.line - 1]) if span.line <= len(lines) else problem
