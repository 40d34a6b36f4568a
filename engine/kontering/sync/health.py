"""What a worker shows of itself over HTTP: alive, ready, and how much of what, for Prometheus."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kontering.errors import StoreUnusable
from kontering.sync import status
from kontering.sync.progress import Ended, Event, Troubled
from kontering.sync.server import Page
from kontering.sync.worker import Work

NEEDS_EXTRA = "metrics need an extra: pip install 'kontering[metrics]'\n"


@dataclass(slots=True)
class Counts:
    """What a worker has counted since it began."""

    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    troubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, project: str, event: Event) -> None:
        with self.lock:
            match event:
                case Ended(state=state):
                    self.ended[project, state] += 1
                case Troubled(connection=connection):
                    self.troubles[project, connection] += 1
                case _:
                    pass


@dataclass(frozen=True, slots=True)
class Health:
    """A worker, seen from outside."""

    work: Work
    counts: Counts

    def page(self, path: str) -> Page:
        match path:
            case "/healthz":
                late = self.work.late()
                return _json(503 if late or self.work.stop.is_set() else 200, {"late": late})
            case "/readyz":
                away = [name for name, trouble in self._stores() if trouble]
                return _json(503 if away or self.work.stop.is_set() else 200, {"stores_away": away})
            case "/metrics":
                return self._metrics()
            case _:
                return Page(404, "text/plain", "/healthz, /readyz, /metrics\n")

    def _stores(self) -> Iterator[tuple[str, str]]:
        for desk in self.work.desks:
            try:
                with desk.store.look():
                    yield desk.store.project, ""
            except StoreUnusable as trouble:
                yield desk.store.project, str(trouble)

    def _metrics(self) -> Page:
        try:
            import prometheus_client  # an extra, and loaded by who asks only
        except ModuleNotFoundError:
            return Page(501, "text/plain", NEEDS_EXTRA)
        registry = prometheus_client.CollectorRegistry(auto_describe=False)
        registry.register(Collected(self))
        return Page(200, "text/plain; version=0.0.4", prometheus_client.generate_latest(registry).decode())


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """The figures at the moment they are asked for."""

    health: Health

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        documents = GaugeMetricFamily("kontering_documents", "Documents.", labels=["project", "flow", "state"])
        oldest = GaugeMetricFamily("kontering_oldest_seconds", "What waits longest.", labels=["project", "flow"])
        stopped = GaugeMetricFamily("kontering_stopped", "Connections that stand.", labels=["project", "connection"])
        for desk in self.health.work.desks:
            project, now = desk.store.project, desk.store.clock()
            try:
                seen = status.status(desk.store)
            except StoreUnusable:
                continue
            for flow in seen.flows:
                for state, number in flow.counts.items():
                    documents.add_metric([project, flow.name, state], number)
                oldest.add_metric([project, flow.name], (now - flow.oldest) / 1000 if flow.oldest else 0)
            for connection in seen.connections:
                stopped.add_metric([project, connection.name], 1)
        yield from (documents, oldest, stopped)
        counts = self.health.counts
        ended = CounterMetricFamily("kontering_ended", "Documents that came to an end.", labels=["project", "state"])
        troubles = CounterMetricFamily("kontering_troubles", "Calls for trouble.", labels=["project", "connection"])
        for family, counted in ((ended, counts.ended), (troubles, counts.troubles)):
            for labels, number in list(counted.items()):
                family.add_metric(list(labels), number)
        yield from (ended, troubles)


def _json(code: int, value: dict[str, Sequence[str]]) -> Page:
    return Page(code, "application/json", json.dumps({"ok": code == 200, **value}) + "\n")
