"""VAT by code and country, from the entries: what every report to the tax agency is made of. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from kontering.connectors.ledger.books import BookInfo, Day, book_of, named, of_book, within
from kontering.connectors.ledger.tables import ledger_entry, ledger_invoice, ledger_vat_code, ledger_voucher

entry, voucher, invoice = ledger_entry.c, ledger_voucher.c, ledger_invoice.c


@dataclass(frozen=True, slots=True, kw_only=True)
class VatLine:
    """One VAT code in one country: its base, the VAT owed, the VAT deducted; sales and purchases are positive."""

    code: str
    name: str
    country: str | None
    rate: Decimal
    box: str | None
    base: Decimal
    owed: Decimal
    deducted: Decimal


def vat(
    connection: Connection, *, since: Day = None, until: Day = None, book: str | None = None
) -> tuple[VatLine, ...]:
    """VAT by code and country over a period, from the entries: revenue and cost are the base, VAT accounts the tax."""
    info = book_of(connection, book)
    document = and_(invoice.book == voucher.book, invoice.kind == voucher.source, invoice.key == voucher.key)
    joined = ledger_entry.join(ledger_voucher, and_(voucher.book == entry.book, voucher.number == entry.voucher))
    query = (
        select(entry.code, invoice.country, entry.role, func.sum(entry.amount))
        .select_from(joined.outerjoin(ledger_invoice, document))
        .where(*within(info, since, until), entry.code.is_not(None))
        .group_by(entry.code, invoice.country, entry.role)
    )
    codes = {row.code: row for row in connection.execute(of_book(ledger_vat_code, info))}
    sums: dict[tuple[str, str | None], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for code, country, role, amount in connection.execute(query):
        sums[code, codes[code].country or country][_side(role)] += amount
    order = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return tuple(_vat_line(info, codes[code], country, sides) for (code, country), sides in order)


def _side(role: str) -> str:
    if not role.startswith("vat_"):
        return "base"
    return "deducted" if role == "vat_in" else "owed"


def _vat_line(info: BookInfo, code: Row[Any], country: str | None, sides: dict[str, Decimal]) -> VatLine:
    bought = code.code.endswith("-IN")
    return VatLine(
        code=code.code,
        name=named(code, info),
        country=country,
        rate=code.rate,
        box=code.box,
        base=info.money(sides["base"] if bought else -sides["base"]),
        owed=info.money(-sides["owed"]),
        deducted=info.money(sides["deducted"]),
    )
