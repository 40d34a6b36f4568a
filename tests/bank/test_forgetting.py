"""Whoever is forgotten is forgotten in the bank lines that paid for them too; the books stay, and a run does nothing."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner
from tests.bank.shop import Shop

from kontering.cli.main import cli
from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.store.tables import decision, delivery, document


def kontering(shop: Shop, *words: str) -> int:
    return CliRunner().invoke(cli, [*words, "-C", str(shop.folder)]).exit_code


def all_texts(shop: Shop) -> str:
    project = load_project(shop.folder)
    with Store.open(project.store, project=project.name) as store, store.look() as tx:
        rows = [tx.connection.execute(sa.select(table)).all() for table in (document, delivery, decision)]
        return " ".join(str(row) for some in rows for row in some)


def test_a_bank_line_forgets_who_paid(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.order("1001", "100.00")
    shop.order("1002", "50.00")
    shop.line("a", "100.00", "Lise Lystfisker 1001")
    shop.line("b", "50.00", "Per Pind 1002")
    shop.line("c", "-30.00", "Lise Lystfisker privat")
    shop.run()
    before = shop.balances()

    assert kontering(shop, "forget", "shop/customer/Buyer 1001") == 0

    texts = all_texts(shop)
    assert "Lystfisker 1001" not in texts
    assert "Per Pind" in texts
    shop.run()
    assert shop.balances() == before
