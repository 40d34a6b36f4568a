"""Makes the sample's orders and refunds in a simulated shop, and writes them down as its API gives them with dp=6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from kontering.connectors.woocommerce.sample import goods, people
from kontering.connectors.woocommerce.sample.cases import Case, Refunding
from kontering.connectors.woocommerce.simulator import KEY, SECRET, Setup, make, rows
from kontering.connectors.woocommerce.simulator.cart import Rules
from kontering.connectors.woocommerce.simulator.checkout import Json, Product, Till, placed, six
from kontering.connectors.woocommerce.simulator.orders import HEADER
from kontering.testing import Clock

API = f"{goods.SITE}/wp-json/wc/v3"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One case as records: the order, and what was refunded of it."""

    case: Case
    order: Json
    refunds: tuple[Json, ...]


class Maker:
    """A simulated shop that makes one order after the other, and forgets each when it is written down."""

    def __init__(self, first_refund: int) -> None:
        self.clock = Clock()
        self.shop = make(setup=Setup(zone=goods.ZONE, rates=goods.RATES), clock=self.clock, site=goods.SITE)
        self.shop.state.last = first_refund
        self.till = Till(rules=goods.GROSS, zone=ZoneInfo(goods.ZONE), site=goods.SITE)
        transport = httpx.MockTransport(self.shop)
        self.client = httpx.Client(transport=transport, base_url=API, auth=(KEY, SECRET), trust_env=False)

    def made(self, cases: Iterable[Case]) -> Iterator[Made]:
        for case in cases:
            yield self._made(case)

    def _made(self, case: Case) -> Made:
        id_ = case.purchase.id
        till = replace(self.till, rules=case.rules)
        self.shop.state.orders[id_] = _edited(placed(case.purchase, till), case)
        for refunding in case.refunds:
            self._refund(self.shop.state.orders[id_], refunding, case)
        order = {**self._read(f"orders/{id_}"), "related": {"settings": settings(case.rules)}}
        refunds = tuple({**row, "related": {"order": order}} for row in reversed(self._read(f"orders/{id_}/refunds")))
        del self.shop.state.orders[id_]
        self.shop.state.refunds.clear()
        self.shop.calls.clear()
        return Made(case=case, order=order, refunds=refunds)

    def _read(self, path: str) -> Any:
        return self.client.get(path, params={"dp": 6}).raise_for_status().json()

    def _refund(self, order: Json, refunding: Refunding, case: Case) -> None:
        """As a person does it in the shop: whole pieces, amounts in whole øre."""
        self.clock.time = (case.purchase.paid or case.purchase.created) + refunding.after
        lines = [_share(order["line_items"][place], quantity) for place, quantity in refunding.items]
        lines += [_share(line, 1) for line in order["shipping_lines"] if refunding.shipping]
        body: Json = {"reason": refunding.reason, "line_items": lines, "api_refund": True}
        body |= {"amount": refunding.amount} if refunding.amount else {}
        self.client.post(f"orders/{order['id']}/refunds", json=body).raise_for_status()


def _share(line: Json, quantity: int) -> Json:
    share = Decimal(quantity) / Decimal(line.get("quantity", 1))
    back = [
        {"id": tax["id"], "refund_total": str((Decimal(tax["total"]) * share).quantize(CENT))} for tax in line["taxes"]
    ]
    total = str((Decimal(line["total"]) * share).quantize(CENT))
    return {"id": line["id"], "quantity": quantity, "refund_total": total, "refund_tax": back}


def _edited(order: Json, case: Case) -> Json:
    """What was done to the order by hand or by a plugin: amounts are moved by so much, other fields are set."""
    for name, value in case.edits:
        order[name] = six(Decimal(order[name]) + Decimal(value)) if name in HEADER else value
        if name == "cart_tax":
            order["tax_lines"][0]["tax_total"] = six(Decimal(order["tax_lines"][0]["tax_total"]) + Decimal(value))
    for line in order["line_items"] if case.forgotten else ():
        line |= {"sku": None, "product_id": 0}
    return order


def settings(rules: Rules) -> Json:
    """The shop's settings as the source puts them under `related`."""
    return {
        "woocommerce_calc_taxes": "yes",
        "woocommerce_price_num_decimals": str(rules.decimals),
        "woocommerce_currency": "DKK",
        "woocommerce_default_country": rules.country,
        "woocommerce_prices_include_tax": "yes" if rules.prices_include_tax else "no",
        "woocommerce_tax_round_at_subtotal": "yes" if rules.round_at_subtotal else "no",
        "woocommerce_tax_based_on": "shipping",
    }


def products() -> list[Json]:
    """The shop's products, the variable one without its variations."""
    made = Clock()()
    simple = [
        rows.product(one, made, stock=goods.STOCK.get(one.sku), meta=_cost(one), virtual=not one.taxable)
        for one in goods.SIMPLE
    ]
    mug = rows.variable(goods.MUG_BLUE.id, "Krus", {row["id"]: row for row in variations()}, made)
    return [*simple, mug]


def variations() -> list[Json]:
    return [rows.variation(one, Clock()(), stock=20) for one in goods.MUGS]


def customers() -> list[Json]:
    return [rows.customer(buyer, Clock()()) for buyer in people.REGISTERED]


def taxes() -> list[Json]:
    return [rows.tax(rate) for rate in goods.RATES]


def _cost(one: Product) -> dict[str, str]:
    return {"_wc_cog_cost": goods.COST[one.sku]} if one.sku in goods.COST else {}
