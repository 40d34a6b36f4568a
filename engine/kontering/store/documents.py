"""Documents: one row for each edition of a record in a flow, with the record as read and the document as settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Any, Protocol

import sqlalchemy as sa

from kontering.model.document import Planned
from kontering.model.record import Record
from kontering.model.voucher import PlannedVoucher
from kontering.store import codec, lanes, links
from kontering.store.lanes import FLOW, IS_OPEN, OPEN
from kontering.store.prepared import Listed, Prepared
from kontering.store.store import Tx
from kontering.store.tables import document

ASIDE = ("held", "failed", "waiting")
"""States that a document leaves when what it waits for arrives, or when a person says so."""

VOUCHERS = ("payout", "bank_line", "bill", "payment", "loss", "recognition", "voucher")

_target: sa.ColumnElement[str] = sa.func.coalesce(document.c.connection, sa.literal_column("''"))
"""The target as a condition that no index takes: by it all documents of a target would be gone through."""

_BRIEF = [column for column in document.c if column.name not in ("record", "document", "details")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A document as it stands in its lane; without `document` it is still to be prepared from its record."""

    id: int
    flow: str
    key: str
    version: str
    connection: str
    lane: str
    kind: str
    state: str
    number: str | None
    closed_until: str | None
    mapping: str | None
    record: Record
    document: str | None


