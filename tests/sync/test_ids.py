"""Ids are filled in at the send, as numbers where the payload's schema takes only numbers."""

from __future__ import annotations

import pytest

from kontering.model.link import Linked
from kontering.model.plan import Found, Link
from kontering.sync.ids import ITSELF, NoSuchId, fill

SCHEMA = {
    "$defs": {"reference": {"type": "object", "properties": {"number": {"type": "integer"}}}},
    "properties": {
        "customer": {"$ref": "#/$defs/reference"},
        "lines": {"type": "array", "items": {"properties": {"product": {"type": "string"}}}},
        "either": {"type": ["string", "integer"]},
    },
}
LINKS = {("customer", "c"): Linked(kind="customer", key="c", found=Found(id="5012", number="K-5012"))}


def test_a_number_where_numbers_belong_and_a_text_elsewhere() -> None:
    link = Link("customer", "c")
    body = {
        "customer": {"number": link},
        "lines": [{"product": link}],
        "either": link,
        "unknown": link,
        "date": "2026-03-01",
    }

    assert fill(body, LINKS, SCHEMA) == {
        "customer": {"number": 5012},
        "lines": [{"product": "5012"}],
        "either": "5012",
        "unknown": "5012",
        "date": "2026-03-01",
    }


def test_another_field_of_the_thing_and_an_id_that_is_given() -> None:
    body = {"either": Link("customer", "c", "number"), "customer": {"number": Link("customer", "1000", ITSELF)}}

    assert fill(body, LINKS, SCHEMA) == {"either": "K-5012", "customer": {"number": 1000}}


def test_what_the_target_does_not_have_is_never_sent_as_nothing() -> None:
    with pytest.raises(NoSuchId, match="product p"):
        fill({"product": Link("product", "p")}, LINKS, SCHEMA)
