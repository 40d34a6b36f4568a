"""Whatever comes, in whichever order and in however many runs: receivable, clearing and bank end at what the lists say.

The lists are reckoned from the records themselves: what the shop sold and got, what the gateway owes, what is on the
bank's statement, what suppliers are owed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bank.shop import Shop

EXAMPLES = int(os.environ.get("KONTERING_BOOKS", "8"))
ZERO = Decimal(0)
WATCHED = ("receivable", "psp_clearing", "psp_reserve", "bank", "fees", "payable")
Record = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class World:
    """What happened outside: records of all sources, and what each list says at the end."""

    records: list[Record] = field(default_factory=list)
    lists: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(WATCHED, ZERO))

    def moves(self, **amounts: Decimal) -> None:
        for role, amount in amounts.items():
            self.lists[role] += amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order: paid by card or by transfer, edited or refunded in part or neither.

    Never both: a shop may have lowered the order by the refund itself, so what the two come to depends on their order.
    """

    gross: Decimal
    card: bool
    edited: Decimal | None
    refund: Decimal | None
    transfers: int


def money(least: int = 100, most: int = 50_000) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda cents: Decimal(cents) / 100)


ORDERS = st.builds(
    Order,
    gross=money(),
    card=st.booleans(),
    edited=st.none() | money(),
    refund=st.none() | money(1, 99),
    transfers=st.integers(0, 2),
)


def world(orders: list[Order], payouts: int, bills: list[tuple[Decimal, bool]]) -> World:
    made = World()
    due: list[dict[str, Any]] = []
    for number, order in enumerate(orders, start=1001):
        due += _sold(made, str(number), order)
    for number in range(payouts):
        _paid_out(made, f"PO-{number}", due[number::payouts])
    for number, (gross, paid) in enumerate(bills):
        _bought(made, f"B-{number}", gross, paid=paid)
    return made


def _sold(made: World, name: str, order: Order) -> list[dict[str, Any]]:
    card = order.gross if order.card else ZERO
    for version, gross in enumerate((order.gross, order.edited), start=1):
        if gross is not None:
            made.records.append(("order", _order(name, version, gross, card)))
    worth = order.gross if order.edited is None else order.edited
    made.moves(receivable=worth - card, psp_clearing=card)
    entries = [{"type": "charge", "order": name, "amount": str(card), "fee": "1.25"}] if order.card else []
    if order.refund is not None and order.refund <= worth and order.edited is None:
        back = order.refund if order.card else ZERO
        data = {"id": f"R{name}", "order": name, "date": "2026-03-05", "gross": str(order.refund), "card": str(back)}
        made.records.append(("refund", data))
        made.moves(receivable=back - order.refund, psp_clearing=-back)
        entries += [{"type": "refund", "order": name, "amount": str(-back), "fee": "0"}] if order.card else []
    if not order.card and order.refund is None:
        _transferred(made, name, order)
    return entries


def _order(name: str, version: int, gross: Decimal, card: Decimal) -> dict[str, Any]:
    given = {"id": name, "version": str(version), "date": "2026-03-02", "name": f"Buyer {name}"}
    return given | {"gross": str(gross), "card": str(card), "bank": "0.00"}


def _transferred(made: World, name: str, order: Order) -> None:
    """Nobody has paid yet, or in one transfer, or in two; what comes for an invoice that is paid waits for a person."""
    first = (order.gross / 3).quantize(Decimal("0.01"))
    lowered = order.edited is not None and order.edited < order.gross
    parts = {0: [], 1: [order.gross], 2: [first, order.gross - first]}[min(order.transfers, 1 if lowered else 2)]
    for at, part in enumerate(parts):
        _line(made, f"T{name}-{at}", part, f"Faktura {name}")
        made.moves(receivable=-part, bank=part)


def _paid_out(made: World, name: str, entries: list[dict[str, Any]]) -> None:
    if not entries:
        return
    numbered = [entry | {"id": f"{name}-{at}"} for at, entry in enumerate(entries)]
    fees = sum((Decimal(entry["fee"]) for entry in entries), ZERO)
    gross = sum((Decimal(entry["amount"]) for entry in entries), ZERO)
    data = {"id": name, "date": "2026-03-09", "amount": str(gross - fees), "entries": numbered}
    made.records.append(("payout", data))
    made.moves(psp_clearing=-gross, fees=fees, bank=gross - fees)
    if gross != fees:
        _line(made, f"L{name}", gross - fees, f"GATEWAY {name}")


def _bought(made: World, name: str, gross: Decimal, *, paid: bool) -> None:
    made.records.append(("bill", {"id": name, "date": "2026-03-03", "gross": str(gross)}))
    made.moves(payable=-gross)
    if paid:
        _line(made, f"L{name}", -gross, f"Gardens {name}")
        made.moves(payable=gross, bank=-gross)


def _line(made: World, name: str, amount: Decimal, text: str) -> None:
    made.records.append(("line", {"id": name, "date": "2026-03-10", "amount": str(amount), "text": text}))


def booked(folder: Path, records: list[Record], cuts: list[int]) -> Shop:
    """The records handed over in this order, with a run after each cut, and a last one."""
    shop = Shop(folder)
    for at, (kind, data) in enumerate(records):
        shop.add(kind, data)
        if at in cuts:
            shop.run()
    shop.run()
    return shop


def watched(shop: Shop) -> Mapping[str, Decimal]:
    found = shop.balances()
    return {role: found.get(role, ZERO) for role in WATCHED}


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    orders=st.lists(ORDERS, min_size=1, max_size=5),
    payouts=st.integers(1, 2),
    bills=st.lists(st.tuples(money(), st.booleans()), max_size=2),
    seed=st.integers(0, 10_000),
    cuts=st.lists(st.integers(0, 12), max_size=3),
)
def test_books_end_at_what_the_lists_say(
    tmp_path_factory: pytest.TempPathFactory,
    orders: list[Order],
    payouts: int,
    bills: list[tuple[Decimal, bool]],
    seed: int,
    cuts: list[int],
) -> None:
    made = world(orders, payouts, bills)
    mixed = random.Random(seed).sample(made.records, len(made.records))

    shop = booked(tmp_path_factory.mktemp("mixed"), mixed, cuts)

    aside = {key: state for key, state in shop.states().items() if state not in ("done", "skipped")}
    assert aside == {}
    assert watched(shop) == made.lists
    shop.run()
    assert watched(shop) == made.lists
