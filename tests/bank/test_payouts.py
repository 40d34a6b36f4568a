"""Payouts from files to books: one voucher with everything in it, matched with the payments, confirmed by a bank line."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.bank.shop import Shop

from kontering.cli.main import cli
from kontering.connectors.ledger import reads
from kontering.project.project import load_project
from kontering.store.store import Store


def kontering(shop: Shop, *words: str) -> str:
    return CliRunner().invoke(cli, [*words, "-C", str(shop.folder)]).stdout


def report(shop: Shop) -> list[dict[str, str]]:
    return list(csv.DictReader(kontering(shop, "report", "payouts", "--until", "2027-12-31", "--csv").splitlines()))


def held(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(kontering(shop, "queue", "list", "--json"))["documents"]
    return found


def voucher(shop: Shop, key: str) -> list[tuple[str, str, str]]:
    """Role, amount and text of each line of a voucher."""
    project = load_project(shop.folder)
    with Store.open(project.store, project=project.name) as store, store.look() as tx:
        found = next(one for one in reads.vouchers(tx.connection) if one.key == key)
        return [(line.role, str(line.amount), line.text or "") for line in found.entries]


def charge(order: str, amount: str, fee: str = "0", **more: str) -> dict[str, str]:
    return {"type": "charge", "order": order, "amount": amount, "fee": fee, **more}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.order("1001", "1000.00", card="1000.00")
    made.order("1002", "500.00", card="500.00")
    return made


def test_everything_inside_is_one_voucher_that_is_the_bank_amount(shop: Shop) -> None:
    shop.payout(
        "PO-1",
        charge("1001", "1000.00", "14.50"),
        charge("1002", "500.00", "7.25"),
        {"type": "dispute", "amount": "-250.00", "fee": "112.50"},
        {"type": "reserve_hold", "amount": "-100.00"},
        {"type": "adjustment", "amount": "-1.00"},
        {"type": "fee", "amount": "-5.00"},
        {"type": "fee_tax", "amount": "-1.25"},
    )
    shop.line("a", "1008.50", "GATEWAY PO-1")
    shop.run()

    assert voucher(shop, "gateway/payout/PO-1") == [
        ("bank", "1008.50", ""),
        ("psp_clearing", "-1500.00", "charge"),
        ("fees", "139.25", "fee"),
        ("dispute", "250.00", "dispute"),
        ("psp_reserve", "100.00", "reserve_hold"),
        ("psp_clearing", "1.00", "adjustment"),
        ("fees", "1.25", "fee_tax"),
    ]
    assert shop.balances()["bank"] == Decimal("1008.50")
    assert shop.balances()["psp_clearing"] == Decimal("1.00")  # a correction that a person has to explain
    assert [row["not_found"] for row in report(shop)] == ["0"]
    assert shop.states()["bank/line/a"] == "done"


def test_a_line_a_day_if_the_project_wants_that(tmp_path: Path) -> None:
    shop = Shop(tmp_path, accounting="settlement_summary: day")
    shop.order("1001", "1000.00", card="1000.00")
    shop.order("1002", "500.00", card="500.00")
    days = ("2026-12-30", "2027-01-02")
    entries = [
        charge(name, amount, date=day)
        for (name, amount), day in zip((("1001", "1000.00"), ("1002", "500.00")), days, strict=True)
    ]
    shop.payout("PO-1", *entries, day="2027-01-04")
    shop.run()

    assert voucher(shop, "gateway/payout/PO-1") == [
        ("bank", "1500.00", ""),
        ("psp_clearing", "-1000.00", "charge 2026-12-30"),
        ("psp_clearing", "-500.00", "charge 2027-01-02"),
    ]


def test_one_that_does_not_add_up_is_held_and_its_line_with_it(shop: Shop) -> None:
    shop.payout("PO-1", charge("1001", "1000.00", "14.50"), amount="985.00")
    shop.line("a", "985.00", "GATEWAY PO-1")
    shop.run()

    assert {one["key"]: one["code"] for one in held(shop)} == {
        "gateway/payout/PO-1": "TOTAL_MISMATCH",
        "bank/line/a": "BANK_LINE_UNMATCHED",
    }
    assert "bank" not in shop.balances()


def test_a_payment_is_paid_out_once(shop: Shop) -> None:
    shop.payout("PO-1", charge("1001", "1000.00"))
    shop.payout("PO-2", charge("1001", "1000.00"), day="2026-03-16")
    shop.run()

    assert [row["not_found"] for row in report(shop)] == ["0", "1"]
    assert shop.balances()["psp_clearing"] == Decimal("-500.00")  # the gateway has paid one of them twice


def test_what_nobody_knows_is_listed_and_never_guessed(shop: Shop) -> None:
    shop.payout(
        "PO-1",
        charge("1001", "1000.00"),
        charge("9999", "500.00"),
        {"type": "refund", "order": "1002", "amount": "-20.00"},
    )
    shop.run()

    assert [row["not_found"] for row in report(shop)] == ["2"]


def test_what_comes_later_is_found_later(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.payout("PO-1", charge("1001", "1000.00"))
    shop.run()
    before = [row["not_found"] for row in report(shop)]
    shop.order("1001", "1000.00", card="1000.00")
    shop.run()

    assert (before, [row["not_found"] for row in report(shop)]) == (["1"], ["0"])


def test_a_reserve_is_held_back_and_released(shop: Shop) -> None:
    shop.payout("PO-1", charge("1001", "1000.00"), {"type": "reserve_hold", "amount": "-100.00"})
    shop.run()
    kept = shop.balances()["psp_reserve"]
    shop.payout("PO-2", {"type": "reserve_release", "amount": "100.00"}, day="2026-06-09")
    shop.run()

    assert kept == 100
    assert "psp_reserve" not in shop.balances()
    assert shop.balances()["bank"] == 1000


def test_an_edited_orders_payment_is_one_payment(shop: Shop) -> None:
    shop.run()
    shop.order("1001", "900.00", card="1000.00", version=2)
    shop.run()
    shop.payout("PO-1", charge("1001", "1000.00"))
    shop.payout("PO-2", charge("1001", "1000.00"), day="2026-03-16")
    shop.run()

    assert [row["not_found"] for row in report(shop)] == ["0", "1"]
