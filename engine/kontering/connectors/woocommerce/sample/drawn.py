"""Ordinary orders by the thousand, drawn from a seed: the same seed draws the same orders."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from kontering.connectors.woocommerce.sample import goods, people
from kontering.connectors.woocommerce.sample.cases import ABROAD, CARD, FREE, GLS, MOBILEPAY, Case, Refunding
from kontering.connectors.woocommerce.simulator.cart import Coupon, Fee
from kontering.connectors.woocommerce.simulator.checkout import Buyer, Purchase, Sold

FIRST_ID = 100_001
START = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)
CUSTOMERS = 5_000
WHERE = ("DK",) * 82 + ("DE",) * 8 + ("SE",) * 3 + ("FR",) * 2 + ("NL",) * 2 + ("FI",) + ("NO",) * 2
POSTCODES = {"DE": "20095", "SE": "111 20", "FR": "69002", "NL": "3011 AA", "FI": "33100", "NO": "0150"}
STATES = (
    ("completed",) * 80 + ("processing",) * 12 + ("pending",) * 3 + ("failed",) * 2 + ("on-hold",) + ("cancelled",) * 2
)
COUPONS = (
    Coupon(code="kaffe10", kind="percent", amount=Decimal(10)),
    Coupon(code="velkommen25", kind="fixed_cart", amount=Decimal(25)),
    Coupon(code="sommer15", kind="percent", amount=Decimal(15)),
)


def drawn(count: int, seed: int) -> Iterator[Case]:
    """So many orders, one after the other in time."""
    chance = random.Random(seed)
    at = START
    for place in range(count):
        at += timedelta(seconds=chance.randint(20, 900))
        yield _case(chance, FIRST_ID + place, at)


def _case(chance: random.Random, id_: int, at: datetime) -> Case:
    country, status = chance.choice(WHERE), chance.choice(STATES)
    paid = status in ("completed", "processing")
    purchase = Purchase(
        id=id_,
        number=f"W-{id_}",
        buyer=_buyer(chance, country),
        sold=_sold(chance),
        created=at,
        status=status,
        paid=at + timedelta(seconds=chance.randint(4, 90)) if paid else None,
        completed=at + timedelta(hours=chance.randint(3, 60)) if status == "completed" else None,
        coupons=(chance.choice(COUPONS),) if chance.random() < 0.15 else (),
        fees=(Fee(name="Gaveindpakning", amount=Decimal(20)),) if chance.random() < 0.04 else (),
        shipping=(ABROAD if country != "DK" else FREE if chance.random() < 0.1 else GLS,),
        payment=replace(chance.choice((CARD, CARD, MOBILEPAY)), transaction=str(900_000 + id_) if paid else ""),
    )
    back = status == "completed" and chance.random() < 0.03
    return Case(slug="drawn", shows="", purchase=purchase, refunds=(_refund(chance),) if back else ())


def _sold(chance: random.Random) -> tuple[Sold, ...]:
    shelf = chance.sample(goods.EVERYDAY, chance.choice((1, 1, 1, 2, 2, 3, 4)))
    if chance.random() < 0.08:
        shelf.append(goods.PAPER)
    return tuple(Sold(product=product, quantity=Decimal(chance.choice((1, 1, 1, 2, 2, 3, 5)))) for product in shelf)


def _buyer(chance: random.Random, country: str) -> Buyer:
    """A guest, or one of the registered customers, who is the same person each time."""
    customer = 1_000 + chance.randrange(CUSTOMERS) if chance.random() < 0.4 else 0
    same = random.Random(customer) if customer else chance
    name = f"{same.choice(people.FIRST)} {same.choice(people.LAST)}"
    postcode, city = same.choice(people.TOWNS)
    street = f"{same.choice(people.STREETS)} {same.randint(1, 120)}"
    if country != "DK":
        postcode, city = POSTCODES[country], "Hovedby"
    email = f"{name.lower().replace(' ', '.')}{customer or same.randint(1, 99999)}@post.example"
    return people.buyer(name, street, postcode, city, country, email=email, customer=customer)


def _refund(chance: random.Random) -> Refunding:
    after = timedelta(days=chance.randint(2, 20))
    if chance.random() < 0.2:
        return Refunding(reason="Kompensation", amount="10.00", after=after)
    return Refunding(reason="Fortrudt", items=((0, 1),), after=after)
