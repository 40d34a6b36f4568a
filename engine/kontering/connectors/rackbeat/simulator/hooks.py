"""Webhooks: made and changed by calls, told of by a plain token, tried again until they have failed too often."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from kontering.connectors.rackbeat.simulator.guard import Ask, No, answered, body_of, invalid
from kontering.connectors.rackbeat.simulator.state import Row, State, local
from kontering.testing.simulator import Route, reply

ACCOUNT = "4711"
BACK_OFF = (60, 300, 1800, 7200, 21600, 43200)


def routes() -> list[Route[State]]:
    return [
        Route("GET", "/api/webhooks", answered(_listed)),
        Route("POST", "/api/webhooks", answered(_make)),
        Route("GET", "/api/webhooks/{id}", answered(lambda asked: reply({"webhook": _shown(_of(asked))}))),
        Route("DELETE", "/api/webhooks/{id}", answered(_delete)),
        Route("GET", "/api/webhooks/{id}/logs", answered(_logs)),
    ]


def tell(asked: Ask, event: str, key: Any, key_name: str, changed: Sequence[str] = ()) -> None:
    """Puts an event into the queue of each webhook that wants it, unless the call says not to."""
    if event.startswith(".") or _is_muted(asked):
        return
    more = {"old_key": key, "new_key": key, "changed": list(changed)} if event.endswith(".updated") else {}
    body = {"key": key, "key_name": key_name, "event": event, "data": {}, **more}
    for hook in asked.state.webhooks.values():
        if hook["event"] == event and hook["is_active"]:
            asked.state.waiting.append({"hook": hook["id"], "body": body, "due": asked.now, "tries": 0})


def deliver(state: State, send: Callable[[httpx.Request], httpx.Response], now: datetime) -> int:
    """Sends what is due; what fails is tried again later, and for ever only for a day. Gives back how many arrived."""
    arrived, later = 0, []
    for one in state.waiting:
        hook = state.webhooks.get(one["hook"])
        if hook is None or not hook["is_active"]:
            continue
        if one["due"] > now or _try(state, hook, one, send, now):
            arrived += one["due"] <= now
            later += [one] if one["due"] > now else []
        elif one["tries"] < len(BACK_OFF):
            later.append(one)
    state.waiting = later
    return arrived


def _try(state: State, hook: Row, one: Row, send: Callable[[httpx.Request], httpx.Response], now: datetime) -> bool:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Rackbeat Webhook",
        "Rackbeat-Webhook-Token": hook["token"],
        "Rackbeat-Webhook-Event": one["body"]["event"],
        "Rackbeat-Account-Id": ACCOUNT,
    }
    try:
        status = send(httpx.Request("POST", hook["url"], headers=headers, content=json.dumps(one["body"]))).status_code
    except httpx.TransportError:
        status = 0
    state.logs.append({"webhook": hook["id"], "status": status, "created_at": local(now), "body": one["body"]})
    if 200 <= status < 300:
        hook["failures_since_last_success"] = 0
        return True
    hook["failures_since_last_success"] += 1
    one["due"] = now + timedelta(seconds=BACK_OFF[min(one["tries"], len(BACK_OFF) - 1)])
    one["tries"] += 1
    return False


def _make(asked: Ask) -> httpx.Response:
    """The same event and address again changes the webhook that is there; its token is only told once."""
    said = body_of(asked)
    lacking = {name: [f"The {name} field is required."] for name in ("event", "url") if not said.get(name)}
    if lacking:
        raise invalid(lacking)
    for hook in asked.state.webhooks.values():
        if (hook["event"], hook["url"]) == (said["event"], said["url"]):
            hook |= {"is_active": bool(said.get("is_active", True)), "updated_at": local(asked.now)}
            return reply({"webhook": _shown(hook)})
    stamp, id_ = local(asked.now), max(asked.state.webhooks, default=0) + 1
    made = {
        "id": id_,
        "event": said["event"],
        "url": said["url"],
        "is_active": bool(said.get("is_active", True)),
        "plugin": None,
        "failures_since_last_success": 0,
        "token": secrets.token_hex(16),
        "created_at": stamp,
        "updated_at": stamp,
    }
    asked.state.webhooks[id_] = made
    return reply({"webhook": made}, 201)


def _listed(asked: Ask) -> httpx.Response:
    rows = [_shown(row) for row in asked.state.webhooks.values()]
    return reply({"webhooks": rows, "total": len(rows), "pages": 1, "limit": max(20, len(rows)), "page": 1}, 206)


def _delete(asked: Ask) -> httpx.Response:
    del asked.state.webhooks[_of(asked)["id"]]
    return reply({"message": "Deleted."})


def _logs(asked: Ask) -> httpx.Response:
    id_ = _of(asked)["id"]
    rows = [row for row in asked.state.logs if row["webhook"] == id_]
    return reply({"logs": rows, "total": len(rows), "pages": 1, "limit": max(20, len(rows)), "page": 1}, 206)


def _of(asked: Ask) -> Row:
    number = int(asked.ids["id"]) if asked.ids["id"].isdecimal() else 0
    if number not in asked.state.webhooks:
        raise No(404, "The webhook could not be found.")
    found: Row = asked.state.webhooks[number]
    return found


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "token"}


def _is_muted(asked: Ask) -> bool:
    if asked.query.get("suppress_webhooks") == "true":
        return True
    return b'"suppress_webhooks"' in asked.body and body_of(asked).get("suppress_webhooks") is True
