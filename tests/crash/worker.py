"""What a child of the nursery does: one run on a store, against plain books or e-conomic over HTTP, or into the ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from tests.plain import books, shop

from kontering.model.record import Page, Pointer, Position, Record
from kontering.project.project import load_project
from kontering.sdk.connector import Again, Call
from kontering.store.deliveries import Delivery
from kontering.store.store import Store, milliseconds
from kontering.sync import dispatch, guard
from kontering.sync.wiring import wire

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
SECRETS = {"WOO_KEY": "unused", "WOO_SECRET": "unused", "ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}


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
    """Orders of the plain shop; without a url into the ledger."""
    to = "plain-books" if url else "ledger"
    plan = shop.project(orders, refunds=refunds or (), to=to, url=url, page=page)
    judge = guard.verdict if guarded else blind
    with Store.open(f"sqlite:///{store}", project="acme") as opened:
        dispatch.run(opened, shop.wired(plan, again=Again(again)), threads=threads, judge=judge)


class Example:
    """One order of the example shop, as it is read from the shop."""

    def __init__(self, name: str) -> None:
        (path,) = EXAMPLE.glob(f"orders/{name}*.json")
        self.order: Mapping[str, Any] = json.loads(path.read_text(), parse_float=Decimal)

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        id_ = str(self.order["id"])
        yield Page(records=(Record(connection="shop", kind=kind, id=id_, version="1", data=self.order),))

    def get(self, pointer: Pointer) -> Record | None:
        raise NotImplementedError


def economic(*, store: str, url: str, order: str, ahead: int = 0) -> None:
    """An order of the example shop into e-conomic; `ahead` are milliseconds that have passed meanwhile."""
    os.environ.update(SECRETS)
    project = load_project(EXAMPLE)
    books = project.connections["economic"]
    moved = replace(books, settings={**books.settings, "url": url})
    project = replace(project, connections={**project.connections, "economic": moved})
    wired = wire(project, ["economic"], sources={"economic": Example(order)})
    clock = lambda: milliseconds() + ahead  # noqa: E731
    with Store.open(f"sqlite:///{store}", project=project.name, clock=clock) as opened:
        dispatch.run(opened, wired, threads=1)


def dinero(*, store: str, url: str, order: str, project: str, ahead: int = 0) -> None:
    """An order of the example shop into Dinero, by a project of its own."""
    os.environ.update(SECRETS | {"DINERO_SECRET": "client-secret", "DINERO_KEY": "api-key"})
    found = load_project(Path(project))
    books = found.connections["dinero"]
    moved = replace(books, settings={**books.settings, "url": url})
    found = replace(found, connections={**found.connections, "dinero": moved})
    wired = wire(found, ["orders"], sources={"orders": Example(order)})
    with Store.open(f"sqlite:///{store}", project=found.name, clock=lambda: milliseconds() + ahead) as opened:
        dispatch.run(opened, wired, threads=1)
