"""One project's work in one process: its store, its flows, its open clients."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from kontering.sdk.connector import Target
from kontering.sdk.limits import Limiter
from kontering.store.store import Store
from kontering.sync import guard, schedules
from kontering.sync.guard import Judge
from kontering.sync.progress import Tell, quiet
from kontering.sync.wiring import Wired

LADDER = (5, 60, 300, 1800, 7200, 43200)
"""Seconds before a lane in trouble is tried again; after the last a person looks at its first document."""


@dataclass(slots=True)
class Desk:
    """One project's work in one process; many desks may work on one store."""

    store: Store
    wired: Wired
    judge: Judge = guard.verdict
    tell: Tell = quiet
    limiter: Limiter | None = None
    ladder: Sequence[float] = LADDER
    asked_for: bool = False
    """A person, or cron, wants all of the sources read now."""
    calls: int = 8
    """Calls over the network at once; so many lanes share their commits."""
    stop: threading.Event = field(default_factory=threading.Event)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    fails: Counter[str] = field(default_factory=Counter)
    guard: threading.RLock = field(default_factory=threading.RLock)
    batching: threading.Lock = field(default_factory=threading.Lock)
    delivering: threading.Lock = field(default_factory=threading.Lock)

    @property
    def embedded(self) -> list[str]:
        """Connections that live in the store."""
        return [name for name in self.wired.connectors if self.wired.is_embedded(name)]

    @property
    def remote(self) -> list[str]:
        """Connections over the network."""
        return [name for name in self.wired.connectors if not self.wired.is_embedded(name)]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()


def target(desk: Desk, connection: str) -> Target:
    return desk.wired.target(connection, client(desk, connection))


def client(desk: Desk, connection: str) -> httpx.Client:
    """One client for each connection of this process: its pool is shared by the threads."""
    with desk.guard:
        if connection not in desk.clients:
            desk.clients[connection] = desk.wired.client(connection, limiter=desk.limiter)
        return desk.clients[connection]


def next_reading(desk: Desk, flow: str, last: int | None) -> int | None:
    """When a flow is to be read again by itself."""
    wired = desk.wired.flows[flow]
    return schedules.next_time(schedules.parse(wired.policy.schedule), last, wired.maker.zone)
