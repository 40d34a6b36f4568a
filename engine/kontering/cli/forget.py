"""`kontering forget`: takes who somebody is out of a project's store."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.errors import Misuse
from kontering.store.store import Store
from kontering.sync import keeping


@click.command("forget")
@click.argument("customer", required=False)
@click.option("--older-than", "years", type=click.IntRange(1), metavar="YEARS", help="Everybody in what is that old.")
@click.option("--dry-run", "dry", is_flag=True, help="Only list the documents.")
@project_option
@output.json_option
def command(customer: str | None, years: int | None, dry: bool, folder: Path | None, as_json: bool) -> None:
    """Take a person's data out of the store, and leave the books whole.

    Names, addresses, e-mail and phone go; amounts, numbers and the audit chain stay. Invoices themselves are in the
    books, where the law keeps them for five years; `--older-than 5` is for cron, once a day.

    \b
    Examples:
      kontering forget shop/customer/7 --dry-run
      kontering forget lise@example.dk
      kontering forget --older-than 5
    """
    if (customer is None) == (years is None):
        raise Misuse("Whom? A customer's key or e-mail, or --older-than YEARS.")
    project, who = open_project(folder), getpass.getuser()
    with Store.open(project.store, project=project.name) as store:
        if years is not None:
            number = 0
            while some := keeping.expire(store, years=years, who=who):
                number += some
            output.write_json({"forgotten": number}) if as_json else output.say(output.count(number, "document"))
            return
        keys = keeping.forget(store, str(customer), who=who, dry=dry)
    if as_json:
        output.write_json({"documents": keys, "forgotten": not dry})
        return
    for key in keys:
        output.say(f"{key}: {'would be forgotten' if dry else 'forgotten'}")
