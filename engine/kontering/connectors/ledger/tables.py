"""The ledger's own tables in the store's database, made on demand and versioned; amounts are exact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    insert,
    select,
)

from kontering.errors import StoreUnusable

VERSION = 1
PLACES = 4
"""Decimals that an amount may have: ISO 4217 knows no currency with more."""
LARGEST = Decimal(10) ** 13
"""Amounts from here on are refused: scaled, they must fit into 64 bits, and so must their sums."""


def whole(value: Decimal) -> int:
    """An amount as ten-thousandths.

    >>> whole(Decimal("386.95"))
    3869500
    """
    scaled = Decimal(value).scaleb(PLACES)
    number = int(scaled)
    if number != scaled:
        raise ValueError(f"{value} has more than {PLACES} decimals")
    return number


def amount(value: Any) -> Decimal:
    """Ten-thousandths as an amount; a sum may come as a decimal of its own."""
    return Decimal(int(value)).scaleb(-PLACES)


class Stored(TypeDecorator[Any]):
    """A value that is kept as something else; `store` and `load` are the same for every database."""

    cache_ok = True

    @staticmethod
    def store(value: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def load(value: Any) -> Any:
        raise NotImplementedError

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else type(self).store(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else type(self).load(value)


class Exact(Stored):
    """A decimal amount as a whole number of ten-thousandths: sums are exact in any database, and no float appears."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def store(value: Decimal) -> int:
        return whole(value)

    @staticmethod
    def load(value: Any) -> Decimal:
        return amount(value)


class Number(Stored):
    """A decimal that isn't an amount (rate, quantity, exchange rate), as text, with all its digits."""

    impl = String(40)
    cache_ok = True

    @staticmethod
    def store(value: Decimal) -> str:
        return f"{value:f}"

    @staticmethod
    def load(value: str) -> Decimal:
        return Decimal(value)


class Day(Stored):
    """A date as text, which orders as dates do."""

    impl = String(10)
    cache_ok = True

    @staticmethod
    def store(value: dt.date) -> str:
        return value.isoformat()

    @staticmethod
    def load(value: str) -> dt.date:
        return dt.date.fromisoformat(value)


metadata = MetaData()
ROW_ID = BigInteger().with_variant(Integer, "sqlite")
NAME = String(120)
KEY = String(400)

ledger_schema = Table("ledger_schema", metadata, Column("version", Integer, nullable=False))

