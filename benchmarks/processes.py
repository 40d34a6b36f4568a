"""Start-up, the check of many files, memory, and two processes against one: each in processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from benchmarks.engines import ours
from benchmarks.orders import endless, orders
from benchmarks.rounds import Spread, in_turns, spread

KONTERING = [sys.executable, "-m", "kontering"]
SOURCE = """\
kontering: 1
extends: woocommerce/order-to-invoice
mapping: many/order-to-invoice-{number}
params: {{shipping_product: {{default: "S{number}"}}}}
override:
  lines.items.fields.description: {{text: "{{{{ item.name }}}} ({number})"}}
"""


def start(rounds: int) -> Spread:
    """Milliseconds of processor time that `kontering --help` needs beyond a bare Python."""
    seconds = in_turns(
        {
            "help": lambda: _done([*KONTERING, "--help"]),
            "bare": lambda: _done([sys.executable, "-c", ""]),
        },
        rounds,
        children,
    )
    return spread([(one - other) * 1000 for one, other in zip(seconds["help"], seconds["bare"], strict=True)])


def check(count: int, rounds: int) -> Spread:
    """Seconds of processor time for `kontering check` of so many files that extend the shipped mapping."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            (Path(folder) / f"{number}.yaml").write_text(SOURCE.format(number=number), encoding="utf-8")
        return spread(in_turns({"check": lambda: _done([*KONTERING, "check", folder])}, rounds, children)["check"])


def children() -> float:
    """The processor time of all processes that were started and have ended: others on the machine don't count."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _done(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True)


def mapped(count: int, seconds: float) -> int:
    """Maps so many orders that are made as they are needed, or what it can in the time; gives how many."""
    run, ends, done = ours.engine(odd=False), time.monotonic() + seconds, 0
    for order in endless(count):
        run(order)
        done += 1
        if done % 1000 == 0 and time.monotonic() > ends:
            break
    return done


def memory(count: int, seconds: float) -> tuple[int, float]:
    """How many orders a process mapped, and the most memory, in MB, that it took."""
    command = [sys.executable, "-c", f"from benchmarks import processes; processes.told({count}, {seconds})"]
    found = subprocess.run(command, capture_output=True, check=True, text=True, cwd=Path(__file__).parents[1])
    done, megabytes = found.stdout.split()
    return int(done), float(megabytes)


def told(count: int, seconds: float) -> None:
    done = mapped(count, seconds)
    status = Path("/proc/self/status")
    if status.is_file():
        kilobytes = int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0])
    else:
        import resource

        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{done} {kilobytes / 1024}\n")


def two_against_one(count: int, rounds: int) -> Spread:
    """How many times faster two processes are, each with its share of the orders, than one."""
    context = get_context("spawn")
    shares = orders(min(count, 1000))
    with context.Pool(1, _ready, (shares,)) as one, context.Pool(2, _ready, (shares,)) as two:
        repeats = max(1, count // len(shares))
        alone: Callable[[], None] = lambda: _all(one, [repeats])  # noqa: E731
        both: Callable[[], None] = lambda: _all(two, [repeats / 2, repeats / 2])  # noqa: E731
        seconds = in_turns({"one": alone, "two": both}, rounds)
    return spread([single / double for single, double in zip(seconds["one"], seconds["two"], strict=True)])


_share: list[bytes] = []


def _ready(share: list[bytes]) -> None:
    _share[:] = share
    for order in share[:50]:
        _engine()(order)


def _engine() -> Callable[[bytes], bytes]:
    if not _engines:
        _engines.append(ours.engine(odd=False))
    return _engines[0]


_engines: list[Callable[[bytes], bytes]] = []


def _all(pool: object, works: list[float]) -> None:
    pool.map(_work, works, chunksize=1)  # type: ignore[attr-defined]


def _work(repeats: float) -> int:
    run, count = _engine(), int(repeats * len(_share))
    for number in range(count):
        run(_share[number % len(_share)])
    return count
