"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kontering.diagnostics import errors
from kontering.errors import Misuse, Problems
from kontering.mapping.roots import Roots
from kontering.project.check import check_project
from kontering.project.file import find_folder, root_of
from kontering.project.project import Project, load_project
from kontering.project.words import near_or_all

F = TypeVar("F", bound=Callable[..., Any])


def project_option(command: F) -> F:
    """`--project DIR`: the project's folder; else the nearest one upwards."""
    return click.option(
        "-C",
        "--project",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The project's folder; without it the nearest one upwards.",
    )(command)


def roots_here() -> Roots:
    """Where mappings and schemas are looked for by a command that is run here."""
    here = Path.cwd()
    own = (here / "mappings").is_dir() or (here / "schemas").is_dir()
    return Roots(root_of(here / "mappings") or (here if own else None))


def open_project(folder: Path | None) -> Project:
    """The project that a command is about; raises Problems if its files are wrong."""
    return load_project(find_folder(folder or Path.cwd()))


def open_checked(folder: Path | None) -> Project:
    """A project that is to be planned or run: nothing begins with files that `check` refuses."""
    found = find_folder(folder or Path.cwd())
    wrong = errors(check_project(found, tests=False))
    if wrong:
        raise Problems(wrong)
    return load_project(found)


def check_flows(project: Project, names: tuple[str, ...]) -> None:
    """Every flow that is named exists."""
    for name in names:
        if name not in project.flows:
            raise Misuse(f"There is no flow {name!r}; {near_or_all(name, project.flows, 'the project has none.')}")
