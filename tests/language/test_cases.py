"""Every case in tests/cases/language: an expression, and exactly what it gives or what is said about it.

A case is a line `%% calc order.total` and below it the outcome. UPDATE_CASES=1 writes the outcomes; read them then.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from kontering.diagnostics import render
from kontering.language.interpret import Scope, evaluate
from kontering.language.jinja import parse_calc, parse_condition
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Tree
from kontering.language.values import Value
from kontering.model.plan import Link

FOLDER = Path(__file__).parents[1] / "cases" / "language"
PARSERS: dict[str, Callable[[Source], Tree]] = {
    "path": parse_path,
    "calc": parse_calc,
    "when": parse_condition,
    "text": parse_text,
}


def names() -> dict[str, Any]:
    """The record that all cases read: dates, links and names for its parts are spelled out in JSON."""
    found: dict[str, Any] = json.loads(
        (FOLDER / "record.json").read_text(encoding="utf-8"), parse_float=Decimal, object_hook=value
    )
    found = {name: same(part, found) for name, part in found.items()}
    found["let"] = {name: same(part, found) for name, part in found["let"].items()}
    return found


def value(part: dict[str, Any]) -> Any:
    match part:
        case {"instant": text} | {"local": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"link": key}:
            return Link("customer", key)
        case _:
            return part


def same(part: Any, found: dict[str, Any]) -> Any:
    path = part.get("same") if isinstance(part, dict) else None
    return reduce(lambda here, step: here[step], path, found) if path else part


def outcome(language: str, text: str, strict: bool = True) -> str:
    try:
        return shown(evaluate(PARSERS[language](Source(text)), Scope(names(), strict)))
    except (Bad, Missing) as problem:
        return render(problem.diagnostic, text)


def shown(found: Value) -> str:
    if isinstance(found, list):
        return f"[{', '.join(map(shown, found))}]"
    if isinstance(found, dict):
        return "{" + ", ".join(f"{name}: {shown(part)}" for name, part in found.items()) + "}"
    return str(found) if isinstance(found, Decimal | int | None) else repr(found)


def read(path: Path) -> Iterator[tuple[str, str, str]]:
    for block in path.read_text(encoding="utf-8").split("%% ")[1:]:
        head, _, body = block.partition("\n")
        language, _, text = head.partition(" ")
        yield language, text.replace("⏎", "\n"), body.rstrip("\n")


def written(path: Path) -> str:
    strict = path.stem != "not-strict"
    blocks = [(language, text, outcome(language, text, strict)) for language, text, _ in read(path)]
    return "\n".join(f"%% {language} {text.replace(chr(10), '⏎')}\n{found}\n" for language, text, found in blocks)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_each_expression_gives_what_stands_below_it(path: Path) -> None:
    if os.environ.get("UPDATE_CASES"):
        path.write_text(written(path), encoding="utf-8")
    assert written(path) == path.read_text(encoding="utf-8")


def test_there_are_cases() -> None:
    assert sum(len(list(read(path))) for path in FOLDER.glob("*.txt")) > 150
