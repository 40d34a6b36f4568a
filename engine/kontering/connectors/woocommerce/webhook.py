"""Webhooks: proves the signature and takes kind and id; what has changed is then read from the API."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from kontering.errors import Refusal, Refused
from kontering.sdk.connector import Pointer, Settings
from kontering.sdk.wire import NotJson, read_json

KINDS = ("order", "product", "customer", "subscription")


def webhook(settings: Settings, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Pointer]:
    """Where to look; nothing for a ping or a topic that no flow reads. Raises Refused where the signature doesn't fit.

    A ping isn't signed and names no topic; it must be answered with 200, or the shop doesn't save the webhook.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if "x-wc-webhook-signature" not in given:
        if body.startswith(b"webhook_id="):
            return ()
        raise Refused((Refusal("the webhook isn't signed"),))
    secret = str(settings.get("webhook_secret") or "")
    if not secret:
        raise Refused((Refusal("webhooks can't be proved: set webhook_secret on the connection"),))
    if not hmac.compare_digest(signature(body, secret), given["x-wc-webhook-signature"].encode()):
        raise Refused((Refusal("the webhook's signature doesn't fit its body"),))
    return _pointers(given.get("x-wc-webhook-resource", ""), body)


def signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _pointers(resource: str, body: bytes) -> Sequence[Pointer]:
    """An order's webhook tells of its refunds too, without saying which: the order's date leads to them."""
    try:
        thing = read_json(body)
    except NotJson as error:
        raise Refused((Refusal(f"the webhook's body is no JSON: {error}"),)) from error
    id_ = thing.get("id") if isinstance(thing, Mapping) else None
    if resource not in KINDS or not isinstance(id_, int) or id_ <= 0:
        return ()
    also = (Pointer(kind="refund", id=""),) if resource == "order" else ()
    return (Pointer(kind=resource, id=str(id_)), *also)
