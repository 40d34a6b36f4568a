"""Export of the books: a Beancount file, and a folder of CSV files."""

from __future__ import annotations

import csv as csv_files
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Row, func, select

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.reads import BookInfo, Entry, Voucher
from kontering.connectors.ledger.tables import (
    ledger_entry,
    ledger_invoice,
    ledger_invoice_line,
    ledger_party,
    ledger_payment,
)
from kontering.model.money import unit

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
DAY = dt.timedelta(days=1)


def beancount(connection: Connection, file: TextIO, *, book: str | None = None) -> None:
    """Writes the books as a Beancount file: accounts, every voucher, and balances that Beancount checks."""
    info = reads.book_of(connection, book)
    first = _first_days(connection, info)
    rows = [row for row in reads.accounts(connection, book=info.name) if row.number in first]
    names = _account_names(rows)
    file.write(f'option "title" {_quoted(info.company.get("name") or info.name)}\n')
    file.write(f'option "operating_currency" "{info.base_currency}"\n\n')
    for row in rows:
        file.write(_open(row, info, names[row.number], first[row.number]))
    for voucher in reads.vouchers(connection, book=info.name):
        file.write(_transaction(info, voucher, names))
    for day in _proof_days(connection, info):
        file.writelines(_assertions(connection, info, names, day))


def csv(connection: Connection, folder: Path, *, book: str | None = None) -> tuple[Path, ...]:
    """Writes accounts, entries, invoices with their lines, payments and parties, one CSV file each."""
    info = reads.book_of(connection, book)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder / f"{name}.csv", rows(connection, info)) for name, rows in SHEETS.items())


# --- Beancount ----------------------------------------------------------------------------------------------------


def _first_days(connection: Connection, info: BookInfo) -> dict[str, dt.date]:
    entry = ledger_entry.c
    query = select(entry.account, func.min(entry.date)).where(*reads.within(info, None, None)).group_by(entry.account)
    return dict(map(tuple, connection.execute(query)))


def _proof_days(connection: Connection, info: BookInfo) -> list[dt.date]:
    """The day after the last entry, and the one after the closed days: a balance holds at the day's beginning."""
    last = connection.execute(select(func.max(ledger_entry.c.date)).where(*reads.within(info, None, None))).scalar()
    days = {day + DAY for day in (last, info.closed_until) if day}
    return sorted(days) if last else []


