"""An address decides the VAT territory; the postcode matters."""

from __future__ import annotations

import pytest

from kontering.accounting.territory import Territory, country_of, eu, territory


@pytest.mark.parametrize(
    ("country", "postcode", "goods", "services"),
    [
        ("DK", "8000", "DK", "DK"),
        ("DE", "10115", "DE", "DE"),
        ("DE", "78266", "outside", "outside"),
        ("DE", "D-27498", "outside", "outside"),
        ("ES", "28001", "ES", "ES"),
        ("ES", "35001", "outside", "outside"),
        ("ES", None, "ES", "ES"),
        ("IC", None, "outside", "outside"),
        ("FI", "22100", "outside", "outside"),
        ("FI", "FI-22100", "outside", "outside"),
        ("AX", None, "outside", "outside"),
        ("GB", "BT1 5GS", "XI", "outside"),
        ("GB", "SW1A 1AA", "outside", "outside"),
        ("XI", None, "XI", "outside"),
        ("UK", "bt15 3bg", "XI", "outside"),
        ("IM", "IM1 1AA", "outside", "outside"),
        ("FO", "100", "outside", "outside"),
        ("GL", "3900", "outside", "outside"),
        ("MC", "98000", "FR", "FR"),
        ("FR", "98000", "FR", "FR"),
        ("FR", "97400", "outside", "outside"),
        ("RE", None, "outside", "outside"),
        ("EL", "10431", "GR", "GR"),
        ("GR", "63086", "outside", "outside"),
        ("IT", "22061", "outside", "outside"),
        ("PT", "9000-123", "PT", "PT"),
        ("NO", "5003", "outside", "outside"),
        ("US", "94103", "outside", "outside"),
    ],
)
def test_where_goods_and_services_are_taxed(country: str, postcode: str | None, goods: str, services: str) -> None:
    found = territory(country, postcode)

    assert found is not None
    assert (found.goods, found.services) == (goods, services)


def test_a_special_place_says_which_it_is() -> None:
    assert territory("PT", "9500") == Territory(
        country="PT",
        goods="PT",
        services="PT",
        key="azores",
        note="Portugal, regional standard rate 16 % in the 2026 data, 18 % in the 2025 data",
    )


@pytest.mark.parametrize("code", ["XX", "ZZ", "DEN", "", "EU"])
def test_unknown_countries_are_none(code: str) -> None:
    assert territory(code) is None
    assert country_of(code) is None


def test_there_are_27_member_states() -> None:
    assert len(eu()) == 27