def latest(tx: Tx, flow: str, keys: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """The newest edition of each record that this flow has seen, without its texts."""
    terms = (document.c.project == tx.project, document.c.flow == flow, document.c.key.in_(keys))
    rows = tx.connection.execute(sa.select(*_BRIEF).where(*terms, document.c.state != "superseded"))
    return {row.key: row for row in rows}


def insert(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds editions; every row has the same columns."""
    if rows:
        always = {"project": tx.project, "seen_at": tx.now, "changed_at": tx.now}
        tx.connection.execute(sa.insert(document), [{**always, **row} for row in rows])


def supersede(tx: Tx, ids: Sequence[int]) -> None:
    """A newer edition has come: these are history."""
    if ids:
        tx.connection.execute(sa.update(document).where(document.c.id.in_(ids)).values(state="superseded"))


class Only(Protocol):
    """Some documents, by flow and key."""

    @property
    def steps(self) -> Collection[tuple[str, str]]: ...


def open_in(
    tx: Tx, some_lanes: Sequence[str], flows: Sequence[str], limit: int, only: Only | None = None
) -> tuple[Row, ...]:
    """What these lanes have to do for these flows, oldest first."""
    rows = sa.select(document).where(*_work(tx, some_lanes, flows, only)).order_by(document.c.id).limit(limit)
    return tuple(_row(row) for row in tx.connection.execute(rows))


def open_ids(
    tx: Tx, some_lanes: Sequence[str], flows: Sequence[str], limit: int, only: Only | None = None
) -> tuple[int, ...]:
    rows = sa.select(document.c.id).where(*_work(tx, some_lanes, flows, only)).order_by(document.c.id).limit(limit)
    return tuple(tx.connection.scalars(rows))


def open_of(tx: Tx, flow: str) -> Iterator[Row]:
    """Everything that a flow has read and not delivered yet, oldest first."""
    terms = (document.c.project == tx.project, FLOW.in_([flow]), document.c.state.in_(OPEN))
    for row in tx.connection.execute(sa.select(document).where(*terms).order_by(document.c.id)):
        yield _row(row)


def held_for(tx: Tx, code: str) -> Iterator[Row]:
    """Documents that are held for one reason, oldest first."""
    terms = (document.c.project == tx.project, document.c.state == "held", document.c.code == code)
    for row in tx.connection.execute(sa.select(document).where(*terms).order_by(document.c.day, document.c.id)):
        yield _row(row)


def held_details(tx: Tx, connection: str, code: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Key, day and details of what is held for one reason, by day."""
    terms = (*in_target(tx, connection), document.c.state == "held", document.c.code == code)
    rows = sa.select(document.c.key, document.c.day, document.c.details).where(*terms).order_by(document.c.day)
    for row in tx.connection.execute(rows):
        yield row.key, row.day or "", codec.unpacked(row.details or "{}").get("details") or {}


def open_one(tx: Tx, row: int) -> Row | None:
    """A document, if it is still to be worked on: a newer edition, or a person, may have come between."""
    rows = _OPEN_ONE.rows(tx, id=row)
    return Row(**dict(zip(_ROW, rows[0][:-1], strict=True)), record=record(rows[0][-1])) if rows else None


def brief(tx: Tx, row: int) -> Any:
    """A document that is still to be worked on, without its texts: they may be what is wrong with it."""
    terms = (document.c.id == row, document.c.state.in_(OPEN))
    return tx.connection.execute(sa.select(*_BRIEF).where(*terms)).first()


def is_open(tx: Tx, row: int) -> bool:
    return any(state in OPEN for (state,) in _STATE.rows(tx, id=row))


def still_open(tx: Tx, rows: Sequence[int]) -> frozenset[int]:
    """Those of them that nobody has put aside or superseded meanwhile."""
    return frozenset(number for (number,) in _STILL_OPEN.rows(tx, rows))


def has_open(tx: Tx, key: str) -> bool:
    """Is an edition of this document still to be worked on?"""
    terms = (document.c.project == tx.project, document.c.key == key, document.c.state.in_(OPEN))
    return tx.connection.scalar(sa.select(sa.exists().where(*terms))) is True


def count_open(tx: Tx, connection: str) -> int:
    terms = (*in_target(tx, connection), document.c.state.in_(OPEN))
    return tx.connection.scalar(sa.select(sa.func.count()).select_from(document).where(*terms)) or 0


def put(tx: Tx, ids: Sequence[int], state: str, **values: Any) -> None:
    """Moves open documents to another state, with its reason."""
    if ids:
        fresh = {"code": None, "reason": None, "waits": None, "details": None} | values
        terms = (document.c.id.in_(ids), document.c.state.in_(OPEN))
        tx.connection.execute(sa.update(document).where(*terms).values(state=state, changed_at=tx.now, **fresh))


def done(tx: Tx, ids: Sequence[int]) -> None:
    """Everything that their plans said has been done, even if a newer edition has come meanwhile."""
    _DONE.run(tx, ids, at=tx.now)


def settled(tx: Tx, row: int, text: str, **values: Any) -> None:
    """The document that was made of a record after all."""
    changed = sa.update(document).where(document.c.id == row).values(state="open", document=text, **values)
    tx.connection.execute(changed)


def closed(tx: Tx, row: int, until: str) -> None:
    """The target has said that its books are closed up to a day."""
    tx.connection.execute(sa.update(document).where(document.c.id == row).values(closed_until=until))


def wake(tx: Tx, things: Iterable[tuple[str, str]]) -> None:
    """These things are there now: what waited for them is open again, and its lane due."""
    named = sorted({f"{kind}/{key}" for kind, key in things})
    waits = sorted({name for (name,) in _WAITS.rows(tx, named, project=tx.project)})  # mostly nobody does
    if waits:
        _reopen(tx, document.c.waits.in_(waits))


def wake_all_waiting(tx: Tx, connections: Sequence[str]) -> None:
    """Everything that waits looks again: a person may have booked by hand what it waits for."""
    _reopen(tx, sa.and_(document.c.state == "waiting", _target.in_(connections)))


def reopen(tx: Tx, ids: Sequence[int]) -> None:
    """A person says so: these are prepared anew from their records."""
    if ids:
        chosen = sa.update(document).where(document.c.id.in_(ids))
        _wake_lanes(tx, chosen.values(state="read", document=None, code=None, reason=None, waits=None, details=None))


def states(tx: Tx, connection: str, keys: Iterable[str]) -> dict[tuple[str, str], str]:
    """(kind, key) → state of the newest edition in this target, and (`flow …`, key) → its state in any flow."""
    terms = (document.c.project == tx.project, document.c.key.in_(sorted(set(keys))), document.c.state != "superseded")
    rows = tx.connection.execute(
        sa.select(document.c.kind, document.c.flow, document.c.key, document.c.state, document.c.connection).where(
            *terms
        )
    )
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        found[f"flow {row.flow}", row.key] = row.state
        if row.connection == connection:
            found[row.kind, row.key] = row.state
    return found


def origins(tx: Tx, keys: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Version and state of the newest edition of each record, in every flow that has read it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, version, state in _ORIGINS.rows(tx, sorted(set(keys)), project=tx.project):
        found.setdefault(key, []).append((version, state))
    return found


def original(tx: Tx, connection: str, key: str) -> Planned | None:
    """The invoice of a key as it was booked: the newest edition that was done, else the newest that was settled."""
    text = next((text for text, *_ in _editions(tx, connection, key)), None)
    return None if text is None else codec.planned(text)


def booked(tx: Tx, connection: str, key: str) -> Planned | None:
    """The newest edition of an invoice that the target has booked."""
    for text, done_at, _ in _editions(tx, connection, key):
        found = codec.planned(text) if done_at is not None else None
        linked = links.of(tx, connection, [("invoice", found.key)]).get(("invoice", found.key)) if found else None
        if linked is not None and "book" in linked.found.done:
            return found
    return None


def _editions(tx: Tx, connection: str, key: str) -> list[tuple[Any, ...]]:
    """An invoice, and those that took its place when its order was changed (`shop/order/1:v2`): done ones first."""
    asked = {"project": tx.project, "connection": connection, "key": key, "first": f"{key}:v", "last": f"{key}:w"}
    return sorted(_EDITIONS.rows(tx, **asked), key=lambda row: (row[1] is None, -row[2]))


def about(tx: Tx, connection: str, key: str) -> tuple[PlannedVoucher, ...]:
    """The vouchers that belong to a document, or close it among others."""
    names_it = sa.and_(document.c.of.is_(None), document.c.document.contains(f'"key":"{key}"', autoescape=True))
    terms = (*_counted(tx, connection), document.c.kind.in_(VOUCHERS))
    rows = sa.select(document.c.kind, document.c.document).where(*terms, sa.or_(document.c.of == key, names_it))
    return tuple(_voucher(row) for row in tx.connection.execute(rows))


def sales(tx: Tx, connection: str) -> tuple[tuple[str, Planned], ...]:
    """All invoices and credit notes that are booked, or will be, each with its flow."""
    terms = (*_counted(tx, connection), document.c.kind.in_(codec.SALES))
    rows = sa.select(document.c.flow, document.c.document).where(*terms).order_by(document.c.id)
    return tuple((row.flow, codec.planned(row.document)) for row in tx.connection.execute(rows))


def vouchers(tx: Tx, connection: str, kinds: Sequence[str] = ()) -> tuple[PlannedVoucher, ...]:
    """All vouchers of these kinds, or of any, that are posted or will be."""
    terms = (*_counted(tx, connection), document.c.kind.in_(kinds or VOUCHERS))
    rows = sa.select(document.c.kind, document.c.document).where(*terms).order_by(document.c.id)
    return tuple(_voucher(row) for row in tx.connection.execute(rows))


def credits_of(tx: Tx, connection: str, invoice: str, but: str) -> tuple[Planned, ...]:
    """The other credit notes of an invoice that are booked, or will be."""
    terms = (*_counted(tx, connection), document.c.kind == "credit_note", document.c.of == invoice)
    rows = sa.select(document.c.document).where(*terms, document.c.key != but)
    return tuple(codec.planned(text) for text in tx.connection.scalars(rows))


def numbers(tx: Tx, connection: str, kind: str, number: str) -> dict[str, str]:
    """A printed number and the document that has it, if one has: numbers repeat after a reinstall or a new year."""
    rows = _BY_NUMBER.rows(tx, project=tx.project, connection=connection, kind=kind, number=number)
    return {number: rows[0][0]} if rows else {}


def _invoices(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    here = (document.c.project == sa.bindparam("project"), _target == sa.bindparam("connection"))
    settled = (document.c.kind == sa.literal_column("'invoice'"), document.c.document.is_not(None))
    return sa.select(document.c.document, document.c.done_at, document.c.id).where(*here, which, *settled)


_LATER = sa.and_(document.c.key > sa.bindparam("first"), document.c.key < sa.bindparam("last"))
_EDITIONS = Prepared(_invoices(document.c.key == sa.bindparam("key")).union_all(_invoices(_LATER)))

_STATE = Prepared(sa.select(document.c.state).where(document.c.id == sa.bindparam("id")))
_WAITS = Listed(
    lambda keys: sa.select(document.c.waits).where(
        document.c.project == sa.bindparam("project"), document.c.waits.in_(keys)
    )
)
_NEWEST = (document.c.project == sa.bindparam("project"), document.c.state != sa.literal_column("'superseded'"))
_ORIGINS = Listed(
    lambda keys: sa.select(document.c.key, document.c.version, document.c.state).where(
        *_NEWEST, document.c.key.in_(keys)
    )
)
_ROW = [part.name for part in dataclass_fields(Row) if part.name != "record"]
_STILL_OPEN = Listed(lambda keys: sa.select(document.c.id).where(document.c.id.in_(keys), IS_OPEN))
_OPEN_ONE = Prepared(
    sa.select(*[document.c[name] for name in _ROW], document.c.record).where(
        document.c.id == sa.bindparam("id"), IS_OPEN
    )
)


def _if_open(name: str, value: Any) -> dict[str, Any]:
    return {name: sa.case((IS_OPEN, value), else_=document.c[name])}


_AT = sa.bindparam("at", type_=sa.BigInteger)
_EMPTIED = [_if_open(name, sa.null()) for name in ("code", "reason", "waits", "details")]
_ENDED = [_if_open("state", sa.literal_column("'done'")), _if_open("changed_at", _AT), *_EMPTIED]
_DONE = Listed(
    lambda keys: (
        sa.update(document)
        .where(document.c.id.in_(keys))
        .values({name: value for one in ({"done_at": _AT}, *_ENDED) for name, value in one.items()})
    )
)

_BY_NUMBER = Prepared(
    sa.select(document.c.key)
    .where(
        document.c.project == sa.bindparam("project"),
        document.c.connection == sa.bindparam("connection"),
        document.c.number == sa.bindparam("number"),
        document.c.kind == sa.bindparam("kind"),
        sa.not_(
            document.c.state.in_([sa.literal_column(f"'{state}'") for state in ("superseded", "skipped", "failed")])
        ),
    )
    .order_by(document.c.id)
)


def _counted(tx: Tx, connection: str) -> tuple[sa.ColumnElement[bool], ...]:
    counted = (*OPEN, "waiting", "done")
    return (*in_target(tx, connection), document.c.state.in_(counted), document.c.document.is_not(None))


def _voucher(row: Any) -> PlannedVoucher:
    found = codec.document(row.kind, row.document)
    assert isinstance(found, PlannedVoucher)
    return found


def in_target(tx: Tx, connection: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The project's documents in a target, as a condition that no index takes."""
    return document.c.project == tx.project, _target == connection


def _work(
    tx: Tx, some_lanes: Sequence[str], flows: Sequence[str], only: Only | None
) -> tuple[sa.ColumnElement[bool], ...]:
    ours = (document.c.lane.in_(some_lanes), FLOW.in_(flows))
    chosen = () if only is None else (document.c.key.in_(sorted({key for _, key in only.steps})),)
    return (document.c.project == tx.project, *ours, document.c.state.in_(OPEN), *chosen)


def _reopen(tx: Tx, which: sa.ColumnElement[bool]) -> None:
    terms = (document.c.project == tx.project, document.c.state.in_(ASIDE), which)
    state = sa.case((document.c.document.is_(None), "read"), else_="open")
    chosen = sa.update(document).where(*terms)
    _wake_lanes(tx, chosen.values(state=state, code=None, reason=None, waits=None, details=None))


def _wake_lanes(tx: Tx, change: sa.Update) -> None:
    rows = tx.connection.execute(change.values(changed_at=tx.now).returning(document.c.lane, document.c.connection))
    lanes.wake(tx, [(row.lane, row.connection) for row in rows])


def _row(row: sa.Row[Any]) -> Row:
    fields = row._asdict()
    return Row(**{name: fields[name] for name in _ROW}, record=record(row.record))


def record(text: str) -> Record:
    """A record as it was read."""
    return Record(**codec.unpacked(text))
