"""`kontering docs`: the manual in the terminal, and lists of functions, connectors, schemas, codes and roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kontering import resources
from kontering.accounting import roles
from kontering.cli import output
from kontering.codes import CODES
from kontering.connectors import registry
from kontering.errors import Misuse
from kontering.language.functions import FILTERS, FUNCTIONS, Function
from kontering.mapping import schemas
from kontering.mapping.roots import Roots
from kontering.project.words import near_or_all
from kontering.sdk.connector import Connector


@click.command("docs")
@click.argument("topic", required=False)
@click.argument("name", required=False)
@output.json_option
def command(topic: str | None, name: str | None, as_json: bool) -> None:
    """Read the manual: topics, functions, connectors, schemas, codes, roles.

    Without TOPIC it lists what there is. NAME picks one: a function, a connector, a schema, a code.

    \b
    Examples:
      kontering docs
      kontering docs project-file
      kontering docs functions sum
      kontering docs connectors woocommerce
      kontering docs schemas documents/invoice
      kontering docs codes K150
    """
    if topic is None:
        _write(_topics(), as_json)
    elif topic in LISTS:
        listing = LISTS[topic]()
        _write(listing if name is None else _one(topic, name, listing), as_json)
    else:
        _page(topic, as_json)


Listing = Mapping[str, Any]


def _write(listing: Listing | str, as_json: bool) -> None:
    if as_json:
        output.write_json(listing)
    elif isinstance(listing, str):
        output.say(listing)
    else:
        for line in output.columns([(name, _first(value)) for name, value in listing.items()]):
            output.say(line)


def _first(value: Any) -> str:
    """What a list says of one of its members."""
    return str(value["line"] if isinstance(value, Mapping) else value)


def _one(topic: str, name: str, listing: Listing) -> Listing | str:
    if name not in listing:
        hint = near_or_all(name, listing, f"`kontering docs {topic}` lists them.")
        raise Misuse(f"There is no {name!r} among the {topic}; {hint}")
    value = listing[name]
    return str(value["text"]) if isinstance(value, Mapping) else f"{name}: {value}"


def _topics() -> Listing:
    pages = {page.stem: _title(page) for page in sorted(resources.shipped("docs").glob("*.md"))}
    return {**pages, **{name: _line(make) for name, make in LISTS.items()}}


def _line(make: Callable[[], Listing]) -> str:
    return (make.__doc__ or "").strip().splitlines()[0]


def _title(page: Path) -> str:
    with page.open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()


def _page(topic: str, as_json: bool) -> None:
    """A page of docs/, or of a folder below it: `decisions/0004-identity`."""
    folder = resources.shipped("docs")
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.md")}
    if topic not in known:
        hint = near_or_all(topic, [*LISTS, *known], "`kontering docs` lists the topics.")
        raise Misuse(f"There is no topic {topic!r}; {hint}")
    text = known[topic].read_text(encoding="utf-8").strip()
    output.write_json({"topic": topic, "text": text}) if as_json else output.markdown(text)


def functions() -> Listing:
    """functions of paths, filters of calculations, each with an example"""
    return {
        name: {"line": f"{what.signature}: {what.line}", "text": _function(what)}
        for name, what in {**FUNCTIONS, **FILTERS}.items()
    }


def _function(what: Function) -> str:
    return f"{what.signature}\n  {what.line}\n\n  {what.example}\n  gives {what.gives}"


def connectors() -> Listing:
    """the systems: settings, what is read, what is taken"""
    loaded = {name: registry.load(name) for name in registry.names()}
    return {name: {"line": one.title, "text": _connector(one)} for name, one in loaded.items()}


def _connector(one: Connector) -> str:
    parts = [f"{one.name}: {one.title}", "", "Settings of a connection", *_settings(one.settings)]
    if one.reads:
        rows = [
            (kind, reads.schema, "reference data, for `pull`" if reads.reference else "")
            for kind, reads in one.reads.items()
        ]
        parts += ["", "Reads", *_indented(output.columns(rows))]
    if one.takes:
        rows = [(kind, ", ".join(call.action for call in takes.calls), "") for kind, takes in one.takes.items()]
        parts += ["", "Takes", *_indented(output.columns(rows))]
    if one.facts:
        parts += ["", "Inferred or unknown, to be tried on the system itself", *(f"  {fact}" for fact in one.facts)]
    return "\n".join(parts)


def _settings(schema: Mapping[str, Any]) -> list[str]:
    required = schema.get("required", ())
    rows = [
        (name, _need(name, part, required), part.get("description", ""))
        for name, part in schema.get("properties", {}).items()
    ]
    return _indented(output.columns(rows)) if rows else ["  none"]


def _need(name: str, schema: Mapping[str, Any], required: Iterable[str]) -> str:
    kind = "secret" if schema.get("x-secret") else _kind(schema)
    if name in required:
        return f"{kind}, required"
    return f"{kind}, default {schema['default']}" if schema.get("default") not in (None, "", {}, []) else kind


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    return kind if isinstance(kind, str) else " | ".join(kind)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def schemas_() -> Listing:
    """the fields of records, documents and payloads"""
    roots = Roots()
    names = {
        f"{folder}/{name}": (kind, name)
        for kind, folder in schemas.FOLDERS.items()
        for name in schemas.schema_names(kind, roots)
    }
    found = {name: schemas.find_schema(kind, inner, roots) or {} for name, (kind, inner) in names.items()}
    return {
        name: {"line": schema.get("title", ""), "text": "\n".join([name, *_fields(schema, "  ")])}
        for name, schema in found.items()
    }


def _fields(schema: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for name, part in schema.get("properties", {}).items():
        need = ", required" if name in schema.get("required", ()) else ""
        kind = part.get("format") or _kind(part)
        lines.append(f"{indent}{name}: {kind}{need}  {part.get('description', '')}".rstrip())
        lines.extend(_fields(part.get("items", part), indent + "  "))
    return lines


def codes() -> Listing:
    """what each code of a problem means, and how to mend it"""
    return {code: {"line": title, "text": explained(code)} for code, title in CODES.items()}


def explained(code: str) -> str:
    """The manual's page of a code."""
    page = resources.shipped("docs") / "codes" / f"{code}.md"
    return page.read_text(encoding="utf-8").strip() if page.is_file() else f"{code}: {CODES[code]}"


def account_roles() -> Listing:
    """what an account is for, as tables and postings name it"""
    return dict(roles.ROLES)


LISTS: dict[str, Callable[[], Listing]] = {
    "functions": functions,
    "connectors": connectors,
    "schemas": schemas_,
    "codes": codes,
    "roles": account_roles,
}
