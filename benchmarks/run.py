"""Prints how fast Kontering is on this machine, beside others in the same run; `make bench`, or with `--quick`.

Figures are medians of rounds with the least and the most in brackets. What isn't installed is said, not guessed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import compared, delivery, grown, month, processes, workers
from benchmarks.orders import orders
from benchmarks.peers import found
from benchmarks.rounds import Spread

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table; `reached` is None where nothing was measured."""

    what: str
    must: str
    goal: str
    found: str
    reached: bool | None
    spread: Spread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done: enough for a figure to keep, or for a look."""

    orders: int
    rounds: int
    records: int
    seconds: float
    documents: int
    stored: tuple[int, ...]


QUICK = Size(orders=60, rounds=5, records=50_000, seconds=60, documents=200, stored=(1_000, 10_000))
WHOLE = Size(orders=200, rounds=21, records=1_000_000, seconds=600, documents=1000, stored=(10_000, 100_000))
MILLION = (10_000, 100_000, 1_000_000)


def times(what: str, must: float, goal: float, spread: Spread) -> Row:
    digits = 2 if must < 3 else 1
    return Row(
        what=what,
        must=f"{must:g}x",
        goal=f"{goal:g}x",
        found=f"{spread.times(digits)}x",
        reached=spread.median >= must,
        spread=spread,
    )


def absent(what: str, must: str, goal: str, why: str) -> Row:
    return Row(what=what, must=must, goal=goal, found=f"not measured: {why}", reached=None)


def shapes(size: Size) -> Iterator[Row]:
    some = orders(size.orders)
    for shape, odd in (("shipped mapping", False), ("extended, odd texts", True)):
        ratios = compared.engines(odd, some, size.rounds)
        yield times(f"naive engine, end to end, {shape}", 20, 35, ratios["naive"])
        yield times(f"hand-written, typed decode, jsonschema-rs, {shape}", 0.7, 1.0, ratios["hand"])


def peers(size: Size) -> Iterator[Row]:
    some = orders(size.orders)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from asked("Airbyte CDK AddFields", "header", found.airbyte(), (40, 80), some, size, folder)
        yield from asked("JSONata in node", "lines", found.jsonata(), (20, 45), some, size, folder)
        if (command := found.jq()) is None:
            yield absent("jq command, text to text", "4x", "7x", "jq is not installed")
        else:
            ratio = compared.jq(command, orders(size.orders * 10), size.rounds, folder)
            yield times("jq command, text to text", 4, 7, ratio)


def asked(
    peer: str,
    mapping: str,
    command: list[str] | None,
    wanted: tuple[float, float],
    some: list[bytes],
    size: Size,
    folder: Path,
) -> Iterator[Row]:
    must, goal = wanted
    if command is None:
        yield absent(f"{peer}, mapping only", f"{must:g}x", f"{goal:g}x", "it is not installed")
        return
    ratios = compared.asked(mapping, command, some, size.rounds, folder)
    yield times(f"{peer}, mapping only", must, goal, ratios["alone"])
    run = ratios["run"]
    yield Row(
        what="  the same with the guard of size", must="", goal="", found=f"{run.times()}x", reached=None, spread=run
    )


def two_processes(size: Size) -> Iterator[Row]:
    if (os.cpu_count() or 1) < 2:
        yield absent("two processes against one", "1.5x", "1.9x", "this machine has one core")
        return
    ratio = processes.two_against_one(size.orders * 30, size.rounds)
    yield times("two processes against one, each its share", 1.5, 1.9, ratio)


def memory(size: Size) -> Iterator[Row]:
    _, few = processes.memory(10_000, size.seconds)
    done, many = processes.memory(size.records, size.seconds)
    yield Row(
        what=f"memory for {done:,} records against 10,000",
        must="1.2x",
        goal="1.05x",
        found=f"{many / few:.2f}x ({many:.0f} MB against {few:.0f} MB)",
        reached=many / few <= 1.2,
    )


def commands(size: Size) -> Iterator[Row]:
    start = processes.start(size.rounds)
    yield Row(
        what="kontering --help beyond bare Python, processor time",
        must="150 ms",
        goal="80 ms",
        found=f"{start.times(0)} ms",
        reached=start.median <= 150,
        spread=start,
    )
    check = processes.check(200, max(1, size.rounds // 7))
    yield Row(
        what="kontering check of 200 mapping files, processor time",
        must="10 s",
        goal="3 s",
        found=f"{check.times()} s",
        reached=check.median <= 10,
        spread=check,
    )


def delivered(size: Size) -> Iterator[Row]:
    per_second, of_processor, became = delivery.delivered("ledger", size.documents)
    yield Row(
        what="delivery, SQLite, embedded ledger, whole path",
        must="300/s",
        goal="1,000/s",
        found=f"{per_second:.0f}/s, {of_processor:.0f} a second of processor time ({became})",
        reached=per_second >= 300,
    )
    per_second, of_processor, became = delivery.delivered("economic", size.documents // 5)
    yield Row(
        what="delivery, SQLite, e-conomic's simulator in the process",
        must="",
        goal="",
        found=f"{per_second:.0f}/s, {of_processor:.0f} a second of processor time ({became})",
        reached=None,
    )


RATES = {"ledger": (300, 1000), "HTTP": (200, 400)}
"""Documents a second that one worker must deliver, and what is aimed at."""


def delivering(size: Size) -> Iterator[Row]:
    """Shares of a machine that others use as well say little: processor time says more."""
    rounds = 3 if size.rounds > 5 else 1
    for speeds in workers.figures(size.documents, rounds):
        middle, most = speeds[len(speeds) // 2], speeds[-1]
        must, goal = (rate * middle.workers for rate in RATES[middle.target])
        used = min(one.processor for one in speeds)
        load = " ".join(f"{one.load:.1f}" for one in speeds)
        yield Row(
            what=f"{_named(middle.workers)}, {middle.database}, {_target(middle.target)}",
            must=f"{must}/s",
            goal=f"{goal:,}/s",
            found=f"{middle.per_second:.0f} (most {most.per_second:.0f})/s, {used:.1f} ms of processor, load {load}",
            reached=middle.per_second >= must,
        )


def _named(number: int) -> str:
    return "one worker" if number == 1 else "two workers"


def _target(name: str) -> str:
    return "embedded ledger" if name == "ledger" else "instant HTTP target"


def growing(size: Size) -> Iterator[Row]:
    first: grown.Grown | None = None
    for one in grown.growth(size.stored):
        first = first or one
        yield Row(
            what=f"a document beside {one.stored:,} others ({one.size:.1f} GB)",
            must="1.2x",
            goal="",
            found=(
                f"{one.processor:.2f} ms of processor ({one.processor / first.processor:.2f}x), "
                f"{one.on_clock:.1f} on the clock, {one.memory:.0f} MB ({one.memory / first.memory:.2f}x)"
            ),
            reached=one.processor <= first.processor * 1.2 and one.memory <= first.memory * 1.2,
        )


def fair(size: Size) -> Iterator[Row]:
    busy = size.documents * 2
    middle, last, own = workers.beside_a_busy_one(busy=busy)
    yield Row(
        what=f"199 projects with 3 documents beside one with {busy:,}",
        must="before it",
        goal="",
        found=f"done after {middle:.1f} s (median), {last:.1f} s (last); the busy one after {own:.1f} s",
        reached=last < own,
    )


def a_month(size: Size) -> Iterator[Row]:
    for one in month.figures():
        yield Row(
            what=f"a month simulated, {one.projects:,} projects, {one.workers} x {one.slots} slots",
            must="0 late" if one.slots >= 8 else "",
            goal="",
            found=(
                f"{one.documents:,} documents, busy {one.average:.0%} (most {one.busiest:.0%}), "
                f"late {one.late / 3600:.1f} h, {one.late_projects} projects"
            ),
            reached=one.late_projects == 0 if one.slots >= 8 else None,
        )


PARTS: dict[str, Callable[[Size], Iterable[Row]]] = {
    "engines": shapes,
    "peers": peers,
    "processes": two_processes,
    "memory": memory,
    "commands": commands,
    "delivery": delivered,
    "workers": delivering,
    "growth": growing,
    "fair": fair,
    "month": a_month,
}


def machine() -> str:
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )


def shown(row: Row) -> str:
    mark = {True: "yes", False: "no", None: ""}[row.reached]
    return f"{row.what:<62}{row.must:>9}{row.goal:>9}  {mark:<4} {row.found}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look: fewer orders and rounds")
    parser.add_argument("--million", action="store_true", help="growth up to 1,000,000 stored documents: 15 GB of disk")
    parser.add_argument("--only", action="append", choices=PARTS, help="a part of the table; may be given again")
    given = parser.parse_args()
    size = QUICK if given.quick else WHOLE
    size = replace(size, stored=MILLION) if given.million else size
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    sys.stdout.write(f"{day}, {machine()}\n")
    sys.stdout.write(f"{'against':<62}{'must':>9}{'goal':>9}  {'':<4} here: median (least–most)\n")
    rows = []
    for part in given.only or PARTS:
        for row in PARTS[part](size):
            rows.append(row)
            sys.stdout.write(shown(row) + "\n")
            sys.stdout.flush()
    found_ = {"date": day, "machine": machine(), "quick": given.quick, "rows": [asdict(row) for row in rows]}
    if not given.only:
        RESULTS.write_text(json.dumps(found_, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
