"""An open book: its counters and closed days, and the accounts and VAT codes that it knows, for one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from kontering.connectors.ledger import accounts, sql, tables
from kontering.connectors.ledger.chart import (
    CHART,
    CODES,
    Account,
    VatCode,
    kind_of_number,
    made_code,
)
from kontering.connectors.ledger.options import Options
from kontering.connectors.ledger.tables import ledger_account, ledger_book, ledger_vat_code
from kontering.diagnostics import closest
from kontering.errors import Closed, Misuse, Refusal, Refused
from kontering.model.money import currencies, digits, unit


@dataclass(slots=True, kw_only=True)
class Book:
    """What the sends of one transaction share; the counters are read anew by `begin`."""

    connection: Connection
    options: Options
    now: Callable[[], dt.datetime]
    digits: int
    changed: int = 0
    next_number: int = 0
    next_voucher: int = 0
    assigned: int = 0
    closed_until: dt.date | None = None
    accounts: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    parties: set[int] = field(default_factory=set)
    resolved: dict[tuple[str, str | None], Account] = field(default_factory=dict)
    held: dict[sql.Insert, list[sql.Values]] | None = None
    """New rows that nobody asks for before the end of the transaction, when all of them are written at once."""
    begun: bool = False

    @property
    def name(self) -> str:
        return self.options.book


_BEGIN = (
    "UPDATE ledger_book SET changed = changed + 1 WHERE book = ?"
    " RETURNING changed, next_number, next_voucher, assigned, closed_until"
)
_COUNT = "UPDATE ledger_book SET changed = ?, next_number = ?, next_voucher = ?, assigned = ? WHERE book = ?"


def open_book(connection: Connection, options: Options, now: Callable[[], dt.datetime]) -> Book:
    """The book of a connection, made on first use with its chart and VAT codes."""
    if options.base_currency not in currencies():
        raise Misuse(f"base_currency: {options.base_currency} is no currency of ISO 4217")
    if not tables.exist(connection):
        tables.create(connection)
    row = connection.execute(select(ledger_book).where(ledger_book.c.book == options.book)).one_or_none()
    if row is None:
        _create(connection, options)
    elif row.base_currency != options.base_currency:
        raise Misuse(
            f"base_currency: the book {options.book!r} is kept in {row.base_currency}, not {options.base_currency}"
        )
    elif (row.company, row.language) != (_company(options), options.language):
        _rename(connection, options)
    book = Book(connection=connection, options=options, now=now, digits=digits(options.base_currency))
    of = {"of": options.book}
    book.accounts.update(connection.execute(select(ledger_account.c.number).where(_OF_ACCOUNT), of).scalars())
    book.codes.update(connection.execute(select(ledger_vat_code.c.code).where(_OF_CODE), of).scalars())
    for code in options.vat_codes.keys() - book.codes:
        connection.execute(insert(ledger_vat_code), [_code_row(book.name, _own(options, code))])
        book.codes.add(code)
    return book


_OF_ACCOUNT = ledger_account.c.book == bindparam("of")
_OF_CODE = ledger_vat_code.c.book == bindparam("of")


def begin(book: Book) -> None:
    """Locks the book's row for the rest of the transaction, and reads its counters."""
    if book.begun and book.held is not None:
        book.changed += 1  # the row is ours: the counters are written by `finish`
        return
    row = sql.row(book.connection, _BEGIN, book.name)
    book.changed, book.next_number, book.next_voucher, book.assigned, closed = row
    kept = dt.date.fromisoformat(closed) if closed else None
    days = [day for day in (kept, book.options.closed_until) if day]
    book.closed_until = max(days) if days else None
    book.begun = True


def count(book: Book) -> None:
    """Writes the counters back; only a send that took a number calls it."""
    if book.held is None:
        _count(book)


def _count(book: Book) -> None:
    sql.run(book.connection, _COUNT, book.changed, book.next_number, book.next_voucher, book.assigned, book.name)


def enter(book: Book, insert: sql.Insert, rows: Sequence[sql.Values]) -> None:
    """New rows whose ids nobody needs."""
    if book.held is None:
        insert.many(book.connection, rows)
    else:
        book.held.setdefault(insert, []).extend(rows)


def finish(book: Book) -> None:
    """Writes what was held back."""
    if book.held is not None and book.begun:
        for insert, rows in book.held.items():
            insert.many(book.connection, rows)
        book.held.clear()
        _count(book)


def version(changed: int) -> str:
    """A row's version: it grows with every change, also as a text.

    >>> version(7) < version(10)
    True
    """
    return f"{changed:012d}"


def account(book: Book, role: str, code: str | None) -> Account | None:
    """The account of a role: the project's table first, then its settings, then the chart; a number is itself."""
    known = book.resolved.get((role, code))
    if known is None and role.isdigit():
        known = Account(role, role, kind_of_number(role), role, role, "") if role in book.accounts else None
    elif known is None:
        known = accounts.account(book.options, role, code)
        if known:
            book.resolved[role, code] = known
    return known


