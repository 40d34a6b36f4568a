"""One place that prints: text for people, JSON for programs, problems in the form that docs and editors know."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import click

from kontering import diagnostics
from kontering.diagnostics import Diagnostic

F = TypeVar("F", bound=Callable[..., Any])

_JSON = "kontering.json"


def _remember(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    ctx.find_root().meta[_JSON] = value
    return value


def json_option(command: F) -> F:
    """`--json`; what goes wrong is JSON too then."""
    return click.option("--json", "as_json", is_flag=True, callback=_remember, help="Print JSON for programs.")(command)


def wants_json() -> bool:
    """Whether the running command was asked for JSON."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get(_JSON))


def say(text: str = "") -> None:
    """A line for people, on standard output."""
    click.echo(text)


def note(text: str) -> None:
    """What happens on the way, on standard error, so that standard output stays the result."""
    click.echo(text, err=True)


def bold(text: str) -> str:
    return click.style(text, bold=True)


def dim(text: str) -> str:
    return click.style(text, dim=True)


def good(text: str) -> str:
    return click.style(text, fg="green")


def bad(text: str) -> str:
    return click.style(text, fg="red", bold=True)


def careful(text: str) -> str:
    return click.style(text, fg="yellow")


def on_terminal() -> bool:
    """Whether a person is looking: only then are there colours and bars."""
    return sys.stdout.isatty()


def write_json(value: Any) -> None:
    """A value as JSON: decimals as text (`"39.20"`), dates in ISO form; nothing is rounded on the way."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    return json.dumps(simple(value), ensure_ascii=False, indent=2)


def simple(value: Any) -> Any:
    """Maps, lists, texts and whole numbers only."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: simple(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {str(name): simple(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [simple(part) for part in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal | Path) or not isinstance(value, _PLAIN) else value


_PLAIN = (str, int, bool, type(None))


def problems(found: Iterable[object]) -> None:
    """Every problem with its line and caret, on standard error; as JSON on standard output."""
    listed = [item for item in found if isinstance(item, Diagnostic)]
    if wants_json():
        write_json({"problems": [diagnostics.as_json(item) for item in listed]})
        return
    for item in listed:
        click.echo(painted(item), err=True)


def painted(problem: Diagnostic) -> str:
    """A problem's text, its kind and code in colour."""
    mark = f"{problem.severity}[{problem.code}]"
    paint = bad if problem.severity == "error" else careful
    return diagnostics.render(problem, _text_of(problem)).replace(mark, paint(mark), 1)


def behind(found: Iterable[Diagnostic], reason: str) -> Iterator[str]:
    """The problems behind a reason; a head that only says the reason again, without a place, is left out."""
    for problem in found:
        head, *rest = painted(problem).split("\n")
        yield from rest if problem.message == reason and not problem.span else [head, *rest]


def _text_of(problem: Diagnostic) -> str | None:
    """The text around a problem, where it doesn't bring its line along; never that of a file of secrets."""
    path = Path(problem.span.file) if problem.span and problem.source is None else None
    if path is None or path.suffix not in (".yaml", ".csv", ".json") or not path.is_file():
        return None
    return path.read_text(encoding="utf-8", errors="replace")


def fail(text: str) -> None:
    """One sentence on what stopped the command."""
    if wants_json():
        write_json({"error": text})
        return
    click.echo(f"{bad('Error')}: {text}", err=True)


def count(number: int, one: str, many: str | None = None) -> str:
    """
    >>> count(1, "order"), count(2, "order"), count(3, "entry", "entries")
    ('1 order', '2 orders', '3 entries')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Rows under a head; the columns in `right` are numbers. A terminal gets a table that fits its width."""
    if on_terminal():
        _rich_table(head, rows, right)
        return
    for line in columns([head, *rows], right):
        say(line)


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows as aligned lines.

    >>> columns([("revenue", "12.00"), ("vat", "3.00")], right=[1])
    ['revenue  12.00', 'vat       3.00']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cell(row, i, widths, right) for i in range(len(row))).rstrip() for row in rows]


def _cell(row: Sequence[str], at: int, widths: Sequence[int], right: Sequence[int]) -> str:
    return row[at].rjust(widths[at]) if at in right else row[at].ljust(widths[at])


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    # rich costs as much at start as all of click; only a terminal that shows a table pays for it
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for at, name in enumerate(head):
        shown.add_column(name, justify="right" if at in right else "left")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)


def markdown(text: str) -> None:
    """A page of the manual: set for reading on a terminal, as it is elsewhere."""
    if not on_terminal():
        say(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
