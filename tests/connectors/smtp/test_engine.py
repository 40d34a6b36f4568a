"""Booked invoices go to their buyers: through the whole engine, to a real mail server, each of them once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.economic.agreement import agreement
from tests.connectors.smtp.post_office import Box, office

from kontering.connectors.woocommerce.simulator import make as make_shop
from kontering.project.check import check_project
from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.dispatch import Summary
from kontering.sync.status import queue
from kontering.sync.wiring import wire

EXAMPLE = Path(__file__).parents[3] / "examples" / "webshop"
ORDERS = ("5101-plain-dk", "5113-oss-germany", "5121-yen-japan", "5130-one-cent-off", "5140")
POST = """
  post:
    connector: smtp
    host: 127.0.0.1
    port: {port}
    security: none
    from: Nordlys <faktura@nordlys.example>
    books: economic
    since: {since}
    language: da
    {more}
"""
FLOW = """
  mails:
    from: store/booked
    mapping: store/booked-to-mail
    to: post
    states: {"*": send}
"""


@dataclass(frozen=True, slots=True)
class Shop:
    folder: Path
    orders: Any
    books: Any
    box: Box

    def run(self) -> Summary:
        transports = {"shop": httpx.MockTransport(self.orders), "economic": httpx.MockTransport(self.books)}
        wired = wire(load_project(self.folder), ("economic", "mails"), transports=transports)
        with self.store() as store:
            return dispatch.run(store, wired, threads=2)

    def store(self) -> Store:
        return Store.open(f"sqlite:///{self.folder / 'kontering.db'}", project="webshop")

    def reasons(self) -> list[str]:
        """Why mails are held."""
        with self.store() as store:
            return [str(entry.reason) for entry in queue(store, states=("held",))]

    def booked(self) -> set[str]:
        return {str(number) for number in self.books.state.booked}

    def mailed(self) -> list[str]:
        return sorted(str(mail["X-Kontering-Document"]) for _, mail in self.box.mails)


def project(folder: Path, port: int, *, since: str = "2026-01-01", more: str = "pdf: books") -> None:
    text = (folder / "kontering.yaml").read_text()
    text = text.replace("\nflows:\n", POST.format(port=port, since=since, more=more) + "\nflows:\n" + FLOW, 1)
    (folder / "kontering.yaml").write_text(text)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    folder = tmp_path / "webshop"
    shutil.copytree(EXAMPLE, folder)
    for path in (folder / "orders").iterdir():
        if not path.name.startswith(ORDERS):
            path.unlink()
    shutil.rmtree(folder / "refunds")
    orders, books, box = make_shop(folder=str(folder)), agreement(pdf_seconds=0), Box()
    secrets = {"WOO_KEY": orders.credentials["key"], "WOO_SECRET": orders.credentials["secret"]}
    for name, value in (secrets | {"ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}).items():
        monkeypatch.setenv(name, value)
    with office(box) as port:
        project(folder, port)
        yield Shop(folder, orders, books, box)


def test_each_booked_invoice_is_mailed_once_with_its_pdf(shop: Shop) -> None:
    assert check_project(shop.folder, tests=False) == ()

    shop.run()
    assert shop.mailed() == sorted(shop.booked())
    assert len(shop.mailed()) >= 4
    assert all(
        [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]
        for _, mail in shop.box.mails
    )
    assert {mail["Subject"] for _, mail in shop.box.mails} >= {"Faktura 20001"}

    again = shop.run()
    assert again.ended == {"done": 0}
    assert len(shop.mailed()) == len(shop.booked())


def test_what_was_booked_before_mails_were_set_up_is_not_sent(shop: Shop) -> None:
    path = shop.folder / "kontering.yaml"
    path.write_text(path.read_text().replace("since: 2026-01-01", "since: 2026-03-10"))

    shop.run()

    assert shop.booked()
    late = [row for row in shop.books.state.booked.values() if row["date"] >= "2026-03-10"]
    assert shop.mailed() == sorted(str(row["bookedInvoiceNumber"]) for row in late)


def test_a_mail_of_which_nobody_knows_is_left_to_a_person(shop: Shop) -> None:
    """The server has it and hung up before it said so: two mails would be a complaint."""
    shop.box.hangs_up = 1
    first = shop.run()
    assert first.ended["held"] == 1
    assert shop.run().ended.get("done", 0) == 0

    sent = shop.mailed()
    assert sorted(sent) == sorted(shop.booked())
    assert re.search("lost|found out", shop.reasons()[0])


def test_a_refused_address_is_held_and_the_others_go(shop: Shop) -> None:
    shop.box.refuses = {"ida@post.example": "550 no such user"}

    assert shop.run().ended["held"] == 1

    assert all("ida@post.example" not in to for to, _ in shop.box.mails)
    assert len(shop.mailed()) == len(shop.booked()) - 1
    assert "no such user" in shop.reasons()[0]
