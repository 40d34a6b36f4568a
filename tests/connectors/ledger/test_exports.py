"""Beancount loads what is exported, and the CSV files say the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Balance, Open, Transaction
from tests.connectors.ledger.books import booked, credit, customer, line, opened, payment, posting, sale, step, totals

from kontering.connectors.ledger import exports, periods, reads
from kontering.connectors.ledger.target import Ledger

NASTY = 'Søren "The\\Boss" Østergård 👩‍🚀 مرحبا\nline two\x07'


def loaded(ledger: Ledger) -> tuple[list[Any], str]:
    file = io.StringIO()
    exports.beancount(ledger.connection, file)
    entries, errors, _ = loader.load_string(file.getvalue())
    assert errors == []
    return entries, file.getvalue()


def a_month(ledger: Ledger) -> None:
    buyer = customer(ledger, name=NASTY)
    invoice = booked(ledger, "shop/order/1", sale(buyer.id, number=NASTY))
    ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "100.00")))
    booked(ledger, "shop/refund/ø 1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")
    german = posting("invoice", receivable="119.00", revenue_oss="-100.00/OSS-DE-19", vat_oss_DE="-19.00/OSS-DE-19")
    lines = [line("100.00", "19.00", rate=19, code="OSS-DE-19", role="revenue_oss")]
    booked(ledger, "shop/order/2", sale(buyer.id, lines=lines, totals=totals("100.00", "19.00"), postings=[german]))


def test_beancount_loads_the_books_and_comes_to_the_same_balances() -> None:
    with opened() as ledger:
        a_month(ledger)
        entries, _ = loaded(ledger)

        sums: Counter[str] = Counter()
        for part in _postings(entries):
            sums[part.account] += part.units.number
        by_number = {entry.meta["number"]: entry.account for entry in entries if isinstance(entry, Open)}
        balances = reads.account_balances(ledger.connection)
        assert {number: sums[name] for number, name in by_number.items()} == balances
        assert sum(isinstance(entry, Balance) for entry in entries) == len(balances)


def test_a_transaction_leads_back_to_its_document() -> None:
    with opened() as ledger:
        a_month(ledger)
        entries, _ = loaded(ledger)

        first, paid, credited, _ = (entry for entry in entries if isinstance(entry, Transaction))
        assert (first.meta["document"], first.meta["voucher"]) == ("shop/order/1", "1")
        assert first.payee == 'Søren "The\\Boss" Østergård 👩 🚀 مرحبا line two '
        assert first.links == paid.links == {"shop/order/1"}
        assert credited.links != first.links


def test_a_balance_is_asserted_after_the_closed_days_too() -> None:
    with opened() as ledger:
        a_month(ledger)
        at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
        periods.close(ledger.connection, dt.date(2026, 3, 31), by="Bo", at=at)
        entries, _ = loaded(ledger)

        days = {entry.date for entry in entries if isinstance(entry, Balance)}
        assert days == {dt.date(2026, 3, 3), dt.date(2026, 4, 1)}


def test_a_damaged_export_does_not_load() -> None:
    with opened() as ledger:
        a_month(ledger)
        _, text = loaded(ledger)

        assert loader.load_string(text.replace(" 100.00 DKK", " 100.01 DKK", 1))[1]


def test_account_numbers_of_any_look_make_valid_names() -> None:
    rows = [
        {"role": "revenue", "account": "salg æ/1"},
        {"role": "receivable", "account": "a b"},
        {"role": "vat_out", "account": "a-b"},
    ]
    with opened(tables={"accounts": rows}) as ledger:
        booked(ledger, "shop/order/1", sale(customer(ledger).id))
        entries, _ = loaded(ledger)

        assert len({entry.account for entry in entries if isinstance(entry, Open)}) == 3


def test_books_without_entries_load() -> None:
    with opened() as ledger:
        customer(ledger)

        assert loaded(ledger)[0] == []


def test_csv_files_hold_everything(tmp_path: Path) -> None:
    with opened() as ledger:
        a_month(ledger)
        files = exports.csv(ledger.connection, tmp_path / "books")
        balances = reads.account_balances(ledger.connection)

    names = ["accounts", "entries", "invoices", "invoice_lines", "payments", "parties"]
    assert [file.name for file in files] == [f"{name}.csv" for name in names]
    assert sorted(file.name for file in (tmp_path / "books").iterdir()) == sorted(file.name for file in files)
    sheets = {file.stem: _rows(file) for file in files}
    sums: dict[str, Decimal] = {}
    for row in sheets["entries"]:
        amount = Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
        sums[row["account"]] = sums.get(row["account"], Decimal(0)) + amount
    assert sums == balances
    assert [row["gross"] for row in sheets["invoices"]] == ["100.00", "50.00", "119.00"]
    assert sheets["parties"][0]["name"] == NASTY


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+45 1234", "-5", "@here", "\tx"])
def test_no_cell_is_a_formula(name: str, tmp_path: Path) -> None:
    with opened() as ledger:
        customer(ledger, name=name)
        files = exports.csv(ledger.connection, tmp_path)

    assert _rows(files[-1])[0]["name"] == f"'{name}"


def _postings(entries: list[Any]) -> list[Any]:
    return [part for entry in entries if isinstance(entry, Transaction) for part in entry.postings]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
