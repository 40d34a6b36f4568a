"""Suppliers' bills: VAT as it was charged, or accounted for by the buyer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.accounting.made import DAY, SETTINGS, d

from kontering.accounting import bills, reading
from kontering.accounting.bills import SettledBill
from kontering.model.plan import Hold

PARTS: dict[str, Any] = {"product": {"name": "Screws", "sku": "S", "group": "metal"}, "stocked": True}


def row(amount: str, rate: str | None = "25", **more: Any) -> dict[str, Any]:
    taxes = [] if rate is None else [{"rate": d(rate)}]
    return {"id": "1", "description": "Rent", "quantity": 1, "amount": d(amount), "taxes": taxes} | more


def bill(*rows: dict[str, Any], gross: str, country: str = "DK", **more: Any) -> Any:
    supplier = {"name": "Nordhavn Ejendomme", "external_id": "9", "address": {"country": country}}
    given = {
        "number": "F-77",
        "state": "booked",
        "date": DAY,
        "currency": "DKK",
        "prices": "net",
        "supplier": supplier,
        "lines": list(rows),
        "totals": {"gross": d(gross)},
    }
    return bills.settle(
        reading.bill("erp/bill/77", given | more), replace(SETTINGS, reverse_charge=frozenset(["metal"]))
    )


def accounts(found: Any) -> dict[str, str]:
    assert isinstance(found, SettledBill), found
    sums: dict[str, Any] = {}
    for one in found.postings[0].lines:
        sums[one.role] = sums.get(one.role, 0) + one.amount
    return {role: str(amount) for role, amount in sums.items() if amount}


def codes(found: Any) -> list[str]:
    assert isinstance(found, SettledBill), found
    return [one.code for one in found.planned.lines]


def test_domestic_vat_is_deducted() -> None:
    found = bill(row("1000.00", category="rent"), row("40.00", "0", id="2"), gross="1290.00")

    assert codes(found) == ["DK25-IN", "DK0-IN"]
    assert accounts(found) == {"cost": "1040.00", "vat_in": "250.00", "payable": "-1290.00"}
    assert found.planned.lines[0].category == "rent"
    assert found.postings[0].lines[-1].party == "erp/supplier/9"


def test_goods_for_stock_go_there() -> None:
    assert accounts(bill(row("100.00", **PARTS), gross="125.00"))["inventory"] == "100.00"


@pytest.mark.parametrize(
    ("country", "more", "code"),
    [
        ("DE", PARTS, "EUG-IN"),
        ("DE", {}, "EUS-IN"),
        ("US", {}, "EXS-IN"),
        ("DK", PARTS, "DKRC-IN"),
    ],
)
def test_the_buyer_accounts_for_vat_that_nobody_charged(country: str, more: dict[str, Any], code: str) -> None:
    found = bill(row("1000.00", None, **more), gross="1000.00", country=country)

    assert codes(found) == [code]
    assert accounts(found)["vat_in"] == "250.00"
    assert accounts(found)["vat_reverse_charge"] == "-250.00"
    assert accounts(found)["payable"] == "-1000.00"


def test_imported_goods_are_taxed_by_customs() -> None:
    found = bill(row("1000.00", None, **PARTS), gross="1000.00", country="CN")

    assert (codes(found), accounts(found)) == (["IMP-IN"], {"inventory": "1000.00", "payable": "-1000.00"})


def test_a_foreigner_may_charge_domestic_vat() -> None:
    assert codes(bill(row("100.00"), gross="125.00", country="DE")) == ["DK25-IN"]


def test_foreign_vat_is_held() -> None:
    found = bill(row("100.00", "19"), gross="119.00", country="DE")

    assert isinstance(found, Hold)
    assert found.code == "VAT_MISMATCH"
    assert found.details["fits"] == ("EUS-IN", "DK25-IN")


def test_totals_are_proved() -> None:
    assert isinstance(bill(row("100.00"), gross="130.00"), Hold)
    near = bill(row("100.00"), gross="125.02")
    assert accounts(near) == {"cost": "100.00", "vat_in": "25.00", "rounding": "0.02", "payable": "-125.02"}
    assert [one.code for one in near.planned.warnings] == ["ROUNDING_ADJUSTED"]


def test_a_suppliers_credit_note_is_a_bill_with_negative_amounts() -> None:
    assert accounts(bill(row("-100.00"), gross="-125.00")) == {
        "cost": "-100.00",
        "vat_in": "-25.00",
        "payable": "125.00",
    }


def test_foreign_currency() -> None:
    found = bill(row("100.00", None), gross="100.00", country="DE", currency="EUR", fx=d("7.46"))

    assert accounts(found) == {
        "cost": "746.00",
        "payable": "-746.00",
        "vat_in": "186.50",
        "vat_reverse_charge": "-186.50",
    }
    assert isinstance(bill(row("100.00", None), gross="100.00", country="DE", currency="EUR"), Hold)


def test_an_unknown_country_is_held() -> None:
    assert bill(row("1.00"), gross="1.25", country="XX").code == "UNKNOWN_COUNTRY"


def test_reasons_can_be_read() -> None:
    found = bill(row("1000.00", None), gross="1000.00", country="DE")

    assert found.planned.why == (
        "1 (Rent): EUS-IN, a service from DE, the buyer accounts for the VAT; no VAT was charged",
    )
