"""Settled documents, a policy and a target as the planner sees them, for the tests of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kontering.model.document import Address, Item, Paid, Party, Planned, PlannedLine, PlannedTotals, Posting
from kontering.model.plan import Found, Hold, Step, Totals
from kontering.model.record import JsonObject
from kontering.project.policy import Policy
from kontering.sdk.connector import Again, Call, Rounding, Takes
from kontering.sync.taker import Taker

ADA = Party(
    name="Ada Holm",
    address=Address(country="DK", street="Havnegade 4", postcode="5000", city="Odense C"),
    external_id="77",
    email="ada@example.dk",
    vat_number="DK12345674",
)
BOOK = Policy(
    states={"completed": "book", "processing": "draft", "cancelled": "cancel", "on-hold": "hold", "*": "skip"}
)


def line(number: int, net: str, sku: str | None = "KAF-500", rate: str = "25", quantity: str = "1") -> PlannedLine:
    amount, percent = Decimal(net), Decimal(rate)
    vat = (amount * percent / 100).quantize(Decimal("0.01"))
    return PlannedLine(
        id=str(number),
        kind="goods",
        description=f"Thing {number}",
        quantity=Decimal(quantity),
        net=amount,
        vat=vat,
        gross=amount + vat,
        rate=percent,
        code="DK25" if percent else "DK0",
        role="revenue",
        product=Item(name=f"Thing {sku}", sku=sku) if sku else None,
    )


def totals(lines: Sequence[PlannedLine]) -> PlannedTotals:
    net = sum((one.net for one in lines), Decimal(0))
    vat = sum((one.vat for one in lines), Decimal(0))
    return PlannedTotals(net=net, vat=vat, gross=net + vat)


def invoice(
    key: str = "shop/order/5121", *, lines: Sequence[PlannedLine] = (), paid: bool = True, **other: Any
) -> Planned:
    rows = tuple(lines) or (line(1, "80.00"), line(2, "20.00", "MUG"))
    sums = totals(rows)
    payment = Paid(method="card", date=dt.date(2026, 3, 1), amount=sums.gross, reference="ch_1")
    document = Planned(
        kind="invoice",
        key=key,
        guid="00000000-0000-0000-0000-000000000001",
        mark=key.rpartition("/")[2],
        number=key.rpartition("/")[2],
        state="completed",
        date=dt.date(2026, 3, 1),
        due=dt.date(2026, 3, 9),
        currency="DKK",
        base_currency="DKK",
        prices="gross",
        treatment="domestic",
        country="DK",
        terms_days=8,
        open=Decimal(0) if paid else sums.gross,
        delivery="mail",
        customer=ADA,
        lines=rows,
        totals=sums,
        payments=(payment,) if paid else (),
    )
    return replace(document, **other)


def credit_note(of: str = "shop/order/5121", key: str = "shop/refund/9", **other: Any) -> Planned:
    return invoice(key, paid=False, kind="credit_note", credits=of, lines=(line(1, "80.00"),), **other)


def body(kind: str, data: JsonObject) -> JsonObject | Hold:
    """A payload in the shape of an ordinary API: names of its own, ids as numbers or texts, nothing that is absent."""
    if kind == "customer":
        return {"name": data["name"], "street": data["address"].get("street"), "mail": data.get("email"), "group": 1}
    if kind == "product":
        return {"number": data["sku"], "name": data["name"]}
    if kind == "payment":
        return {"amount": data["amount"], "invoice": data["of"]["id"], "customer": data["customer"]["id"]}
    if kind == "voucher":
        return {"text": data["text"]}
    rows = [{"product": row["product"]["id"], "net": row["net"], "text": row["description"]} for row in data["lines"]]
    return {"reference": data["mark"], "date": data["date"], "customer": data["customer"]["id"], "lines": rows}


SAME, LOOK = Again.SAME, Again.LOOK
SETTLE = dt.timedelta(seconds=60)


def calls(kind: str, *actions: str) -> tuple[Call, ...]:
    return tuple(
        Call(action=action, kind=kind, method="POST", path=f"/{kind}", again=SAME, settle=SETTLE) for action in actions
    )


TAKES: Mapping[str, Takes] = {
    "customer": Takes(
        payload="x/customer", calls=calls("customer", "create", "change"), finds=frozenset({"email", "vat_number"})
    ),
    "product": Takes(payload="x/product", calls=calls("product", "create", "change"), finds=frozenset({"sku"})),
    "invoice": Takes(
        payload="x/invoice",
        calls=calls("invoice", "create", "change", "book"),
        finds=frozenset({"reference"}),
        rounding=Rounding(),
    ),
    "credit_note": Takes(
        payload="x/credit", calls=calls("credit_note", "create", "change", "book"), finds=frozenset({"reference"})
    ),
    "payment": Takes(payload="x/payment", calls=calls("payment", "create")),
}


def no_postings(document: Planned) -> tuple[Posting, ...]:
    return ()


def taker(takes: Mapping[str, Takes] = TAKES) -> Taker:
    return Taker(
        project="acme",
        connection="books",
        takes=takes,
        render=body,
        postings=no_postings,
        clearing=lambda method: "psp_clearing",
        place=lambda kind, path: None,
    )


def policy(**parts: Any) -> Policy:
    return replace(BOOK, **parts)


def answer(step: Step, *, id_: str = "", gross: Decimal | None = None, net: Decimal | None = None) -> Found:
    """What a well-behaved target says to a step; amounts for those that have any."""
    seen = None if gross is None else Totals(net=net, gross=gross)
    return Found(id=id_ or f"{step.kind}-{step.key}", done=frozenset({step.action}), totals=seen)
