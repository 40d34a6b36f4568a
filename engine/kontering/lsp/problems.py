"""The checker's problems of the files that an editor has open, each with the file that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span, errors
from kontering.errors import Misuse, Problems
from kontering.mapping.check import check_path
from kontering.mapping.roots import Roots, display
from kontering.project.check import check_project
from kontering.project.file import NAME, find_folder, root_of
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map
from kontering.yaml.texts import holding

OWN_KEYS = ("mapping", "extends", "kontering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a file's check found in it."""

    path: Path
    problems: tuple[Diagnostic, ...]


def check(path: Path, texts: Mapping[Path, str]) -> Checked:
    """All problems of one file, given the texts that aren't saved yet."""
    path = path.resolve()
    with holding(texts):
        try:
            found = _check(path, texts)
        except Problems as wrong:
            found = [each for each in wrong.diagnostics if isinstance(each, Diagnostic)]
    return Checked(path=path, problems=tuple(_here(found, path)))


def _check(path: Path, texts: Mapping[Path, str]) -> Sequence[Diagnostic]:
    if path.name == NAME:
        return check_project(path.parent)
    if path.suffix == ".csv":
        return _check_table(path)
    if not is_mapping(path, texts.get(path)):
        return ()
    return check_path(path, Roots(root_of(path)))


def _check_table(path: Path) -> Sequence[Diagnostic]:
    """A table is what its project makes of it."""
    try:
        return check_project(find_folder(path.parent))
    except Misuse:
        return ()


def is_mapping(path: Path, text: str | None) -> bool:
    """A file is a mapping by where it lies, or by what it says at the top."""
    if path.suffix not in (".yaml", ".yml"):
        return False
    if "mappings" in path.parts:
        return True
    node, _ = compose(text or "", "")
    return isinstance(node, Map) and node.get("kontering") is not None and node.get("mapping") is not None


def _here(found: Iterable[Diagnostic], path: Path) -> Iterable[Diagnostic]:
    """The problems of the file itself, and in one line each those of files that it needs."""
    shown = display(path)
    elsewhere = []
    for problem in found:
        if problem.span is None or problem.span.file in (shown, ""):
            yield replace(problem, span=problem.span or Span(shown, 1, 1, 1, 2))
        elif path.name != NAME and path.suffix != ".csv":
            elsewhere.append(problem)
    for problem in errors(elsewhere)[:1]:
        message = f"a file that this one needs is wrong: {problem.span}: {problem.message}"
        yield replace(problem, message=message, span=Span(shown, 1, 1, 1, 2))
