"""A store that has grown for years is as quick as a new one: no question of a run goes through all of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from tests.plain import books, shop

from kontering.store.store import Store
from kontering.sync import dispatch

GROWING = ("document", "delivery", "link", "audit")
NARROW = re.compile(r"\b(SEARCH|SCAN) (\w+)(?: USING (?:COVERING )?INDEX (\w+) \(([^)]*)\))?")


@contextmanager
def heard(store: Store) -> Iterator[set[str]]:
    """All statements that SQLite is given, with their values."""
    said: set[str] = set()

    @sa.event.listens_for(store.engine, "checkout")
    def checked_out(raw: Any, record: object, proxy: object) -> None:
        raw.set_trace_callback(said.add)

    yield said
    sa.event.remove(store.engine, "checkout", checked_out)


def wide(connection: Any, statement: str) -> list[str]:
    """How a statement goes through a table that grows: by an index that only narrows it to a project, or by none."""
    try:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    except sa.exc.DatabaseError:
        return []  # BEGIN and the like
    sorts = any("TEMP B-TREE" in step[3] for step in steps)
    last = "DESC" in statement and "LIMIT 1 " in statement and not sorts  # the last row of all: read from the end
    return [] if last else [step[3] for step in steps if _is_wide(step[3])]


def _is_wide(step: str) -> bool:
    found = NARROW.search(step)
    if not found or found[2] not in GROWING or "INTEGER PRIMARY KEY" in step:
        return False
    terms = {term.split("=")[0].split(">")[0].split("<")[0].strip() for term in (found[4] or "").split(" AND ")}
    return not terms - {"", "project", "connection", "flow", "kind"}


def test_no_question_of_a_run_goes_through_a_whole_table(tmp_path: Path) -> None:
    orders = [shop.order(number, customer=str(number % 30)) for number in range(40)]  # many lanes in one question
    refunds = [shop.refund("r1", "1"), shop.refund("r9", "99")]
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as store, heard(store) as said:
        for to in ("plain-books", "ledger"):
            transport = httpx.MockTransport(books.simulator())
            wired = shop.wired(shop.project(orders, refunds=refunds, to=to), transport=transport)
            dispatch.run(store, wired, threads=1, from_start=True)
            dispatch.run(store, wired, threads=1, from_start=True)
        statements = sorted(said)
        with store.engine.connect() as connection:
            found = {line: steps for line in statements if (steps := wide(connection, line))}

    assert len(statements) > 50, "nothing was heard"
    assert found == {}
