"""Small documents and an open book, for the ledger's tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine, create_engine, event

from kontering.connectors.ledger.options import options
from kontering.connectors.ledger.target import Ledger
from kontering.model.plan import Found, Step

SPACE = UUID("6f3f7f1e-1f4f-4a35-9f5e-0a4f7a1f2b3c")
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
Json = dict[str, Any]


def memory() -> Engine:
    """A database in memory that begins its transactions itself, as the store does."""
    engine = create_engine("sqlite://")

    @event.listens_for(engine, "connect")
    def _plain(raw: Any, _record: object) -> None:
        raw.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def opened(**settings: Any) -> Iterator[Ledger]:
    """A ledger in memory, in one transaction."""
    engine = memory()
    with engine.begin() as connection:
        yield on(connection, **settings)
    engine.dispose()


def on(connection: Connection, **settings: Any) -> Ledger:
    return Ledger(options({"name": "books"} | settings), connection, lambda: NOON)


def step(action: str, kind: str, key: str, body: Mapping[str, Any] | None = None, of: Found | None = None) -> Step:
    attempt = uuid5(SPACE, f"{kind}|{key}|{action}")
    return Step(action=action, kind=kind, key=key, document=key, body=body or {}, attempt=attempt, of=of)


def customer(ledger: Ledger, key: str = "shop/customer/1", **more: Any) -> Found:
    body = {"name": "Asta Lindgaard", "kind": "consumer", "address": {"country": "DK"}} | more
    return ledger.send(step("create", "customer", key, body))


def sale(customer_id: str, **more: Any) -> Json:
    """An invoice of 80.00 and 20.00 VAT, or what `more` says."""
    number = more.get("number", "1001")
    return {
        "number": number,
        "reference": number,
        "date": dt.date(2026, 3, 2),
        "due": dt.date(2026, 3, 10),
        "currency": "DKK",
        "customer": customer_id,
        "treatment": "domestic",
        "country": "DK",
        "open": Decimal("100.00"),
        "lines": [line("80.00", "20.00")],
        "totals": totals("80.00", "20.00"),
        "postings": [posting("invoice", receivable="100.00", revenue="-80.00/DK25", vat_out="-20.00/DK25")],
    } | more


def line(net: str, vat: str, **more: Any) -> Json:
    gross = Decimal(net) + Decimal(vat)
    own = {"id": "1", "kind": "goods", "description": "Enamel mug", "quantity": 1, "net": Decimal(net)}
    return own | {"vat": Decimal(vat), "gross": gross, "rate": 25, "code": "DK25", "role": "revenue"} | more


def totals(net: str, vat: str) -> Json:
    return {"net": Decimal(net), "vat": Decimal(vat), "gross": Decimal(net) + Decimal(vat)}


def posting(kind: str, date: dt.date = dt.date(2026, 3, 2), /, **roles: str) -> Json:
    """A voucher from role to amount, with its VAT code behind a stroke: `revenue="-80.00/DK25"`."""
    return {"kind": kind, "date": date, "lines": [_line(role, amount) for role, amount in roles.items()]}


def _line(role: str, amount: str) -> Json:
    number, _, code = amount.partition("/")
    return {"role": role, "amount": Decimal(number)} | ({"code": code} if code else {})


def booked(ledger: Ledger, key: str, body: Json, kind: str = "invoice") -> Found:
    ledger.send(step("create", kind, key, body))
    return ledger.send(step("book", kind, key))


def payment(of: Found, paid: str, **more: Any) -> Json:
    postings = more.pop("postings", [posting("payment", psp_clearing=paid, receivable=f"-{paid}")])
    own = {"date": dt.date(2026, 3, 3), "currency": "DKK", "amount": Decimal(paid), "method": "card"}
    return own | {"of": of.id, "postings": postings} | more


def credit(customer_id: str, of: Found, net: str, vat: str, **more: Any) -> Json:
    gross = Decimal(net) + Decimal(vat)
    turned = posting("credit_note", receivable=f"-{gross}", revenue=f"{net}/DK25", vat_out=f"{vat}/DK25")
    own = {"lines": [line(net, vat)], "totals": totals(net, vat), "open": gross, "credits": of.id}
    return sale(customer_id, **(own | {"postings": [turned]} | more))
