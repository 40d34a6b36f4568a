"""What else goes wrong in a storm: databases that restart, clocks that are set, workers that stand still, jobs that vanish."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from tests.crash.storms import Outcome, Storm
from tests.postgres import Server


def doubles_are_told(outcome: Outcome) -> bool:
    """Without a key at the target some can't be prevented: then `reconcile` names each."""
    return not (outcome.lost or outcome.stuck or outcome.disorder) and outcome.twice == outcome.reported


def restarts(server: Server) -> Callable[[Storm], None]:
    """Three times, hard, some seconds apart."""
    done: list[float] = []

    def trouble(storm: Storm) -> None:
        if len(done) < 3 and (not done or time.monotonic() - done[-1] > 4):
            server.restart()
            done.append(time.monotonic())

    return trouble


def step() -> Callable[[Storm], None]:
    """Every second the machine's clock is set: forward or back, by minutes or by an hour."""
    done = [0.0]

    def trouble(storm: Storm) -> None:
        if storm.clock is not None and time.monotonic() - done[-1] > 1:
            beside = storm.clock.with_name("next")
            beside.write_text(str(storm.chance.choice([0, 90_000, -90_000, 3_600_000, -3_600_000])))
            beside.replace(storm.clock)
            done.append(time.monotonic())

    return trouble


def delete_jobs(storm: Storm) -> None:
    with storm.store.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM procrastinate_jobs WHERE status = 'todo'")


def freeze(storm: Storm) -> None:
    """A worker is stopped for a while, well below its lease, and goes on."""
    _freeze(storm, storm.chance.uniform(0.2, 1.0))


def freeze_long(storm: Storm) -> None:
    """A worker is stopped for longer than its lease: another takes over what it was at, and then it wakes up."""
    _freeze(storm, storm.scenario.lease / 1000 + storm.chance.uniform(0.5, 2.0))
    time.sleep(0.5)


def _freeze(storm: Storm, seconds: float) -> None:
    victim = storm.chance.choice(storm.alive)
    storm.nursery.kill(victim, signal.SIGSTOP)
    time.sleep(seconds)
    storm.nursery.kill(victim, signal.SIGCONT)
