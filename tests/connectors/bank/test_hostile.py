"""Statements from outside: a gigabyte of XML takes little memory and ends soon, and nothing inside it is resolved."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections import deque
from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.connectors.bank.statements import balance, entry

from kontering.connectors.bank import camt
from kontering.connectors.bank.lines import Line, Read
from kontering.diagnostics import Diagnostic

GIGABYTE = 1024**3
MEGABYTE = 1024**2
HEAD = "<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DK1</IBAN></Id><Ccy>DKK</Ccy></Acct>"


class Endless(io.RawIOBase):
    """A file of a head and then one piece again and again, made while it is read."""

    def __init__(self, head: str, piece: str, size: int = GIGABYTE, tail: str = "") -> None:
        self.rest, self.piece, self.tail = head.encode(), piece.encode() * max(1, 65536 // len(piece)), tail.encode()
        self.left = size
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and self.left > 0:
            self.rest += self.piece
            self.left -= len(self.piece)
        if self.left <= 0 and self.tail:
            self.rest, self.tail = self.rest + self.tail, b""
        given, self.rest = self.rest[:size], self.rest[size:]
        self.given += len(given)
        return given


def last(found: Iterator[Read]) -> Read | None:
    return next(iter(deque(found, maxlen=1)), None)


@pytest.mark.parametrize(
    ("head", "piece", "why"),
    [
        (HEAD + "<Ntry>", "<a>", "more than 40 levels"),
        ("", "<Document>", "more than 40 levels"),
        (HEAD + "<Ntry><Amt>", "9", "a text of more than"),
        (HEAD + "<Ntry>", "<a/>", "elements inside one part"),
        (HEAD + '<Ntry a="', "x", "doesn't end"),
        (HEAD + "<!--", " ", "doesn't end"),
        (HEAD + "<", "x", "doesn't end"),
        (HEAD + "<![CDATA[", "x", "a text of more than"),
        ('<?xml version="1.0"?><!DOCTYPE a [', '<!ENTITY a "b">', "document type"),
        (HEAD + "<Ntry ", 'a="1" ', "doesn't end"),
    ],
)
def test_a_gigabyte_that_means_harm_is_refused_soon_and_in_little_memory(head: str, piece: str, why: str) -> None:
    file = Endless(head, piece)
    tracemalloc.start()
    began = time.process_time()

    found = last(camt.read(file, "x.xml", GIGABYTE * 2))  # type: ignore[arg-type]

    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Diagnostic)
    assert found.code in ("K561", "K552")
    assert why in found.message or found.code == "K552"
    assert most < 200 * MEGABYTE
    assert took < 20
    assert file.given < 64 * MEGABYTE


def test_a_large_statement_is_read_line_by_line_in_little_memory() -> None:
    body = entry("1.00", "Faktura 1041")
    head = HEAD + balance("OPBD", Decimal("0.00"))
    file = Endless(head, body, size=2 * MEGABYTE, tail="</Stmt></BkToCstmrStmt></Document>")
    tracemalloc.start()

    lines = sum(isinstance(one, Line) for one in camt.read(file, "x.xml", GIGABYTE))  # type: ignore[arg-type]

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines > 10_000
    assert most < 2 * MEGABYTE


def test_a_file_over_the_limit_is_refused_after_so_much_of_it() -> None:
    file = Endless(HEAD, entry("1.00", "Faktura 1041"))

    found = last(camt.read(file, "x.xml", 3 * MEGABYTE))  # type: ignore[arg-type]

    assert isinstance(found, Diagnostic)
    assert found.code == "K556"
    assert file.given < 4 * MEGABYTE
