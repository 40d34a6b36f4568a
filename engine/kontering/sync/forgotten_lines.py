"""What bank lines say of people: it goes when those are forgotten whose documents a line has paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.store import codec, decisions
from kontering.store.store import Tx
from kontering.store.tables import document

FORGOTTEN = "forgotten"
OF_RECORDS = frozenset({"text", "party", "party_account", "reference", "end_to_end_id"})
OF_BOOKS = frozenset({"text", "why"})
"""Names whose texts are a statement's words; what is a key or a number stays."""


def that_paid(tx: Tx, keys: Iterable[str]) -> Sequence[Any]:
    """Bank lines that have paid any of these documents."""
    here = (document.c.project == tx.project, document.c.kind == "bank_line")
    found: dict[int, Any] = {}
    for key in sorted(set(keys)):
        names_it = document.c.document.contains(f'"key":"{key}"', autoescape=True)
        found |= {row.id: row for row in tx.connection.execute(sa.select(document).where(*here, names_it))}
    return tuple(found.values())


def forget_decisions(tx: Tx, keys: Iterable[str]) -> None:
    """What people said of these lines was learnt from; now it is forgotten."""
    for key in keys:
        decisions.forget(tx, key)


def of_record(text: str) -> str:
    """
    >>> of_record('{"id":"a","data":{"amount":"5","party":"Lise"}}')
    '{"id":"a","data":{"amount":"5","party":"forgotten"}}'
    """
    return _without(text, OF_RECORDS)


def of_books(text: str | None) -> str | None:
    return None if text is None else _without(text, OF_BOOKS)


def _without(text: str, names: Collection[str]) -> str:
    return codec.packed(_part(codec.unpacked(text), names))


def _part(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_part(part, names) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: _said(part) if name in names else _part(part, names) for name, part in value.items()}


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return [_said(part) for part in value]
    return FORGOTTEN if isinstance(value, str) and value else value
