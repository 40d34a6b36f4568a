"""Whether a store that has grown for years is as quick as a new one: documents delivered beside 10,000 and more others.

A few hundred real deliveries are multiplied in the database, every row of every table under keys, numbers and ids of
its own; then a process of its own delivers some more, and says how long each took and how much memory it used.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import workers

BLOCK = 500
"""Real documents, which are copied."""

SAMPLE = 500
AT_ONCE = 200

OWN_TEXT = {
    "document": ("key", "lane", "number", "of"),
    "delivery": ("key", "document", "reference"),
    "link": ("key",),
    "lane": ("key",),
    "audit": ("subject",),
    "ledger_party": ("key", "number", "external_id", "email"),
    "ledger_product": ("key", "sku"),
    "ledger_invoice": ("key", "number", "reference", "guid"),
    "ledger_invoice_line": (),
    "ledger_payment": ("key", "reference", "document"),
    "ledger_voucher": ("key", "reference"),
    "ledger_entry": (),
}
"""Columns that name something: each copy's has a mark of its own."""

OWN_NUMBER = {
    "audit": ("seq",),
    "ledger_party": ("id", "changed"),
    "ledger_product": ("id", "changed"),
    "ledger_invoice": ("id", "series", "party", "credits", "voucher", "changed"),
    "ledger_invoice_line": ("invoice", "product"),
    "ledger_payment": ("id", "invoice", "counter", "party", "voucher", "changed"),
    "ledger_voucher": ("number", "changed"),
    "ledger_entry": ("voucher", "party", "item"),
}
"""Columns that count, or are somebody's id."""

LEFT_OUT = {"document": ("id",), "delivery": ("id",)}
STEP = 100_000
"""Between the ids of two copies."""

NOT_READING = " AND lane.key NOT LIKE 'read/%'"
BEYOND = 10**9
"""What is delivered later counts on from here."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What a document took beside so many others: on the clock and of the processor, in milliseconds; memory in MB."""

    stored: int
    on_clock: float
    processor: float
    memory: float
    size: float
    """Of the file, in GB."""


def growth(sizes: Sequence[int]) -> Iterator[Grown]:
    """The same documents a second time, beside more and more others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grown.db"
        address = f"sqlite:///{path}"
        _apart(address, workers.orders(BLOCK))
        stored, copies, first = BLOCK, 0, BLOCK
        for size in sizes:
            more = max(0, (size - stored) // BLOCK)
            _multiply(path, copies + 1, copies + more)
            copies, stored = copies + more, stored + more * BLOCK
            _apart(address, workers.orders(50, first))  # the database's first look at what was copied is nobody's
            first += 50
            clock, processor, memory = _apart(address, workers.orders(SAMPLE, first))
            first += SAMPLE
            stored += 50 + SAMPLE
            each = (clock / SAMPLE * 1000, processor / SAMPLE * 1000)
            yield Grown(size, *each, memory, path.stat().st_size / 1e9)


def _multiply(path: Path, first: int, last: int) -> None:
    """Copies of the first block; nothing here needs to be durable."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous = OFF")
    store.execute("PRAGMA cache_size = -100000")
    known = _block(store)
    for start in range(first, last + 1, AT_ONCE):
        store.execute("BEGIN IMMEDIATE")
        for table in OWN_TEXT:
            store.execute(_copy(store, table, known[table]), (start, min(start + AT_ONCE, last + 1)))
        store.execute("COMMIT")
    store.execute(
        "UPDATE ledger_book SET next_number = ?, next_voucher = ?, changed = ? WHERE next_number < ?", [BEYOND] * 4
    )
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def _block(store: sqlite3.Connection) -> Mapping[str, str]:
    """Which rows are the first block's: the oldest, as many as it had of each table when it was made."""
    store.execute("CREATE TABLE IF NOT EXISTS block (name TEXT PRIMARY KEY, rows INTEGER)")
    if not store.execute("SELECT count(*) FROM block").fetchone()[0]:
        for table in OWN_TEXT:
            store.execute(f"INSERT INTO block SELECT ?, max(rowid) FROM {table}", (table,))
    blocks = store.execute("SELECT name, rows FROM block").fetchall()
    return {name: f"rowid <= {rows or 0}{NOT_READING if name == 'lane' else ''}" for name, rows in blocks}


def _copy(store: sqlite3.Connection, table: str, which: str) -> str:
    columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    columns = [name for name in columns if name not in LEFT_OUT.get(table, ())]
    values = ", ".join(_value(table, name) for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    numbers = "WITH RECURSIVE copy(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM copy WHERE n + 1 < ?)"
    return f"INSERT INTO {table} ({names}) {numbers} SELECT {values} FROM copy, {table} WHERE {table}.{which}"


def _value(table: str, name: str) -> str:
    if name in OWN_TEXT[table]:
        return f"\"{name}\" || '-' || n"
    if name in OWN_NUMBER.get(table, ()):
        return f'"{name}" + n * {STEP}'
    if table == "link" and name == "id":
        return f'CAST("id" + n * {STEP} AS TEXT)'
    return f'"{name}"'


def _apart(address: str, some: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Delivers in a process of its own; seconds on the clock, of the processor, and its memory at most in MB."""
    context = multiprocessing.get_context("spawn")
    said = context.SimpleQueue()
    process = context.Process(target=_sample, args=(address, some, said))
    process.start()
    found: tuple[float, float, float] = said.get()
    process.join()
    return found


def _sample(address: str, some: list[dict[str, Any]], said: Any) -> None:
    warm = Path(tempfile.mkdtemp()) / "warm.db"
    workers.serve(f"sqlite:///{warm}", workers.orders(30), "")
    began = time.perf_counter()
    processor = workers.serve(address, some, "", afresh=True)
    said.put((time.perf_counter() - began, processor, _most_memory()))
    os.unlink(warm)


def _most_memory() -> float:
    """In MB, of this process alone: `ru_maxrss` begins with what the process had that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
