"""How long things are kept: what is older than the law asks for, and a person's data, go; the books stay whole.

Taken out is who somebody is, from records, documents, bodies as sent, and answers. Keys, amounts, links and the audit
chain stay, so that a second run still does nothing and the chain still verifies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.errors import Misuse
from kontering.store import audit, codec
from kontering.store.store import Store, Tx
from kontering.store.tables import delivery, document, link
from kontering.sync import forgotten_lines

FORGOTTEN = "forgotten"
YEARS = 5
AT_ONCE = 1000

PEOPLE = frozenset(
    {"customer", "buyer", "billing", "shipping", "address", "delivery", "recipient", "contact", "supplier"}
)
"""Objects that are about somebody: every text in them goes, but those in `KEPT`."""
KEPT = frozenset(
    {"id", "key", "kind", "country", "currency", "vat_number", "number", "group", "external_id", "version"}
)
ANYWHERE = frozenset(
    {"email", "phone", "ip", "customer_ip_address", "customer_user_agent", "customer_note", "username"}
)
MARK = '{"forgotten":true}'
DELIVERED = ("done", "skipped", "superseded")
FINISHED = (*DELIVERED, "failed")


def forget(store: Store, customer: str, *, who: str, dry: bool = False) -> tuple[str, ...]:
    """Forgets a customer, by key (`shop/customer/7`) or e-mail; its documents, which must all be finished."""
    with store.begin() as tx:
        own = _of(tx, customer)
        rows = [*own, *forgotten_lines.that_paid(tx, (row.key for row in own))]
        if not rows:
            raise Misuse(f"nothing in the store is of {customer!r}: write a key (shop/customer/7) or an e-mail address")
        undone = sorted({row.key for row in rows if row.state not in FINISHED})
        if undone:
            raise Misuse(f"{', '.join(undone[:5])}: not finished; deliver, skip or cancel it first")
        if not dry:
            take_out(tx, rows, [customer], who, "forget")
        return tuple(sorted({row.key for row in rows}))


def expire(store: Store, *, years: int = YEARS, who: str = "kontering") -> int:
    """Forgets who was in documents that are finished for so many years; gives back how many there were."""
    with store.begin() as tx:
        before = tx.now - years * dt.timedelta(days=365, hours=6) // dt.timedelta(milliseconds=1)
        unmarked = sa.or_(document.c.details.is_(None), document.c.details != MARK)
        old = (document.c.project == tx.project, document.c.changed_at < before, document.c.state.in_(FINISHED))
        rows = tx.connection.execute(sa.select(document).where(*old, unmarked).limit(AT_ONCE)).all()
        if rows:
            take_out(tx, rows, [], who, "expire")
        return len(rows)


def _of(tx: Tx, customer: str) -> Sequence[Any]:
    """Documents in a customer's lanes, or with its e-mail in what was read."""
    mine = document.c.lane.endswith(f"/{customer}", autoescape=True)
    if "@" in customer:
        mine = document.c.record.contains(codec.packed(customer), autoescape=True)
    return tx.connection.execute(sa.select(document).where(document.c.project == tx.project, mine)).all()


def forgotten_record(text: str) -> str:
    """A record as it was read, without what tells who somebody is; it says of itself that it isn't whole any more."""
    record = codec.unpacked(text)
    data = record.get("data")
    if isinstance(data, dict):
        record["data"] = {**_without(data, False), FORGOTTEN: True}
    return codec.packed(record)


def is_forgotten(row: Any) -> bool:
    """Is a document's record no longer as it was read, so that nothing can be made of it anew?"""
    return row.details == MARK or '"forgotten":true' in row.record


def take_out(tx: Tx, rows: Iterable[Any], people: Sequence[str], who: str, what: str) -> None:
    keys, lines = set(), set()
    for row in rows:
        keys.add(row.key)
        values = {"record": forgotten_record(row.record), "document": anonymous(row.document), "details": MARK}
        if row.kind == "bank_line":
            lines.add(row.key)
            values |= {
                "record": forgotten_lines.of_record(values["record"] or "{}"),
                "document": forgotten_lines.of_books(values["document"]),
            }
        tx.connection.execute(sa.update(document).where(document.c.id == row.id).values(**values))
    for sent in _sent(tx, sorted(keys)):
        person = sent.kind in PEOPLE
        people = [*people, sent.key] if person else people
        values = {"sent": anonymous(sent.sent, person), "receipt": anonymous(sent.receipt, person)}
        if sent.document in lines:
            values = {name: forgotten_lines.of_books(text) for name, text in values.items()}
        tx.connection.execute(sa.update(delivery).where(delivery.c.id == sent.id).values(**values))
    for one in _linked(tx, [*sorted(keys), *people]):
        its = [link.c[name] == getattr(one, name) for name in ("project", "connection", "kind", "key")]
        tx.connection.execute(sa.update(link).where(*its).values(found=anonymous(one.found, one.kind in PEOPLE)))
    forgotten_lines.forget_decisions(tx, sorted(lines))
    audit.append(tx, [audit.Entry(who=who, what=what, subject=key) for key in sorted(keys)])


def _sent(tx: Tx, keys: Sequence[str]) -> Sequence[Any]:
    terms = (delivery.c.project == tx.project, delivery.c.document.in_(keys))
    return tx.connection.execute(sa.select(delivery).where(*terms)).all()


def _linked(tx: Tx, keys: Sequence[str]) -> Sequence[Any]:
    return tx.connection.execute(sa.select(link).where(link.c.project == tx.project, link.c.key.in_(keys))).all()


def anonymous(text: str | None, person: bool = False) -> str | None:
    """JSON without what tells who somebody is; `person`: it is about somebody from its top.

    >>> anonymous('{"total":39.20,"customer":{"id":"7","name":"Lise"}}')
    '{"total":39.20,"customer":{"id":"7","name":"forgotten"}}'
    """
    return None if text is None else codec.packed(_without(codec.unpacked(text), person))


def _without(value: Any, person: bool) -> Any:
    if isinstance(value, list):
        return [_without(part, person) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: _part(name, part, person) for name, part in value.items()}


def _part(name: str, part: Any, person: bool) -> Any:
    if isinstance(part, str):
        secret = name.lower() in ANYWHERE or (person and name not in KEPT)
        return FORGOTTEN if secret and part and name not in _OF_THE_STEP else part
    if name == "body" and person:
        return _without(part, person)
    return _without(part, (person and name not in _OF_THE_STEP) or name in PEOPLE)


_OF_THE_STEP = frozenset({"action", "attempt", "reference", "document", "on", "reason"})
"""What a step says of itself, beside its body."""
