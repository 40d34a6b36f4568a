"""`make crash`: the large storms, a line each; what counts is what the target has, not our own tables.

`make crash ONLY=cluster` runs the scenarios whose name has this word.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from tests.crash.conftest import MEMORY
from tests.crash.nursery import Nursery
from tests.crash.storms import Outcome, Scenario, Storm, weather
from tests.crash.test_kill_points import FAULTS, POINTS
from tests.plain import books, shop
from tests.postgres import Server, running

from kontering.store import engine_tables
from kontering.store.store import Store
from kontering.testing import Faulty, serve
from kontering.testing.faults import at

ORDERS = int(os.environ.get("ORDERS", "2000"))
INLINE, CLUSTER = ("inline", "inline"), ("cluster", "cluster")


def large(name: str, workers: tuple[str, ...]) -> Scenario:
    return Scenario(name=name, workers=workers, orders=ORDERS, kills=20, patience=240.0)


def special(name: str, workers: tuple[str, ...] = INLINE) -> Scenario:
    """Fewer documents and kills, and something else that goes wrong."""
    return Scenario(name=name, workers=workers, orders=min(500, ORDERS), kills=5, patience=180.0)


def storms(server: Server) -> Iterator[tuple[Scenario, bool]]:
    """Each storm, and whether it is on PostgreSQL."""
    yield large("SQLite, 2 workers", INLINE), False
    yield large("PostgreSQL, 2 workers", INLINE), True
    yield large("PostgreSQL, cluster of 2", CLUSTER), True
    yield large("PostgreSQL, cluster and an inline worker beside it", ("cluster", "inline")), True
    yield replace(special("SQLite, a worker that never returns"), leaves=1), False
    yield replace(special("cluster, a worker that never returns", CLUSTER), leaves=1), True
    yield replace(special("SQLite, slow target with settle"), slow=0.1), False
    yield replace(special("PostgreSQL restarted in the middle"), trouble=restarts(server)), True
    yield replace(special("PostgreSQL restarted under a cluster", CLUSTER), trouble=restarts(server)), True
    yield replace(special("cluster, jobs deleted from the engine's tables", CLUSTER), trouble=delete_jobs), True
    yield replace(special("SQLite, workers stopped and continued"), trouble=freeze), False
    yield replace(special("PostgreSQL, workers stopped and continued"), trouble=freeze), True


def restarts(server: Server) -> Callable[[Storm], None]:
    """Three times, hard, some seconds apart."""
    done: list[float] = []

    def trouble(storm: Storm) -> None:
        if len(done) < 3 and (not done or time.monotonic() - done[-1] > 4):
            server.restart()
            done.append(time.monotonic())

    return trouble


def delete_jobs(storm: Storm) -> None:
    with storm.store.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


def freeze(storm: Storm) -> None:
    """A worker is stopped for a while, well below its lease, and goes on."""
    victim = storm.chance.choice(storm.alive)
    storm.nursery.kill(victim, signal.SIGSTOP)
    time.sleep(storm.chance.uniform(0.2, 1.0))
    storm.nursery.kill(victim, signal.SIGCONT)


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
        for step in range(1, 6):
            system = books.simulator(keys=again == "same")
            with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                run = {"store": f"{folder}/a.db", "orders": [shop.order(1)], "again": again, "threads": 1}
                with serve(Faulty(system, at(step, wrong)) if wrong else system) as served:
                    nursery.run(**run, url=served.url, kill=f"{point}:{step}")
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
    counts = {"lost": outcome.lost, "twice": outcome.twice, "stuck": outcome.stuck, "disorder": outcome.disorder}
    counts |= {"kills": outcome.kills, "look-ups": outcome.look_ups}
    return told(outcome.name, outcome.seconds, fine, **{name.replace("-", "_"): one for name, one in counts.items()})


def results(nursery: Nursery, server: Server, only: str) -> Iterator[bool]:
    for scenario, postgres in storms(server):
        if only in scenario.name:
            with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                outcome = weather(nursery, place(Path(folder), server, postgres), scenario)
            yield storm_told(outcome, outcome.fine)
    control = Scenario(name="control: no guard must show doubles", orders=100, kills=3, guarded=False, faulty=0.1)
    if only in control.name:
        with tempfile.TemporaryDirectory() as folder:
            outcome = weather(nursery, place(Path(folder), server, False), replace(control, patience=8.0))
        yield storm_told(outcome, outcome.twice > 0)
    if only in "killed":
        for name, lost, twice in kill_points(nursery):
            yield told(name, 0, not (lost or twice), lost=lost, twice=twice)


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
