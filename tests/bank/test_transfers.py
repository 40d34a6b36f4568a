"""Money over the bank that the shop knows of: registered by the flow, it is on the bank and its line confirms it; or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bank.shop import Shop


@pytest.mark.parametrize("register", ['["*"]', "[card]"])
def test_a_transfer_is_on_the_bank_once(tmp_path: Path, register: str) -> None:
    shop = Shop(tmp_path, register=register)
    shop.order("1001", "100.00", bank="100.00")
    shop.line("a", "100.00", "Faktura 1001")
    shop.run()

    assert shop.states()["bank/line/a"] == "done"
    assert shop.balances() == {"bank": 100, "revenue": -80, "vat_out": -20}


def test_a_second_transfer_is_no_confirmation_of_the_first(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.order("1001", "100.00", bank="100.00")
    shop.line("a", "100.00", "Faktura 1001")
    shop.line("b", "100.00", "Faktura 1001")
    shop.run()

    assert sorted(state for key, state in shop.states().items() if key.startswith("bank/")) == ["done", "held"]
    assert shop.balances()["bank"] == 100


def test_what_the_flow_leaves_open_is_open_until_the_bank_has_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, register="[card]")
    shop.order("1001", "100.00", bank="100.00")
    shop.run()
    before = shop.balances()
    shop.line("a", "100.00", "Faktura 1001")
    shop.run()

    assert before["receivable"] == 100
    assert "receivable" not in shop.balances()
