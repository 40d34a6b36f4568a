"""Simulated shops for the tests, and a plain client to ask them without our connector."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.sample import drawn, goods, made, named
from kontering.connectors.woocommerce.sample.cases import Case
from kontering.connectors.woocommerce.simulator import KEY, SECRET, Habits, Setup, Shop, Simulated, make
from kontering.connectors.woocommerce.simulator.checkout import Till, placed
from kontering.sdk.connector import Page, Position, Record
from kontering.sdk.wire import read_json, write_json
from kontering.testing import Clock, Simulator
from kontering.testing.contract import source_of

START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
SITE = "https://shop.example"


def empty(clock: Clock | None = None, habits: Habits | None = None, site: str = SITE, **setup: Any) -> Simulated[Shop]:
    given = Setup(rates=goods.RATES, habits=habits or Habits(), **setup)
    return make(setup=given, clock=clock or Clock(START), site=site)


def with_cases(cases: Iterable[Case], shop: Simulated[Shop] | None = None) -> Simulated[Shop]:
    """A shop with the orders of these cases, not their refunds."""
    shop = shop or empty()
    till = Till(rules=goods.GROSS, zone=ZoneInfo(goods.ZONE), site=SITE)
    for case in cases:
        shop.state.orders[case.purchase.id] = placed(case.purchase, till)
    return shop


def with_orders(count: int, shop: Simulated[Shop] | None = None) -> Simulated[Shop]:
    """A shop with so many drawn orders; they are made once and copied."""
    shop = shop or empty()
    shop.state.orders |= {row["id"]: row for row in read_json(_orders(count))}
    return shop


@cache
def _orders(count: int) -> bytes:
    return write_json(list(with_cases(drawn.drawn(count, seed=5)).state.orders.values()))


def with_goods(shop: Simulated[Shop] | None = None) -> Simulated[Shop]:
    """A shop with the sample's products, variations and customers."""
    shop = shop or empty()
    shop.state.products = {row["id"]: row for row in made.products()}
    shop.state.variations = {row["id"]: row for row in made.variations()}
    shop.state.customers = {row["id"]: row for row in made.customers()}
    return shop


def case(slug: str) -> Case:
    return next(case for case in named.named() if case.slug == slug)


def api(shop: Simulator, site: str = SITE, key: str = KEY, secret: str = SECRET) -> httpx.Client:
    """A client that knows nothing but the API's address and its key."""
    transport = httpx.MockTransport(shop)
    return httpx.Client(transport=transport, base_url=f"{site}/wp-json/wc/v3/", auth=(key, secret), trust_env=False)


def total(order: dict[str, Any]) -> Decimal:
    return Decimal(order["total"])


def code(response: httpx.Response) -> tuple[int, str]:
    """The status of an answer and, if it is a no, its code."""
    return response.status_code, response.json().get("code", "")


def ids(response: httpx.Response) -> list[int]:
    return [row["id"] for row in response.raise_for_status().json()]


def pages(shop: Simulator, kind: str = "order", after: Position | None = None, **settings: Any) -> list[Page]:
    return list(source_of(CONNECTOR, shop, settings).read(kind, after))


def records(shop: Simulator, kind: str = "order", after: Position | None = None, **settings: Any) -> list[Record]:
    return [record for page in pages(shop, kind, after, **settings) for record in page.records]


def position(shop: Simulator, kind: str = "order", after: Position | None = None) -> Position | None:
    return pages(shop, kind, after)[-1].after
