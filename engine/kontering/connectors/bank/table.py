"""CSV files of banks: a row each, as a profile says; rows that aren't booked yet are left out.

Where the file has the balance after each row, every row must lead from one balance to the next, newest or oldest
first; so a row that was filtered out, or changed by hand, is found.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import BinaryIO

from kontering.connectors.bank import problems, profiles
from kontering.connectors.bank.lines import Begins, Line, Read, cut
from kontering.connectors.bank.options import PROFILES
from kontering.connectors.bank.profiles import Profile
from kontering.connectors.bank.texts import decoded
from kontering.diagnostics import Diagnostic, Span

LONGEST_CELL = 10_000
Row = tuple[int, list[str]]
_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": "", "\N{NARROW NO-BREAK SPACE}": "", " ": ""})


@dataclass(frozen=True, slots=True)
class Table:
    """A file with its profile, the place of each field's column, and whose account it is."""

    file: str
    profile: Profile
    at: dict[str, int]
    account: str


def read(file: BinaryIO, name: str, limit: int, profile: Profile | None, account: str | None) -> Iterator[Read]:
    """All booked lines of a file, and all that is wrong with it."""
    data = file.read(limit + 1)
    if len(data) > limit:
        yield problems.too_large(name, limit)
        return
    text = decoded(data, name, profile.encodings if profile else ("utf-8", "cp1252"))
    if isinstance(text, Diagnostic):
        yield text
        return
    rows = _rows(text, name, profile.delimiter if profile else ";")
    first = next(rows, None)
    if first is None or isinstance(first, Diagnostic):
        yield first or problems.empty(name)
        return
    table = _table(first, name, profile, account)
    if isinstance(table, Diagnostic):
        yield table
        return
    yield from _body(table, rows, len(first[1]))


def _rows(text: str, name: str, delimiter: str) -> Iterator[Row | Diagnostic]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield problems.broken(Span(name, line), f"broken CSV: {error}")
            return
        if any(len(cell) > LONGEST_CELL for cell in row):
            yield problems.broken(Span(name, line), f"a cell of more than {LONGEST_CELL} characters")
            return
        if any(cell.strip() for cell in row):
            yield line, [cell.strip() for cell in row]


def _table(first: Row, name: str, profile: Profile | None, account: str | None) -> Table | Diagnostic:
    line, header = first
    span, named = Span(name, line), [cell for cell in header if cell]
    if profile is None:
        return problems.no_profile(span, profiles.fitting(named), PROFILES)
    if lacks := profiles.missing(profile, named):
        return problems.wrong_columns(span, profile.profile, lacks, named[:12], profiles.fitting(named))
    places = {cell.casefold(): place for place, cell in reversed(list(enumerate(header)))}
    at = {
        field: next(places[one.casefold()] for one in names if one.casefold() in places)
        for field, names in profile.columns.items()
        if any(one.casefold() in places for one in names)
    }
    if "account" not in at and account is None:
        return problems.broken(span, "the file doesn't say whose account it is", "set the connection's `account`")
    return Table(name, profile, at, account or "")


def _body(table: Table, rows: Iterator[Row | Diagnostic], width: int) -> Iterator[Read]:
    made: list[tuple[int, Line]] = []
    yield Begins(account=table.account, span=Span(table.file, 1))
    for row in rows:
        if isinstance(row, Diagnostic):
            yield row
            return
        line, cells = row
        found = _line(table, Span(table.file, line), cells, width)
        if isinstance(found, Diagnostic):
            yield found
        elif found is not None:
            made.append((line, found))
    yield from _gaps(table, made)
    yield from (line for _, line in made if line.amount)


def _line(table: Table, span: Span, cells: list[str], width: int) -> Line | Diagnostic | None:
    if any(cells[width:]) or len(cells) < width - 1:
        return problems.other_length(span, len(cells), width)
    said = {name: cells[place] if place < len(cells) else "" for name, place in table.at.items()}
    if not _is_booked(table.profile, said):
        return None
    day, amount = _day(table, span, said["date"]), _number(table, span, said["amount"])
    if isinstance(day, Diagnostic):
        return day
    if isinstance(amount, Diagnostic):
        return amount
    balance = _number(table, span, said["balance"]) if said.get("balance") else None
    value = _day(table, span, said["value_date"]) if said.get("value_date") else None
    if isinstance(balance, Diagnostic):
        return balance
    if isinstance(value, Diagnostic):
        return value
    return Line(
        account=table.account or said.get("account") or "",
        currency=(said.get("currency") or table.profile.currency).upper(),
        date=day,
        value_date=value,
        amount=amount,
        balance=balance,
        text=cut(said.get("text")),
        reference=cut(said.get("reference")),
        party=cut(said.get("party")),
        party_account=cut(said.get("party_account")),
        bank_reference=cut(said.get("bank_reference")),
    )


def _is_booked(profile: Profile, said: dict[str, str]) -> bool:
    for field, words in profile.pending.items():
        if said.get(field, "").casefold() in {word.casefold() for word in words}:
            return False
    booked = ((said[field], words) for field, words in profile.booked.items() if field in said)
    return all(found.casefold() in {word.casefold() for word in words} for found, words in booked)


def _day(table: Table, span: Span, text: str) -> dt.date | Diagnostic:
    for pattern in table.profile.patterns:
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return problems.no_date(span, text, table.profile.dates)


def _number(table: Table, span: Span, text: str) -> Decimal | Diagnostic:
    """An amount as people write it; `1.234,50-` is one too.

    Where dots are thousands they stand every three digits: `12.50` isn't read as 1250.
    """
    profile, plain = table.profile, text.translate(_MINUS)
    thousands, decimal = re.escape(profile.thousands), re.escape(profile.decimal)
    whole = rf"(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d{{1,15}})" if thousands else r"\d{1,15}"
    found = re.fullmatch(rf"([+-]?)({whole})(?:{decimal}(\d{{1,4}}))?(-?)", plain)
    if found is None or (found[1] and found[4]):
        return problems.no_number(span, text)
    digits = found[2].replace(profile.thousands, "") if profile.thousands else found[2]
    amount = Decimal(f"{digits}.{found[3] or '0'}") if found[3] else Decimal(digits)
    return -amount if "-" in (found[1], found[4]) else amount


def _gaps(table: Table, made: Sequence[tuple[int, Line]]) -> Iterator[Diagnostic]:
    """A row that doesn't lead from one balance to the next; for each account and currency."""
    by_account: dict[tuple[str, str], list[tuple[int, Line]]] = {}
    for row in made:
        if row[1].balance is not None:
            by_account.setdefault((row[1].account, row[1].currency), []).append(row)
    for rows in by_account.values():
        oldest, newest = list(_breaks(rows)), list(_breaks(rows[::-1]))
        for line, before, one in min(oldest, newest, key=len)[:1]:
            yield problems.gap(Span(table.file, line), before, one.amount, one.balance or Decimal(0))


def _breaks(rows: Sequence[tuple[int, Line]]) -> Iterator[tuple[int, Decimal, Line]]:
    for (_, before), (line, one) in pairwise(rows):
        if before.balance is not None and before.balance + one.amount != one.balance:
            yield line, before.balance, one
