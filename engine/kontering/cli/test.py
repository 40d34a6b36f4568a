"""`kontering test`: the tests that mapping files carry, as text, JSON or JUnit, with coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.check import gather, mapping_files
from kontering.cli.watching import watch
from kontering.diagnostics import Diagnostic, Span, as_json
from kontering.errors import Problems
from kontering.mapping.case import Result, as_junit
from kontering.mapping.coverage import Coverage, cover
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Mapping
from kontering.mapping.roots import Roots, display
from kontering.project.file import find_folder, root_of, with_source

FORMATS = ("text", "json", "junit")


@dataclass(frozen=True, slots=True)
class Tested:
    """A mapping file with the results of its tests and what they reached; or why it can't be loaded."""

    path: Path
    results: tuple[Result, ...] = ()
    coverage: Coverage | None = None
    problems: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results) + bool(self.problems)


@click.command("test")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print results."
)
@click.option("--coverage", is_flag=True, help="List fields, conditions, stops and table rows that no test reached.")
@click.option(
    "--min-coverage", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail if a file's tests reach less."
)
@click.option("--inherited", is_flag=True, help="Run the tests of extended files too.")
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write JUnit's XML to a file too."
)
@click.option("--watch", "again", is_flag=True, help="Run again after each change of a file, until Ctrl-C.")
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str,
    coverage: bool,
    min_coverage: int | None,
    inherited: bool,
    junit: Path | None,
    again: bool,
    as_json: bool,
) -> None:
    """Run the tests that mapping files carry.

    PATH is a project's folder, a mapping file, or a folder of them; without PATH it is the project around you.

    \b
    Examples:
      kontering test
      kontering test mappings/shop/order-to-invoice.yaml --coverage
      kontering test --min-coverage 100 --junit results.xml
      kontering test --watch
    """
    places = paths or (find_folder(Path.cwd()),)

    def once() -> int:
        tested = [_run(path, inherited=inherited) for path in _files(places)]
        too_low = [one for one in tested if one.coverage and one.coverage.percent < (min_coverage or 0)]
        _write(tested, "json" if as_json else form, coverage=coverage, too_low=too_low, wanted=min_coverage)
        if junit is not None:
            junit.write_text(as_junit(_cases(tested)), encoding="utf-8")
        return 1 if any(one.failed for one in tested) or too_low else 0

    ctx.exit(watch([root_of(path.resolve()) or path for path in places], once) if again else once())


def _files(paths: Sequence[Path]) -> list[Path]:
    work = gather(paths)
    own = [path for folder in work.projects for path in mapping_files(folder / "mappings")]
    return own + [path for found in work.mappings.values() for path in found]


def _run(path: Path, *, inherited: bool) -> Tested:
    try:
        mapping = load_mapping(str(path), Roots(root_of(path)))
        results, coverage = cover(mapping, inherited=inherited)
    except Problems as problems:
        return Tested(path, problems=tuple(each for each in problems.diagnostics if isinstance(each, Diagnostic)))
    texts = _texts(mapping)
    shown = tuple(_with_source(result, texts) for result in results)
    missed = with_source(coverage.missed, texts)
    return Tested(path, shown, Coverage(coverage.file, coverage.total, missed))


def _texts(mapping: Mapping) -> dict[str, str]:
    return {name: path.read_text(encoding="utf-8") for name, path in mapping.file.files.items()}


def _with_source(result: Result, texts: dict[str, str]) -> Result:
    if result.problem is None:
        return result
    (problem,) = with_source([result.problem], texts)
    return Result(mapping=result.mapping, name=result.name, span=result.span, problem=problem, seconds=result.seconds)


def _write(
    tested: Sequence[Tested], form: str, *, coverage: bool, too_low: Sequence[Tested], wanted: int | None
) -> None:
    results = [result for one in tested for result in one.results]
    if form == "junit":
        output.say(as_junit(_cases(tested)).rstrip())
    elif form == "json":
        output.write_json({"tests": [_row(result) for result in results], "files": [_file(one) for one in tested]})
    else:
        _text(tested, results, coverage=coverage)
        for one in too_low:
            reached = one.coverage.percent if one.coverage else 0
            output.say(output.bad(f"{one.path.name}: its tests reach {reached} %, less than {wanted} %"))


def _cases(tested: Iterable[Tested]) -> list[Result]:
    """All results, and a failed one for each file that can't be loaded: none passes by not running."""
    found: list[Result] = []
    for one in tested:
        found += one.results
        for problem in one.problems[:1]:
            name, span = display(one.path), problem.span or Span(display(one.path))
            found.append(Result(mapping=name, name="the file is right", span=span, problem=problem))
    return found


def _row(result: Result) -> dict[str, object]:
    problem = as_json(result.problem) if result.problem else None
    return {"mapping": result.mapping, "name": result.name, "passed": result.passed, "problem": problem}


def _file(one: Tested) -> dict[str, object]:
    reached = {"reached": one.coverage.reached, "places": one.coverage.total} if one.coverage else {}
    return {"file": one.path, **reached, "problems": [as_json(problem) for problem in one.problems]}


def _text(tested: Sequence[Tested], results: Sequence[Result], *, coverage: bool) -> None:
    for problem in _problems(tested):
        output.say(output.painted(problem))
    for one in tested if coverage else ():
        if one.coverage:
            _show_coverage(one.coverage)
    failed = sum(one.failed for one in tested)
    passed = sum(result.passed for result in results)
    said = f"{output.count(passed, 'test')} passed" + (f", {failed} failed" if failed else "")
    output.say((output.bad if failed else output.good)(f"{output.count(len(tested), 'file')}, {said}"))


def _problems(tested: Iterable[Tested]) -> Iterable[Diagnostic]:
    for one in tested:
        yield from one.problems
        yield from (result.problem for result in one.results if result.problem)


def _show_coverage(found: Coverage) -> None:
    for missed in found.missed:
        output.say(output.painted(missed))
    output.say(f"{found.file}: {found.reached} of {found.total} places reached, {found.percent} %")
