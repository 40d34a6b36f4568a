"""Who owes how much, and for how long: open items by customer and age. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from kontering.connectors.ledger import reads
from kontering.model.money import ZERO

AGES = ("not due", "1-30", "31-60", "61-90", "over 90")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What one customer owes, in base currency, by days past due; credits of the customer are taken off."""

    party: int
    name: str
    ages: tuple[Decimal, ...]
    total: Decimal


def aged(connection: Connection, *, at: dt.date, book: str | None = None) -> tuple[Aged, ...]:
    """A list of debtors, largest first; `ages` are in the order of AGES, and all add up to the receivable account."""
    info = reads.book_of(connection, book)
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    names: dict[int, str] = {}
    for item in reads.open_items(connection, at=at, book=info.name):
        sums[item.party][item.age] += item.base
        names[item.party] = item.name
    rows = [_aged(info, party, names[party], by_age) for party, by_age in sums.items()]
    return tuple(sorted((row for row in rows if any(row.ages)), key=lambda row: (-row.total, row.name)))


def _aged(info: reads.BookInfo, party: int, name: str, by_age: dict[str, Decimal]) -> Aged:
    ages = tuple(info.money(by_age[age]) for age in AGES)
    return Aged(party=party, name=name, ages=ages, total=info.money(sum(ages, ZERO)))
