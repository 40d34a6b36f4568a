"""What becomes of hub documents that are states: proved, given the thing that they are of, and sent back to its origin.

A state that says what its origin says already is our own writing coming back: it is skipped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from kontering.accounting import holds as reasons
from kontering.accounting import identity, territory
from kontering.accounting.settings import Settings
from kontering.model.document import Item, Planned, PlannedLine, Warned
from kontering.model.plan import Hold, Skip
from kontering.model.state import State, StateKind
from kontering.sync import holds, keys
from kontering.sync.others import Others

Data = Mapping[str, Any]
KINDS = frozenset(get_args(StateKind))
PARTIES = ("customer", "supplier")
GROUPS = ("customer_group", "supplier_group", "product_group")
BACK = ("payment_state", "correction")
"""They are about a document of ours, and go back to the record that it was made of."""

IN_TARGET = {"stock_level": "stock"}
"""What a kind is called in the target's table of calls, where it isn't the same word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A state to be settled: the key of its record and the record's id, and what the mapping says."""

    key: str
    id: str
    kind: StateKind
    data: Data
    settings: Settings
    others: Others


def settled(asked: Asked) -> State | Hold | Skip:
    """What becomes of a state."""
    if asked.kind in PARTIES:
        return _party(asked)
    if asked.kind in BACK:
        return _back(asked)
    if asked.kind == "stock_level":
        return _stock(asked)
    if asked.kind == "mail":
        return _made(asked, asked.key, asked.data, number=asked.data["number"], name=_addressee(asked.data["to"]))
    return _group(asked) if asked.kind in GROUPS else _product(asked)


def things_kind(kind: str) -> str:
    """
    >>> things_kind("stock_level"), things_kind("customer")
    ('stock', 'customer')
    """
    return IN_TARGET.get(kind, kind)


def plainly(value: Any) -> Any:
    """As JSON has it, so that a plan is the same before and after its document was stored."""
    match value:
        case dt.date() | dt.datetime():
            return value.isoformat()
        case Mapping():
            return {name: plainly(part) for name, part in value.items() if part is not None}
        case list() | tuple():
            return [plainly(part) for part in value]
        case _:
            return value


def _party(asked: Asked) -> State | Hold:
    data = asked.data
    id_ = data.get("external_id")
    if not id_:
        return holds.no_identity(asked.key, asked.kind, "external_id")
    address = {**data["address"], "country": _country(data["address"]["country"])}
    proved: dict[str, Any] = {"address": address}
    warnings: list[Warned] = []
    if given := data.get("ean"):
        ean = identity.ean(given)
        if ean is None:
            return reasons.ean_invalid(asked.key, given)
        proved |= {"ean": ean, "kind": "public"}
    if given := data.get("vat_number"):
        number = identity.vat_number(given, address["country"])
        if number is not None:
            proved["vat_number"] = number.text
        elif identity.checked(address["country"]):
            message = f"{given} is no VAT number that can be right; it goes on as it is"
            warnings.append(Warned(code="VAT_NUMBER_UNPROVED", message=message))
    origin = asked.others.origin((asked.kind,), asked.id, None)  # a customer that came from the target goes back to it
    key = origin or f"{keys.source_of(asked.key)}/{asked.kind}/{id_}"
    data = {**data, **proved}
    return _made(
        asked, key, data, number=str(data.get("number") or id_), name=data["name"], origin=origin, warnings=warnings
    )


def _product(asked: Asked) -> State:
    data = asked.data
    item = Item(name=data["name"], sku=data.get("sku"), external_id=data.get("external_id"))
    key = keys.product_key(keys.source_of(asked.key), item)
    return _made(asked, key, data, number=data["sku"], name=data["name"], state="barred" if data.get("barred") else "")


def _group(asked: Asked) -> State:
    data = asked.data
    key = f"{keys.source_of(asked.key)}/{asked.kind}/{data['external_id']}"
    return _made(asked, key, data, number=data["external_id"], name=data["name"])


