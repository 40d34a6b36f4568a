"""The shop as a target: stock by SKU, orders by id, and an answer that is the edition which comes back as an echo."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from tests.connectors.woocommerce.shops import START, with_goods, with_orders

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.simulator import Shop, Simulated
from kontering.connectors.woocommerce.source import WooCommerce
from kontering.connectors.woocommerce.target import Shop as Target
from kontering.errors import Denied, Refused
from kontering.model.plan import Found, Step
from kontering.model.record import Pointer
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock


def connected(shop: Simulated[Shop], **settings: Any) -> tuple[dict[str, Any], httpx.Client]:
    own = {"name": "shop", "url": "https://shop.example", **shop.credentials, **settings}
    transport = httpx.MockTransport(shop)
    return own, client(CONNECTOR, own, transport=transport, limiter=Here(), sleep=lambda seconds: None)


def target(shop: Simulated[Shop], **settings: Any) -> Target:
    return Target(*connected(shop, **settings))


def step(kind: str, body: dict[str, Any], of: Found) -> Step:
    return Step(
        action="change",
        kind=kind,
        key="books/it",
        document="books/it",
        body=body,
        attempt=uuid5(NAMESPACE_URL, kind),
        of=of,
    )


@pytest.fixture
def shop() -> Simulated[Shop]:
    return with_goods()


def test_a_product_is_found_by_its_sku_alone(shop: Simulated[Shop]) -> None:
    row = next(row for row in shop.state.products.values() if row["type"] == "simple" and row["sku"])
    found = target(shop).find("stock", {"sku": row["sku"]})

    assert [one.id for one in found] == [str(row["id"])]
    assert not target(shop).find("stock", {"sku": "NO"})
    assert not target(shop).find("stock", {})


def test_a_variation_is_changed_below_its_product(shop: Simulated[Shop]) -> None:
    row = next(row for row in shop.state.variations.values() if row["sku"])
    ours = target(shop)
    found = ours.find("stock", {"sku": row["sku"]})[0]
    receipt = ours.send(step("stock", {"manage_stock": True, "stock_quantity": 7}, found))

    assert shop.calls[-1].path.endswith(f"/products/{row['parent_id']}/variations/{row['id']}")
    assert (row["stock_quantity"], row["stock_status"]) == (7, "instock")
    assert receipt.id == found.id
    assert ours.find("stock", {"sku": row["sku"]})[0].data == {"manage_stock": True, "stock_quantity": 7}


def test_an_order_is_found_by_its_id_in_the_words_in_which_it_is_written() -> None:
    shop = with_orders(3)
    number = next(iter(shop.state.orders))
    found = target(shop).find("correction", {"id": str(number)})

    assert [one.id for one in found] == [str(number)]
    assert set(found[0].data) == {"set_paid", "meta_data"}
    assert all(set(entry) == {"key", "value"} for entry in found[0].data["meta_data"])
    assert not target(shop).find("correction", {"id": "999999"})
    assert not target(shop).find("correction", {"id": "no id"})


@pytest.mark.parametrize("kind", ["payment_state", "correction"])
def test_what_is_answered_is_the_edition_that_is_read_afterwards(kind: str) -> None:
    """Or our own writing would be news to the flow of orders."""
    shop = with_orders(3)
    shop.clock = Clock(START)
    number = str(next(iter(shop.state.orders)))
    ours, source = target(shop), WooCommerce(*connected(shop))
    before = source.get(Pointer(kind="order", id=number))
    receipt = ours.send(
        step(kind, {"meta_data": [{"key": "_books_invoice", "value": "20001"}]}, ours.find(kind, {"id": number})[0])
    )
    after = source.get(Pointer(kind="order", id=number))

    assert before
    assert after
    assert before.version != after.version == receipt.version
    assert ours.find(kind, {"id": number})[0].version == receipt.version
    assert {"key": "_books_invoice", "value": "20001"} in ours.find(kind, {"id": number})[0].data["meta_data"]


def test_an_order_that_vanished_is_refused_and_a_wrong_key_denied() -> None:
    shop = with_orders(1)
    with pytest.raises(Refused):
        target(shop).send(step("correction", {"meta_data": []}, Found(id="999999")))
    with pytest.raises(Denied):
        target(shop, secret="cs_" + "0" * 40).find("correction", {"id": "1"})
