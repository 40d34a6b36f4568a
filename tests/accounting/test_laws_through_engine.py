"""Laws of the books, through the whole engine: what comes twice changes nothing, nor does the order of what is apart."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import pytest
from tests.accounting.engine import Engine
from tests.accounting.neutral import Neutral
from tests.accounting.test_year import Year

from kontering.accounting.settings import Settings
from kontering.connectors.ledger import periods, reads
from kontering.model.document import Planned

ZERO = Decimal(0)


def books(folder: Path, records: list[Neutral], settings: Settings | None = None) -> Engine:
    engine = Engine(folder=folder, settings=settings or Settings(), config={})
    for source in ("shop", "gateway", "bank"):
        engine.add_lines([one for one in records if one.source == source])
        engine.run()
    return engine


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    engine = books(tmp_path, Year(40).records)
    before = (engine.balances(), len(engine.vouchers()))

    engine.run()

    assert (engine.balances(), len(engine.vouchers())) == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_records_does_not_change_the_books(tmp_path: Path, seed: int) -> None:
    records = Year(40).records
    shuffled = random.Random(seed).sample(records, len(records))

    left, right = books(tmp_path / "left", records), books(tmp_path / "right", shuffled)

    assert left.balances() == right.balances()


def order(version: int, amount: str, paid: str = "0.00") -> Neutral:
    line = {"ref": "CUP", "kind": "goods", "text": "Cup", "qty": "1", "unit": amount, "rate": "25"}
    buyer = {"type": "consumer", "external_id": "7", "name": "Ada", "address": {"country": "DK"}}
    payments = [{"method": "card", "date": "2026-03-02", "amount": paid}] if Decimal(paid) else []
    data = {"number": "1", "event": "paid", "date": "2026-03-02", "currency": "DKK", "prices_include_vat": True}
    more = {"customer": buyer, "lines": [line], "payments": payments, "totals": {"gross": amount}}
    return Neutral(source="shop", kind="order", id="1", data=data | more, version=str(version))


def test_an_order_that_is_edited_again_and_again_is_in_the_books_once(tmp_path: Path) -> None:
    engine = Engine(folder=tmp_path, settings=Settings(edit_after_booking="credit_and_rebill"), config={})

    for version, amount in enumerate(("100.00", "250.00", "80.00", "80.00"), start=1):
        engine.add([order(version, amount, paid="100.00")])
        engine.run()

    keys = [one.document.key for one in engine.look() if isinstance(one.document, Planned)]
    ends = [key.removeprefix("shop/order/1:") for key in keys]
    assert ends == ["v1:credit", "v2", "v2:credit", "v3"]
    assert engine.balances()["revenue"] == Decimal("-64.00")
    assert engine.balances()["psp_clearing"] == Decimal("100.00")
    assert engine.balances()["receivable"] == Decimal("-20.00")


def test_money_that_comes_later_is_registered_on_the_edition_that_counts(tmp_path: Path) -> None:
    engine = Engine(folder=tmp_path, settings=Settings(edit_after_booking="credit_and_rebill"), config={})

    for version, (amount, paid) in enumerate((("100.00", "0"), ("80.00", "0"), ("80.00", "80.00")), start=1):
        engine.add([order(version, amount, paid)])
        engine.run()

    assert [one.state for one in engine.look() if one.document] == ["done", "done"]
    assert engine.balances()["psp_clearing"] == Decimal("80.00")
    assert engine.balances().get("receivable", ZERO) == ZERO


def test_what_was_paid_too_much_stays_on_the_account_and_the_month_closes(tmp_path: Path) -> None:
    line = {"date": "2026-03-09", "currency": "DKK", "amount": "110.00", "text": "Faktura", "reference": "1"}
    engine = books(tmp_path, [order(1, "100.00"), Neutral(source="bank", kind="tx", id="T1", data=line)])

    with engine.store(engine.project()) as store, store.begin() as tx:
        last = dt.date(2026, 3, 31)
        (left,) = reads.open_items(tx.connection, at=last)
        done = periods.close(tx.connection, last, by="bookkeeper", at=dt.datetime(2026, 4, 2, tzinfo=dt.UTC))

    assert (left.kind, left.open, left.base) == ("on_account", Decimal("-10.00"), Decimal("-10.00"))
    assert done.closed
