"""Dinero as a target: its table of calls, and what each kind is found by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.dinero import finding, journal, masters, sales
from kontering.sdk import calls
from kontering.sdk.connector import Again, Call, Found, Receipt, Rounding, Settings, Step, Takes, Totals

if TYPE_CHECKING:
    import httpx

    Run = Callable[[httpx.Client, Settings, Step], Receipt]

SETTLE = timedelta(seconds=60)
WINDOW = timedelta(days=30)
"""Ids of ours are known for good; but what an earlier store may have made is looked for by its reference first."""


@dataclass(frozen=True, slots=True)
class Dinero:
    """One organisation."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return finding.find(self.client, self.settings, kind, by)

    def send(self, step: Step) -> Receipt:
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"Dinero has no {step.action} for a {step.kind}")
        return calls.send(self.client, call, self.settings, step)

    def trial(self, step: Step) -> Totals:
        """What Dinero would make of it; ids that aren't there yet make no difference to the totals."""
        call = TAKES[step.kind].call("trial")
        assert call is not None
        return calls.trial(self.client, call, self.settings, replace(step, body=sales.priced(step.body)))


def _row(
    kind: str, action: str, method: str, path: str, run: Run | None = None, again: Again = Again.SAME, v: str = "v1"
) -> Call:
    return Call(
        kind=kind,
        action=action,
        method=method,
        path=f"/{v}/{{organization}}{path}",
        again=again,
        settle=SETTLE,
        window=WINDOW if action == "create" and again is Again.SAME else None,
        id="Guid",
        version="TimeStamp",
        run=run,
    )


def _trial(kind: str) -> Call:
    return Call(
        kind=kind,
        action="trial",
        method="POST",
        path="/v1/{organization}/invoices/fetch",
        again=Again.SAME,
        reads=True,
        totals=finding.TOTALS,
    )


def _sales_rows(kind: str, path: str) -> tuple[Call, ...]:
    """Drafts have an id of ours; what must be newest to change them, the timestamp, is read anew where it has moved."""
    return (
        _trial(kind),
        _row(kind, "create", "POST", path, sales.create),
        _row(kind, "change", "PUT", f"{path}/{{id}}", sales.change, v="v1.2"),
        _row(kind, "delete", "DELETE", f"{path}/{{id}}", sales.delete),
        _row(kind, "book", "POST", f"{path}/{{id}}/book", sales.book),
        _row(kind, "mail", "POST", f"{path}/{{id}}/email", sales.mail, Again.NEVER),
    )


def _contact_rows(kind: str) -> tuple[Call, ...]:
    return (
        _row(kind, "create", "POST", "/contacts", masters.create_contact),
        _row(kind, "change", "PUT", "/contacts/{id}", masters.change_contact),
    )


CALLS = (
    *_contact_rows("customer"),
    *_contact_rows("supplier"),
    _row("product", "create", "POST", "/products", masters.create_product, Again.LOOK),
    _row("product", "change", "PUT", "/products/{id}", masters.change_product),
    *_sales_rows("invoice", "/invoices"),
    _row("invoice", "einvoice", "POST", "/invoices/{id}/e-invoice", sales.e_invoice, Again.NEVER, v="v3"),
    *_sales_rows("credit_note", "/sales/creditnotes"),
    _row("payment", "create", "POST", "/invoices/{of}/payments", sales.pay),
    _row("voucher", "create", "POST", "/ledgeritems", journal.create, v="v1.2"),
    _row("voucher", "book", "POST", "/ledgeritems/book", journal.book),
)
"""The table of calls."""


def _takes(kind: str, payload: str, *finds: str) -> Takes:
    return Takes(
        payload=f"dinero/{payload}", calls=tuple(call for call in CALLS if call.kind == kind), finds=frozenset(finds)
    )


def _sale(kind: str) -> Takes:
    own = _takes(kind, "sale", "reference")
    return replace(
        own,
        prices=frozenset({"gross", "net"}),
        rounding=Rounding(per="rate", half="up"),
        mail="step",
        lacks=frozenset({"oss"}),
    )


CONTACT_FINDS = ("external_id", "source", "vat_number", "ean", "email", "phone", "name")

TAKES: Mapping[str, Takes] = {
    "customer": replace(_takes("customer", "contact", *CONTACT_FINDS), read_as="contact"),
    "supplier": replace(_takes("supplier", "contact", *CONTACT_FINDS), read_as="contact"),
    "product": _takes("product", "product", "sku", "number", "name"),
    "invoice": _sale("invoice"),
    "credit_note": _sale("credit_note"),
    "payment": _takes("payment", "payment", "reference"),
    "voucher": _takes("voucher", "voucher"),
}