def ensure_account(book: Book, wanted: Account) -> None:
    """An account that isn't in the book yet is entered: One Stop Shop countries, numbers of the project's own."""
    if wanted.number not in book.accounts:
        book.connection.execute(insert(ledger_account), [_account_row(book.name, wanted)])
        book.accounts.add(wanted.number)


def ensure_code(book: Book, code: str) -> None:
    made = None if code in book.codes else made_code(code, book.options.country)
    if made:
        book.connection.execute(insert(ledger_vat_code), [_code_row(book.name, made)])
        book.codes.add(code)


def check_role(book: Book, role: str, code: str | None, path: str) -> Iterable[Refusal]:
    if account(book, role, code) is None:
        yield Refusal(f"no account is known for the role {role!r}{_near(role, CHART)}", f"{path}/role", "ROLE_UNKNOWN")


def check_code(book: Book, code: str | None, path: str) -> Iterable[Refusal]:
    if code is not None and code not in book.codes and made_code(code, book.options.country) is None:
        yield Refusal(f"unknown VAT code {code!r}{_near(code, CODES)}", f"{path}/code", "VAT_CODE_UNKNOWN")


def check_currency(book: Book, currency: str, path: str) -> Iterable[Refusal]:
    enabled = book.options.currencies
    if currency not in currencies():
        yield Refusal(f"{currency!r} is no currency of ISO 4217", path, "CURRENCY_UNKNOWN")
    elif enabled is not None and currency not in enabled:
        yield Refusal(f"{currency} is not switched on in these books", path, "CURRENCY_NOT_ENABLED")


def check_amount(amount: Decimal, currency: str, path: str) -> Iterable[Refusal]:
    """An amount is finite, has no more decimals than its currency, and isn't absurd."""
    if not amount.is_finite():
        yield Refusal("not a number", path, "AMOUNT_INVALID")
    elif abs(amount) >= tables.LARGEST:
        yield Refusal(f"{amount:f} is larger than these books can hold", path, "AMOUNT_INVALID")
    elif amount % unit(currency):
        yield Refusal(f"{amount:f} has more decimals than {currency}", path, "AMOUNT_INVALID")


def check_open(book: Book, day: dt.date, path: str) -> None:
    """The day must not lie in a closed period; which one is closed is told, so that the flow may pick another."""
    until = book.closed_until
    if until and day <= until:
        raise Closed([Refusal(f"{day} is closed: the books are closed until {until}", path, "PERIOD_CLOSED")], until)


def check_text(book: Book, text: str | None, limit: str, path: str) -> Iterable[Refusal]:
    longest = book.options.text_limits.get(limit)
    if text is not None and longest is not None and len(text) > longest:
        yield Refusal(f"{len(text)} characters, {longest} are allowed", path, "TEXT_TOO_LONG")


def refuse(problems: Iterable[Refusal]) -> None:
    """The one place that says no: with all problems at once."""
    found = list(problems)
    if found:
        raise Refused(found)


def _near(name: str, known: Iterable[str]) -> str:
    near = closest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def _create(connection: Connection, options: Options) -> None:
    connection.execute(
        insert(ledger_book).values(
            book=options.book,
            base_currency=options.base_currency,
            country=options.country,
            language=options.language,
            company=_company(options),
            next_number=options.first_number,
            next_voucher=1,
            changed=0,
            assigned=0,
        )
    )
    chart = [_account_row(options.book, account) for account in CHART.values() if account.role != "vat_oss"]
    connection.execute(insert(ledger_account), chart)
    codes = CODES | {code: _own(options, code) for code in options.vat_codes}
    connection.execute(insert(ledger_vat_code), [_code_row(options.book, code) for code in codes.values()])


def _rename(connection: Connection, options: Options) -> None:
    """Who keeps the books, and in which language they are read, may be said anew at any time."""
    mine = update(ledger_book).where(ledger_book.c.book == options.book)
    connection.execute(mine.values(company=_company(options), language=options.language))


def _company(options: Options) -> str:
    return msgspec.json.encode(dict(options.company), order="deterministic").decode()


def _own(options: Options, code: str) -> VatCode:
    return VatCode(code, options.vat_codes[code], options.country, None, code, code)


def _account_row(book: str, account: Account) -> dict[str, object]:
    return {
        "book": book,
        "number": account.number,
        "role": account.role,
        "kind": account.kind,
        "danish": account.danish,
        "english": account.english,
        "standard": account.standard or None,
    }


def _code_row(book: str, code: VatCode) -> dict[str, object]:
    return {
        "book": book,
        "code": code.code,
        "rate": code.rate,
        "country": code.country,
        "box": code.box,
        "danish": code.danish,
        "english": code.english,
    }
