"""A small shop with its gateway and its bank, as files of a project: for tests that need all of the way to the books."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kontering.connectors.ledger import reads
from kontering.project.project import load_project
from kontering.store import documents
from kontering.store.store import Store
from kontering.store.tables import document
from kontering.sync import dispatch
from kontering.sync.wiring import wire

PROJECT = """
kontering: 1
project: small
store: sqlite:///small.db
accounting: {match_by_amount: suggest}
connections:
  shop:    {connector: files, folder: shop, system: small, kinds: {order: {version: version}}}
  gateway: {connector: files, folder: gateway, system: small}
  buys:    {connector: files, folder: buys, system: small}
  bank:    {connector: files, folder: bank, system: small}
  books:   {connector: ledger, overpayment: credit}
flows:
  orders:  {from: shop/order, mapping: small/order, to: books, states: {"*": book}, products: {fallback: TEA}, payments: {register: REGISTER}, edited_after_booking: credit_and_rebill}
  refunds: {from: shop/refund, mapping: small/refund, to: books, states: {"*": book}, products: {fallback: TEA}}
  payouts: {from: gateway/payout, mapping: small/payout, to: books, states: {"*": book}}
  bills:   {from: buys/bill, mapping: small/bill, to: books, states: {"*": book}}
  bank:    {from: bank/line, mapping: small/line, to: books, states: {"*": book}}
"""
SCHEMAS = {
    "order": {
        "id": "",
        "version": "",
        "date": "date",
        "name": "",
        "gross": "decimal",
        "card": "decimal",
        "bank": "decimal",
    },
    "refund": {"id": "", "order": "", "date": "date", "gross": "decimal", "card": "decimal"},
    "bill": {"id": "", "date": "date", "gross": "decimal"},
    "line": {"id": "", "date": "date", "amount": "decimal", "text": ""},
}
ENTRIES = ("charge", "refund", "fee", "fee_tax", "dispute", "reserve_hold", "reserve_release", "transfer", "adjustment")
PAYOUT = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "date": {"format": "date"},
        "amount": {"format": "decimal"},
        "entries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "type": {"type": "string", "enum": list(ENTRIES)},
                    "order": {"type": "string"},
                    "date": {"format": "date"},
                    "amount": {"format": "decimal"},
                    "fee": {"format": "decimal"},
                },
            },
        },
    },
}
MAPPINGS = {
    "order": """
to: invoice
fields:
  number: order.id
  state: {const: paid}
  date: order.date
  currency: {const: DKK}
  prices: {const: gross}
  customer: {kind: {const: consumer}, external_id: order.name, name: order.name, email: {const: a@example.dk}, address: {country: {const: DK}}}
  lines: [{id: tea, fields: {id: {const: "1"}, kind: {const: goods}, description: {const: Tea}, quantity: {const: 1}, amount: order.gross, taxes: [{id: vat, fields: {rate: {const: 25}}}]}}]
  payments: [{id: card, when: "order.card != 0", fields: {method: {const: card}, date: order.date, amount: order.card, reference: {text: "psp-{{ order.id }}"}}}, {id: bank, when: "order.bank != 0", fields: {method: {const: bank_transfer}, date: order.date, amount: order.bank}}]
  totals: {gross: order.gross}
""",
    "refund": """
to: credit_note
fields:
  number: refund.id
  state: {const: paid}
  date: refund.date
  currency: {const: DKK}
  prices: {const: gross}
  credits: {text: "order/{{ refund.order }}"}
  credits_number: refund.order
  lines: [{id: tea, fields: {id: {const: "1"}, of: {const: "1"}, kind: {const: goods}, description: {const: Tea}, quantity: {const: 1}, amount: refund.gross, taxes: [{id: vat, fields: {rate: {const: 25}}}]}}]
  payments: [{id: card, when: "refund.card != 0", fields: {method: {const: card}, date: refund.date, amount: refund.card}}]
  totals: {gross: refund.gross}
""",
    "payout": """
to: payout
fields:
  number: payout.id
  provider: {const: gateway}
  state: {const: paid}
  date: payout.date
  currency: {const: DKK}
  amount: payout.amount
  entries: [{id: entries, each: payout.entries, as: entry, fields: {id: entry.id, type: entry.type, amount: entry.amount, fee: {path: entry.fee, missing: skip}, date: {path: entry.date, missing: skip}, reference: {path: entry.order, missing: skip}}}]
""",
    "bill": """
