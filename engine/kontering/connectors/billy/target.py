"""Billy as a target: its table of calls, and how each of them is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kontering.connectors.billy import finding, writing
from kontering.connectors.billy.asking import Row, content
from kontering.sdk import calls
from kontering.sdk.connector import (
    Again,
    Call,
    Closed,
    Found,
    Receipt,
    Rounding,
    Settings,
    Step,
    Takes,
    Totals,
)

if TYPE_CHECKING:
    import httpx

    Run = Callable[[httpx.Client, Settings, Step], Receipt]

SETTLE = timedelta(seconds=90)
"""Time-out of a call, and how long Billy may go on after we hung up, and how far its lists may trail."""


@dataclass(frozen=True, slots=True)
class Billy:
    """One company."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return finding.find(self.client, self.settings, kind, by)

    def send(self, step: Step) -> Receipt:
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"Billy has no {step.action} for a {step.kind}")
        try:
            return calls.send(self.client, call, self.settings, step)
        except Closed as closed:
            raise Closed(closed.problems, closed.until or self._closed_until()) from closed

    def trial(self, step: Step) -> Totals:
        raise ValueError("Billy can't be asked what it would compute; a draft's totals say it")

    def _closed_until(self) -> date | None:
        """The last day of the locked period, which is the company's."""
        organization: Row = content(self.client.get("/organization")).get("organization") or {}
        day = organization.get("fiscalLockingDate")
        return date.fromisoformat(str(day)[:10]) if day else None


def _row(kind: str, action: str, method: str, path: str, run: Run) -> Call:
    """Billy has no keys: whatever it takes is looked for after a lost answer."""
    return Call(kind=kind, action=action, method=method, path=path, again=Again.LOOK, settle=SETTLE, run=run)


def _again(kind: str, action: str, method: str, path: str, run: Run) -> Call:
    """Done twice it is as if it were done once."""
    return Call(kind=kind, action=action, method=method, path=path, again=Again.SAME, settle=SETTLE, run=run)


def _invoice_rows(kind: str) -> tuple[Call, ...]:
    """A credit note is an invoice of another type."""
    mail = Call(
        kind=kind, action="mail", method="POST", path="/invoices/{id}/emails", again=Again.NEVER, run=writing.mail
    )
    return (
        _row(kind, "create", "POST", "/invoices", writing.invoice),
        _again(kind, "change", "PUT", "/invoices/{id}", writing.invoice_again),
        _row(kind, "book", "PUT", "/invoices/{id}", writing.approve),
        _again(kind, "delete", "DELETE", "/invoices/{id}", writing.delete),
        mail,
    )


CALLS: tuple[Call, ...] = (
    _row("customer", "create", "POST", "/contacts", writing.contact),
    _again("customer", "change", "PUT", "/contacts/{id}", writing.contact_again),
    _row("supplier", "create", "POST", "/contacts", writing.contact),
    _again("supplier", "change", "PUT", "/contacts/{id}", writing.contact_again),
    _row("product", "create", "POST", "/products", writing.product),
    _again("product", "change", "PUT", "/products/{id}", writing.product_again),
    *_invoice_rows("invoice"),
    *_invoice_rows("credit_note"),
    _row("payment", "create", "POST", "/bankPayments", writing.payment),
    _row("voucher", "create", "POST", "/daybookTransactions, /bills, /bankPayments", writing.voucher),
    _row("voucher", "book", "PUT", "/bills/{id}", writing.approve_voucher),
)
"""The table of calls."""


def _rows(kind: str) -> tuple[Call, ...]:
    return tuple(call for call in CALLS if call.kind == kind)


def _contacts(kind: str) -> Takes:
    finds = frozenset({"external_id", "source", "number", "vat_number", "ean", "email", "phone", "name"})
    return Takes(payload="billy/contact", calls=_rows(kind), finds=finds, read_as="contact")


def _invoices(kind: str) -> Takes:
    return Takes(
        payload="billy/invoice",
        calls=_rows(kind),
        finds=frozenset({"reference", "number"}),
        prices=frozenset({"gross", "net"}),
        rounding=Rounding(per="document", half="up"),
        mail="step",
    )


TAKES: Mapping[str, Takes] = {
    "customer": _contacts("customer"),
    "supplier": _contacts("supplier"),
    "product": Takes(payload="billy/product", calls=_rows("product"), finds=frozenset({"number", "sku", "name"})),
    "invoice": _invoices("invoice"),
    "credit_note": _invoices("credit_note"),
    "payment": Takes(payload="billy/payment", calls=_rows("payment"), finds=frozenset({"reference"})),
    "voucher": Takes(payload="billy/voucher", calls=_rows("voucher"), finds=frozenset({"reference"})),
}
