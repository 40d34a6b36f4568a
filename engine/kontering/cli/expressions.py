"""One expression against a record: read, checked where there is a schema, evaluated, and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kontering.cli import output
from kontering.cli.options import roots_here
from kontering.cli.records import record_type
from kontering.diagnostics import errors
from kontering.errors import Misuse, Problems
from kontering.language import types
from kontering.language.here import type_of_value
from kontering.language.infer import infer
from kontering.language.interpret import Scope, evaluate
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Name, Tree, walk
from kontering.language.types import Type
from kontering.project.file import with_source

PARSE: Mapping[str, Callable[[Source], Tree]] = {"path": parse_path, "calc": parse_calc, "text": parse_text}

FILE = "<expression>"
_SPACES = ("param", "let")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What an expression may read: the record with its kind, if it has a schema, params and lets."""

    record: Any = None
    kind: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    lets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The record's name in expressions."""
        return self.kind.rpartition("/")[2] if self.kind else "record"

    def types(self) -> dict[str, Type]:
        """The types of all names; without a schema those of the very record."""
        record = record_type(self.kind, roots_here()) if self.kind else type_of_value(self.record)
        spaces = {"param": self.params, "let": self.lets}
        return {self.name: record} | {name: _type_of(values, name) for name, values in spaces.items()}


def _type_of(values: Mapping[str, Any], name: str) -> Type:
    return types.Object({each: types.Any() for each in values}, frozenset(values), name=name)


def evaluated(text: str, language: str, around: Around) -> Any:
    """The value of an expression; raises Problems with its line and a caret."""
    try:
        tree = PARSE[language](Source(text, file=FILE))
        _check(tree, around, text)
        return evaluate(tree, Scope(names=_names(tree, around)))
    except (Bad, Missing) as problem:
        raise Problems(with_source([problem.diagnostic], {FILE: text})) from problem


def type_of(text: str, language: str, around: Around) -> Type:
    """The type of an expression, without evaluating it."""
    try:
        kind, found = infer(PARSE[language](Source(text, file=FILE)), around.types())
    except Bad as problem:
        raise Problems(with_source([problem.diagnostic], {FILE: text})) from problem
    if errors(found):
        raise Problems(with_source(found, {FILE: text}))
    return kind


def _check(tree: Tree, around: Around, text: str) -> None:
    """With a schema a misspelt name is told with the nearest right one, before anything is evaluated."""
    if around.kind is None:
        return
    names = {**around.types(), "param": types.Any()}
    _, found = infer(tree, names)
    if errors(found):
        raise Problems(with_source(found, {FILE: text}))


def _names(tree: Tree, around: Around) -> dict[str, Any]:
    """The record under the name that its kind has, or that the expression uses."""
    spaces = {"param": dict(around.params), "let": dict(around.lets)}
    if around.kind:
        return {around.name: around.record} | spaces
    used = sorted({node.name for node in walk(tree) if isinstance(node, Name)} - set(_SPACES))
    if around.record is None:
        return dict(spaces)
    if len(used) > 1:
        raise Misuse(f"Which of {', '.join(used)} is the record? Name its kind: --kind SYSTEM/KIND.")
    return {used[0] if used else around.name: around.record} | spaces


def params_of(said: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE`, as often as it was given."""
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