to: bill
fields:
  number: bill.id
  state: {const: received}
  date: bill.date
  currency: {const: DKK}
  prices: {const: gross}
  supplier: {external_id: {const: "7"}, name: {const: Gardens}, address: {country: {const: DK}}}
  lines: [{id: line, fields: {id: {const: "1"}, description: {const: Leaves}, quantity: {const: 1}, amount: bill.gross, taxes: [{id: vat, fields: {rate: {const: 25}}}]}}]
  totals: {gross: bill.gross}
""",
    "line": """
to: bank_line
fields: {date: line.date, currency: {const: DKK}, amount: line.amount, text: {path: line.text, missing: skip}}
""",
}
PLACES = {"order": "shop", "refund": "shop", "payout": "gateway", "bill": "buys", "line": "bank"}


@dataclass(slots=True)
class Shop:
    """The project in a folder; records are added, then it is run."""

    folder: Path
    count: int = 0

    accounting: str = "match_by_amount: suggest"
    register: str = '["*"]'

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = PROJECT.replace("match_by_amount: suggest", self.accounting).replace("REGISTER", self.register)
        (self.folder / "kontering.yaml").write_text(text, encoding="utf-8")
        schemas = {name: _schema(fields) for name, fields in SCHEMAS.items()} | {"payout": PAYOUT}
        for name, schema in schemas.items():
            _write(self.folder / "schemas" / "records" / "small" / f"{name}.schema.json", json.dumps(schema))
            head = f"kontering: 1\nmapping: small/{name}\nfrom: small/{name}\n"
            _write(self.folder / "mappings" / "small" / f"{name}.yaml", head + MAPPINGS[name].lstrip())
        for place in set(PLACES.values()):
            (self.folder / place).mkdir(exist_ok=True)

    def order(
        self,
        id_: str,
        gross: str,
        *,
        card: str = "0.00",
        bank: str = "0.00",
        version: int = 1,
        day: str = "2026-03-02",
    ) -> None:
        self.add(
            "order",
            {
                "id": id_,
                "version": str(version),
                "date": day,
                "name": f"Buyer {id_}",
                "gross": gross,
                "card": card,
                "bank": bank,
            },
        )

    def line(self, id_: str, amount: str, text: str = "", *, day: str = "2026-03-10") -> None:
        self.add("line", {"id": id_, "date": day, "amount": amount, "text": text})

    def payout(self, id_: str, *entries: Mapping[str, str], amount: str | None = None, day: str = "2026-03-09") -> None:
        """A payout of these entries, for what they come to if nothing else is said."""
        sums = (Decimal(one["amount"]) - Decimal(one.get("fee", "0")) for one in entries)
        numbered = [{"id": f"{id_}-{at}", **one} for at, one in enumerate(entries)]
        worth = amount or str(sum(sums, Decimal(0)))
        self.add("payout", {"id": id_, "date": day, "amount": worth, "entries": numbered})

    def add(self, kind: str, data: Mapping[str, Any]) -> None:
        """One record, in a file of its own; files are read in the order of their numbers."""
        self.count += 1
        _write(self.folder / PLACES[kind] / f"{kind}-{self.count:04}.json", json.dumps(data))

    def run(self, *flows: str) -> None:
        project = load_project(self.folder)
        with Store.open(project.store, project=project.name) as store:
            dispatch.run(store, wire(project, flows))

    def balances(self) -> dict[str, Decimal]:
        project = load_project(self.folder)
        with Store.open(project.store, project=project.name) as store, store.look() as tx:
            found = reads.role_balances(tx.connection) if reads.books(tx.connection) else {}
        return {role: amount for role, amount in found.items() if amount}

    def states(self) -> dict[str, str]:
        """The state of every document, by key."""
        project = load_project(self.folder)
        with Store.open(project.store, project=project.name) as store, store.look() as tx:
            rows = tx.connection.execute(sa.select(document.c.key, document.c.state))
            return {row.key: row.state for row in rows if row.state != "superseded"}

    def reasons(self, key: str) -> tuple[str, ...]:
        """Why a bank line was booked as it is."""
        project = load_project(self.folder)
        with Store.open(project.store, project=project.name) as store, store.look() as tx:
            return next(one.why for one in documents.vouchers(tx, "books", ["bank_line"]) if one.key == key)


def _schema(fields: Mapping[str, str]) -> dict[str, Any]:
    typed = {name: {"format": form} if form else {"type": "string"} for name, form in fields.items()}
    return {"type": "object", "properties": typed}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
