"""What is reported to the tax agency: Danish VAT return, EU sales list, One Stop Shop return. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.payload import data
from kontering.connectors.ledger.reads import BookInfo, Day
from kontering.connectors.ledger.tables import (
    ledger_entry,
    ledger_invoice,
    ledger_invoice_line,
    ledger_vat_code,
    ledger_voucher,
)
from kontering.model.money import ZERO, shared, to_currency, unit

entry, voucher, invoice, line = ledger_entry.c, ledger_voucher.c, ledger_invoice.c, ledger_invoice_line.c
GOODS = "goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of the return, in base currency to the smallest unit; the return itself takes whole kroner."""

    name: str
    danish: str
    english: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EuSale:
    """What a business in another EU country has bought without VAT: one line of the EU sales list."""

    country: str | None
    vat_number: str | None
    name: str
    goods: Decimal
    services: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OssLine:
    """One Stop Shop sales to one country at one rate, of goods or of services; in base currency, and in euro."""

    country: str
    supply: str
    rate: Decimal
    base: Decimal
    vat: Decimal
    base_eur: Decimal | None
    vat_eur: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OssCorrection:
    """VAT given back on sales of an earlier quarter: it is reported apart, by that quarter and country."""

    year: int
    quarter: int
    country: str
    supply: str
    base: Decimal
    vat: Decimal
    vat_eur: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OssReturn:
    """A period's One Stop Shop return: its own sales, and corrections of earlier quarters."""

    lines: tuple[OssLine, ...]
    corrections: tuple[OssCorrection, ...]

    @property
    def all(self) -> tuple[OssLine | OssCorrection, ...]:
        """Whatever was posted in the period, whichever quarter it belongs to."""
        return (*self.lines, *self.corrections)


@dataclass(frozen=True, slots=True)
class _Taxed:
    """What one document has under one VAT code."""

    code: str
    document: int | None
    base: Decimal
    vat: Decimal


_BOXES = (
    ("sales_vat", "Salgsmoms (udgående moms)", "VAT on sales"),
    ("goods_abroad_vat", "Moms af varekøb mv. i udlandet", "VAT on goods bought abroad"),
    (
        "services_abroad_vat",
        "Moms af ydelseskøb i udlandet med omvendt betalingspligt",
        "VAT on services bought abroad",
    ),
    ("purchase_vat", "Købsmoms (indgående moms)", "VAT on purchases"),
    ("total", "Momstilsvar", "To be paid (negative: to be paid back)"),
    ("A_goods", "Rubrik A, varer", "Box A, goods bought in the EU"),
    ("A_services", "Rubrik A, ydelser", "Box A, services bought in the EU"),
    ("B_goods", "Rubrik B, varer, indberettes til EU-salg uden moms", "Box B, goods on the EU sales list"),
    ("B_goods_other", "Rubrik B, varer, indberettes ikke", "Box B, other goods sold in the EU"),
    ("B_services", "Rubrik B, ydelser, indberettes til EU-salg uden moms", "Box B, services on the EU sales list"),
    ("C", "Rubrik C", "Box C, other sales without Danish VAT"),
)
_PURCHASES = {"A_goods": "goods_abroad_vat", "import": "goods_abroad_vat"}
_PURCHASES |= {"A_services": "services_abroad_vat", "services_abroad": "services_abroad_vat"}


def vat_return(connection: Connection, *, since: dt.date, until: dt.date, book: str | None = None) -> tuple[Box, ...]:
    """The boxes of the Danish VAT return for a period."""
    info = reads.book_of(connection, book)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in reads.vat(connection, since=since, until=until, book=info.name):
        for box, amount in _boxes(row):
            sums[box] += amount
    for oss in oss_return(connection, since=since, until=until, book=info.name).all:
        sums["B_goods_other" if oss.supply == GOODS else "C"] += oss.base
    owed = sums["sales_vat"] + sums["goods_abroad_vat"] + sums["services_abroad_vat"]
    sums["total"] = owed - sums["purchase_vat"]
    return tuple(
        Box(name=name, danish=danish, english=english, amount=info.money(sums[name]))
        for name, danish, english in _BOXES
    )


