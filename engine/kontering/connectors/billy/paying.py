"""Which bank payments an invoice has: Billy keeps no text with them, so they are told by subject, day and amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from kontering.connectors.billy.asking import Row, rows, single
from kontering.model.money import to_currency
from kontering.sdk.calls import decimal

if TYPE_CHECKING:
    import httpx

MADE_BY = "bankPayment:"


def found(client: httpx.Client, invoices: Sequence[str], by: Mapping[str, str]) -> Iterator[Row]:
    """The payment that closes these invoices: of several that look the same, the one that `nth` counts to."""
    equal = [
        row
        for row in of_invoice(client, invoices[0])
        if str(row.get("entryDate")) == by.get("date")
        and settled(row) == decimal(by.get("amount"))
        and _closes(client, str(row["id"]), invoices)
    ]
    nth = int(by.get("nth", "1"))
    if len(equal) >= nth:
        yield sorted(equal, key=lambda row: str(row.get("createdTime", "")))[nth - 1]


def of_invoice(client: httpx.Client, invoice: str) -> Iterator[Row]:
    """Payments of an invoice that count."""
    subject = f"invoice:{invoice}"
    seen: set[str] = set()
    for modifier in rows(client, "balanceModifiers", subjectReference=subject):
        maker = str(modifier.get("modifierReference", ""))
        if modifier.get("subjectReference") != subject or modifier.get("isVoided") or not maker.startswith(MADE_BY):
            continue
        if maker in seen:
            continue
        seen.add(maker)
        row = single(client, "bankPayments", maker.removeprefix(MADE_BY))
        if row is not None and not row.get("isVoided"):
            yield row


def settled(row: Row) -> Decimal:
    """How much a payment closes, in its subjects' currency: a fee that was held back counts."""
    fee = decimal(row.get("feeAmount")) or Decimal(0)
    cash = (decimal(row.get("cashAmount")) or Decimal(0)) + (fee if row.get("cashSide") == "debit" else 0)
    rate = decimal(row.get("cashExchangeRate")) or Decimal(1)
    return to_currency(cash / rate, str(row.get("subjectCurrencyId") or "DKK"))


def _closes(client: httpx.Client, payment: str, invoices: Sequence[str]) -> bool:
    """Are these all that the payment is for? One invoice is clear already."""
    if len(invoices) == 1:
        return True
    maker = f"{MADE_BY}{payment}"
    subjects = {
        modifier.get("subjectReference")
        for modifier in rows(client, "balanceModifiers", modifierReference=maker)
        if modifier.get("modifierReference") == maker
    }
    return subjects == {f"invoice:{one}" for one in invoices}
