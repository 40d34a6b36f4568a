"""`make crash`: the large storms, a line each; what counts is what the target has, not our own tables.

`make crash ONLY=cluster` runs the scenarios whose name has this word; ORDERS and KILLS make the large ones smaller.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from tests.crash.conftest import MEMORY
from tests.crash.disk import Disk
from tests.crash.nursery import Nursery
from tests.crash.storms import Outcome, Scenario, weather
from tests.crash.test_kill_points import FAULTS, POINTS
from tests.crash.troubles import delete_jobs, doubles_are_told, freeze, freeze_long, restarts, step
from tests.plain import books, shop
from tests.postgres import Server, running

from kontering.store import engine_tables
from kontering.store.store import Store
from kontering.testing import Faulty, serve
from kontering.testing.faults import at

ORDERS = int(os.environ.get("ORDERS", "2000"))
KILLS = int(os.environ.get("KILLS", "20"))
INLINE, CLUSTER, MIXED = ("inline", "inline"), ("cluster", "cluster"), ("run", "run", "inline")


def large(name: str, workers: tuple[str, ...]) -> Scenario:
    return Scenario(name=name, workers=workers, orders=ORDERS, kills=KILLS, patience=600.0)


def special(name: str, workers: tuple[str, ...] = INLINE) -> Scenario:
    """Fewer documents and kills, and something else that goes wrong."""
    return Scenario(name=name, workers=workers, orders=min(500, ORDERS), kills=5, patience=300.0)


@dataclass(frozen=True, slots=True)
class Staged:
    """A scenario, and where it is played."""

    scenario: Scenario
    postgres: bool = False
    disk: Disk | None = None
    fine: Callable[[Outcome], bool] = lambda outcome: outcome.fine


def storms(server: Server) -> Iterator[Staged]:
    yield Staged(large("SQLite, 2 workers", INLINE))
    yield Staged(large("PostgreSQL, 2 workers", INLINE), postgres=True)
    yield Staged(large("PostgreSQL, cluster of 2", CLUSTER), postgres=True)
    yield Staged(large("PostgreSQL, cluster and an inline worker beside it", ("cluster", "inline")), postgres=True)
    yield Staged(large("SQLite, two runs and a worker", MIXED))
    yield Staged(large("PostgreSQL, two runs and a worker", MIXED), postgres=True)
    yield Staged(replace(special("SQLite, a worker that never returns"), leaves=1))
    yield Staged(replace(special("cluster, a worker that never returns", CLUSTER), leaves=1), postgres=True)
    for name, postgres in (("SQLite", False), ("PostgreSQL", True)):
        yield Staged(replace(special(f"{name}, slow target with settle"), slow=0.1), postgres)
        yield Staged(replace(special(f"{name}, clocks stepped"), steps=True, slow=0.1, trouble=step()), postgres)
        yield Staged(replace(special(f"{name}, workers stopped and continued"), trouble=freeze), postgres)
        taken = replace(special(f"{name}, stopped, taken over, continued"), lease=3000, slow=0.3, trouble=freeze_long)
        yield Staged(taken, postgres, fine=doubles_are_told)
    for by, workers in (("under workers", INLINE), ("under a cluster", CLUSTER)):
        restarted = replace(special(f"PostgreSQL restarted {by}", workers), trouble=restarts(server))
        yield Staged(restarted, postgres=True)
    deleted = replace(special("cluster, jobs deleted from the engine's tables", CLUSTER), trouble=delete_jobs)
    yield Staged(deleted, postgres=True)
    disk = Disk()
    yield Staged(
        replace(special("SQLite, disk full again and again"), trouble=disk.trouble), disk=disk, fine=disk.was_full
    )


def place(folder: Path, server: Server, postgres: bool) -> str:
    if not postgres:
        return f"sqlite:///{folder / 'a.db'}"
    url = server.fresh()
    with Store.open(url) as store, store.begin() as tx:
        engine_tables.upgrade(tx)
    return url


def kill_points(nursery: Nursery) -> Iterator[tuple[str, int, int]]:
    """Each of the 5 points, with 3 kinds of answers, for both kinds of targets and every step: lost, twice."""
    for again, (fault, wrong), point in product(["same", "look"], FAULTS.items(), POINTS):
        lost = twice = 0
        for number in range(1, 6):
            system = books.simulator(keys=again == "same")
            with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                run = {"store": f"{folder}/a.db", "orders": [shop.order(1)], "again": again, "threads": 1}
                with serve(Faulty(system, at(number, wrong)) if wrong else system) as served:
                    nursery.run(**run, url=served.url, kill=f"{point}:{number}")
                    nursery.run(**run, url=served.url)
            lost += system.state.booked() != ["1"]
            twice += len(system.state.doubles())
        yield f"killed {point}, answer {fault}, {again}", lost, twice


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def told(name: str, seconds: float, fine: bool, **counts: int) -> bool:
    figures = "  ".join(f"{word} {number}" for word, number in counts.items())
    say(f"{'ok    ' if fine else 'FAILED'} {name:<58} {figures}  {seconds:.0f} s")
    return fine


def storm_told(outcome: Outcome, fine: bool) -> bool:
    counts = {"lost": outcome.lost, "twice": outcome.twice, "stuck": outcome.stuck}
    more = {"kills": outcome.kills, "look_ups": outcome.look_ups}
    if outcome.twice:
        more["told by reconcile"] = outcome.reported
    return told(outcome.name, outcome.seconds, fine, **counts, **{"out of order": outcome.disorder}, **more)


def results(nursery: Nursery, server: Server, only: str) -> Iterator[bool]:
    for staged in storms(server):
        if only in staged.scenario.name:
            with staged.disk.mounted() if staged.disk else memory() as folder:
                outcome = weather(nursery, place(folder, server, staged.postgres), staged.scenario)
            yield storm_told(outcome, staged.fine(outcome))
    control = Scenario(name="control: no guard must show doubles", orders=100, kills=3, guarded=False, faulty=0.1)
    if only in control.name:
        with memory() as folder:
            outcome = weather(nursery, place(folder, server, False), replace(control, patience=8.0))
        yield storm_told(outcome, outcome.twice > 0)
    if only in "killed":
        for name, lost, twice in kill_points(nursery):
            yield told(name, 0, not (lost or twice), lost=lost, twice=twice)


@contextmanager
def memory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def main() -> int:
    nursery = Nursery.open()
    try:
        with running() as server:
            found = list(results(nursery, server, os.environ.get("ONLY", "")))
    finally:
        nursery.close()
    say(f"{sum(found)} passed, {len(found) - sum(found)} failed")
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
