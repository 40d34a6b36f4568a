"""Stock: how many there are, where, what came and went, and corrections of what a piece has cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.rackbeat.simulator import cards, lists
from kontering.connectors.rackbeat.simulator.guard import Ask, answered
from kontering.connectors.rackbeat.simulator.state import Row, State, amount, local
from kontering.testing.simulator import Route, reply


def routes() -> list[Route[State]]:
    return [
        Route("GET", "/api/items", answered(_items)),
        Route("GET", "/api/lineables", answered(_items)),
        Route("GET", "/api/items/{id}", answered(_item)),
        Route("GET", "/api/products/{id}/locations", answered(_places)),
        Route("GET", "/api/reports/ledger/{id}", answered(_ledger)),
        Route(
            "GET",
            "/api/self",
            answered(lambda asked: reply({"company": {"id": 4711, "name": "Prøve ApS"}, "user": {"id": 1}})),
        ),
    ]


def move(asked: Ask, item: str, quantity: Decimal, what: str, order: Any, value: Decimal) -> None:
    """Pieces come or go: the card's quantity and a row of the ledger report."""
    state = asked.state
    row = state.table("products").get(item) or state.table("lots").get(item)
    if row is None:
        return
    running = amount(row.get("stock_quantity")) + quantity
    row["stock_quantity"] = running
    if what == "Receipt":
        row["cost_price"] = value
    if state.habits.stock_moves_time:
        row["updated_at"] = local(asked.now)
    each = amount(row.get("cost_price") or value)
    rows = state.ledger.setdefault(item, [])
    rows.append(
        {
            "order": order,
            "date": local(asked.now)[:10],
            "transaction": what,
            "location": None,
            "quantity": quantity,
            "value_per_unit": each,
            "value": quantity * each,
            "running_quantity": running,
            "running_value": running * each,
        }
    )


def adjust(state: State, item: str, quantity: Decimal) -> Row:
    """For tests: somebody has counted."""
    row: Row = state.products[item]
    row["stock_quantity"] = quantity
    return row


def correct(state: State, item: str, cost: Decimal) -> None:
    """For tests: a receipt of an earlier day changes what later rows have cost."""
    for row in state.ledger.get(item, []):
        row |= {
            "value_per_unit": cost,
            "value": row["quantity"] * cost,
            "running_value": row["running_quantity"] * cost,
        }


def _items(asked: Ask) -> httpx.Response:
    state = asked.state
    rows = [("products", row) for row in state.products.values()]
    rows += [("lots", row) for row in state.table("lots").values()]
    shown = [cards.view(state, name, row, asked.origin) for name, row in rows]
    return lists.page(asked, "items", shown, lambda row: row)


def _item(asked: Ask) -> httpx.Response:
    name = "lots" if asked.ids["id"] in asked.state.table("lots") else "products"
    return reply({"item": cards.view(asked.state, name, cards.row_of(asked, name), asked.origin)})


def _places(asked: Ask) -> httpx.Response:
    row = cards.row_of(asked, "products")
    place = {"location": {"number": 1, "name": "Lager"}, "quantity": amount(row.get("stock_quantity"))}
    return lists.page(asked, "product_locations", [place], lambda one: one)


def _ledger(asked: Ask) -> httpx.Response:
    item = cards.row_of(asked, "products")["number"]
    return lists.page(asked, "ledger_items", asked.state.ledger.get(item, []), lambda row: row)
