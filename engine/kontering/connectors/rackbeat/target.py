"""Rackbeat as a target: its table of calls. It knows no idempotency keys, so a lost answer is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.rackbeat import asking, finding
from kontering.connectors.rackbeat.asking import KINDS, in_path
from kontering.sdk import calls
from kontering.sdk.connector import Again, Call, Found, JsonObject, Receipt, Settings, Step, Takes, Totals

if TYPE_CHECKING:
    import httpx

SETTLE = timedelta(seconds=5)
PARTIES = ("customer", "supplier")


@dataclass(frozen=True, slots=True)
class Rackbeat:
    """One company."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return finding.find(self.client, self.settings, kind, by)

    def send(self, step: Step) -> Receipt:
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"Rackbeat has no {step.action} for a {step.kind}")
        ready = replace(step, body=self._whole(step)) if step.action == "change" else step
        done = calls.send(self.client, call, self.settings, ready, escape=in_path(self.settings))
        if step.action == "create":
            finding.learn(self.client, step.kind, done.data[KINDS[step.kind].one])
        return replace(done, number=done.id)

    def trial(self, step: Step) -> Totals:
        raise ValueError("Rackbeat can't be asked what it would compute")

    def _whole(self, step: Step) -> JsonObject:
        """A change as it is sent: only what differs, or the whole card with it, as the connection says."""
        if self.settings.get("put", "part") == "part" or step.of is None:
            return step.body
        kept = asking.row(self.client, KINDS[step.kind], self.settings, step.of.id) or {}
        names = WRITABLE[step.kind]
        has = {name: value for name, value in finding.written(kept).items() if name in names and value is not None}
        return {**has, **step.body}


_PARTY = (
    *("number", "contact_email", "contact_phone", "currency", "company_vat", "vat_zone", "payment_terms_id", "locale"),
    *("address_street", "address_street2", "address_zipcode", "address_city", "address_country"),
)
_GROUP = ("number", "name")
WRITABLE: Mapping[str, tuple[str, ...]] = {
    "customer": (*_PARTY, "name", "ean", "is_barred"),
    "supplier": (*_PARTY, "company_name", "supplier_group_id"),
    "product": (
        *("number", "name", "group", "sales_price", "recommended_cost_price", "unit_id"),
        *("description", "barcode", "is_barred", "default_supplier_id"),
    ),
    "customer_group": _GROUP,
    "supplier_group": _GROUP,
    "product_group": (
        *(*_GROUP, "has_inventory", "is_sellable"),
        *("vat_domestic", "vat_eu", "vat_abroad", "vat_domestic_exempt"),
    ),
}
"""What a change of the whole card may hold."""


def _rows(kind: str) -> tuple[Call, ...]:
    where, id_, version = KINDS[kind], f"{KINDS[kind].one}.number", f"{KINDS[kind].one}.updated_at"
    return (
        Call(
            kind=kind,
            action="create",
            method="POST",
            path=f"/{where.path}",
            again=Again.LOOK,
            settle=SETTLE,
            id=id_,
            version=version,
        ),
        Call(
            kind=kind,
            action="change",
            method="PUT",
            path=f"/{where.path}/{{id}}",
            again=Again.SAME,
            settle=SETTLE,
            id=id_,
            version=version,
        ),
    )


TAKES: Mapping[str, Takes] = {
    kind: Takes(
        payload=f"rackbeat/{kind}",
        calls=_rows(kind),
        finds=terms,
        demands=frozenset({"email"}) if kind in PARTIES else frozenset(),
    )
    for kind, terms in finding.TERMS.items()
}
