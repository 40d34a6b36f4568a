"""A child of the nursery that stays at it: a worker on a store, inline or woken by jobs, until SIGTERM."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests.crash.worker import blind
from tests.plain import shop

from kontering.errors import StoreAway
from kontering.sdk.connector import Again
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
    orders: list[dict[str, Any]],
    url: str,
    again: str = "look",
    guarded: bool = True,
    slots: int = 3,
    page: int = 20,
    by: str = "inline",
) -> None:
    """Serves the plain shop's orders; `by` is the dispatch."""
    plan = shop.project(orders, url=url, page=page)
    wired = shop.wired(plan, again=Again(again))
    with _opened(store) as opened:
        desk = Desk(store=opened, wired=wired, limiter=Shared(opened), ladder=QUICK)
        desk.judge = guard.verdict if guarded else blind
        job = Work.of([desk], slots, threading.Event())
        with dispatch.stoppable(job.stop):
            assert _dispatch(job, by).serve(slots)


def _opened(store: str) -> Store:
    """As whoever starts workers does: again, if the database is away just now."""
    for _ in range(50):
        try:
            return Store.open(store, project="acme", busy=60)
        except StoreAway:
            time.sleep(0.2)
    return Store.open(store, project="acme", busy=60)


def _dispatch(job: Work, by: str) -> Any:
    if by == "inline":
        return Inline(job)
    from kontering.sync.cluster import Cluster

    return Cluster(job)
