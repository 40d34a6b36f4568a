"""Serves a Dinero organisation with contacts and products in it, and an empty Rackbeat, until Ctrl-C.

python examples/start-sync/serve.py --customers 40 --suppliers 4 --products 20
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from typing import Any
from uuid import UUID

from kontering.connectors.dinero.simulator import make as make_dinero
from kontering.connectors.rackbeat.simulator import make as make_rackbeat
from kontering.testing import serve

EVERY = 25
"""One contact of so many has no e-mail address."""


def books(customers: int, suppliers: int, products: int) -> Any:
    """A Dinero organisation: customers by turns firms and private people, suppliers, products."""
    simulator = make_dinero()
    state = simulator.state
    for number in range(1, customers + 1):
        card = contact(number, f"Kunde {number:05}", f"kunde{number}@example.dk")
        state.contacts[card["ContactGuid"]] = {**card, "IsPerson": number % 2 == 0, "IsDebitor": True}
    for number in range(1, suppliers + 1):
        card = contact(1_000_000 + number, f"Leverandør {number:04}", f"leverandor{number}@example.dk")
        state.contacts[card["ContactGuid"]] = {**card, "IsCreditor": True}
    for number in range(1, products + 1):
        row = product(number)
        state.products[row["ProductGuid"]] = row
    return simulator


def contact(number: int, name: str, email: str) -> dict[str, Any]:
    return {
        "ContactGuid": str(UUID(int=number)),
        "Name": name,
        "IsPerson": False,
        "IsMember": False,
        "UseCvr": False,
        "IsDebitor": False,
        "IsCreditor": False,
        "CountryKey": "DK",
        "Street": f"Havnegade {number % 99 + 1}",
        "ZipCode": "5000",
        "City": "Odense C",
        "Email": None if number % EVERY == 0 else email,
        "PaymentConditionNumberOfDays": (8, 14, 30)[number % 3],
        **times(number),
    }


def product(number: int) -> dict[str, Any]:
    """Every tenth number has a slash and a letter that an address can't hold as it is."""
    return {
        "ProductGuid": str(UUID(int=number)),
        "ProductNumber": f"ÆBLE/{number}" if number % 10 == 0 else f"V-{number:05}",
        "Name": f"Vare {number:05}",
        "BaseAmountValue": 10 + number % 500,
        "Quantity": 1,
        "AccountNumber": 1000,
        "Unit": "parts",
        "ExternalReference": None,
        "Comment": None,
        **times(number),
    }


def times(number: int) -> dict[str, Any]:
    stamp = f"2026-01-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00.00"
    return {"CreatedAt": stamp, "UpdatedAt": stamp, "DeletedAt": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("customers", 40), ("suppliers", 4), ("products", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    keeps, stores = books(asked.customers, asked.suppliers, asked.products), make_rackbeat()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    with serve(keeps, port=8721) as dinero, serve(stores, port=8722) as rackbeat:
        say(f"Dinero at {dinero.url}, Rackbeat at {rackbeat.url}; in secrets.env:")
        say("DINERO_SECRET=client-secret\nDINERO_KEY=api-key\nRACKBEAT_KEY=rackbeat-key")
        with contextlib.suppress(KeyboardInterrupt):
            stopped.wait()
    there, writes = stores.state, sum(call.writes for call in stores.calls)
    say(f"\nRackbeat has {len(there.customers)} customers, {len(there.suppliers)} suppliers and")
    say(f"{len(there.products)} products, by {writes} writing calls")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
