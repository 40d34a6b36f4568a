"""`kontering check`: every mistake in project, mapping and table files, without running them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from kontering.cli import output, pages, reports
from kontering.codes import CODES
from kontering.diagnostics import Diagnostic, errors
from kontering.errors import Misuse
from kontering.mapping.check import check_paths
from kontering.mapping.roots import Roots, display
from kontering.project import file
from kontering.project.check import check_project
from kontering.project.words import near_or_all

FORMATS = ("text", "json", "github", "sarif", "junit")


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print problems."
)
@click.option("--explain", metavar="CODE", help="Print the manual's page of a code, and check nothing.")
@output.json_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], form: str, explain: str | None, as_json: bool) -> None:
    """Find every mistake in mapping and project files without running them.

    Sends nothing, needs no network and no secrets. PATH is a project's folder, a mapping file, or a folder of them;
    without PATH it is the project around you. Exit code 1 says that there are errors.

    \b
    Examples:
      kontering check
      kontering check mappings/shop/order-to-invoice.yaml
      kontering check --format github
      kontering check --explain K150
    """
    if explain is not None:
        output.say(_page(explain.upper()))
        return
    work = gather(paths or (file.find_folder(Path.cwd()),))
    found = [problem for folder in work.projects for problem in check_project(folder)]
    found += [problem for root, mappings in work.mappings.items() for problem in check_paths(mappings, Roots(root))]
    _write(found, work, "json" if as_json else form)
    ctx.exit(1 if errors(found) else 0)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be checked: projects, and mapping files by the project around them."""

    projects: list[Path] = field(default_factory=list)
    mappings: dict[Path | None, list[Path]] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        own = [path for folder in self.projects for path in (folder / file.NAME, *mapping_files(folder / "mappings"))]
        return own + [path for paths in self.mappings.values() for path in paths]


def gather(paths: Sequence[Path]) -> Work:
    """Projects and mapping files below some paths, each once."""
    work = Work()
    for path in paths:
        _gather(path.resolve(), work)
    return work


def _gather(path: Path, work: Work) -> None:
    if path.is_file() and path.suffix == ".yaml" and path.name != file.NAME:
        _add(path, work)
    elif path.is_file():
        _add_project(file.find_folder(path.parent), work)
    else:
        inside = sorted(found.parent for found in path.rglob(file.NAME))
        for folder in inside:
            _add_project(folder, work)
        for mapping in mapping_files(path):
            if not any(mapping.is_relative_to(folder) for folder in inside):
                _add(mapping, work)


def _add_project(folder: Path, work: Work) -> None:
    if folder not in work.projects:
        work.projects.append(folder)


def _add(mapping: Path, work: Work) -> None:
    known = work.mappings.setdefault(file.root_of(mapping), [])
    if mapping not in known:
        known.append(mapping)


def mapping_files(folder: Path) -> list[Path]:
    """The mapping files below a folder; hidden folders are none of ours."""
    found = sorted(folder.rglob("*.yaml"))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _write(found: Sequence[Diagnostic], work: Work, form: str) -> None:
    if form == "text":
        for problem in found:
            output.say(output.painted(problem))
        output.say(_summary(found, work))
    elif form == "github":
        output.say(reports.github(found)) if found else None
    elif form == "junit":
        output.say(reports.junit(found, [display(path) for path in work.files]))
    else:
        checked = {"projects": len(work.projects), "files": len(work.files)}
        output.write_json(reports.sarif(found) if form == "sarif" else reports.summary(found, checked))


def _summary(found: Sequence[Diagnostic], work: Work) -> str:
    wrong = errors(found)
    warned = len(found) - len(wrong)
    said = [output.count(len(wrong), "error")] if wrong else []
    said += [output.count(warned, "warning")] if warned else []
    checked = f"{output.count(len(work.files), 'file')} checked"
    if not said:
        return output.good(f"{checked}, no problems")
    paint = output.bad if wrong else output.careful
    return paint(f"{checked}, {' and '.join(said)}")


def _page(code: str) -> str:
    if code not in CODES:
        raise Misuse(f"There is no code {code!r}; {near_or_all(code, CODES, '`kontering docs codes` lists them.')}")
    return pages.explained(code)