def _account_names(rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Beancount's names: `Assets:6190-Receivable`; two numbers never share one."""
    names: dict[str, str] = {}
    for row in rows:
        role = "" if row.role.isdigit() else "-" + re.sub(r"_[A-Z]{2}$", "", row.role).title().replace("_", "")
        name = f"{ROOTS[row.kind]}:{_component(row.number)}{_component(role) if role else ''}"
        taken = set(names.values())
        names[row.number] = name if name not in taken else f"{name}-{_digest(row.number)}"
    return names


def _component(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9-]", "-", text)
    return plain if plain[:1].isupper() or plain[:1].isdigit() or plain.startswith("-") else f"A{plain}"


def _open(row: Row[Any], info: BookInfo, name: str, day: dt.date) -> str:
    meta = {"number": row.number, "name": reads.named(row, info), "role": row.role, "standard": row.standard}
    return f"{day} open {name} {info.base_currency}\n" + "".join(_meta(meta, "  ")) + "\n"


def _transaction(info: BookInfo, voucher: Voucher, names: dict[str, str]) -> str:
    payee = next((entry.name for entry in voucher.entries if entry.name), None)
    words = " ".join(filter(None, (voucher.kind.replace("_", " "), voucher.text)))
    head = " ".join(filter(None, (_quoted(payee) if payee else None, _quoted(words), _link(voucher.key))))
    meta = {"voucher": str(voucher.number), "document": voucher.key, "kind": voucher.kind}
    own = meta | {"reference": voucher.reference, "recorded": voucher.recorded}
    lines = (_posting(info, entry, names) for entry in voucher.entries)
    return f"{voucher.date} * {head}\n" + "".join(_meta(own, "  ")) + "".join(lines) + "\n"


def _posting(info: BookInfo, entry: Entry, names: dict[str, str]) -> str:
    meta = {"role": entry.role, "code": entry.code, "text": entry.text}
    return f"  {names[entry.account]}  {entry.amount:f} {info.base_currency}\n" + "".join(_meta(meta, "    "))


def _assertions(connection: Connection, info: BookInfo, names: dict[str, str], day: dt.date) -> Iterator[str]:
    for number, amount in reads.account_balances(connection, at=day - DAY, book=info.name).items():
        yield f"{day} balance {names[number]}  {amount:f} {info.base_currency}\n"


def _meta(values: dict[str, Any], indent: str) -> Iterator[str]:
    return (f"{indent}{name}: {_quoted(value)}\n" for name, value in values.items() if value)


def _quoted(text: str) -> str:
    """A Beancount string: quotes and strokes escaped, control characters and line ends made blanks.

    >>> _quoted('Bo "the\\\\boss"')
    '"Bo \\\\"the\\\\\\\\boss\\\\""'
    """
    plain = "".join(char if char.isprintable() else " " for char in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _link(key: str) -> str:
    """A link that holds a document and its payments together.

    >>> _link("shop/order/5121#payment/1")
    '^shop/order/5121'
    """
    document = key.partition("#")[0]
    plain = re.sub(r"[^A-Za-z0-9/_.-]", "-", document)
    return f"^{plain}" if plain == document else f"^{plain}-{_digest(document)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


# --- CSV ----------------------------------------------------------------------------------------------------------

Rows = Iterable[Sequence[Any]]
Sheet = Callable[[Connection, BookInfo], Rows]


def _write(path: Path, rows: Rows) -> Path:
    """Written beside and then moved, so that a file is whole or not there."""
    beside = path.with_suffix(".csv.part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        csv_files.writer(file).writerows([_cell(value) for value in row] for row in rows)
    return beside.replace(path)


def _cell(value: Any) -> Any:
    """A cell; a text that a spreadsheet would take for a formula gets an apostrophe.

    >>> _cell("=1+1"), _cell(Decimal("-5.00"))
    ("'=1+1", '-5.00')
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _accounts(connection: Connection, info: BookInfo) -> Rows:
    yield ("number", "name", "role", "kind", "standard")
    for row in reads.accounts(connection, book=info.name):
        yield (row.number, reads.named(row, info), row.role, row.kind, row.standard)


def _entries(connection: Connection, info: BookInfo) -> Rows:
    yield (
        *("voucher", "date", "kind", "document", "account", "role", "debit", "credit", "code"),
        *("party", "name", "text", "reference", "recorded"),
    )
    for voucher in reads.vouchers(connection, book=info.name):
        for entry in voucher.entries:
            yield _entry(voucher, entry)


def _entry(voucher: Voucher, entry: Entry) -> Sequence[Any]:
    debit, credit = (entry.amount, None) if entry.amount > 0 else (None, -entry.amount)
    own = (voucher.number, voucher.date, voucher.kind, voucher.key, entry.account, entry.role, debit, credit)
    about = (entry.code, entry.party, entry.name, entry.text or voucher.text)
    return (*own, *about, voucher.reference, voucher.recorded)


def _sheet(table: Any, columns: str, *, of: Any = None, book: Any = None, money: str = "") -> Sheet:
    """A table's columns as a sheet, a few rows at a time; `money` has the decimals of the document's currency."""
    names, amounts = columns.split(), money.split()
    owner = table if book is None else book

    def rows(connection: Connection, info: BookInfo) -> Rows:
        yield names
        currency = owner.c.currency.label("currency_of") if amounts else owner.c.book
        query = select(*(table.c[name] for name in names), currency).select_from(table if of is None else of)
        mine = query.where(owner.c.book == info.name).order_by(*table.primary_key.columns)
        for row in connection.execute(mine.execution_options(yield_per=500)):
            yield [
                _money(value, row[-1]) if name in amounts else value for name, value in zip(names, row, strict=False)
            ]

    return rows


def _money(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(unit(currency))


_DOCUMENT = "id kind number state reference key date due"
SHEETS: dict[str, Sheet] = {
    "accounts": _accounts,
    "entries": _entries,
    "invoices": _sheet(
        ledger_invoice,
        f"{_DOCUMENT} currency fx party net vat gross open credits treatment country voucher",
        money="net vat gross open",
    ),
    "invoice_lines": _sheet(
        ledger_invoice_line,
        "invoice position id kind product description quantity net vat gross rate code role start until subscription",
        of=ledger_invoice_line.join(ledger_invoice, ledger_invoice.c.id == ledger_invoice_line.c.invoice),
        book=ledger_invoice,
        money="net vat gross",
    ),
    "payments": _sheet(
        ledger_payment,
        "id key invoice counter party date direction method currency amount settles reference voucher",
        money="amount settles",
    ),
    "parties": _sheet(ledger_party, "id kind key number name country external_id vat_number ean email phone"),
}
