"""Reads the very records that webhooks have named: as they are now at the source, whatever the webhook said of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from kontering.diagnostics import Diagnostic
from kontering.errors import Refused
from kontering.model.record import Page, Pointer, Record
from kontering.sdk.connector import Source
from kontering.sync import mishaps


def page(source: Source, named: Iterable[Pointer]) -> Page:
    """Each once; one that can't be read doesn't stand in the way of the others, and one that is gone makes nothing."""
    records: list[Record] = []
    problems: list[Diagnostic] = []
    for pointer in dict.fromkeys(named):
        with mishaps.Caught(partial(_mishap, pointer, problems)):
            try:
                found = source.get(pointer)
            except Refused as refused:
                problems.append(_unread(pointer, str(refused)))
            else:
                records += [found] if found is not None else []
    return Page(records=tuple(records), problems=tuple(problems))


def _mishap(pointer: Pointer, problems: list[Diagnostic], error: Exception) -> None:
    mishaps.note(error, record=f"{pointer.kind}/{pointer.id}")
    problems.append(_unread(pointer, mishaps.words(error)))


def _unread(pointer: Pointer, why: str) -> Diagnostic:
    name = f"{pointer.kind}/{pointer.id}"
    message = f"a webhook named {name}, which can't be read: {why}"
    return Diagnostic("K706", message, hint="the next reading by schedule finds what has changed", record=name)
