"""Sample records from files: JSON with one record or many, JSON Lines, or a folder of either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kontering.errors import Misuse
from kontering.mapping.roots import display
from kontering.sdk.wire import NotJson, read_json

ENDINGS = (".json", ".jsonl", ".ndjson")


def read_samples(path: Path, at: str | None = None) -> Iterator[Any]:
    """The records of a file or of all files in a folder; `at` is the field that holds them."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix in ENDINGS:
                yield from read_samples(file, at)
    elif path.suffix in (".jsonl", ".ndjson"):
        lines = enumerate(path.read_bytes().splitlines(), 1)
        for number, line in lines:
            if line.strip():
                place = f"{display(path)}:{number}"
                yield from _records(_json(line, place), at, place)
    else:
        yield from _records(_json(path.read_bytes(), display(path)), at, display(path))


def _json(content: bytes, name: str) -> Any:
    try:
        return read_json(content)
    except NotJson as problem:
        raise Misuse(f"{name} is no JSON: {problem}") from problem


def _records(data: Any, at: str | None, name: str) -> list[Any]:
    for step in at.split(".") if at else ():
        if not isinstance(data, dict) or step not in data:
            raise Misuse(f"{name} has no {at!r}")
        data = data[step]
    return data if isinstance(data, list) else [data]
