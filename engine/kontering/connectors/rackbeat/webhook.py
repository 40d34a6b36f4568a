"""Webhooks: proves the token and takes kind and number; what has changed is then read from the API."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from kontering.sdk.connector import Pointer, Refusal, Refused, Settings
from kontering.sdk.wire import NotJson, read_json

KINDS: Mapping[str, str] = {
    "customer": "customer",
    "supplier": "supplier",
    "product": "product",
    "order": "order",
    "orders": "order",
    "customer_invoice": "invoice",
    "supplier_invoice": "supplier_invoice",
}
"""First word of an event → kind of record; events beside those of terms and employees aren't documented."""


def webhook(settings: Settings, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Pointer]:
    """Where to look; nothing for an event that no flow reads. Raises Refused where the token doesn't fit."""
    given = {name.lower(): value for name, value in headers.items()}
    token = str(settings.get("webhook_token") or "")
    if not token:
        raise Refused((Refusal("webhooks can't be proved: set webhook_token on the connection"),))
    if not hmac.compare_digest(token.encode(), given.get("rackbeat-webhook-token", "").encode()):
        raise Refused((Refusal("the webhook's token isn't the connection's"),))
    try:
        said = read_json(body)
    except NotJson as error:
        raise Refused((Refusal(f"the webhook's body is no JSON: {error}"),)) from error
    if not isinstance(said, Mapping):
        return ()
    event = str(said.get("event") or given.get("rackbeat-webhook-event", ""))
    kind = {**KINDS, **settings.get("events", {})}.get(event.partition(".")[0])
    key = said.get("new_key") or said.get("key")
    return (Pointer(kind=kind, id=str(key)),) if kind and key else ()