def _stock(asked: Asked) -> State:
    data = asked.data
    place = f"@{data['location']}" if data.get("location") else ""
    key = f"{keys.source_of(asked.key)}/product/{data['sku']}{place}"
    return _made(asked, key, data, number=data["sku"], name=f"{data['quantity']} of {data['sku']}")


def _back(asked: Asked) -> State | Hold | Skip:
    """Goes back to the record that our document was made of; what never was ours stays where it is."""
    data = asked.data
    origin = asked.others.origin(("invoice", "credit_note"), asked.id, data.get("reference"))
    if origin is None:
        return Skip(code="NOT_OURS", reason=f"{data['number']} was made of no record of the target")
    if asked.kind == "correction":
        sent = asked.others.delivered(origin)
        if sent is None:
            return Skip(code="NOT_OURS", reason=f"nothing of {origin} was delivered here")
        corrected = _corrected(sent, data)
        if not corrected:
            return Skip(code="ECHO", reason=f"{data['number']} is in the books as it came from {origin}")
        data = {**data, "changed": corrected, "lines": _with_ids(sent, data["lines"])}
    data = {**data, "origin": origin.rpartition("/")[2]}
    return _made(asked, origin, data, number=data["number"], name=data["number"], origin=origin)


def _addressee(to: Data) -> str:
    return f"{to['name']} <{to['email']}>" if to.get("name") else str(to["email"])


def _corrected(sent: Planned, data: Data) -> list[str]:
    """What the books say otherwise than the document that was sent."""
    sign = -1 if sent.kind == "credit_note" else 1
    sums = {name: sign * getattr(sent.totals, name) for name in ("net", "vat", "gross")}
    ours = [[_plain(line.quantity), _plain(sign * line.net)] for line in sent.lines if line.kind != "rounding"]
    theirs = [[_plain(line["quantity"]), _plain(line["net"])] for line in data["lines"] if not _is_rounding(line)]
    differ: Mapping[str, Callable[[], bool]] = {
        "totals": lambda: any(Decimal(data["totals"][name]) != sums[name] for name in sums if name in data["totals"]),
        "lines": lambda: not _same_lines(ours, theirs),
        "date": lambda: bool(data.get("date")) and data["date"] != sent.date,
    }
    return [name for name, asks in differ.items() if asks()]


def _same_lines(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> bool:
    """Some books turn a price of many decimals into one piece at the line's total: then the totals decide."""
    return len(ours) == len(theirs) and all(mine[1] == yours[1] for mine, yours in zip(ours, theirs, strict=True))


def _with_ids(sent: Planned, lines: Sequence[Data]) -> list[Data]:
    """The books' lines with the ids of the origin's own: by SKU where that is clear, else by their places."""
    by_sku: dict[str, list[PlannedLine]] = {}
    for own in sent.lines:
        if own.product and own.product.sku:
            by_sku.setdefault(own.product.sku, []).append(own)
    found: list[Data] = []
    for at, line in enumerate(lines):
        named = by_sku.get(str(line.get("sku")), [])
        placed = [sent.lines[at]] if len(lines) == len(sent.lines) else []
        ours = named if len(named) == 1 else placed
        found.append({**line, **({"id": ours[0].id, "kind": ours[0].kind} if ours else {"kind": "goods"})})
    return found


def _is_rounding(line: Data) -> bool:
    return line.get("kind") == "rounding"


def _plain(amount: Any) -> str:
    return format(Decimal(amount).normalize(), "f")


def _country(code: str) -> str:
    return territory.country_of(code) or code


def _made(
    asked: Asked,
    key: str,
    data: Data,
    *,
    number: str,
    name: str,
    state: str = "",
    origin: str | None = None,
    warnings: Sequence[Warned] = (),
) -> State:
    return State(
        kind=asked.kind,
        key=asked.key,
        thing=(things_kind(asked.kind), key),
        number=number,
        name=name,
        state=state or str(data.get("state") or "active"),
        data=plainly(data),
        origin=origin,
        date=data.get("date") if isinstance(data.get("date"), dt.date) else None,
        warnings=tuple(warnings),
    )
