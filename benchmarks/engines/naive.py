"""The mapping as it is commonly run: json, jmespath.search on each path, Jinja on each sum and text, jsonschema.

Expressions of Jinja are compiled once, jmespath keeps its own cache, and the validator is made once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import jmespath
import jsonschema

from benchmarks.engines import naive_spec
from kontering.mapping.records import document_schema


def engine(odd: bool) -> Any:
    """JSON bytes to JSON bytes by the naive means."""
    schema = dict(document_schema("invoice") or {})
    validator = jsonschema.Draft202012Validator(schema)
    lets, fields = naive_spec.spec(odd)

    def run(data: bytes) -> bytes:
        order = json.loads(data, parse_float=Decimal)
        scope: dict[str, Any] = {"order": order, "param": naive_spec.PARAMS, "let": {}}
        for name, spec in lets.items():
            scope["let"][name] = value(spec, scope)
        document = made(fields, scope)
        validator.validate(document)
        return json.dumps(document, ensure_ascii=False, default=str).encode()

    return run


def made(fields: Mapping[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    """An object; what is missing is left out."""
    found = {name: value(spec, scope) for name, spec in fields.items()}
    return {name: each for name, each in found.items() if each is not None and each != ""}


def value(spec: Any, scope: dict[str, Any]) -> Any:
    match spec:
        case str():
            return jmespath.search(joined(spec, scope), scope)
        case ("calc", text):
            return calc(text)(**scope)
        case ("text", text):
            return " ".join(template(text).render(**scope).split())
        case ("const", constant):
            return constant
        case ("when", condition, inner):
            return value(inner, scope) if calc(condition)(**scope) else None
        case dict():
            return made(spec, scope)
        case list():
            return [element for block in spec for element in elements(block, scope)]
    raise TypeError(spec)


def joined(path: str, scope: dict[str, Any]) -> str:
    """JMESPath knows no names from outside in a filter, so they are written into the path."""
    for name, outer in (("$tax.id", "tax"), ("$param.", "param")):
        if name == "$tax.id" and name in path:
            path = path.replace(name, f"`{scope[outer]['id']}`")
        elif name in path:
            for param, text in scope["param"].items():
                path = path.replace(f"$param.{param}", f"'{text}'")
    return path


def elements(block: Mapping[str, Any], scope: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for item in value(block["each"], scope) or [] if "each" in block else [None]:
        inner = {**scope, block.get("as", "item"): item, "let": dict(scope["let"])}
        for name, spec in block.get("let", {}).items():
            inner["let"][name] = value(spec, inner)
        if "when" not in block or calc(block["when"])(**inner):
            found.append(made(block["fields"], inner))
    return found


def decimal(of: Any) -> Decimal:
    return Decimal(of)


def total(of: Any, name: str) -> Decimal:
    return sum((Decimal(each[name]) for each in of if each[name]), Decimal(0))


def day(text: str, zone: str) -> str:
    at = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


ENVIRONMENT = jinja2.Environment(undefined=jinja2.Undefined, autoescape=False)
ENVIRONMENT.filters |= {"decimal": decimal, "total": total, "day": day}


@cache
def calc(text: str) -> Any:
    return ENVIRONMENT.compile_expression(text)


@cache
def template(text: str) -> jinja2.Template:
    return ENVIRONMENT.from_string(text)
