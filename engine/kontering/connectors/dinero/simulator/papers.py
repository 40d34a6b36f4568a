"""Documents of sale as they are read: found by path, timestamps, payments, status, totals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from kontering.connectors.dinero.simulator import money
from kontering.connectors.dinero.simulator.refusals import deleted, invalid, no_such, stale
from kontering.connectors.dinero.simulator.state import ZERO, Row, State, cents, guid, written
from kontering.testing.simulator import Asked

Ask = Asked[State]
Kind = Literal["invoice", "credit_note"]

_NAMES: dict[Kind, str] = {"invoice": "Invoice", "credit_note": "CreditNote"}


def of_path(asked: Ask, kind: Kind) -> Row:
    """The document of the path; one that isn't there is a 400."""
    table = asked.state.invoices if kind == "invoice" else asked.state.credit_notes
    row = table.get(asked.ids["guid"].lower())
    if row is None:
        raise no_such(_NAMES[kind])
    if row["DeletedAt"]:
        raise deleted(_NAMES[kind].lower())
    return row


def timely(row: Row, stamp: str | None) -> None:
    """The timestamp must be the newest."""
    if not stamp:
        raise invalid({"Timestamp": "Timestamp is required"})
    if stamp != row["TimeStamp"]:
        raise stale()


def stamped(asked: Ask, row: Row) -> Row:
    row["TimeStamp"] = asked.state.stamp()
    row["UpdatedAt"] = written(asked.now)
    return row


def view(state: State, row: Row, now: datetime, *, listed: bool = False) -> Row:
    """The read model: totals, status, and lines with both sides of their prices."""
    gross = bool(row["ShowLinesInclVat"])
    sums = money.totals(state, row["ProductLines"], gross=gross)
    rate = state.rates[row["Currency"]]
    status = status_of(state, row, now.date())
    seen = {name: value for name, value in row.items() if name not in ("Payments", "ProductLines")}
    seen |= {**sums, "Status": status, "PaymentStatus": "Overpaid" if status == "OverPaid" else status}
    if listed:
        in_base = {f"{name}InDkk": cents(sums[name] * rate) for name in ("TotalInclVat", "TotalExclVat")}
        return seen | in_base | {"Type": "CreditNote" if row["CreditNoteFor"] else "Invoice"}
    more = {"DepositAccountNumber": 55000, "FikCode": f"+71<{row['Number']:015d}+88888888<" if row["Number"] else None}
    lines = [money.shown_line(state, line, gross=gross) for line in row["ProductLines"]]
    return seen | more | {"ProductLines": lines}


def total(state: State, row: Row) -> Decimal:
    """With VAT, in the document's currency."""
    sums = money.totals(state, row["ProductLines"], gross=bool(row["ShowLinesInclVat"]))
    return Decimal(sums["TotalInclVat"])


def paid(row: Row) -> Decimal:
    """In the document's currency."""
    return sum((_own(row, one) for one in row["Payments"]), ZERO)


def _own(row: Row, one: Row) -> Decimal:
    return Decimal(one["Amount"] if row["Currency"] == "DKK" else one["AmountInForeignCurrency"])


def remaining(state: State, row: Row) -> Decimal:
    return total(state, row) - paid(row)


def status_of(state: State, row: Row, today: date) -> str:
    if row["Status"] == "Draft":
        return "Draft"
    left = remaining(state, row)
    if left < 0:
        return "OverPaid"
    if left == 0:
        return "Paid"
    return "Overdue" if row["PaymentDate"] < today.isoformat() else "Booked"


def settle(asked: Ask, invoice: Row, note: Row) -> None:
    """A credit note that names its invoice closes as much of it as it comes to; both are stamped anew."""
    amount = total(asked.state, note)
    for row, other in ((invoice, note), (note, invoice)):
        row["Payments"].append(
            {
                "Guid": guid(),
                "DepositAccountNumber": None,
                "ExternalReference": None,
                "PaymentDate": note["Date"],
                "Description": f"{other['Number']}",
                "Amount": cents(amount * asked.state.rates[row["Currency"]]),
                "AmountInForeignCurrency": amount if row["Currency"] != "DKK" else None,
                "PaymentClass": "CreditNote" if row is invoice else "Invoice",
            }
        )
    stamped(asked, invoice)
