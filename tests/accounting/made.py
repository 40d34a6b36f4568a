"""Small documents for tests: an ordinary Danish order, and what may differ from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kontering.accounting.settings import Settings
from kontering.accounting.settle import Settled, settle
from kontering.model.document import Address, Charged, Claim, Line, Paid, Party, Planned, Sale
from kontering.model.plan import Hold, Skip

DAY = dt.date(2026, 3, 2)
SETTINGS = Settings(project="shop", target="books")


def d(text: str) -> Decimal:
    return Decimal(text)


def party(country: str = "DK", **changes: Any) -> Party:
    """A buyer; `postcode` and the like may be given beside the fields of a party."""
    address = {name: changes.pop(name) for name in ("postcode", "city") if name in changes}
    given: dict[str, Any] = {"name": "Asta Lindgaard", "email": "asta@example.dk"}
    return Party(**(given | changes), address=Address(country=country, **address))


def line(amount: str = "125.00", rate: str | None = "25", **changes: Any) -> Line:
    """A line of goods with VAT at a rate; `vat` may be given, and None as a rate leaves it out."""
    vat = changes.pop("vat", None)
    charged = Charged(rate=None if rate is None else d(rate), vat=None if vat is None else d(vat))
    taxes = changes.pop("taxes", (charged,))
    given: dict[str, Any] = {"id": "1", "kind": "goods", "description": "Mug", "quantity": Decimal(1)}
    return Line(**(given | changes), amount=d(amount), taxes=taxes)


def sale(*lines: Line, gross: str | None = None, **changes: Any) -> Sale:
    """An order whose claimed gross is the sum of its gross lines."""
    given: dict[str, Any] = {
        "kind": "invoice",
        "key": "shop/order/1001",
        "number": "1001",
        "state": "completed",
        "date": DAY,
        "currency": "DKK",
        "prices": "gross",
        "customer": party(),
    }
    own = lines or (line(),)
    whole = sum((one.amount for one in own), Decimal(0)) if gross is None else d(gross)
    claim = changes.pop("totals", Claim(gross=whole))
    return Sale(**(given | changes), lines=own, totals=claim)


def refund(*lines: Line, gross: str | None = None, **changes: Any) -> Sale:
    """A credit note on order 1001."""
    given: dict[str, Any] = {
        "kind": "credit_note",
        "key": "shop/refund/9",
        "number": "1001-9",
        "credits": "shop/order/1001",
        "credits_number": "1001",
        "customer": None,
    }
    return sale(*lines, gross=gross, **(given | changes))


def paid(amount: str, method: str = "card", day: dt.date = DAY, **changes: Any) -> Paid:
    return Paid(method=method, date=day, amount=d(amount), **changes)


def settled(given: Sale, settings: Settings = SETTINGS, **known: Any) -> Settled:
    found = settle(given, settings, **known)
    assert isinstance(found, Settled), found
    return found


def planned(given: Sale, settings: Settings = SETTINGS, **known: Any) -> Planned:
    return settled(given, settings, **known).planned


def held(given: Sale, settings: Settings = SETTINGS, **known: Any) -> Hold:
    found = settle(given, settings, **known)
    assert isinstance(found, Hold), found
    return found


def claiming_own(given: Sale, settings: Settings = SETTINGS, **known: Any) -> Settled | Hold | Skip:
    """The sale settled with whatever its lines come to as its claim."""
    found = settle(replace(given, totals=Claim(gross=Decimal(10) ** 12)), settings, **known)
    if not isinstance(found, Hold) or "own" not in found.details:
        return found
    return settle(replace(given, totals=Claim(gross=found.details["own"])), settings, **known)


def codes(document: Planned) -> list[str]:
    return [one.code for one in document.lines]


def sides(document: Planned) -> list[tuple[str, str, str]]:
    return [(str(one.net), str(one.vat), str(one.gross)) for one in document.lines]


def accounts(found: Settled, kind: str) -> dict[str, str]:
    """What the vouchers of a kind put on each account."""
    sums: dict[str, Decimal] = {}
    for posting in found.postings:
        if posting.kind == kind:
            for one in posting.lines:
                sums[one.role] = sums.get(one.role, Decimal(0)) + one.amount
    return {role: str(amount) for role, amount in sums.items() if amount}


def open_amount(documents: Sequence[Planned]) -> Decimal:
    """What is open after invoices and credit notes."""
    signs = [(1 if one.kind == "invoice" else -1, one.open) for one in documents]
    return sum((sign * amount for sign, amount in signs), Decimal(0))
