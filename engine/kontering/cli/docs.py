"""`kontering docs`: the manual in the terminal, and lists of functions, connectors, schemas, codes and roles."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from kontering.accounting import roles
from kontering.cli import output, pages
from kontering.codes import CODES
from kontering.connectors import registry
from kontering.errors import Misuse, Problems
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.signatures import Function
from kontering.mapping import schemas
from kontering.mapping.roots import Roots
from kontering.project.project import schema as project_schema
from kontering.project.shape import kinds, resolved
from kontering.project.words import near_or_all
from kontering.sdk.connector import Connector


class Manual(click.Command):
    """Topics are arguments; what takes options of its own (`docs flow`) is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        module = OWN.get(args[0]) if args else None
        if module is None:
            return super().make_context(info_name, args, parent, **extra)
        other: click.Command = importlib.import_module(f"kontering.cli.{module}").command
        return other.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)


OWN = {"flow": "docs_flow", "schema": "docs_schema"}


@click.command("docs", cls=Manual)
@click.argument("topic", required=False)
@click.argument("name", required=False)
@output.json_option
def command(topic: str | None, name: str | None, as_json: bool) -> None:
    """Read the manual: topics, functions, connectors, schemas, codes, roles.

    Without TOPIC it lists what there is. NAME picks one: a function, a connector, a schema, a code. `docs flow` writes
    an accountant's page on what a flow books; `docs schema` shows a schema as a table, or drafts one from samples.

    \b
    Examples:
      kontering docs
      kontering docs project-file
      kontering docs functions sum
      kontering docs connectors woocommerce
      kontering docs schemas documents/invoice
      kontering docs codes K150
      kontering docs flow --help
      kontering docs schema --help
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
    titles = {name: pages.title(path) for name, path in pages.known().items() if "/" not in name}
    return {**titles, **{name: _line(make) for name, make in LISTS.items()}}


def _line(make: Callable[[], Listing]) -> str:
    return (make.__doc__ or "").strip().splitlines()[0]


def _page(topic: str, as_json: bool) -> None:
    """A page of docs/, or of a folder below it: `decisions/0004-identity`."""
    known = pages.known()
    if topic not in known:
        hint = near_or_all(topic, [*LISTS, *known], "`kontering docs` lists the topics.")
        raise Misuse(f"There is no topic {topic!r}; {hint}")
    text = pages.text(known[topic])
    output.write_json({"topic": topic, "text": text}) if as_json else output.markdown(text)


def functions() -> Listing:
    """functions of paths, filters of calculations, each with an example"""
    names = sorted({*FUNCTIONS, *FILTERS})
    return {name: _forms([table[name] for table in (FUNCTIONS, FILTERS) if name in table]) for name in names}


def _forms(forms: Sequence[Function]) -> Listing:
    """A function and the filter of the same name are one entry."""
    line = f"{' or '.join(form.signature for form in forms)}: {forms[0].line}"
    return {"line": line, "text": "\n\n".join(map(_function, forms))}


def _function(what: Function) -> str:
    return f"{what.signature}\n  {what.line}\n\n  {what.example}\n  gives {what.gives}"


def connectors() -> Listing:
    """the systems: settings, what is read, what is taken"""
    return {name: _connector_row(name) for name in registry.names()}


def _connector_row(name: str) -> Listing:
    try:
        one = registry.load(name)
    except Problems as problems:  # a broken one spoils only itself
        return {"line": str(problems).partition("\n")[0], "text": str(problems)}
    return {"line": one.title, "text": _connector(one)}


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
        (name, _need(part, required=name in required), part.get("description", ""))
        for name, part in schema.get("properties", {}).items()
    ]
    return _indented(output.columns(rows)) if rows else ["  none"]


def _need(schema: Mapping[str, Any], *, required: bool) -> str:
    kind = "secret" if schema.get("x-secret") else _kind(schema)
    if required:
        return f"{kind}, required"
    return f"{kind}, default {_default(schema)}" if schema.get("default") not in (None, "", {}, []) else kind


def _default(schema: Mapping[str, Any]) -> str:
    value = schema["default"]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(schema: Mapping[str, Any]) -> str:
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices:
        return " | ".join(map(str, choices))
    return str(schema["format"]) if "format" in schema else " | ".join(_KINDS[kind] for kind in kinds(schema)) or "any"


_KINDS = {
    "object": "map",
    "array": "list",
    "string": "text",
    "integer": "integer",
    "number": "decimal",
    "boolean": "true | false",
    "null": "null",
}


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def schemas_() -> Listing:
    """the fields of project files, records, documents and payloads"""
    rows = {"project": project_schema()} | dict(_shipped_schemas())
    return {name: {"line": each.get("title", ""), "text": _schema(name, each)} for name, each in rows.items()}


def _shipped_schemas() -> Iterator[tuple[str, Mapping[str, Any]]]:
    roots = Roots()
    for kind, folder in schemas.FOLDERS.items():
        for name in schemas.schema_names(kind, roots):
            yield f"{folder}/{name}", schemas.find_schema(kind, name, roots) or {}


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    return "\n".join([f"{name}: {schema.get('title', '')}".rstrip(": "), *_fields(schema, schema, "  ")])


def _fields(schema: Mapping[str, Any], root: Mapping[str, Any], indent: str) -> list[str]:
    """Each field with its kind and what it is; those inside it stand below it, further in."""
    lines = []
    for name, part in schema.get("properties", {}).items():
        part = resolved(part, root)
        required = name in schema.get("required", ())
        lines.append(f"{indent}{name}: {_need(part, required=required)}  {part.get('description', '')}".rstrip())
        lines.extend(_inside(part, root, indent + "  "))
    return lines


def _inside(part: Mapping[str, Any], root: Mapping[str, Any], indent: str) -> list[str]:
    named = part.get("additionalProperties")
    inner = resolved(part.get("items") or (named if isinstance(named, dict) else {}), root)
    return _fields(part, root, indent) + _fields(inner, root, indent)


def codes() -> Listing:
    """what each code of a problem means, and how to mend it"""
    return {code: {"line": title, "text": pages.explained(code)} for code, title in CODES.items()}


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
