"""Billy read: reference data whole, and the books record by record, with what belongs to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.connectors.billy.company import account, approved, company, contact, made, named, outsider, paid, target

from kontering.connectors.billy import CONNECTOR
from kontering.connectors.billy.simulator import State
from kontering.connectors.billy.source import KINDS, READS, Reader
from kontering.mapping.load import load_mapping
from kontering.mapping.outcomes import Mapped
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots
from kontering.sdk.connector import Pointer, Record
from kontering.testing import Clock, Simulated
from kontering.testing.contract import SOURCE, Subject


def furnished(count: int = 3) -> Simulated[State]:
    """Some of everything, approved and not."""
    simulator = company(clock=Clock())
    who = outsider(simulator)
    buyer = contact(who)
    supplier = contact(who, name="Papir", isSupplier=True, isCustomer=False, contactPersons=[])
    for _ in range(count):
        sale = approved(who, buyer)
        paid(who, 499.90, f"invoice:{sale['id']}")
        approved(who, buyer, type="creditNote", creditedInvoiceId=sale["id"])
        line = {"accountId": account(who, "1320"), "taxRateId": named(who, "taxRates", "name", "Købsmoms 25 %")}
        bill = {"contactId": supplier, "entryDate": "2026-03-07", "state": "approved", "suppliersInvoiceNo": "S-1"}
        made(who, "bills", "bill", **bill, lines=[line | {"description": "Paper", "amount": 400}])
    simulator.calls.clear()
    return simulator


def reader(simulator: Any) -> Reader:
    return Reader({"name": "books"}, target(simulator).client)


def read(simulator: Any, kind: str) -> list[Record]:
    return [record for page in reader(simulator).read(kind, None) for record in page.records]


@pytest.mark.parametrize("kind", list(READS))
def test_every_kind_fits_its_record_schema(kind: str) -> None:
    schema = record_schema(READS[kind].schema, Roots(None))
    records = read(furnished(), kind)

    assert schema is not None
    assert records
    for record in records:
        decode(record.data, schema, name=kind, key=record.key)


@pytest.mark.parametrize(
    ("kind", "mapping"),
    [
        ("contact", "contact-to-customer"),
        ("product", "product-to-product"),
        ("invoice", "invoice-to-invoice"),
        ("invoice", "invoice-to-payment_state"),
        ("credit_note", "credit_note-to-credit_note"),
        ("payment", "payment-to-payment"),
        ("bill", "bill-to-bill"),
    ],
)
def test_what_is_read_is_what_the_mappings_read(kind: str, mapping: str) -> None:
    compiled = load_mapping(f"billy/{mapping}", Roots(None))
    outcomes = [compiled.run(one.data, params={}, tables={}, record_key=one.key) for one in read(furnished(), kind)]

    assert any(isinstance(outcome, Mapped) for outcome in outcomes), outcomes


def test_reference_data_proves_the_tables() -> None:
    proved = {name for reads in READS.values() for name in reads.proves}

    assert proved == {"accounts.account", "tax_rates.tax_rate", "rulesets.ruleset", "line_products.product"}
    assert all(READS[kind].reference == (kind not in BOOKS) for kind in READS)


def test_drafts_and_voided_ones_are_not_in_the_books() -> None:
    simulator = furnished()
    first = next(iter(simulator.state.table("invoices").values()))
    first["state"] = "draft"

    kinds = {record.id for record in read(simulator, "invoice")}

    assert first["id"] not in kinds
    assert reader(simulator).get(Pointer(kind="invoice", id=first["id"])) is None


BOOKS = ("contact", "invoice", "credit_note", "bill", "payment")


def change(kind: str) -> Callable[[State], str]:
    def changed(state: State) -> str:
        table = state.table(KINDS[kind].resource)
        row = next(row for row in table.values() if all(row.get(k) == v for k, v in KINDS[kind].keeps.items()))
        row["isVoided" if kind == "payment" else "phone" if kind == "contact" else "isPaid"] = "changed"
        return str(row["id"])

    return changed


def remove(kind: str) -> Callable[[State], str]:
    def removed(state: State) -> str:
        table = state.table(KINDS[kind].resource)
        id_ = next(row["id"] for row in table.values() if all(row.get(k) == v for k, v in KINDS[kind].keeps.items()))
        del table[id_]
        return str(id_)

    return removed


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", BOOKS)
def test_the_books_keep_the_contract(kind: str, check: Callable[[Subject], None]) -> None:
    """Billy can't tell what has changed, so each round reads all, and a position is never given."""
    subject = Subject(
        connector=CONNECTOR,
        kind=kind,
        make=furnished,
        count=2 if kind == "contact" else 3,
        change=change(kind),
        remove=remove(kind),
        since=False,
    )
    check(subject)