def eu_sales(connection: Connection, *, since: dt.date, until: dt.date, book: str | None = None) -> tuple[EuSale, ...]:
    """The EU sales list: by the buyer's VAT number as it stood on the document, goods and services apart."""
    info = reads.book_of(connection, book)
    found: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for row in connection.execute(_sold_to_businesses(info, since, until)):
        number, name, country = _buyer(row)
        kept = found.setdefault((country, number), {"name": name, "EUG": ZERO, "EUS": ZERO})
        kept[row.code] -= row.amount
    order = sorted(found.items(), key=lambda item: (item[0][0] or "", item[0][1] or ""))
    return tuple(
        EuSale(
            country=country,
            vat_number=number,
            name=kept["name"],
            goods=info.money(kept["EUG"]),
            services=info.money(kept["EUS"]),
        )
        for (country, number), kept in order
    )


def oss_return(
    connection: Connection,
    *,
    since: dt.date,
    until: dt.date,
    euro: Decimal | None = None,
    book: str | None = None,
) -> OssReturn:
    """One Stop Shop sales of a period; `euro` is base currency for one euro on the period's last day."""
    info = reads.book_of(connection, book)
    rate = Decimal(1) if info.base_currency == "EUR" else euro
    taxed = list(_taxed(connection, info, since, until))
    documents = _documents(connection, [each.document for each in taxed if each.document is not None])
    sales: dict[tuple[str, str, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    earlier: dict[tuple[int, int, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    codes = _codes(connection, info)
    for each in taxed:
        country, percent = codes[each.code]
        document = documents.get(each.document) if each.document is not None else None
        sold = document.sold if document else since
        for supply, base, vat in _by_supply(document, each, info):
            if sold < since:
                _add(earlier[sold.year, (sold.month + 2) // 3, country, supply], base, vat)
            else:
                _add(sales[country, supply, percent], base, vat)
    lines = (_oss_line(info, key, sums, rate) for key, sums in sorted(sales.items()) if any(sums))
    corrections = (_correction(info, key, sums, rate) for key, sums in sorted(earlier.items()) if any(sums))
    return OssReturn(lines=tuple(lines), corrections=tuple(corrections))


def _boxes(row: reads.VatLine) -> Iterator[tuple[str, Decimal]]:
    """Where a code's base and VAT go; One Stop Shop VAT is not on this return, its sales are added by the caller."""
    if row.box in (None, "oss"):
        return
    if row.code.endswith("-IN"):
        yield "purchase_vat", row.deducted
        yield _PURCHASES.get(row.box or "", "sales_vat"), row.owed
        if row.box in ("A_goods", "A_services"):
            yield row.box, row.base
    elif row.box == "sales_vat":
        yield "sales_vat", row.owed
    else:
        yield str(row.box), row.base
        yield "sales_vat", row.owed


def _sold_to_businesses(info: BookInfo, since: Day, until: Day) -> Any:
    roles = entry.role.not_like("vat\\_%", escape="\\")
    return (
        select(entry.code, entry.amount, invoice.country, invoice.data)
        .select_from(_joined())
        .where(*reads.within(info, since, until), entry.code.in_(["EUG", "EUS"]), roles)
    )


def _joined() -> Any:
    document = and_(invoice.book == voucher.book, invoice.kind == voucher.source, invoice.key == voucher.key)
    of_voucher = and_(voucher.book == entry.book, voucher.number == entry.voucher)
    return ledger_entry.join(ledger_voucher, of_voucher).outerjoin(ledger_invoice, document)


def _buyer(row: Any) -> tuple[str | None, str, str | None]:
    buyer: Mapping[str, Any] = (data(row.data).get("buyer") or {}) if row.data else {}
    return buyer.get("vat_number"), str(buyer.get("name") or ""), row.country


def _taxed(connection: Connection, info: BookInfo, since: Day, until: Day) -> Iterator[_Taxed]:
    """One Stop Shop entries by document and code; base and VAT are positive for sales."""
    query = (
        select(entry.code, invoice.id, entry.role, func.sum(entry.amount))
        .select_from(_joined())
        .where(*reads.within(info, since, until), entry.code.like("OSS-%"))
        .group_by(entry.code, invoice.id, entry.role)
        .order_by(entry.code, invoice.id)
    )
    sums: dict[tuple[str, int | None], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for code, document, role, amount in connection.execute(query):
        sums[code, document][role.startswith("vat_")] -= amount
    for (code, document), (base, vat) in sums.items():
        yield _Taxed(code, document, base, vat)


@dataclass(frozen=True, slots=True)
class _Document:
    """When a document (or the one that it credits) was sold, and its net amounts by VAT code and supply."""

    sold: dt.date
    nets: Mapping[str, Mapping[str, Decimal]]


def _documents(connection: Connection, ids: Sequence[int]) -> dict[int, _Document]:
    found: dict[int, _Document] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        days = _sold_days(connection, some)
        nets: dict[int, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
        query = select(line.invoice, line.code, line.supply, line.net).where(line.invoice.in_(some))
        for document, code, supply, net in connection.execute(query):
            nets[document][code][_supply(supply)] += net
        found.update({document: _Document(day, nets[document]) for document, day in days.items()})
    return found


def _sold_days(connection: Connection, ids: Sequence[int]) -> dict[int, dt.date]:
    """The day of sale: a credit note's is its invoice's."""
    credited = ledger_invoice.alias()
    day = func.coalesce(credited.c.date, invoice.date)
    query = select(invoice.id, day).select_from(ledger_invoice.outerjoin(credited, credited.c.id == invoice.credits))
    return dict(map(tuple, connection.execute(query.where(invoice.id.in_(ids)))))


def _supply(word: str | None) -> str:
    return GOODS if word in (None, GOODS) else "services"


def _by_supply(document: _Document | None, each: _Taxed, info: BookInfo) -> Iterable[tuple[str, Decimal, Decimal]]:
    """A document's amounts under one code, shared over goods and services by its lines."""
    nets = document.nets.get(each.code) if document else None
    if not nets or len(nets) == 1:
        return [(next(iter(nets)) if nets else GOODS, each.base, each.vat)]
    step = unit(info.base_currency)
    bases = shared(each.base, list(nets.values()), step)
    vats = shared(each.vat, list(nets.values()), step)
    return list(zip(nets, bases, vats, strict=True))


def _codes(connection: Connection, info: BookInfo) -> dict[str, tuple[str, Decimal]]:
    codes = ledger_vat_code.c
    query = select(codes.code, codes.country, codes.rate).where(codes.book == info.name, codes.box == "oss")
    return {code: (country, rate) for code, country, rate in connection.execute(query)}


def _add(sums: list[Decimal], base: Decimal, vat: Decimal) -> None:
    sums[0] += base
    sums[1] += vat


def _oss_line(info: BookInfo, key: tuple[str, str, Decimal], sums: Sequence[Decimal], euro: Decimal | None) -> OssLine:
    country, supply, percent = key
    base, vat = sums
    return OssLine(
        country=country,
        supply=supply,
        rate=percent,
        base=info.money(base),
        vat=info.money(vat),
        base_eur=_in_euro(base, euro),
        vat_eur=_in_euro(vat, euro),
    )


def _correction(
    info: BookInfo, key: tuple[int, int, str, str], sums: Sequence[Decimal], euro: Decimal | None
) -> OssCorrection:
    year, quarter, country, supply = key
    base, vat = sums
    return OssCorrection(
        year=year,
        quarter=quarter,
        country=country,
        supply=supply,
        base=info.money(base),
        vat=info.money(vat),
        vat_eur=_in_euro(vat, euro),
    )


def _in_euro(amount: Decimal, euro: Decimal | None) -> Decimal | None:
    return None if euro is None else to_currency(amount / euro, "EUR")
