"""What a child of the nursery does: one run on a store, against plain books over HTTP or the embedded ledger."""

from __future__ import annotations

from typing import Any

import httpx
from tests.plain import books, shop

from kontering.sdk.connector import Again, Call
from kontering.store.deliveries import Delivery
from kontering.store.store import Store
from kontering.sync import dispatch, guard


def blind(unsure: Delivery, call: Call | None, now: int) -> guard.Verdict:
    """No guard: what has no receipt is sent again, as if nothing had happened."""
    return guard.StartOver()


def warm_up() -> None:
    """One run of everything, so that a child finds mappings and statements compiled."""
    plan = shop.project([shop.order(1)])
    with Store.open("sqlite://", project="acme") as opened:
        books_in_memory = httpx.MockTransport(books.simulator())
        dispatch.run(opened, shop.wired(plan, transport=books_in_memory), threads=1)


def work(
    *,
    store: str,
    orders: list[dict[str, Any]],
    refunds: list[dict[str, Any]] | None = None,
    url: str = "",
    again: str = "same",
    guarded: bool = True,
    threads: int | None = None,
    page: int = 100,
) -> None:
    to = "plain-books" if url else "ledger"
    plan = shop.project(orders, refunds=refunds or (), to=to, url=url, page=page)
    judge = guard.verdict if guarded else blind
    with Store.open(f"sqlite:///{store}", project="acme") as opened:
        dispatch.run(opened, shop.wired(plan, again=Again(again)), threads=threads, judge=judge)
