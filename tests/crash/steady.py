"""A child of the nursery that stays at it until SIGTERM: a worker, inline or woken by jobs, or runs as cron starts them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.crash.worker import blind
from tests.plain import shop

from kontering.errors import StoreUnusable
from kontering.sdk.connector import Again
from kontering.store import lanes
from kontering.store.limits import Shared
from kontering.store.store import Store
from kontering.sync import dispatch, guard
from kontering.sync.turns import Desk
from kontering.sync.worker import Inline, Work

QUICK = (0.2, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0)
"""Trouble is tried again sooner than in life."""


def warm_up() -> None:
    """What a cluster loads."""
    from kontering.sync import cluster

    assert cluster.SERVE


def work(
    *,
    store: str,
    tenants: Sequence[dict[str, Any]],
    again: str = "look",
    guarded: bool = True,
    slots: int = 3,
    page: int = 20,
    by: str = "inline",
    clock: str = "",
    lease: int = 0,
) -> None:
    """Serves the tenants' orders (name, orders, url of its books); `by` is the dispatch.

    `clock` is a file with the milliseconds by which this machine's clock is off; `lease` is shorter than in life.
    """
    if clock:
        follow(Path(clock))
    if lease:
        lanes.LEASE = lease
    logging.getLogger("kontering").setLevel(logging.ERROR)  # what is meant to go wrong needs no words
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    judge = guard.verdict if guarded else blind
    with _opened(store) as first:
        desks = []
        for tenant in tenants:
            opened = first.project_of(tenant["name"])
            plan = shop.project(tenant["orders"], url=tenant["url"], page=page, name=tenant["name"])
            wired = shop.wired(plan, again=Again(again))
            desks.append(Desk(store=opened, wired=wired, limiter=Shared(opened), ladder=QUICK, judge=judge))
        job = Work.of(desks, slots, threading.Event())
        with dispatch.stoppable(job.stop):
            if by == "run":
                _as_cron_does(desks, job.stop)
            else:
                assert _dispatch(job, by).serve(slots)


def _as_cron_does(desks: Sequence[Desk], stop: threading.Event) -> None:
    """One run after another; SIGTERM ends the last one."""
    while not stop.is_set():
        for desk in desks:
            try:
                dispatch.run(desk.store, desk.wired, threads=2, patience=0.2, judge=desk.judge)
            except StoreUnusable:
                pass
            except KeyboardInterrupt:
                return
        stop.wait(0.05)


def follow(file: Path) -> None:
    """The clock of this machine is off by what the file says, from the moment on at which it says so."""
    real, real_ns = time.time, time.time_ns
    time.time = lambda: real() + _off(file) / 1000
    time.time_ns = lambda: real_ns() + _off(file) * 1_000_000


def _off(file: Path) -> int:
    return int(file.read_text() or 0)


def _opened(store: str) -> Store:
    """As whoever starts workers does: again, if the database is away just now, or the disk full."""
    for _ in range(150):
        try:
            return Store.open(store, busy=60)
        except StoreUnusable:
            time.sleep(0.2)
    return Store.open(store, busy=60)


def _dispatch(job: Work, by: str) -> Any:
    if by == "inline":
        return Inline(job)
    from kontering.sync.cluster import Cluster

    return Cluster(job)
