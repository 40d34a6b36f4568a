"""WooCommerce as its REST API v3 answers, as far as it is known; independent of our connector.

`make()` gives an empty shop, `make(folder=…)` one that holds the files of an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from kontering.connectors.woocommerce.simulator import access, catalog, hook_routes, hooks, orders, plans, refunds, rows
from kontering.connectors.woocommerce.simulator.cart import Rate
from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.connectors.woocommerce.simulator.rest import BASE, Ask, answered, no_route
from kontering.connectors.woocommerce.simulator.shop import Habits, Key, Scope, Shop, options
from kontering.sdk.wire import read_json
from kontering.testing import Route, Simulated

__all__ = ["Habits", "Key", "Setup", "Shop", "Simulated", "deliver_webhooks", "load", "make"]

KEY, SECRET = "ck_" + "3" * 40, "cs_" + "7" * 40
FILES = ("orders", "renewals", "refunds", "products", "variations", "customers", "subscriptions", "taxes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the shop is set up."""

    zone: str = "Europe/Copenhagen"
    prices_include_tax: bool = True
    round_at_subtotal: bool = False
    decimals: int = 2
    currency: str = "DKK"
    country: str = "DK"
    rates: Sequence[Rate] = ()
    scope: Scope = "read_write"
    habits: Habits = field(default_factory=Habits)


def make(
    *,
    setup: Setup = Setup(),
    folder: str | Path | None = None,
    orders: str | Path | None = None,
    clock: Callable[[], datetime] | None = None,
    site: str = "https://shop.example",
) -> Simulated[Shop]:
    """A simulated shop; `folder` and `orders` name JSON Lines files that it holds from the start."""
    shop = Shop(
        zone=ZoneInfo(setup.zone),
        keys=(Key(key=KEY, secret=SECRET, scope=setup.scope),),
        site=site,
        habits=setup.habits,
        options=options(
            prices_include_tax=setup.prices_include_tax,
            round_at_subtotal=setup.round_at_subtotal,
            decimals=setup.decimals,
            currency=setup.currency,
            country=setup.country,
        ),
        taxes={rate.id: rows.tax(rate) for rate in setup.rates},
        classes=[{"slug": slug, "name": slug.replace("-", " ").title()} for slug in ("reduced-rate", "zero-rate")],
    )
    for name in FILES if folder else ():
        for path in found(Path(str(folder)), name):
            load(shop, name, path)
    if orders:
        load(shop, "orders", Path(orders))
    credentials = {"key": KEY, "secret": SECRET, "timezone": setup.zone}
    return Simulated(shop, routes(), check=access.check, missing=no_route, clock=clock, credentials=credentials)


def found(folder: Path, name: str) -> list[Path]:
    """`orders.jsonl`, or the files in `orders/`."""
    lines = folder / f"{name}.jsonl"
    return [lines] if lines.is_file() else sorted((folder / name).glob("*.json"))


def load(shop: Shop, name: str, path: Path) -> None:
    """Put the rows of a file into the shop; what a source adds (`related`) isn't the shop's."""
    table: dict[int, Json] = getattr(shop, "orders" if name == "renewals" else name)
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines() if path.suffix == ".jsonl" else [text]:
        row = dict(read_json(line)) if line.strip() else {}
        related: Mapping[str, Any] = row.pop("related", {})
        if name in ("renewals", "refunds"):
            _take_along(shop, name, row, related)
        if row:
            table[row["id"]] = row
            shop.last = max(shop.last, row["id"])


def _take_along(shop: Shop, name: str, row: Json, related: Mapping[str, Any]) -> None:
    """A refund names its order, a renewal's subscription is a row of the shop too."""
    if name == "refunds" and row:
        row["parent_id"] = row.get("parent_id") or related["order"]["id"]
    if "subscription" in related:
        shop.subscriptions[related["subscription"]["id"]] = dict(related["subscription"])


