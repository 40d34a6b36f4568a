"""`kontering eval`: one expression against a record, in any of the three languages, or a prompt for many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kontering.cli import output, prompt
from kontering.cli.expressions import PARSE, Around, evaluated, params_of, shown
from kontering.cli.options import roots_here
from kontering.cli.records import read_record, typed
from kontering.errors import Misuse


@click.command("eval")
@click.argument("expression", required=False)
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
@click.pass_context
def command(
    ctx: click.Context,
    expression: str | None,
    record: Path | None,
    kind: str | None,
    language: str,
    params: tuple[str, ...],
    as_json: bool,
) -> None:
    """Evaluate one expression against a record.

    The record has the name of its kind, or that which EXPRESSION begins with: `order.total` reads the record's `total`.
    Without EXPRESSION there is a prompt: Tab completes fields, params and functions, the arrows bring back what was
    asked before, `:help` says what else it knows.

    \b
    Examples:
      kontering eval "order.total" --record order.json
      kontering eval "sum(order.line_items[].total)" --record order.json --kind woocommerce/order
      kontering eval --as calc "0.1 + 0.2"
      kontering eval --as text "Order {{ order.number }}" --record order.json
      kontering eval --record order.json --kind woocommerce/order
    """
    if expression is None and str(record) == "-":
        raise Misuse("The prompt reads standard input, so the record must come from a file.")
    around = Around(record=_record(record, kind), kind=kind, params=params_of(params))
    if expression is None:
        ctx.exit(prompt.ask(prompt.Session(around=around, language=language)))
    value = evaluated(expression, language, around)
    output.write_json(value) if as_json else output.say(shown(value))


def _record(path: Path | None, kind: str | None) -> Any:
    if path is None:
        return None
    data = read_record(path)
    return typed(data, kind, roots_here()) if kind else data
