"""A year of a small shop through the engine: orders, refunds, payouts, a bank statement; then every report from scratch.

What the reports say is computed a second time from the postings alone, and has to agree to the last øre.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from tests.accounting.engine import Engine
from tests.accounting.neutral import Neutral

from kontering.accounting.bridge import BACK, DIRECT
from kontering.accounting.settings import Settings
from kontering.cli import figures, report, reporting
from kontering.cli.reporting import Asked
from kontering.connectors.ledger import exports, periods, reads

DOCUMENTS = int(os.environ.get("KONTERING_YEAR", "5000"))
ZERO = Decimal(0)
FIRST = dt.date(2026, 1, 1)


class Year:
    """What the shop sold, and what gateway and bank say of it; made with a seed."""

    def __init__(self, documents: int, seed: int = 4) -> None:
        self.random = random.Random(seed)
        self.records: list[Neutral] = []
        self.due: dict[int, list[dict[str, str]]] = defaultdict(list)
        self.transfers: list[tuple[dt.date, str, Decimal]] = []
        for number in range(documents * 9 // 10):
            self._order(number, FIRST + dt.timedelta(days=number * 350 // (documents * 9 // 10)))
        self.outside = self._payouts()

    def _order(self, number: int, day: dt.date) -> None:
        gross = Decimal(self.random.randint(500, 250_000)) / 100
        rate, by = self.random.choice(["25", "25", "25", "0"]), self.random.choice(["card"] * 9 + ["bank_transfer"])
        name, amount = str(10_000 + number), str(gross)
        who = f"{number % 400}"
        buyer = {"type": "consumer", "external_id": who, "name": f"Buyer {who}", "address": {"country": "DK"}}
        line = {"ref": "THING", "kind": "goods", "text": "Thing", "qty": "1", "unit": amount, "rate": rate}
        paid = [{"method": "card", "date": str(day), "amount": amount}] if by == "card" else []
        data = {"number": name, "event": "paid", "date": str(day), "currency": "DKK", "prices_include_vat": True}
        more = {"customer": buyer, "lines": [line], "payments": paid, "totals": {"gross": amount}}
        self.records.append(Neutral(source="shop", kind="order", id=name, data=data | more))
        if by == "card":
            self.due[(day - FIRST).days // 7].append({"type": "charge", "ref": name, "amount": amount, "fee": "1.25"})
        else:
            self.transfers.append((day + dt.timedelta(days=5), name, gross))
        if by == "card" and self.random.random() < 0.12:
            self._refund(name, day + dt.timedelta(days=self.random.randint(0, 10)), gross, rate)

    def _refund(self, name: str, day: dt.date, gross: Decimal, rate: str) -> None:
        part = (gross * self.random.choice([Decimal(1), Decimal("0.37")])).quantize(Decimal("0.01"))
        line = {"ref": "THING", "kind": "goods", "text": "Thing", "qty": "1", "unit": str(part), "rate": rate}
        data = {"event": "refund", "credits": f"order/{name}", "number": name, "date": str(day), "currency": "DKK"}
        paid = [{"method": "card", "date": str(day), "amount": str(part)}]
        more = {"prices_include_vat": True, "lines": [line], "payments": paid, "totals": {"gross": str(part)}}
        self.records.append(Neutral(source="shop", kind="refund", id=f"R{name}", data=data | more))
        week = (day - FIRST).days // 7
        self.due[week].append({"type": "refund", "ref": name, "amount": str(-part), "fee": "0"})

    def _payouts(self) -> Decimal:
        """Every week the gateway pays out what it has; the bank has that, and the transfers."""
        bank = ZERO
        for week, entries in sorted(self.due.items()):
            day = FIRST + dt.timedelta(days=week * 7 + 9)
            amount = sum((Decimal(one["amount"]) - Decimal(one["fee"]) for one in entries), ZERO)
            numbered = [one | {"id": str(at)} for at, one in enumerate(entries)]
            data = {"date": str(day), "currency": "DKK", "amount": str(amount), "entries": numbered}
            self.records.append(Neutral(source="gateway", kind="payout", id=f"PO-{week}", data=data))
            self._line(f"P{week}", day, amount, f"GATEWAY PO-{week}")
            bank += amount
        for day, name, gross in self.transfers:
            self._line(f"T{name}", day, gross, f"Faktura {name}")
            bank += gross
        return bank

    def _line(self, ident: str, day: dt.date, amount: Decimal, text: str) -> None:
        data = {"date": str(day), "currency": "DKK", "amount": str(amount), "text": text}
        self.records.append(Neutral(source="bank", kind="tx", id=ident, data=data))


@pytest.mark.slow
def test_all_reports_of_a_year_agree_with_the_postings(tmp_path: Path) -> None:
    year = Year(DOCUMENTS)
    engine = Engine(folder=tmp_path, settings=Settings(), config={})
    for source in ("shop", "gateway", "bank"):
        engine.add_lines([one for one in year.records if one.source == source])
        engine.run()

    aside = [(one.key, one.code, one.reason) for one in engine.look() if one.state != "done"]
    assert aside == []
    with engine.store(engine.project()) as store, store.begin() as tx:
        connection = tx.connection
        vouchers = list(reads.vouchers(connection))
        by_role: dict[str, Decimal] = defaultdict(Decimal)
        by_code: dict[str, Decimal] = defaultdict(Decimal)
        for voucher in vouchers:
            assert sum((line.amount for line in voucher.entries), ZERO) == 0
            for line in voucher.entries:
                by_role[line.role] += line.amount
                if line.role == "vat_out":
                    by_code[line.code or ""] -= line.amount

        assert by_role["bank"] == year.outside
        assert by_role["psp_clearing"] == 0
        assert by_role["receivable"] == 0
        last = dt.date(2027, 1, 31)
        assert sum((row.balance for row in reads.trial_balance(connection)), ZERO) == 0
        found = reads.role_balances(connection)
        assert {role: found.get(role, ZERO) for role in by_role} == dict(by_role)
        assert sum((item.base for item in reads.open_items(connection, at=last)), ZERO) == by_role["receivable"]
        owed = {row.code: row.owed for row in reads.vat(connection, until=last) if row.owed}
        assert owed == {code: amount for code, amount in by_code.items() if amount}
        for month in range(1, 13):
            until = dt.date(2026 + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
            closing = periods.close(connection, until, by="the year's end", at=dt.datetime(2027, 2, 1, tzinfo=dt.UTC))
            assert closing.closed, closing.obstacles
        _reports_agree(report.ask(tx, engine.project(), "books", since=FIRST, until=last), year, by_role)
        written = io.StringIO()
        exports.beancount(connection, written)
    _, errors, _ = loader.load_string(written.getvalue())
    assert errors == []


def _reports_agree(asked: Asked, year: Year, by_role: dict[str, Decimal]) -> None:
    """Returns, payouts, bank lines and figures, against the postings and against what was handed in."""
    boxes = {row["box"]: row["amount"] for row in reporting.vat_return(asked)}
    assert boxes["VAT on sales"] == -by_role["vat_out"]
    assert boxes["To be paid (negative: to be paid back)"] == -by_role["vat_out"]
    assert list(reporting.oss(asked)) == list(reporting.eu_sales(asked)) == []
    given: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in year.records:
        given[one.kind][one.id] = one.data
    payouts = list(reporting.payouts(asked))
    assert {row["number"]: row["amount"] for row in payouts} == {
        number: Decimal(data["amount"]) for number, data in given["payout"].items()
    }
    assert sum((row["fees"] for row in payouts), ZERO) == by_role["fees"]
    assert [row["number"] for row in payouts if row["not_found"]] == []
    lines = list(reporting.bank(asked))
    assert sum((row["amount"] for row in lines), ZERO) == by_role["bank"]
    assert len(lines) == len(given["tx"])
    assert list(reporting.deferred_revenue(asked)) == []
    assert all(not row["added"] and not row["closing"] for row in reporting.recognition(asked))
    rows = list(figures.figures(asked))
    assert sum((row["revenue"] for row in rows), ZERO) == -by_role["revenue"]
    assert {row["mrr"] for row in rows} == {ZERO}
    assert {row["what"] for row in figures.causes(asked)} - {DIRECT, BACK} == {
        "recurring revenue at the month's end",
        "revenue booked in the month",
    }
