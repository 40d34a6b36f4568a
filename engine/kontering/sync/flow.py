"""Reads a flow: page after page is prepared and accepted, in one transaction with the cursor that covers it.

What comes twice falls out by version and digest; what is older than what is known is late; a newer edition takes the
place of the one before, whose links and deliveries stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from kontering.model.record import Page, Record
from kontering.model.voucher import Document, about
from kontering.project.policy import state_of
from kontering.sdk.connector import Source
from kontering.store import audit, codec, cursors, decisions, documents, lanes, links, pointers, recognitions
from kontering.store.lanes import Claimed
from kontering.store.pointers import Named
from kontering.store.store import Store, Tx, exclusive
from kontering.sync import holds, keys, kill, mishaps, outstanding, pointed
from kontering.sync.others import Others, Settled, beside
from kontering.sync.prepare import Held, Prepared, Ready, Skipped, prepare
from kontering.sync.progress import Ended, Tell, Tick, Unreadable, quiet
from kontering.sync.wiring import WiredFlow

NAMED = 100
"""Records that were named by webhooks and are kept in one transaction."""


OPENS = ("invoice", "credit_note", "payment", "loss", "bill", "payout", "bank_line")
"""Kinds of documents that change what is expected on the bank."""

TAKES = ("bank_line", "payout")
"""Kinds of documents that take from what is open: one after another, whoever reads them."""


def lane_of(flow: WiredFlow) -> str:
    return f"read/{flow.name}"


@dataclass(slots=True)
class Reading:
    """One claim of a flow's reading lane. A source that stands in for the flow's own doesn't move its cursor."""

    flow: WiredFlow
    source: Source
    store: Store
    ours: Claimed
    stands_in: bool = False
    tell: Tell = quiet
    stops: Callable[[], bool] = lambda: False
    is_due: Callable[[], bool] = lambda: True
    """Is all that is new to be read, or only what webhooks have named?"""


def read_flow(reading: Reading) -> int:
    """Reads what webhooks have named, and everything that is new; gives back how many documents came of it."""
    flow, store = reading.flow, reading.store
    first, named_all = (0, False) if reading.stands_in else _read_named(reading)
    if reading.stops() or (named_all and not reading.is_due()):
        return first
    with store.look() as tx:
        position = None if reading.stands_in else cursors.position(tx, flow.name)
    read, accepted = 0, first
    for page in reading.source.read(flow.kind, position):
        accepted += _page(reading, page)
        read += len(page.records)
        reading.tell(Tick(stage="read", name=flow.name, done=read, total=page.total))
        if reading.stops():
            return accepted
    with store.begin() as tx:
        cursors.was_read(tx, flow.name)
    return accepted


def others(tx: Tx, connection: str, source: str = "") -> Others:
    """What preparing may know of other documents, as the store has them in this transaction.

    `source` is where the flow reads: what is delivered there by another flow can come back as its record.
    """
    sales = cache(lambda: documents.sales(tx, connection))
    vouchers = cache(lambda: documents.vouchers(tx, connection))
    return Others(
        invoice=lambda key: documents.original(tx, connection, key),
        credits_of=lambda key, but: documents.credits_of(tx, connection, key, but),
        numbers=lambda kind, number: documents.numbers(tx, connection, kind, number),
        booked=lambda key: documents.booked(tx, connection, key),
        about=lambda key: documents.about(tx, connection, key),
        edition=lambda key: recognitions.edition(tx, connection, key),
        recognitions=lambda key: recognitions.of(tx, connection, key),
        sales=sales,
        vouchers=vouchers,
        open_items=cache(lambda registers: outstanding.open_items(sales(), vouchers(), registers)),
        reckon=outstanding.open_items,
        decided=lambda key: decisions.of(tx, key),
        origin=lambda kinds, id_, number: _origin(tx, connection, source, kinds, id_, number) if source else None,
        delivered=lambda key: documents.original(tx, source, key),
    )


def _origin(tx: Tx, connection: str, source: str, kinds: Sequence[str], id_: str, number: str | None) -> str | None:
    """The record of the target that something in the source was made of: by its link, else by its printed number."""
    linked = links.keys_of(tx, source, kinds, id_)
    numbered = [key for kind in kinds for key in documents.numbers(tx, source, kind, number).values()] if number else []
    return next((key for key in (*linked, *numbered) if keys.source_of(key) == connection), None)


def _read_named(reading: Reading) -> tuple[int, bool]:
    """How many documents came of what webhooks have named, and whether all of it was named by its id."""
    accepted, ids = 0, []
    while not reading.stops():
        with reading.store.look() as tx:
            named = pointers.of(tx, reading.flow.name, NAMED)
        if not named:
            break
        ids += [one.pointer.id for one in named]
        page = pointed.page(reading.source, [one.pointer for one in named if one.pointer.id])
        accepted += _page(reading, page, named)
    return accepted, bool(ids) and all(ids)


