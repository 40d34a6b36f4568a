"""`kontering init`: a project that checks, tests, plans and runs as it stands, to be changed into one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import click

from kontering import resources
from kontering.cli import init_connector, output
from kontering.errors import Misuse

STARTER = Path(__file__).parent / "starter"

SOURCES = {"woocommerce": "A WooCommerce shop's orders"}
TARGETS = {"ledger": "Kontering's own ledger", "economic": "e-conomic", "dinero": "Dinero", "billy": "Billy"}
OWN_COUNTRY = frozenset({"dinero"})
"""Books without VAT codes of other countries: their project begins without sales under One Stop Shop."""

SAMPLE = "5101"
"""The order that the generated README explains."""

ORDERS = (
    "5101-plain-dk",
    "5102-two-rates-coupon",
    "5110-prices-without-tax",
    "5113-oss-germany",
    "5117-eu-business-sweden",
    "5123-unpaid",
    "5127-processing",
    "5129-zero",
    "5130-one-cent-off",
)
"""The example shop's orders that a new project begins with: one of each kind, and none that needs a person."""

EDITED_BY = ("project.schema.json", "mapping.schema.json")
"""What editors complete and explain the project's files with: copied, so that it is there for everybody."""

PARTS = ("connection.yaml", "flow.yaml", "groups.yaml", "readme.md")
"""Files of a source or target that become part of the project's own; all others are copied."""


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(list(SOURCES)),
    default="woocommerce",
    show_default=True,
    help="The system that sells.",
)
@click.option(
    "--to", "target", type=click.Choice(list(TARGETS)), default="ledger", show_default=True, help="The books."
)
@click.option("--connector", is_flag=True, help="A package with a connector for a system of your own instead.")
@output.json_option
def command(folder: Path, source: str, target: str, connector: bool, as_json: bool) -> None:
    """Make a project: a flow, a mapping, fixtures, tests and a CI file.

    It works as it stands, on sample orders; its README says how to connect your own systems. With --connector it is
    a Python package with a connector, its simulator, mappings and contract tests. Nothing is ever overwritten.

    \b
    Examples:
      kontering init shop --from woocommerce --to ledger
      kontering init shop --to economic
      kontering init kontering-nordkasse --connector
    """
    files = dict(init_connector.files(folder) if connector else _files(folder, source, target))
    there = sorted(path for path in files if path.exists())
    if there:
        raise Misuse(f"{there[0]} is there already; nothing was written. Name a folder that doesn't exist yet.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600 if path.name == "secrets.env" else 0o666)
        path.write_text(text, encoding="utf-8")
    _write(folder, list(files), init_connector.steps(folder) if connector else _STEPS[target], as_json)


def _files(folder: Path, source: str, target: str) -> Iterator[tuple[Path, str]]:
    """Every file of the project with its text."""
    names = _names(folder, source, target)
    for part in ("project", source, target):
        root = STARTER / part
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.relative_to(root).as_posix() not in PARTS:
                yield folder / _renamed(path.relative_to(root)), _filled(path, names)
    for name in (name for name in ORDERS if target not in OWN_COUNTRY or "-oss-" not in name):
        order = resources.shipped("examples") / "webshop" / "orders" / f"{name}.json"
        yield folder / "fixtures" / "orders" / order.name, order.read_text(encoding="utf-8")
    for name in EDITED_BY:
        schema = resources.shipped("schemas") / name
        if schema.is_file():
            yield folder / ".schemas" / name, schema.read_text(encoding="utf-8")


def _renamed(path: Path) -> Path:
    """A file that git would take for its own has another name here."""
    return path.with_name(".gitignore") if path.name == "gitignore" else path


def _filled(path: Path, names: dict[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    return text if path.suffix == ".csv" else Template(text).substitute(names)


def _names(folder: Path, source: str, target: str) -> dict[str, str]:
    """What the templates are filled with."""
    project = _project_name(folder.resolve().name)
    groups = _part(target, "groups.yaml")
    oss = "below_threshold" if target in OWN_COUNTRY else "registered"
    names = {"project": project, "groups": groups, "sample": f"shop/order/{SAMPLE}", "oss": oss}
    return {
        **names,
        "title": folder.resolve().name,
        "summary": f"{SOURCES[source]} are booked into {TARGETS[target]}.",
        "source": Template(_part(source, "connection.yaml")).substitute(names),
        "target": Template(_part(target, "connection.yaml")).substitute(names),
        "flow": Template(_part(source, "flow.yaml")).substitute(names),
        "more": _part(target, "readme.md") + "\n",
    }


def _part(name: str, file: str) -> str:
    return (STARTER / name / file).read_text(encoding="utf-8").rstrip("\n")


def _project_name(folder: str) -> str:
    """A folder's name as a project's.

    >>> _project_name("My Shop"), _project_name("2026")
    ('my-shop', 'project-2026')
    """
    name = re.sub(r"[^a-z0-9_-]+", "-", folder.lower()).strip("-")[:40]
    return name if re.match(r"[a-z]", name) else f"project-{name}".rstrip("-")[:40]


def _write(folder: Path, files: list[Path], steps: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        output.write_json({"folder": folder, "files": [path.relative_to(folder) for path in files]})
        return
    for path in sorted(files):
        output.say(f"  {path}")
    output.say(f"\n{output.good('made')} {output.count(len(files), 'file')}. What next:\n")
    output.say(f"  cd {folder}")
    for line in steps:
        output.say(f"  {line}")


_STEPS = {
    "ledger": ("kontering check && kontering test", "kontering plan", "kontering run"),
    "billy": (
        "kontering check && kontering test",
        "kontering sandbox            # the simulated Billy, in another terminal",
        "kontering plan",
        "kontering run",
    ),
    "dinero": (
        "kontering check && kontering test",
        "kontering sandbox            # the simulated Dinero, in another terminal",
        "kontering plan",
        "kontering run",
    ),
    "economic": (
        "kontering check && kontering test",
        "kontering sandbox            # the simulated e-conomic, in another terminal",
        "kontering plan",
        "kontering run",
    ),
}
