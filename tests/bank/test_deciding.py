"""What a person says of a bank line is checked before it is kept, kept with the name, and known the next time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.bank.shop import Shop

from kontering.cli.main import cli


def queue(shop: Shop, *words: str) -> Result:
    return CliRunner().invoke(cli, ["queue", *words, "-C", str(shop.folder)])


def waiting(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(queue(shop, "suggestions", "--json").stdout)["lines"]
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.order("1001", "100.00")
    made.order("1002", "250.00")
    made.line("a", "100.00", "thanks")
    made.line("b", "-30.00", "Shell Aarhus")
    made.run()
    return made


def test_a_line_may_be_what_has_its_amount(shop: Shop) -> None:
    first, second = waiting(shop)

    assert first["key"] == "bank/line/a"
    assert first["choices"][0]["target"] == "shop/order/1001"
    assert first["choices"][0]["reasons"][0] == "the same amount of 100.00"
    assert second["choices"] == []


@pytest.mark.parametrize("name", ["order/1001", "shop/order/1001", "1001"])
def test_confirmed_it_is_booked_by_the_next_run(shop: Shop, name: str) -> None:
    done = queue(shop, "confirm", "line/a", "--with", name)
    shop.run()

    assert done.stdout == f"bank/line/a: pays {name}, booked by the next run\n"
    assert shop.balances()["receivable"] == 250
    assert shop.balances()["bank"] == 100


def test_a_part_and_a_fee(shop: Shop) -> None:
    queue(shop, "confirm", "line/a", "--with", "1002", "--less-fee")
    shop.run()

    assert shop.balances()["receivable"] == 100
    assert shop.balances()["fees"] == 150


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["confirm", "line/c", "--with", "1001"], "no bank line 'line/c' waits"),
        (["confirm", "line/a", "--with", "1003"], "no open document that this line could pay; did you mean '100"),
        (["confirm", "line/a", "--with", "1001=many"], "'many' is no amount"),
        (["confirm", "line/a", "--with", "1001=101"], "on 1001 less is open"),
        (["confirm", "line/a", "--with", "1001", "--with", "1002"], "that comes to 350.00"),
        (["confirm", "line/b", "--with", "1001"], "no open document that this line could pay"),
        (["categorise", "line/b", "--as", "feess"], "did you mean 'fees'?"),
        (["categorise", "line/b", "--as", "fees", "--vat", "EUS-IN"], "no VAT code of a purchase at home"),
    ],
)
def test_what_can_not_be_is_said_at_once_and_nothing_is_kept(shop: Shop, words: Sequence[str], says: str) -> None:
    done = queue(shop, *words)
    shop.run()

    assert done.exit_code == 2
    assert says in done.output
    assert len(waiting(shop)) == 2


def test_what_was_decided_is_suggested_for_lines_with_the_same_words(shop: Shop) -> None:
    queue(shop, "categorise", "line/b", "--as", "cost_fuel", "--vat", "DK25-IN")
    shop.line("c", "-45.00", "SHELL Odense")
    shop.run()

    [choice] = waiting(shop)[-1]["choices"]
    assert (choice["target"], choice["kind"]) == ("cost_fuel DK25-IN", "category")
    assert choice["reasons"] == ["1 of 1 confirmed lines with shell went there"]
    assert "kontering queue categorise bank/line/c --as cost_fuel --vat DK25-IN" in queue(shop, "suggestions").stdout


def test_who_said_it_stays_with_the_voucher_and_in_the_audit(shop: Shop) -> None:
    queue(shop, "categorise", "line/b", "--as", "cost_fuel")
    shop.run()

    shown = queue(shop, "show", "bank/line/b").stdout
    assert "says that it goes to" in shown
    assert any("said so" in why for why in shop.reasons("bank/line/b"))


def test_a_decision_whose_document_was_paid_otherwise_waits_again(shop: Shop) -> None:
    queue(shop, "confirm", "line/a", "--with", "1001")
    shop.order("1001", "100.00", card="100.00", version=2)
    shop.run("orders")
    shop.run()

    [line, _] = waiting(shop)
    assert line["key"] == "bank/line/a"
    assert "which isn't open (any more)" in queue(shop, "list").stdout
    assert shop.balances().get("bank", 0) == 0


def test_documents_of_one_customer_that_add_up_are_a_choice_together(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    for number, gross in (("1001", "100.00"), ("1002", "250.00"), ("1003", "70.00")):
        data = {"id": number, "version": "1", "date": "2026-03-02", "name": "Ada", "gross": gross}
        shop.add("order", data | {"card": "0", "bank": "0"})
    shop.line("a", "350.00", "thanks")
    shop.run()

    [choice] = [one for one in waiting(shop)[0]["choices"] if one["kind"] == "documents"]
    assert (choice["target"], choice["name"]) == ("shop/order/1001 shop/order/1002", "1001 1002")
    assert "--with shop/order/1001 --with shop/order/1002" in queue(shop, "suggestions").stdout
    queue(shop, "confirm", "line/a", "--with", "1001", "--with", "1002")
    shop.run()
    assert shop.balances()["receivable"] == 70
