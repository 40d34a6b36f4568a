"""Webhooks: proved by the connector and kept as pointers, so that the flow reads at once; nothing they say is believed.

A sender gets its yes after the pointers are committed. One that says the same twice, late or in another order makes
the flow look once more at what it knows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kontering.errors import Denied, Misuse, Refused, StoreUnusable
from kontering.sdk.connector import Pointer
from kontering.store import lanes, pointers
from kontering.sync import flow as flows
from kontering.sync import mishaps
from kontering.sync.server import Page, plain
from kontering.sync.turns import Desk

MOST = 1000
"""Things that one webhook may name."""

log = logging.getLogger("kontering.hooks")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Hooks:
    """`POST /hooks/<project>/<connection>` for the projects of a worker."""

    desks: Mapping[str, Desk]
    clock: Callable[[], datetime] = _now

    @classmethod
    def of(cls, desks: Sequence[Desk]) -> Hooks:
        return cls({desk.store.project: desk for desk in desks})

    def page(self, path: str, headers: Mapping[str, str], body: bytes) -> Page:
        project, _, connection = path.removeprefix("/hooks/").partition("/")
        desk = self.desks.get(project) if path.startswith("/hooks/") else None
        if desk is None or not _listens(desk, connection):
            return plain(404, "nothing listens here")
        answers: list[Page] = []
        with mishaps.Caught(lambda error: answers.append(_not_understood(desk, connection, error))):
            answers.append(self._received(desk, connection, headers, body))
        return answers[0]

    def _received(self, desk: Desk, connection: str, headers: Mapping[str, str], body: bytes) -> Page:
        try:
            named = self._proved(desk, connection, headers, body)
            keep(desk, connection, named[:MOST])
        except (Denied, Refused) as forged:
            log.warning("webhook refused", extra={**_about(desk, connection), "reason": str(forged)})
            return plain(401, "it can't be proved whose this is")
        except (Misuse, StoreUnusable) as trouble:
            log.warning("webhook not kept", extra={**_about(desk, connection), "reason": str(trouble)})
            return plain(503, "not now, send it again")
        return plain(200, "thanks")

    def _proved(self, desk: Desk, connection: str, headers: Mapping[str, str], body: bytes) -> Sequence[Pointer]:
        webhook = desk.wired.connectors[connection].webhook
        return webhook(desk.wired.settings(connection), headers, body, self.clock()) if webhook else ()


def keep(desk: Desk, connection: str, named: Sequence[Pointer]) -> None:
    """Each flow that reads such things from here is due at once, and reads these very ones."""
    readers = [one for one in desk.wired.flows.values() if one.source == connection]
    rows = [(one.name, pointer) for one in readers for pointer in dict.fromkeys(named) if one.kind == pointer.kind]
    kinds = {pointer.kind for _, pointer in rows}
    if rows:
        with desk.store.begin() as tx:
            pointers.add(tx, connection, rows)
            lanes.wake(tx, [(flows.lane_of(one), connection) for one in readers if one.kind in kinds])


def _listens(desk: Desk, connection: str) -> bool:
    """Is it a source of this project whose connector knows webhooks?"""
    reads = any(flow.source == connection for flow in desk.wired.flows.values())
    return reads and desk.wired.connectors[connection].webhook is not None


def _not_understood(desk: Desk, connection: str, error: Exception) -> Page:
    mishaps.note(error, **_about(desk, connection))
    return plain(400, "this isn't understood")


def _about(desk: Desk, connection: str) -> dict[str, object]:
    return {"project": desk.store.project, "connection": connection}