ledger_book = Table(
    "ledger_book",
    metadata,
    Column("book", NAME, primary_key=True),
    Column("base_currency", String(3), nullable=False),
    Column("country", String(2), nullable=False),
    Column("language", String(8), nullable=False),
    Column("company", Text, nullable=False),
    Column("next_number", BigInteger, nullable=False),
    Column("next_voucher", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("assigned", Integer, nullable=False),
    Column("closed_until", Day),
)

ledger_account = Table(
    "ledger_account",
    metadata,
    Column("book", NAME, primary_key=True),
    Column("number", String(40), primary_key=True),
    Column("role", NAME, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("danish", Text, nullable=False),
    Column("english", Text, nullable=False),
    Column("standard", String(10)),
)

ledger_vat_code = Table(
    "ledger_vat_code",
    metadata,
    Column("book", NAME, primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("rate", Number, nullable=False),
    Column("country", String(2)),
    Column("box", String(30)),
    Column("danish", Text, nullable=False),
    Column("english", Text, nullable=False),
)

ledger_party = Table(
    "ledger_party",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("book", NAME, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("key", KEY, nullable=False),
    Column("number", String(60)),
    Column("name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("external_id", String(200)),
    Column("vat_number", String(40)),
    Column("ean", String(13)),
    Column("email", String(320)),
    Column("phone", String(40)),
    Column("data", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("book", "kind", "key"),
    UniqueConstraint("book", "kind", "number"),
    Index("ledger_party_external", "book", "external_id"),
    Index("ledger_party_vat", "book", "vat_number"),
    Index("ledger_party_ean", "book", "ean"),
    Index("ledger_party_email", "book", "email"),
    Index("ledger_party_phone", "book", "phone"),
    Index("ledger_party_changed", "book", "kind", "changed"),
)

ledger_product = Table(
    "ledger_product",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("book", NAME, nullable=False),
    Column("key", KEY, nullable=False),
    Column("sku", String(200), nullable=False),
    Column("external_id", String(200)),
    Column("name", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("book", "key"),
    UniqueConstraint("book", "sku"),
    Index("ledger_product_external", "book", "external_id"),
    Index("ledger_product_changed", "book", "changed"),
)

ledger_invoice = Table(
    "ledger_invoice",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("book", NAME, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("key", KEY, nullable=False),
    Column("state", String(6), nullable=False),
    Column("number", String(60)),
    Column("series", BigInteger),
    Column("reference", String(200), nullable=False),
    Column("guid", String(40)),
    Column("date", Day, nullable=False),
    Column("due", Day, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("fx", Number),
    Column("party", ROW_ID, nullable=False),
    Column("net", Exact, nullable=False),
    Column("vat", Exact, nullable=False),
    Column("gross", Exact, nullable=False),
    Column("open", Exact, nullable=False),
    Column("credits", ROW_ID),
    Column("treatment", String(30), nullable=False),
    Column("country", String(2), nullable=False),
    Column("voucher", BigInteger),
    Column("data", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("book", "kind", "key"),
    UniqueConstraint("book", "number"),
    Index("ledger_invoice_reference", "book", "reference"),
    Index("ledger_invoice_party", "book", "party"),
    Index("ledger_invoice_credits", "credits"),
    Index("ledger_invoice_date", "book", "date"),
    Index("ledger_invoice_changed", "book", "kind", "changed"),
)

ledger_invoice_line = Table(
    "ledger_invoice_line",
    metadata,
    Column("invoice", ROW_ID, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("product", ROW_ID),
    Column("description", Text, nullable=False),
    Column("quantity", Number, nullable=False),
    Column("net", Exact, nullable=False),
    Column("vat", Exact, nullable=False),
    Column("gross", Exact, nullable=False),
    Column("rate", Number, nullable=False),
    Column("code", String(40), nullable=False),
    Column("role", NAME, nullable=False),
    Column("supply", String(10)),
    Column("start", Day),
    Column("until", Day),
    Column("subscription", String(200)),
)

ledger_payment = Table(
    "ledger_payment",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("book", NAME, nullable=False),
    Column("key", KEY, nullable=False),
    Column("reference", String(200)),
    Column("document", KEY),
    Column("invoice", ROW_ID),
    Column("counter", ROW_ID),
    Column("party", ROW_ID),
    Column("date", Day, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("method", String(60), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", Exact, nullable=False),
    Column("settles", Exact, nullable=False),
    Column("base", Exact, nullable=False),
    Column("voucher", BigInteger),
    Column("data", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("book", "key"),
    Index("ledger_payment_invoice", "invoice"),
    Index("ledger_payment_counter", "counter"),
    Index("ledger_payment_reference", "book", "reference"),
    Index("ledger_payment_changed", "book", "changed"),
)

ledger_voucher = Table(
    "ledger_voucher",
    metadata,
    Column("book", NAME, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(12), nullable=False),
    Column("key", KEY, nullable=False),
    Column("part", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("date", Day, nullable=False),
    Column("text", Text, nullable=False),
    Column("reference", String(200)),
    Column("recorded", String(40), nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("book", "source", "key", "part"),
    Index("ledger_voucher_date", "book", "date"),
    Index("ledger_voucher_changed", "book", "changed"),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("book", NAME, primary_key=True),
    Column("voucher", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("date", Day, nullable=False),
    Column("account", String(40), nullable=False),
    Column("role", NAME, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("code", String(40)),
    Column("text", Text),
    Column("party", ROW_ID),
    Column("item", ROW_ID),
    Index("ledger_entry_account", "book", "account", "date"),
    Index("ledger_entry_role", "book", "role", "date"),
    Index("ledger_entry_item", "item"),
    Index("ledger_entry_party", "party"),
)

ledger_period = Table(
    "ledger_period",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("book", NAME, nullable=False),
    Column("action", String(6), nullable=False),
    Column("until", Day),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
)


def exist(connection: Connection) -> bool:
    """Whether there is a ledger in this database; one of a newer version is refused."""
    if not connection.dialect.has_table(connection, ledger_schema.name):
        return False
    version = connection.execute(select(ledger_schema.c.version)).scalar_one_or_none()
    if version is not None and version > VERSION:
        raise StoreUnusable(
            f"the ledger's tables are of version {version}, this program knows {VERSION}: use a newer one"
        )
    return version is not None


def create(connection: Connection) -> None:
    """Makes the tables, in the caller's transaction."""
    metadata.create_all(connection, checkfirst=True)
    connection.execute(insert(ledger_schema).values(version=VERSION))
