"""What the house promises of itself: what a command may import, that the table of commands tells the truth, and that
every shipped file can be reached."""

from __future__ import annotations

import fnmatch
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kontering.cli.main import COMMANDS, cli
from kontering.codes import CODES

ROOT = Path(__file__).parents[1]
ROWS = [(name, module, line) for group in COMMANDS.values() for name, (module, line) in group.items()]

LOADED = """
import sys
from kontering.cli.main import cli
try:
    cli.main({arguments!r}, prog_name="kontering", standalone_mode=True)
except SystemExit as end:
    code = end.code
print("\\n".join(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(code)
"""


def packages_of(arguments: list[str], folder: Path) -> set[str]:
    """The top-level packages that a command has loaded by its end."""
    script = LOADED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.split())


def test_help_loads_click_only(tmp_path: Path) -> None:
    loaded = packages_of(["--help"], tmp_path)

    assert "click" in loaded
    assert not loaded & {"rich", "yaml", "jinja2", "jsonschema", "jsonschema_rs", "httpx", "sqlalchemy", "msgspec"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "mappings", "examples"],
        ["test", "mappings"],
        ["eval", "--as", "calc", "1 + 1"],
        ["docs", "connectors"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_what_authors_run_all_day_loads_neither_http_nor_database(arguments: list[str]) -> None:
    assert not packages_of(arguments, ROOT) & {"httpx", "sqlalchemy", "alembic", "rich"}


@pytest.mark.parametrize(("name", "module", "line"), ROWS, ids=[row[0] for row in ROWS])
def test_every_command_has_the_first_line_of_the_table_and_examples(name: str, module: str, line: str) -> None:
    command = importlib.import_module(f"kontering.cli.{module}").command

    assert isinstance(command, click.Command)
    assert command.name == name
    assert (command.help or "").strip().splitlines()[0] == line
    assert f"kontering {name}" in (command.help or "").partition("Examples:")[2]


def test_every_command_is_in_the_manual() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert [name for name, _, _ in ROWS if f"`kontering {name}" not in page] == []


def options_of(command: click.Command, path: str) -> list[tuple[str, str]]:
    if isinstance(command, click.Group):
        inner = [(one, f"{path} {name}") for name, one in command.commands.items()]
        return [found for one, where in inner for found in options_of(one, where)]
    options = [option for option in command.params if isinstance(option, click.Option)]
    return [(path, option.opts[-1]) for option in options if not option.help]


def test_every_option_says_what_it_does() -> None:
    commands = [(importlib.import_module(f"kontering.cli.{module}").command, name) for name, module, _ in ROWS]

    assert [found for command, name in commands for found in options_of(command, name)] == []


def test_the_group_itself_has_no_other_commands() -> None:
    assert cli.list_commands(click.Context(cli)) == [name for name, _, _ in ROWS]


SHIPPED = [
    path.relative_to(ROOT)
    for folder in ("mappings", "schemas", "examples", "docs")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.name != ".keep" and "__pycache__" not in path.parts
]

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|`([^`\s]+)`")


def test_every_shipped_file_can_be_reached() -> None:
    """By links from README.md, or by a name or pattern (`<target>/<document>.yaml`) on a page that they lead to."""
    named = [pattern for page in pages_reached() for pattern in patterns_on(page)]
    of_codes = {Path("docs", "codes", f"{code}.md") for code in CODES}

    lost = [str(path) for path in SHIPPED if path not in of_codes and not any(fits(path, name) for name in named)]

    assert lost == []


def pages_reached() -> list[Path]:
    found, todo = [], [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        found.append(page)
        targets = [(page.parent / link).resolve() for link, _ in LINK.findall(page.read_text(encoding="utf-8")) if link]
        pages = [target / "README.md" if target.is_dir() else target for target in targets]
        todo += {one for one in pages if one.suffix == ".md" and one.is_file()} - {*found, *todo}
    return found


def patterns_on(page: Path) -> list[str]:
    """What a page names, from the top of the house: `<kind>` stands for anything, a project file for its project."""
    found = LINK.findall(page.read_text(encoding="utf-8"))
    names = [(link or code).removesuffix("/kontering.yaml") for link, code in found]
    names += [link for link, _ in found]
    here = page.parent.relative_to(ROOT)
    globs = [re.sub(r"<[^>]+>", "*", name).rstrip("/") for name in names if name]
    whole = [name for name in globs if "*" not in name or "." in name]
    return [*whole, *(os.path.normpath(here / name) for name in whole)]


def fits(path: Path, pattern: str) -> bool:
    """Is it this file, or in this folder? A whole top folder is too much to count as named."""
    folders = [parent for parent in path.parents if len(parent.parts) > 1]
    return any(fnmatch.fnmatchcase(str(one), pattern) for one in (path, *folders))
