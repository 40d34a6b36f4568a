"""`kontering eval`: one expression against a record, in any of the three languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.options import roots_here
from kontering.cli.records import read_record, record_type, typed
from kontering.diagnostics import errors
from kontering.errors import Misuse, Problems
from kontering.language import types
from kontering.language.infer import infer
from kontering.language.interpret import Scope, evaluate
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Name, Tree, walk
from kontering.project.file import with_source

PARSE: Mapping[str, Callable[[Source], Tree]] = {"path": parse_path, "calc": parse_calc, "text": parse_text}

_FILE = "<expression>"


@click.command("eval")
@click.argument("expression")
@click.option(
    "--record",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="JSON file with the record; - is standard input.",
)
@click.option(
    "--kind", metavar="SYSTEM/KIND", help="Read the record by this schema, so that amounts and times are values."
)
@click.option(
    "--as",
    "language",
    type=click.Choice(list(PARSE)),
    default="path",
    show_default=True,
    help="Language of the expression.",
)
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="Sets param.NAME; may be given several times."
)
@output.json_option
def command(
    expression: str, record: Path | None, kind: str | None, language: str, params: tuple[str, ...], as_json: bool
) -> None:
    """Evaluate one expression against a record.

    The record has the name of its kind, or that which EXPRESSION begins with: `order.total` reads the record's `total`.

    \b
    Examples:
      kontering eval "order.total" --record order.json
      kontering eval "sum(order.line_items[].total)" --record order.json --kind woocommerce/order
      kontering eval --as calc "0.1 + 0.2"
      kontering eval --as text "Order {{ order.number }}" --record order.json
    """
    try:
        tree = PARSE[language](Source(expression, file=_FILE))
        data = _record(record, kind)
        _check(tree, kind, expression)
        value = evaluate(tree, Scope(names=_names(tree, data, kind) | {"param": _params(params)}))
    except (Bad, Missing) as problem:
        raise Problems(with_source([problem.diagnostic], {_FILE: expression})) from problem
    output.write_json(value) if as_json else output.say(shown(value))


def _record(path: Path | None, kind: str | None) -> Any:
    if path is None:
        return None
    data = read_record(path)
    return typed(data, kind, roots_here()) if kind else data


def _check(tree: Tree, kind: str | None, expression: str) -> None:
    """With a schema a misspelt name is told with the nearest right one, before anything is evaluated."""
    if kind is None:
        return
    names: dict[str, types.Type] = {kind.rpartition("/")[2]: record_type(kind, roots_here()), "param": types.Any()}
    _, found = infer(tree, names)
    if errors(found):
        raise Problems(with_source(found, {_FILE: expression}))


def _names(tree: Tree, data: Any, kind: str | None) -> dict[str, Any]:
    """The record under the name that its kind has, or that the expression uses."""
    if kind:
        return {kind.rpartition("/")[2]: data}
    used = sorted({node.name for node in walk(tree) if isinstance(node, Name)} - {"param"})
    if data is None:
        return {}
    if len(used) > 1:
        raise Misuse(f"Which of {', '.join(used)} is the record? Name its kind: --kind SYSTEM/KIND.")
    return {used[0] if used else "record": data}


def _params(said: tuple[str, ...]) -> dict[str, Any]:
    for item in said:
        if "=" not in item:
            raise Misuse(f"--param takes NAME=VALUE, and this is {item!r}.")
    return dict(item.split("=", 1) for item in said)


def shown(value: Any) -> str:
    """A value for people: a text without quotes, a decimal as it is, lists and objects as JSON."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return output.json_text(value) if isinstance(value, dict | list) else str(value)
