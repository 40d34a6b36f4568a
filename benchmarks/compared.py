"""Ratios: the same records through ours and others, in turns, after each result was found equal."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.engines import hand, naive, ours
from benchmarks.peers import found
from benchmarks.rounds import Candidate, Spread, in_turns, ratios
from kontering.language.values import EXACT
from kontering.mapping.accept import generated, parsed
from kontering.mapping.mapping import Mapped, Mapping

Engine = Callable[[bytes], bytes]


class Different(Exception):
    """Two engines don't make the same of a record: what they take can't be compared."""


def engines(odd: bool, orders: list[bytes], rounds: int) -> dict[str, Any]:
    """End to end, JSON bytes to checked JSON bytes: ours, naive and by hand."""
    named: dict[str, Engine] = {"ours": ours.engine(odd), "naive": naive.engine(odd), "hand": hand.engine(odd)}
    for order in orders:
        made = {name: json.loads(run(order), parse_float=Decimal) for name, run in named.items()}
        if not made["ours"] == made["naive"] == made["hand"]:
            raise Different(f"order {json.loads(order)['number']}")
    seconds = in_turns({name: _all(run, orders) for name, run in named.items()}, rounds, time.process_time)
    return {
        "naive": ratios(seconds, "naive", "ours"),
        "hand": ratios(seconds, "hand", "ours"),
        "microseconds": min(seconds["ours"]) / len(orders) * 1e6,
    }


def _all(run: Engine, orders: list[bytes]) -> Callable[[], None]:
    def work() -> None:
        for order in orders:
            run(order)

    return work


def asked(name: str, command: list[str], orders: list[bytes], rounds: int, folder: Path) -> dict[str, Spread]:
    """Mapping only, from parsed records: a peer in a process of its own against ours.

    `alone` is what the peer does too; `run` also asks how large and deep each record is, and has an outcome.
    """
    lines, results = folder / "orders.jsonl", folder / "results.jsonl"
    lines.write_bytes(b"".join(order + b"\n" for order in orders))
    mapping = ours.mapping_of(f"bench/{name}")
    records = [parsed(order) for order in orders]
    peer = found.Asked(command, lines, results)
    try:
        peer()
        _equal(results.read_text().splitlines(), [_data(mapping, record) for record in records])
        works: dict[str, Candidate] = {"run": _run(mapping, records), "mapped": _mapped(mapping, records), "peer": peer}
        seconds = in_turns(works, rounds)
    finally:
        peer.close()
    return {"alone": ratios(seconds, "peer", "mapped"), "run": ratios(seconds, "peer", "run")}


def _run(mapping: Mapping, records: list[Any]) -> Callable[[], None]:
    def work() -> None:
        for record in records:
            mapping.run(record)

    return work


def _mapped(mapping: Mapping, records: list[Any]) -> Callable[[], None]:
    function = generated(mapping).function
    assert function is not None

    def work() -> None:
        with localcontext(EXACT):
            for record in records:
                function.call(function.from_data(record), (), {}, "UTC")

    return work


def _data(mapping: Mapping, record: Any) -> Any:
    outcome = mapping.run(record)
    assert isinstance(outcome, Mapped), outcome
    return outcome.data


def _equal(theirs: list[str], wanted: list[Any]) -> None:
    for line, data in zip(theirs, wanted, strict=True):
        if _floats(json.loads(line)) != _floats(data):
            raise Different(f"order {data['number']}: {line}")


def _floats(value: Any) -> Any:
    """Numbers as those peers have them: rounded to what binary floats keep."""
    match value:
        case dict():
            return {name: _floats(part) for name, part in value.items() if part is not None}
        case list():
            return [_floats(part) for part in value]
        case bool():
            return value
        case int() | float() | Decimal():
            return round(float(value), 6)
    return value


def jq(command: list[str], orders: list[bytes], rounds: int, folder: Path) -> Spread:
    """Text to text: jq, with its start, against ours."""
    lines = folder / "orders.jsonl"
    lines.write_bytes(b"".join(order + b"\n" for order in orders))
    mapping, encode = ours.mapping_of("bench/lines"), msgspec.json.Encoder(decimal_format="number").encode

    def theirs() -> bytes:
        return subprocess.run([*command, str(lines)], capture_output=True, check=True).stdout

    def own() -> bytes:
        made = []
        for line in lines.read_bytes().splitlines():
            outcome = mapping.run_json(line)
            assert isinstance(outcome, Mapped)
            made.append(encode(outcome.data))
        return b"\n".join(made)

    _equal(theirs().decode().splitlines(), [json.loads(line, parse_float=Decimal) for line in own().splitlines()])
    seconds = in_turns({"ours": lambda: _done(own), "jq": lambda: _done(theirs)}, rounds)
    return ratios(seconds, "jq", "ours")


def _done(work: Callable[[], bytes]) -> None:
    work()
