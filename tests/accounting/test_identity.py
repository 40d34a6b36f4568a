"""VAT and EAN numbers are proved by their check digits."""

from __future__ import annotations

import pytest

from kontering.accounting.identity import VatNumber, checked, ean, vat_number


@pytest.mark.parametrize(
    ("given", "country", "expected"),
    [
        ("SE 556677-8899 01", "SE", VatNumber("SE556677889901", "SE")),
        ("556677889901", "SE", VatNumber("SE556677889901", "SE")),
        ("DK-31 41 59 26", "DK", VatNumber("DK31415926", "DK")),
        ("31415926", "DK", VatNumber("DK31415926", "DK")),
        ("GR094259216", "GR", VatNumber("EL094259216", "GR")),
        ("el 094259216", "GR", VatNumber("EL094259216", "GR")),
        ("094259216", "GR", VatNumber("EL094259216", "GR")),
        ("XI980780684", "GB", VatNumber("XI980780684", "XI")),
        ("980780684", "XI", VatNumber("XI980780684", "XI")),
        ("SE556677889901", "DE", VatNumber("SE556677889901", "SE")),
    ],
)
def test_right_numbers_come_out_as_the_eu_writes_them(given: str, country: str, expected: VatNumber) -> None:
    assert vat_number(given, country) == expected


@pytest.mark.parametrize(
    ("given", "country"),
    [
        ("SE556677889001", "SE"),
        ("12345678", "DK"),
        ("GB980780684", "GB"),
        ("EU372000063", "US"),
        ("none", "DE"),
        ("", "DK"),
    ],
)
def test_wrong_numbers_are_none(given: str, country: str) -> None:
    assert vat_number(given, country) is None


def test_only_the_eu_and_northern_ireland_are_checked() -> None:
    assert [checked(country) for country in ("DK", "GR", "XI", "GB", "NO")] == [True, True, True, False, False]


def test_ean_numbers_have_13_digits() -> None:
    assert ean("5798000000117") == "5798000000117"
    assert ean("5798000000118") is None
    assert ean("96385074") is None
