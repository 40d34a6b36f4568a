"""WooCommerce: orders, refunds, products, customers and subscriptions over its REST API v3; takes stock and states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontering.connectors.woocommerce.problem import problem
from kontering.connectors.woocommerce.source import WooCommerce
from kontering.connectors.woocommerce.target import TAKES, Shop
from kontering.connectors.woocommerce.webhook import webhook
from kontering.sdk.auth import Credential, basic, one_legged, query
from kontering.sdk.connector import SDK, Connector, Reads, Settings, Source, Target

if TYPE_CHECKING:
    import httpx

SETTINGS = {
    "type": "object",
    "required": ["url", "key", "secret"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "title": "Address of the shop",
            "description": "Where the shop is, without /wp-json; https, and http only on a network of your own",
            "pattern": "^https?://[^/?#@\\s]+(/[^?#\\s]*)?$",
            "x-says": "an address like https://shop.example",
        },
        "key": {
            "type": "string",
            "title": "Consumer key",
            "description": "Key of the REST API (ck_…), made under Settings → Advanced; reading is enough, but for "
            "flows into the shop",
            "x-secret": True,
        },
        "secret": {
            "type": "string",
            "title": "Consumer secret",
            "description": "Secret that belongs to the key (cs_…)",
            "x-secret": True,
        },
        "timezone": {
            "type": "string",
            "title": "Time zone",
            "description": "The shop's time zone, as WordPress has it under Settings → General",
            "default": "Europe/Copenhagen",
        },
        "start": {
            "type": "string",
            "format": "date",
            "title": "First day",
            "description": "Orders made before this day are never read; without it all that the shop has is read once",
        },
        "overlap": {
            "type": "integer",
            "title": "Overlap in minutes",
            "description": "How far each round reads back, for orders that were saved while the last one ran",
            "default": 5,
            "minimum": 0,
            "maximum": 1440,
        },
        "keys_in_query": {
            "type": "boolean",
            "title": "Keys in the address",
            "description": "For hosts that take the Authorization header away; the keys then stand in their access log",
            "default": False,
        },
        "webhook_secret": {
            "type": "string",
            "title": "Secret of the webhooks",
            "description": "The secret that the shop's webhooks are signed with; without any of & < > \" '",
            "x-secret": True,
        },
    },
}

FACTS = (
    "WooCommerce has no rate limit of its own; hosts answer 429, 503 or a firewall's 403.",
    "Trashed orders are asked for apart; that trashing changes an order's date is inferred.",
    "A list is read by page number: when it shrinks meanwhile, the round is read again from the same place.",
    "A deleted refund is found when its order changes, and by a sweep over the latest orders with refunds.",
    "A changed variation is found when its product changes; whether WooCommerce always changes it too is not known.",
    "A refund can be read by its id alone only where the shop has the list of all refunds (newer versions).",
    "Inferred: by SKU a list of products has variations too; what a paid order's lines are is never changed.",
    "Inferred: set_paid on an unpaid order does what a payment does, and nothing on a paid one.",
    "Shops with HPOS hide internal meta data such as _billing_email from the API.",
)


def base_url(settings: Settings) -> str:
    return f"{str(settings['url']).rstrip('/')}/wp-json/wc/v3/"


def auth(settings: Settings) -> Credential:
    """Basic over https; over http the secret is only used to sign."""
    key, secret = str(settings["key"]), str(settings["secret"])
    if not str(settings["url"]).startswith("https://"):
        return one_legged(key, secret)
    if settings.get("keys_in_query"):
        return query({"consumer_key": key, "consumer_secret": secret})
    return basic(key, secret)


def source(settings: Settings, client: httpx.Client) -> Source:
    return WooCommerce(settings, client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Shop(settings, client)


CONNECTOR = Connector(
    name="woocommerce",
    title="WooCommerce",
    sdk=SDK,
    settings=SETTINGS,
    reads={
        kind: Reads(schema=f"woocommerce/{kind}") for kind in ("order", "refund", "product", "customer", "subscription")
    },
    base_url=base_url,
    auth=auth,
    problem=problem,
    takes=TAKES,
    source=source,
    target=target,
    webhook=webhook,
    simulator="kontering.connectors.woocommerce.simulator:make",
    facts=FACTS,
)
