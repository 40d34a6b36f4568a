"""`kontering docs flow`: an accountant's page on what a flow books, as HTML or Markdown, in English or Danish."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.flowpage.flow import page_of
from kontering.cli.flowpage.html import html
from kontering.cli.flowpage.markdown import markdown
from kontering.cli.flowpage.page import Page
from kontering.cli.flowpage.words import LANGUAGES, Language, Words
from kontering.cli.options import check_flows, open_checked, project_option
from kontering.errors import Misuse
from kontering.project.project import Project
from kontering.sync.wiring import settings_of

FORMATS = ("markdown", "html")


@click.command("docs flow")
@click.argument("flows", nargs=-1, metavar="[FLOW…]")
@click.option("--format", "form", type=click.Choice(FORMATS), help="HTML or Markdown; without it by the file's ending.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="English or Danish.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DAY",
    help="VAT rates of that day; else today's.",
)
@project_option
@output.json_option
def command(
    flows: tuple[str, ...],
    form: str | None,
    language: Language,
    out: Path | None,
    day: dt.datetime | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Write an accountant's page: what goes to which account and VAT code, when, and why.

    Everything on it comes from the project: states, terms, payments and their accounts, VAT treatments and codes with
    what the target's tables make of them, rounding, what is held, and where each field comes from. Nothing is sent,
    and no secret is needed. The HTML file needs no other file.

    \b
    Examples:
      kontering docs flow
      kontering docs flow orders --language da --out bogfoering.html
      kontering docs flow --format markdown --on 2026-01-01
    """
    project = open_checked(folder)
    check_flows(project, flows)
    if not project.flows:
        raise Misuse("The project has no flows yet.")
    words = Words(language)
    on = day.date() if day else dt.datetime.now(dt.UTC).date()
    pages = [_page(project, name, words, on) for name in flows or project.flows]
    if as_json:
        output.write_json({"flows": pages})
        return
    title = words("book title", project=project.name)
    made = html(title, pages, language) if _is_html(form, out) else markdown(title, pages)
    if out is None:
        output.say(made.rstrip())
    else:
        out.write_text(made, encoding="utf-8")
        output.note(f"{out} written")


def _page(project: Project, name: str, words: Words, on: dt.date) -> Page:
    flow = project.flows[name]
    return page_of(project, flow, settings_of(project, flow), words, on)


def _is_html(form: str | None, out: Path | None) -> bool:
    return form == "html" or (form is None and out is not None and out.suffix in (".html", ".htm"))
