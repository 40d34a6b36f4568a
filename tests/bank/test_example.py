"""The bank example from files to books: at the end each account is what the lists outside say, and again after a second run.

What the lists say is reckoned here from the example's files, not by the engine.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kontering.cli.main import cli

EXAMPLE = Path(__file__).parents[2] / "examples" / "bank"
ZERO = Decimal(0)


def kontering(*arguments: str, folder: Path) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-C", str(folder)])


def rows(name: str, folder: Path) -> list[dict[str, str]]:
    done = kontering("report", name, "--until", "2026-12-31", "--csv", folder=folder)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(done.stdout.splitlines()))


def accounts(folder: Path) -> Mapping[str, Decimal]:
    return {row["account"]: Decimal(row["balance"]) for row in rows("trial-balance", folder)}


def lines(path: str) -> list[dict[str, Any]]:
    text = (EXAMPLE / path).read_text(encoding="utf-8")
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def gateways_debt() -> Decimal:
    """What was paid by card, less what was paid back, less what payouts say of it."""
    sold = sum(
        (Decimal(one["total"]) for one in lines("shop/orders.jsonl") if one["payment_method"] == "quickpay"), ZERO
    )
    back = sum((Decimal(one["amount"]) for one in lines("shop/refunds.jsonl")), ZERO)
    entries = [entry for payout in lines("gateway/payouts.jsonl") for entry in payout["entries"]]
    settled = sum((entry["amount"] for entry in entries if entry["type"] in ("charge", "refund")), 0)
    return sold - back - Decimal(settled) / 100


def moved_on_account() -> Decimal:
    """Closing less opening balance of the statement."""
    text = (EXAMPLE / "statements/account/2026-03.xml").read_text(encoding="utf-8")
    opening, closing = (Decimal(found) for found in re.findall(r'</Cd></CdOrPrtry></Tp><Amt Ccy="DKK">([\d.]+)', text))
    return closing - opening


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, run once, with the two lines that it leaves to a person decided."""
    folder = tmp_path_factory.mktemp("example") / "bank"
    shutil.copytree(EXAMPLE, folder)
    assert kontering("run", folder=folder).exit_code == 1  # two lines wait for a person
    found = json.loads(kontering("queue", "suggestions", "--json", folder=folder).stdout)["lines"]
    transfer, coffee = sorted(found, key=lambda line: Decimal(line["amount"]), reverse=True)
    assert [(one["target"], one["score"]) for one in transfer["choices"]] == [("shop/order/5208", "0.99")]
    assert coffee["choices"] == []
    for words in (
        ["confirm", transfer["key"], "--with", "N-5208"],
        ["categorise", coffee["key"], "--as", "cost_coffee"],
    ):
        done = kontering("queue", *words, folder=folder)
        assert done.exit_code == 0, done.output
    assert kontering("run", folder=folder).exit_code == 0
    return folder


def test_clearing_is_what_the_gateway_owes(folder: Path) -> None:
    assert gateways_debt() == Decimal("149.00")
    assert accounts(folder)["6330"] == gateways_debt()


def test_both_bank_accounts_are_what_their_statements_say(folder: Path) -> None:
    found = accounts(folder)

    assert found["6480"] == moved_on_account()
    assert found["6485"] == Decimal("5012.50")
    assert found["6490"] == 0  # what went from one to the other has arrived


def test_nobody_owes_and_one_bill_is_left(folder: Path) -> None:
    assert rows("open-items", folder) == []
    assert [(row["number"], row["open"]) for row in rows("payables", folder)] == [("H-2026-03", "200.00")]
    assert accounts(folder)["7440"] == Decimal("-200.00")


def test_every_line_of_the_statements_is_in_the_report_once(folder: Path) -> None:
    found = rows("bank", folder)

    assert sum(Decimal(row["amount"]) for row in found) == moved_on_account() + Decimal("5012.50")
    assert len(found) == 16
    kinds = Counter(row["match"] for row in found)
    assert kinds == {"exact": 9, "partial": 1, "category": 6}
    assert all(row["why"] for row in found)


def test_every_payout_adds_up_and_all_of_it_is_found(folder: Path) -> None:
    found = rows("payouts", folder)

    assert [Decimal(row["amount"]) for row in found] == [Decimal("767.60"), Decimal("175.33"), Decimal("15.00")]
    assert [row["not_found"] for row in found] == ["0", "0", "0"]


def test_sources_documents_and_books_agree(folder: Path) -> None:
    done = kontering("reconcile", folder=folder)

    assert done.exit_code == 0, done.output


def test_running_again_and_from_the_start_changes_nothing(folder: Path) -> None:
    before = accounts(folder)

    for words in (["run"], ["run", "--from-start"]):
        assert kontering(*words, folder=folder).exit_code == 0

    assert accounts(folder) == before


def test_the_same_statement_under_another_name_changes_nothing(folder: Path) -> None:
    before = accounts(folder)
    place = folder / "statements" / "account"
    shutil.copy(place / "2026-03.xml", place / "again.xml")

    assert kontering("run", folder=folder).exit_code == 0

    assert accounts(folder) == before


def test_a_statement_that_does_not_add_up_books_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    shutil.copytree(EXAMPLE, folder)
    statement = folder / "statements" / "account" / "2026-03.xml"
    statement.write_text(statement.read_text(encoding="utf-8").replace("9715.43", "9715.44"), encoding="utf-8")

    done = kontering("run", "account", folder=folder)

    assert done.exit_code == 1
    assert "K560" in done.output
    assert rows("bank", folder) == []


def test_a_line_that_came_before_its_invoice_goes_on_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    shutil.copytree(EXAMPLE, folder)

    for flow in ("account", "savings", "bills", "payouts", "refunds", "orders"):
        kontering("run", flow, folder=folder)
    kontering("run", folder=folder)

    waiting = json.loads(kontering("queue", "suggestions", "--json", folder=folder).stdout)["lines"]
    assert [one["amount"] for one in waiting] == ["450.00", "-62.50"]
    assert [row["not_found"] for row in rows("payouts", folder)] == ["0", "0", "0"]
    assert accounts(folder)["6330"] == gateways_debt()


def test_a_plan_matches_lines_with_what_it_would_book(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    shutil.copytree(EXAMPLE, folder)

    said = kontering("plan", folder=folder).stdout

    assert said.count("BANK_LINE_UNMATCHED") == 2
    assert not (folder / "kontering.db").exists()
