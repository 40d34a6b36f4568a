"""The whole path: orders are read, mapped, settled, planned and delivered, with their record in SQLite on disk."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal

import httpx

from benchmarks.orders import orders
from kontering import resources
from kontering.connectors.economic import simulator
from kontering.model.record import Page, Pointer, Position, Record
from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.wiring import wire

PAGE = 100
SECRETS = {"WOO_KEY": "unused", "WOO_SECRET": "unused", "ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}


class Drawn:
    """Orders as a source gives them, page by page."""

    def __init__(self, count: int) -> None:
        self.orders = [json.loads(order, parse_float=Decimal) for order in orders(count)]

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        for first in range(after["read"] if after else 0, len(self.orders), PAGE):
            some = self.orders[first : first + PAGE]
            records = tuple(
                Record(connection="shop", kind=kind, id=str(order["id"]), version="1", data=order) for order in some
            )
            yield Page(records=records, after={"read": first + len(some)}, total=len(self.orders))

    def get(self, pointer: Pointer) -> Record | None:
        raise NotImplementedError


def delivered(flow: str, count: int) -> tuple[float, float, str]:
    """Orders a second by one flow of the example shop, the same of processor time, and what became of them."""
    os.environ.update(SECRETS)
    project = load_project(resources.shipped("examples") / "webshop")
    transports = {"economic": httpx.MockTransport(simulator.make())}
    wired = wire(project, [flow], sources={flow: Drawn(count)}, transports=transports)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{folder}/store.db", project=project.name) as store,
    ):
        began, spent = time.perf_counter(), time.process_time()
        summary = dispatch.run(store, wired)
        seconds, used = time.perf_counter() - began, time.process_time() - spent
    became = ", ".join(f"{number} {state}" for state, number in summary.ended.items())
    return count / seconds, count / used, became
