"""The example shop's orders and refunds into the simulated Billy: each is booked once, and the books agree."""

from __future__ import annotations

import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.connectors.billy.company import company

from kontering.cli.main import cli
from kontering.connectors.woocommerce.simulator import make as shop
from kontering.project.check import check_project
from kontering.project.project import load_project
from kontering.store.standing import standing
from kontering.store.store import Store
from kontering.sync import dispatch, reconciling, status
from kontering.sync.dispatch import Summary
from kontering.sync.wiring import wire
from kontering.testing import serve

EXAMPLE = Path(__file__).parents[3] / "examples" / "webshop"
OWN = Path(__file__).parent / "shop"
ROLES = {
    "1110": "revenue",
    "1120": "shipping_revenue",
    "1150": "revenue_eu_goods",
    "1155": "revenue_eu_services",
    "1160": "revenue_export",
    "1170": "revenue_oss",
    "1390": "rounding",
    "5600": "receivable",
    "5710": "bank",
    "5720": "psp_clearing",
    "7220": "gift_card_liability",
    "7310": "vat_out",
    "7330": "vat_oss",
}


EXACT = ("psp_clearing", "receivable", "gift_card_liability")
"""What Billy's rounding can't move: it rounds VAT once an invoice, and cents go between VAT, revenue and rounding."""


def project(folder: Path) -> Path:
    """The example with Billy's connection and tables in place of the others."""
    shutil.copytree(EXAMPLE, folder)
    shutil.copytree(OWN, folder, dirs_exist_ok=True)
    return folder


def run(folder: Path, orders: Any, books: Any) -> Summary:
    transports = {"shop": httpx.MockTransport(orders), "billy": httpx.MockTransport(books)}
    wired = wire(load_project(folder), (), transports=transports)
    with Store.open(f"sqlite:///{folder / 'kontering.db'}", project="webshop") as store:
        return dispatch.run(store, wired, threads=2)


def posted(books: Any) -> dict[str, Decimal]:
    """Billy's balances by role; what all countries' One Stop Shop VAT comes to is one account there."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for number, amount in books.state.trial_balance().items():
        found[ROLES[number]] += amount
    return {role: amount for role, amount in found.items() if amount}


def settled(folder: Path) -> dict[str, Decimal]:
    """What our documents post, by role."""
    wired = wire(load_project(folder), (), transports={"billy": httpx.MockTransport(company())})
    found: dict[str, Decimal] = defaultdict(Decimal)
    store = Store.open(f"sqlite:///{folder / 'kontering.db'}", project="webshop", read_only=True)
    with store, store.look() as tx:
        for one in standing(tx, "billy"):
            if one.document is not None and one.state == "done":
                taker = wired.flows[one.flow].taker
                for part in reconciling.postings_of(one.document, taker.postings):
                    for line in part.lines:
                        found["vat_oss" if line.role.startswith("vat_oss") else line.role] += line.amount
    return {role: amount for role, amount in found.items() if amount}


def held(folder: Path) -> dict[str, str]:
    with Store.open(f"sqlite:///{folder / 'kontering.db'}", project="webshop") as store:
        found = status.queue(store, states=("held", "failed", "waiting", "unsure"))
        return {entry.key.removeprefix("shop/"): entry.reason for entry in found}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = shop().credentials
    given = {"WOO_KEY": credentials["key"], "WOO_SECRET": credentials["secret"], "BILLY_TOKEN": "billy-token"}
    for name, value in given.items():
        monkeypatch.setenv(name, str(value))


def test_the_changed_project_is_sound(tmp_path: Path) -> None:
    assert check_project(project(tmp_path / "webshop")) == ()


@pytest.mark.slow
def test_the_example_shop_is_booked_once(tmp_path: Path, secrets: None) -> None:
    folder = project(tmp_path / "webshop")
    orders, books = shop(folder=str(folder)), company()

    first = run(folder, orders, books)
    written = sum(call.writes for call in books.calls)
    second = run(folder, orders, books)

    rows = list(books.state.table("invoices").values())
    assert len(rows) == first.ended["done"] > 45
    assert len({row["invoiceNo"] for row in rows}) == len(rows)
    assert {row["state"] for row in rows} == {"approved"}
    assert sum(books.state.trial_balance().values()) == 0
    assert sorted(held(folder)) == ["order/5118", "order/5131"]
    theirs, ours = posted(books), settled(folder)
    assert [theirs.get(role) for role in EXACT] == [ours.get(role) for role in EXACT]
    assert {role for role in ours if abs(theirs[role] - ours[role]) > Decimal("0.02")} == set()
    assert second.ended.get("done", 0) == 0
    assert sum(call.writes for call in books.calls) == written
    assert {call.status for call in books.calls} <= {200, 404}
    with serve(books) as served:
        text = (folder / "kontering.yaml").read_text(encoding="utf-8").replace("http://127.0.0.1:8713", served.url)
        (folder / "kontering.yaml").write_text(text, encoding="utf-8")
        result = CliRunner().invoke(cli, ["reconcile", "--connection", "billy", "-C", str(folder)])
    assert (result.exit_code, result.output) == (0, "Agree: 123 documents.\n")
