"""SAF-T export: the Danish standard audit file, streamed; what the agency demands of a company must be set.

Elements and their order follow the Danish financial schema (namespace below) as far as it is publicly described; see
the connector's page for what is inferred.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TextIO
from xml.sax.saxutils import escape

import msgspec
from sqlalchemy import Connection, func, select

from kontering import __version__
from kontering.connectors.ledger import reads
from kontering.connectors.ledger.reads import BookInfo, Entry, Voucher
from kontering.connectors.ledger.tables import ledger_entry, ledger_party, ledger_vat_code, ledger_voucher
from kontering.errors import Misuse
from kontering.model.money import ZERO, shared, unit

NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:DK"
VERSION = "2.1"
CHART = ("Standardkontoplanen", "20260101")
NEEDED = ("name", "vat_number", "street", "postcode", "city", "iban")
KINDS = {"asset": "Asset", "liability": "Liability", "income": "Sale", "expense": "Expense", "equity": "Other"}
NOTHING = "-"
"""Stands where the file demands a text and the books have none: a guest without a street."""
DAY = dt.timedelta(days=1)


def saft(
    connection: Connection, file: TextIO, *, since: dt.date, until: dt.date, created: dt.date, book: str | None = None
) -> None:
    """Writes the audit file of a period: accounts with their balances, parties, VAT codes, and every voucher."""
    info = reads.book_of(connection, book)
    missing = [name for name in NEEDED if not info.company.get(name)]
    if missing:
        raise Misuse(f"SAF-T needs these settings of the ledger's `company`: {', '.join(missing)}")
    xml = Xml(file)
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    with xml.within("AuditFile", f'xmlns="{NAMESPACE}"'):
        _header(xml, info, since, until, created)
        with xml.within("MasterFiles"):
            _accounts(xml, connection, info, since, until)
            _parties(xml, connection, info, "customer")
            _parties(xml, connection, info, "supplier")
            _codes(xml, connection, info, since)
        with xml.within("GeneralLedgerEntries"):
            _entries(xml, connection, info, since, until)


class Xml:
    """Writes elements one after the other; texts are escaped, and characters that XML forbids are left out."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._depth = 0

    @contextmanager
    def within(self, name: str, attributes: str = "") -> Iterator[None]:
        self._line(f"<{name} {attributes}>" if attributes else f"<{name}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._line(f"</{name}>")

    def say(self, name: str, value: object) -> None:
        """An element with a text; nothing if there is none."""
        text = _plain(value)
        if text:
            self._line(f"<{name}>{escape(text)}</{name}>")

    def _line(self, text: str) -> None:
        self._file.write(f"{' ' * self._depth}{text}\n")


def _plain(value: object) -> str:
    """
    >>> _plain(Decimal("1E+2")), _plain(None), _plain("a\\x00b")
    ('100', '', 'ab')
    """
    if value is None:
        return ""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return " ".join("".join(char for char in text if char.isprintable() or char in "\t\n").split())


def _header(xml: Xml, info: BookInfo, since: dt.date, until: dt.date, created: dt.date) -> None:
    company = info.company
    with xml.within("Header"):
        xml.say("AuditFileVersion", VERSION)
        xml.say("AuditFileCountry", info.country)
        xml.say("AuditFileDateCreated", created)
        xml.say("SoftwareCompanyName", "Kontering")
        xml.say("SoftwareID", "Kontering")
        xml.say("SoftwareVersion", __version__)
        with xml.within("Company"):
            number = company["vat_number"].removeprefix("DK")
            xml.say("CVR" if number.isdigit() and len(number) == 8 else "RegistrationNumber", number)
            xml.say("Name", company["name"])
            _address(xml, {**company, "country": info.country})
            with xml.within("TaxRegistration"):
                xml.say("TaxRegistrationNumber", company["vat_number"])
                xml.say("TaxType", "VAT")
                xml.say("Country", info.country)
            with xml.within("BankAccount"):
                xml.say("IBANNumber", company["iban"])
        xml.say("DefaultCurrencyCode", info.base_currency)
        with xml.within("SelectionCriteria"):
            xml.say("SelectionStartDate", since)
            xml.say("SelectionEndDate", until)
            xml.say("PeriodStartYear", since.year)
            xml.say("PeriodEndYear", until.year)
        xml.say("TaxEntity", company["name"])


def _address(xml: Xml, address: Mapping[str, Any]) -> None:
    with xml.within("Address"):
        xml.say("StreetName", address.get("street") or NOTHING)
        xml.say("City", address.get("city") or NOTHING)
        xml.say("PostalCode", address.get("postcode") or NOTHING)
        xml.say("Country", address.get("country") or NOTHING)


def _accounts(xml: Xml, connection: Connection, info: BookInfo, since: dt.date, until: dt.date) -> None:
    opening = reads.account_balances(connection, at=since - DAY, book=info.name)
    closing = reads.account_balances(connection, at=until, book=info.name)
    with xml.within("GeneralLedgerAccounts"):
        xml.say("NameOfStandardAccount", CHART[0])
        xml.say("VersionOfStandardAccount", CHART[1])
        for row in reads.accounts(connection, book=info.name):
            with xml.within("Account"):
                xml.say("AccountID", row.number)
                xml.say("AccountDescription", reads.named(row, info))
                xml.say("StandardAccountID", row.standard)
                xml.say("AccountType", KINDS[row.kind])
                _balance(xml, "Opening", opening.get(row.number, ZERO), info)
                _balance(xml, "Closing", closing.get(row.number, ZERO), info)


def _balance(xml: Xml, which: str, amount: Decimal, info: BookInfo) -> None:
    side = "Credit" if amount < 0 else "Debit"
    xml.say(f"{which}{side}Balance", info.money(abs(amount)))


def _parties(xml: Xml, connection: Connection, info: BookInfo, kind: str) -> None:
    party = ledger_party.c
    where = (party.book == info.name, party.kind == kind)
    if not connection.execute(select(party.id).where(*where).limit(1)).first():
        return
    name = kind.title()
    rows = connection.execute(select(ledger_party).where(*where).order_by(party.id).execution_options(yield_per=500))
    with xml.within(f"{name}s"):
        for row in rows:
            with xml.within(name):
                xml.say(f"{name}ID", row.id)
                xml.say("RegistrationNumber", row.vat_number)
                xml.say("Name", row.name)
                _address(xml, msgspec.json.decode(row.data)["address"])


def _codes(xml: Xml, connection: Connection, info: BookInfo, since: dt.date) -> None:
    code = ledger_vat_code.c
    with xml.within("TaxTable"), xml.within("TaxTableEntry"):
        xml.say("TaxType", "VAT")
        xml.say("Description", "VAT")
        for row in connection.execute(select(ledger_vat_code).where(code.book == info.name).order_by(code.code)):
            with xml.within("TaxCodeDetails"):
                xml.say("TaxCode", row.code)
                xml.say("EffectiveDate", since)
                xml.say("Description", reads.named(row, info))
                xml.say("TaxPercentage", row.rate)
                xml.say("Country", row.country or info.country)


def _entries(xml: Xml, connection: Connection, info: BookInfo, since: dt.date, until: dt.date) -> None:
    debit = func.coalesce(func.sum(ledger_entry.c.amount), 0)
    within = reads.within(info, since, until)
    total = connection.execute(select(debit).where(*within, ledger_entry.c.amount > 0)).scalar_one() or ZERO
    of_period = (ledger_voucher.c.book == info.name, ledger_voucher.c.date >= since, ledger_voucher.c.date <= until)
    xml.say("NumberOfEntries", connection.execute(select(func.count()).where(*of_period)).scalar_one())
    xml.say("TotalDebit", info.money(Decimal(total)))
    xml.say("TotalCredit", info.money(Decimal(total)))
    with xml.within("Journal"):
        xml.say("JournalID", "GL")
        xml.say("Description", "Finansjournal" if info.language == "da" else "General ledger")
        xml.say("Type", "GL")
        kinds = _kinds(connection, info)
        rates = _rates(connection, info)
        for voucher in reads.vouchers(connection, since=since, until=until, book=info.name):
            _transaction(xml, info, voucher, kinds, rates)


def _kinds(connection: Connection, info: BookInfo) -> dict[int, str]:
    """Suppliers are few; whoever isn't one is a customer."""
    party = ledger_party.c
    query = select(party.id).where(party.book == info.name, party.kind == "supplier")
    return dict.fromkeys(connection.execute(query).scalars(), "SupplierID")


def _rates(connection: Connection, info: BookInfo) -> dict[str, Decimal]:
    code = ledger_vat_code.c
    return dict(map(tuple, connection.execute(select(code.code, code.rate).where(code.book == info.name))))


def _transaction(
    xml: Xml, info: BookInfo, voucher: Voucher, kinds: Mapping[int, str], rates: Mapping[str, Decimal]
) -> None:
    taxes = _taxes(voucher, info)
    with xml.within("Transaction"):
        xml.say("TransactionID", voucher.number)
        xml.say("Period", voucher.date.month)
        xml.say("PeriodYear", voucher.date.year)
        xml.say("TransactionDate", voucher.date)
        xml.say("Description", voucher.text or voucher.kind)
        xml.say("SystemEntryDate", voucher.recorded[:10])
        xml.say("GLPostingDate", voucher.date)
        xml.say("SystemID", voucher.number)
        for position, entry in enumerate(voucher.entries):
            with xml.within("Line"):
                xml.say("RecordID", f"{voucher.number}-{position + 1}")
                xml.say("AccountID", entry.account)
                xml.say("SourceDocumentID", voucher.key)
                if entry.party is not None:
                    xml.say(kinds.get(entry.party, "CustomerID"), entry.party)
                xml.say("Description", entry.text or voucher.text or voucher.kind)
                _amount(xml, "DebitAmount" if entry.amount > 0 else "CreditAmount", abs(entry.amount), info)
                if position in taxes:
                    _tax(xml, info, entry, taxes[position], rates)


def _taxes(voucher: Voucher, info: BookInfo) -> dict[int, Decimal]:
    """The VAT of each entry that is a base: what the voucher has under its code, shared by the bases."""
    bases: dict[str, list[int]] = defaultdict(list)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for position, entry in enumerate(voucher.entries):
        if entry.code and entry.role.startswith("vat_"):
            sums[entry.code] += entry.amount
        elif entry.code:
            bases[entry.code].append(position)
    found: dict[int, Decimal] = {}
    for code, positions in bases.items():
        weights = [voucher.entries[position].amount for position in positions]
        found |= zip(positions, shared(sums[code], weights, unit(info.base_currency)), strict=True)
    return found


def _tax(xml: Xml, info: BookInfo, entry: Entry, vat: Decimal, rates: Mapping[str, Decimal]) -> None:
    with xml.within("TaxInformation"):
        xml.say("TaxType", "VAT")
        xml.say("TaxCode", entry.code)
        xml.say("TaxPercentage", rates.get(entry.code or ""))
        xml.say("TaxBase", abs(entry.amount))
        _amount(xml, "TaxAmount", abs(vat), info)


def _amount(xml: Xml, name: str, amount: Decimal, info: BookInfo) -> None:
    with xml.within(name):
        xml.say("Amount", info.money(amount))
        xml.say("CurrencyCode", info.base_currency)
        xml.say("CurrencyAmount", info.money(amount))
        xml.say("ExchangeRate", "1.0")