def deliver_webhooks(simulator: Simulated[Shop], send: Callable[[httpx.Request], httpx.Response]) -> int:
    """Run the shop's queue: send pings and deliveries with `send`, and count failures."""
    shop = simulator.state

    def payload(topic: str, id_: int) -> Json | None:
        what = topic.partition(".")[0]
        request = httpx.Request("GET", f"{shop.site}{BASE}/{what}s/{id_}")
        asked = Ask(request=request, state=shop, now=simulator.clock(), ids={"id": str(id_)})
        show = {
            "order": orders.one,
            "product": catalog.product,
            "customer": catalog.customer,
            "subscription": plans.one,
        }
        found: Json | None = answered(show[what])(asked).json() if what in show else None
        return found

    return hooks.deliver(shop, send, payload, simulator.clock(), shop.site)


def routes() -> list[Route[Shop]]:
    table = [*_orders(), *_catalog(), *_rest(), *_subscriptions()]
    return [Route(method, BASE + path, answered(answer)) for method, path, answer in table]


def _both(path: str, answer: Callable[[Ask], httpx.Response]) -> list[tuple[str, str, Callable[[Ask], httpx.Response]]]:
    """Changes come by PUT, POST or PATCH."""
    return [(method, path, answer) for method in ("PUT", "POST", "PATCH")]


def _orders() -> list[tuple[str, str, Callable[[Ask], httpx.Response]]]:
    return [
        ("GET", "/orders", orders.listing),
        ("POST", "/orders", orders.create),
        *_both("/orders/batch", orders.batch),
        ("GET", "/orders/{id}", orders.one),
        *_both("/orders/{id}", orders.change),
        ("DELETE", "/orders/{id}", orders.delete),
        ("GET", "/orders/{id}/refunds", refunds.of_order),
        ("POST", "/orders/{id}/refunds", refunds.create),
        ("GET", "/orders/{id}/refunds/{refund}", refunds.one),
        ("DELETE", "/orders/{id}/refunds/{refund}", refunds.delete),
        ("GET", "/refunds", refunds.of_all),
    ]


def _catalog() -> list[tuple[str, str, Callable[[Ask], httpx.Response]]]:
    return [
        ("GET", "/products", catalog.products),
        ("POST", "/products", catalog.create_product),
        *_both("/products/batch", catalog.batch_products),
        ("GET", "/products/{id}", catalog.product),
        *_both("/products/{id}", catalog.change_product),
        ("DELETE", "/products/{id}", catalog.delete_product),
        ("GET", "/products/{id}/variations", catalog.variations),
        *_both("/products/{id}/variations/batch", catalog.batch_variations),
        ("GET", "/products/{id}/variations/{variation}", catalog.variation),
        *_both("/products/{id}/variations/{variation}", catalog.change_variation),
        ("GET", "/customers", catalog.customers),
        ("GET", "/customers/{id}", catalog.customer),
    ]


def _rest() -> list[tuple[str, str, Callable[[Ask], httpx.Response]]]:
    return [
        ("GET", "/taxes", catalog.taxes),
        ("GET", "/taxes/classes", catalog.tax_classes),
        ("GET", "/taxes/{id}", catalog.tax),
        ("GET", "/settings", catalog.setting_groups),
        ("GET", "/settings/{group}", catalog.settings),
        ("GET", "/settings/{group}/{id}", catalog.setting),
        *_both("/settings/{group}/{id}", catalog.change_setting),
        ("GET", "/webhooks", hook_routes.webhooks),
        ("POST", "/webhooks", hook_routes.create_webhook),
        ("GET", "/webhooks/{id}", hook_routes.webhook),
        *_both("/webhooks/{id}", hook_routes.change_webhook),
        ("DELETE", "/webhooks/{id}", hook_routes.delete_webhook),
    ]


def _subscriptions() -> list[tuple[str, str, Callable[[Ask], httpx.Response]]]:
    table = [
        ("GET", "/subscriptions", plans.listing),
        ("GET", "/subscriptions/statuses", plans.statuses),
        ("GET", "/subscriptions/{id}", plans.one),
        *_both("/subscriptions/{id}", plans.change),
        ("GET", "/subscriptions/{id}/orders", plans.orders),
        ("GET", "/orders/{id}/subscriptions", plans.of_order),
    ]
    return [(method, path, plans.there(answer)) for method, path, answer in table]
