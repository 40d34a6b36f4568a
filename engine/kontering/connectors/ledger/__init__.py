"""The embedded ledger: double-entry books in the store itself, as a target and as a source."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from kontering.connectors.ledger.accounts import account
from kontering.connectors.ledger.options import SCHEMA, options
from kontering.sdk.connector import SDK, Again, Call, Connector, Reads, Settings, Takes, Target

NOW = timedelta(0)


def _call(action: str, kind: str, table: str) -> Call:
    """A row of the table of calls: an insert or update in the store's transaction, so nothing is ever in doubt."""
    return Call(action=action, kind=kind, method="SQL", path=table, again=Again.LOOK, settle=NOW)


def _takes(kind: str, table: str, actions: str, finds: str, *, payload: str = "") -> Takes:
    return Takes(
        payload=f"ledger/{payload or kind}",
        calls=tuple(_call(action, kind, table) for action in actions.split()),
        finds=frozenset(finds.split()),
        prices=frozenset({"net", "gross"}),
        features=frozenset({"postings", "currency", "deferral", "credit_note"}),
    )


def _embedded(settings: Settings, connection: Any) -> Target:
    from kontering.connectors.ledger.target import (
        Ledger,
    )  # SQLAlchemy is loaded when a ledger is opened, not for its settings

    return Ledger(options(settings), connection)


def _named(settings: Settings, role: str, code: str, language: Literal["en", "da"]) -> tuple[str, str] | None:
    found = account(options(settings), role, code or None)
    if found is None:
        return None
    return found.number, found.danish if language == "da" else found.english


_PARTY = "key source external_id number vat_number ean email phone name"
_INVOICE = "key reference number guid"

CONNECTOR = Connector(
    name="ledger",
    title="Embedded ledger",
    sdk=SDK,
    settings=SCHEMA,
    reads={
        "customer": Reads(schema="ledger/customer"),
        "supplier": Reads(schema="ledger/supplier"),
        "product": Reads(schema="ledger/product"),
        "invoice": Reads(schema="ledger/invoice"),
        "credit_note": Reads(schema="ledger/invoice"),
        "payment": Reads(schema="ledger/payment"),
        "account": Reads(schema="ledger/account", reference=True),
        "vat_code": Reads(schema="ledger/vat_code", reference=True),
    },
    takes={
        "customer": _takes("customer", "ledger_party", "create change", _PARTY),
        "supplier": _takes("supplier", "ledger_party", "create change", _PARTY),
        "product": _takes("product", "ledger_product", "create change", "key source sku external_id number name"),
        "invoice": _takes("invoice", "ledger_invoice", "create change book", _INVOICE),
        "credit_note": _takes("credit_note", "ledger_invoice", "create change book", _INVOICE),
        "payment": _takes("payment", "ledger_payment", "create", "key reference document of"),
        "voucher": _takes("voucher", "ledger_voucher", "create", "key reference number"),
    },
    embedded=_embedded,
    account=_named,
)
