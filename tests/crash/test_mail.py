"""`kontering run` is killed around a mail, and run again: no buyer gets two, and one of which nobody knows is held."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.connectors.smtp.post_office import Box, office

KONTERING = [sys.executable, "-c", "from kontering.cli import main; main()"]
POST = """
  post:
    connector: smtp
    host: 127.0.0.1
    port: {port}
    security: none
    from: Nordlys <faktura@nordlys.example>
    books: books
    since: 2026-01-01
    pdf: none

flows:
  mails:
    from: store/booked
    mapping: store/booked-to-mail
    to: post
"""


def kontering(folder: Path, *words: str, kill: str = "") -> int:
    env = os.environ | ({"KONTERING_KILL": kill} if kill else {})
    said = subprocess.run([*KONTERING, *words], cwd=folder, env=env, capture_output=True, check=False, timeout=100)
    return said.returncode


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_intent", "after_intent", "after_call", "before_receipt", "after_receipt"])
def test_nobody_gets_two(point: str, folder: Path) -> None:
    kontering(folder, "init", "shop", "--from", "woocommerce", "--to", "ledger")
    shop, box = folder / "shop", Box()
    with office(box) as port:
        path = shop / "kontering.yaml"
        path.write_text(path.read_text().replace("\nflows:\n", POST.format(port=port), 1))

        assert kontering(shop, "run", "orders") == 0
        assert kontering(shop, "run", "mails", kill=f"{point}:1") == -signal.SIGKILL
        kontering(shop, "run")
        kontering(shop, "run")

    numbers = Counter(str(mail["X-Kontering-Document"]) for _, mail in box.mails)
    with sqlite3.connect(shop / "kontering.db") as store:
        booked = store.execute("SELECT count(*) FROM ledger_invoice WHERE number IS NOT NULL").fetchone()[0]
        held = store.execute("SELECT count(*) FROM document WHERE flow = 'mails' AND state = 'held'").fetchone()[0]
    assert set(numbers.values()) <= {1}
    assert held == (0 if point == "before_intent" else 1)
    # the commit that writes a receipt writes the next intent too
    assert len(numbers) == booked - (1 if point in ("after_intent", "after_receipt") else 0)
    assert booked > 3
