"""The record schemas: every field has a description, every example fits, and nothing that an example has is left out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.connectors.woocommerce.shops import case, with_cases, with_goods
from tests.connectors.woocommerce.test_sample import ORDERS, REFUNDS, RENEWALS

from kontering import resources
from kontering.connectors.woocommerce import CONNECTOR
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots
from kontering.sdk.connector import Record
from kontering.testing.contract import source_of

FOLDER = resources.shipped("schemas") / "records" / "woocommerce"
FILES = sorted(FOLDER.glob("*.schema.json"))
KINDS = sorted(CONNECTOR.reads)
# PHP's own and the shop's window dressing: nothing a mapping could need
UNLISTED = {
    "_links", "has_options", "post_password", "downloads", "download_limit", "download_expiry", "price_html", "reviews_allowed",
    "average_rating", "rating_count", "upsell_ids", "cross_sell_ids", "related_ids", "images", "default_attributes", "position",
    "visible", "variation",
}  # fmt: skip


def schema(kind: str) -> Any:
    found = record_schema(f"woocommerce/{kind}", Roots(None))
    assert found is not None
    return found


def fields(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, part in node.get("properties", {}).items():
            yield f"{path}/{name}", part
            yield from fields(part, f"{path}/{name}")
        if "items" in node:
            yield from fields(node["items"], f"{path}[]")


def read(kind: str) -> list[Record]:
    shop = with_cases([case("plain-dk")], with_goods())
    return [record for page in source_of(CONNECTOR, shop).read(kind, None) for record in page.records]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_a_schema_is_one(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_says_what_it_is(kind: str) -> None:
    listed = list(fields(schema(kind)))

    assert len(listed) > 15
    assert [path for path, part in listed if not part.get("description")] == []


def unlisted(value: Any, node: Any, path: str = "") -> Iterator[str]:
    """Names that the value has and the schema doesn't."""
    if isinstance(value, dict) and "properties" in node:
        for name, part in value.items():
            if name not in node["properties"]:
                yield f"{path}.{name}"
            else:
                yield from unlisted(part, node["properties"][name], f"{path}.{name}")
    if isinstance(value, list) and "items" in node:
        for part in value:
            yield from unlisted(part, node["items"], f"{path}[]")


def strange(value: Any, kind: str) -> set[str]:
    return {path for path in unlisted(value, schema(kind)) if path.rpartition(".")[2] not in UNLISTED}


@pytest.mark.parametrize("id_", ORDERS)
def test_an_order_fits_and_loses_nothing(id_: int) -> None:
    assert strange(ORDERS[id_], "order") == set()
    values = decode(ORDERS[id_], schema("order"))

    assert isinstance(values["total"], Decimal)
    assert values["date_created_gmt"].tzinfo is dt.UTC
    assert values["date_created"].tzinfo is None


@pytest.mark.parametrize("id_", REFUNDS)
def test_a_refund_fits_and_loses_nothing(id_: int) -> None:
    assert strange(REFUNDS[id_], "refund") == set()
    values = decode(REFUNDS[id_], schema("refund"))

    assert values["amount"] > 0
    assert values["related"]["order"]["related"]["settings"]["woocommerce_calc_taxes"] == "yes"


def test_a_renewal_fits_and_loses_nothing() -> None:
    for order in RENEWALS:
        assert strange(order, "order") == set()
        assert decode(order, schema("order"))["related"]["subscription"]["billing_interval"] == 1
        assert decode(order["related"]["subscription"], schema("subscription"))["status"] in ("active", "on-hold")


@pytest.mark.parametrize("kind", ["product", "customer"])
def test_what_the_shop_gives_fits_and_loses_nothing(kind: str) -> None:
    found = read(kind)

    assert len(found) > 5
    for record in found:
        assert strange(record.data, kind) == set()
        decode(record.data, schema(kind))


def test_all_kinds_that_are_read_have_a_schema() -> None:
    assert {reads.schema for reads in CONNECTOR.reads.values()} == {f"woocommerce/{kind}" for kind in KINDS}
    assert {path.name.removesuffix(".schema.json") for path in FILES} == {*KINDS, "parts"}


def test_every_setting_is_on_the_page_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs" / "connectors" / "woocommerce.md").read_text(encoding="utf-8")
    table = page.partition("| setting |")[2].partition("\n\n")[0]

    for name, setting in CONNECTOR.settings["properties"].items():
        row = next(line for line in table.splitlines() if f"`{name}`" in line)
        assert setting["title"]
        assert setting["description"]
        assert str(setting.get("default", "")).lower() in row.lower()