def _page(reading: Reading, page: Page, named: Sequence[Named] = ()) -> int:
    """One page: prepared first, then kept in one short transaction.

    What takes from what is open is prepared in that transaction too: two lines never pay one invoice.
    """
    flow, store = reading.flow, reading.store
    for problem in page.problems:
        reading.tell(Unreadable(flow=flow.name, problem=problem))
    if flow.maker.mapping.target in TAKES:
        with store.begin() as tx:
            exclusive(tx, "/".join(keys.open_items(flow.target)))
            ready = _prepared(tx, flow, news(tx, flow, page.records).values())
            _keep(reading, tx, page, ready, named)
    else:
        with store.look() as tx:
            ready = _prepared(tx, flow, news(tx, flow, page.records).values())
        kill.point("before_page")
        with store.begin() as tx:
            _keep(reading, tx, page, ready, named)
    kill.point("after_page")
    for item in ready:
        if not isinstance(item, Ready):
            reading.tell(Ended(key=item.record.key, number="", state=_state(item), reason=item.reason))
    return len(ready)


def _keep(reading: Reading, tx: Tx, page: Page, ready: Sequence[Prepared], named: Sequence[Named]) -> None:
    """The page's documents, and how far the source is read with them."""
    lanes.renew(tx, reading.ours)
    accept(tx, reading.flow, ready)
    pointers.remove(tx, named)
    if page.after is not None and not reading.stands_in:
        cursors.move(tx, reading.flow.name, page.after)


def _prepared(tx: Tx, flow: WiredFlow, records: Iterable[Record]) -> list[Prepared]:
    """Each record's document; one may be about another of the same page."""
    settled = Settled(flow=flow.name)
    known = beside(others(tx, flow.target, flow.source), settled)
    ready: list[Prepared] = []
    for record in records:
        item = _made(tx, flow, record, known)
        for document in documents_of(item):
            settled.add(document)
        ready.append(item)
    while _tried_again(tx, flow, ready, known, settled):
        pass
    return ready


def _tried_again(tx: Tx, flow: WiredFlow, ready: list[Prepared], known: Others, settled: Settled) -> bool:
    """A bank line that nothing explained may be clear once another of its page has closed what it was mistaken for."""
    found = False
    for at, item in enumerate(ready):
        if isinstance(item, Held) and item.waits is not None and settled.by_key:
            again = ready[at] = _made(tx, flow, item.record, known)
            for document in documents_of(again):
                settled.add(document)
                found = True
    return found


def _made(tx: Tx, flow: WiredFlow, record: Record, known: Others) -> Prepared:
    """A record whose document can't be made, for a reason that nobody foresaw, is failed; the others are read on."""
    made: list[Prepared] = []
    store_trouble = (sa.exc.DBAPIError, tx.connection.dialect.loaded_dbapi.Error)
    with mishaps.Caught(lambda error: made.append(_mishap(flow, record, error)), but=store_trouble):
        made.append(_checked(prepare(flow.maker, record, known), flow))
    return made[-1]


def _mishap(flow: WiredFlow, record: Record, error: Exception) -> Held:
    mishaps.note(error, flow=flow.name, document=record.key)
    hold = holds.mishap(record.key, mishaps.words(error))
    return Held(
        record=record,
        kind=flow.maker.mapping.target,
        code=hold.code,
        reason=hold.reason,
        problems=hold.problems,
        failed=True,
    )


def accept(tx: Tx, flow: WiredFlow, items: Sequence[Prepared]) -> None:
    """Keeps what was prepared, in the place of earlier editions, and makes the lanes due that have work by it."""
    named = {key: None for item in items for key in (item.record.key, *(one.key for one in documents_of(item)))}
    seen = documents.latest(tx, flow.name, list(named))
    documents.supersede(tx, [row.id for row in seen.values()])
    rows = [row for item in items for row in rows_of(flow, item, seen)]
    kinds = {row["kind"] for row in rows if row["document"] is not None}
    documents.wake(tx, {thing for kind in kinds for thing in opened(flow.target, kind)})
    documents.insert(tx, rows)
    lanes.wake(tx, [(row["lane"], flow.target) for row in rows if row["state"] in lanes.OPEN])
    documents.wake(tx, [(row["kind"], row["key"]) for row in rows if row["document"] is not None])
    ends = [row for row in rows if row["state"] not in lanes.OPEN]
    audit.append(tx, [_ended(flow, row) for row in ends])


def opened(connection: str, kind: str) -> tuple[keys.Thing, ...]:
    """What a new document of a kind may be waited for as, beside itself: something more or less to be paid."""
    return (keys.open_items(connection),) if kind in OPENS else ()


def documents_of(item: Prepared) -> tuple[Document, ...]:
    """All documents that came of a record, in the order in which they are delivered."""
    return (*item.first, item.document) if isinstance(item, Ready) else ()


def rows_of(flow: WiredFlow, item: Prepared, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each document of a record, and one for the record itself if none of them has its key."""
    record, made = item.record, documents_of(item)
    rows = [row_of(flow, record, one.key, _open(flow, one), seen.get(one.key)) for one in made]
    if not made:
        rows = [row_of(flow, record, record.key, aside_columns(item), seen.get(record.key))]  # type: ignore[arg-type]
    elif record.key not in (one.key for one in made):
        reason = f"became {' and '.join(one.key for one in made)}"
        anew = Skipped(record=record, kind=made[-1].kind, code="REBILLED", reason=reason)
        rows.append(row_of(flow, record, record.key, aside_columns(anew), seen.get(record.key)))
    return rows


def row_of(flow: WiredFlow, record: Record, key: str, became: Mapping[str, Any], before: Any = None) -> dict[str, Any]:
    """A document's row: all columns, so that many are inserted at once."""
    row: dict[str, Any] = {
        "flow": flow.name,
        "key": key,
        "edition": before.edition + 1 if before is not None else 1,
        "version": record.version,
        "digest": codec.digest(record.data),
        "connection": flow.target,
        "lane": f"{flow.target}/{record.key}",
        "mapping": flow.maker.mapping.digest,
        "record": packed_record(record, codec.packed(record.data)),
        "code": None,
        "reason": None,
        "waits": None,
        "of": None,
        "number": None,
        "day": None,
        "document": None,
        "details": None,
    }
    return {**row, **became}


def packed_record(record: Record, data: str) -> str:
    head = {"connection": record.connection, "kind": record.kind, "id": record.id, "version": record.version}
    return f'{codec.packed(head)[:-1]},"gone":{"true" if record.gone else "false"},"data":{data}}}'


def settled_columns(connection: str, document: Document) -> dict[str, Any]:
    """The columns of a document that is settled."""
    return {
        "kind": document.kind,
        "lane": keys.lane_of(connection, document),
        "of": about(document),
        "number": document.number,
        "day": document.date.isoformat() if document.date else None,
        "document": codec.packed(document),
    }


def aside_columns(item: Held | Skipped) -> dict[str, Any]:
    """The columns of a document that is put aside before it could be settled."""
    if isinstance(item, Skipped):
        return {"kind": item.kind, "state": "skipped", "code": item.code, "reason": item.reason}
    details = {"problems": item.problems, "details": item.details or {}}
    return {
        "kind": item.kind,
        "state": _state(item),
        "code": item.code,
        "reason": item.reason,
        "waits": f"invoice/{item.of}" if item.of else item.waits,
        "number": item.number,
        "day": item.day,
        "details": codec.packed(details),
    }


def _open(flow: WiredFlow, document: Document) -> dict[str, Any]:
    return {"state": "open", **settled_columns(flow.target, document)}


def _checked(item: Prepared, flow: WiredFlow) -> Prepared:
    """A state that the flow skips, or holds, needs no plan."""
    if not isinstance(item, Ready):
        return item
    word = item.document.state
    match state_of(flow.policy.states, word):
        case "skip":
            skip = holds.skipped_by_state(word)
            return Skipped(record=item.record, kind=item.document.kind, code=skip.code, reason=skip.reason)
        case _:
            return item


def _state(item: Prepared) -> str:
    match item:
        case Ready():
            return "open"
        case Skipped():
            return "skipped"
        case Held(failed=failed):
            return "failed" if failed else "held"


def news(tx: Tx, flow: WiredFlow, records: Iterable[Record]) -> Mapping[str, Record]:
    """The newest edition of each record that isn't known yet, and isn't our own writing coming back."""
    newest: dict[str, Record] = {}
    for record in records:
        if record.key not in newest or _follows(record.version, newest[record.key].version):
            newest[record.key] = record
    seen = documents.latest(tx, flow.name, list(newest))
    echoes = _echoes(tx, flow, list(newest.values()))
    return {key: record for key, record in newest.items() if key not in echoes and _is_news(record, seen.get(key))}


def _is_news(record: Record, seen: Any) -> bool:
    """A version says that nothing has changed, whatever has moved in what came along with the record."""
    if seen is None:
        return True
    if record.version == seen.version and not record.version.startswith("#"):
        return False
    return _follows(record.version, seen.version) and bool(codec.digest(record.data) != seen.digest)


def _follows(version: str, before: str) -> bool:
    """Is an edition as new as another, or newer? One whose version begins with # has no order: the last read counts.

    >>> _follows("2026-03-02T10:00:00/b", "2026-03-02T10:00:00/a"), _follows("2026-03-01", "2026-03-02")
    (True, False)
    """
    unordered = version.startswith("#") or before.startswith("#")
    return unordered or version.partition("/")[0] >= before.partition("/")[0]


def _echoes(tx: Tx, flow: WiredFlow, records: Sequence[Record]) -> set[str]:
    """Records that are the far side of a link with the flow's own target, as our last write left them.

    A link of the source with itself is something that came back from the books: what we wrote there is no news either.
    """
    ours = links.far_sides(tx, flow.source, [record.id for record in records], (flow.target, flow.source))
    kinds = {flow.kind, flow.maker.mapping.target, *flow.echoes}
    return {record.key for record in records if any((kind, record.id, record.version) in ours for kind in kinds)}


def _ended(flow: WiredFlow, row: Mapping[str, Any]) -> audit.Entry:
    data = {name: row[name] for name in ("version", "digest", "mapping", "code", "reason")}
    return audit.Entry(who=f"flow {flow.name}", what=row["state"], subject=row["key"], data=data)
