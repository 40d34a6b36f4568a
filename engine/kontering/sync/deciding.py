"""Bank lines that nothing explained: what each may be, and what a person says it is.

A decision is kept with who made it; the line is prepared anew and booked by the next run. Suggestions are learnt from
the decisions in this store, by the words of the lines; none is booked by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from kontering.accounting import bank, roles, suggest
from kontering.accounting.settings import Settings
from kontering.accounting.suggest import Suggestion
from kontering.diagnostics import closest
from kontering.errors import Misuse
from kontering.mapping.mapping import Mapped
from kontering.model.bank import BankLine, Decision, OpenItem
from kontering.store import audit, decisions, documents
from kontering.store.documents import Row
from kontering.store.store import Store, Tx
from kontering.sync import bank_lines, status
from kontering.sync import flow as reading
from kontering.sync.status import Changed
from kontering.sync.wiring import Wired

UNMATCHED = "BANK_LINE_UNMATCHED"
SEVERAL = Decimal("0.60")
"""How sure it is that several documents are meant that add up: a little more than one that has the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a line may be: a `document`, several `documents`, or the `category` of a role; why, and how sure that is."""

    kind: str
    target: str
    name: str
    score: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A bank line that waits for a person, with its choices, the likeliest first."""

    key: str
    flow: str
    date: dt.date
    amount: Decimal
    currency: str
    text: str
    party: str | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line with what it could pay."""

    row: Row
    line: BankLine
    items: Sequence[OpenItem]
    settings: Settings


def unclear(store: Store, wired: Wired, *, most: int = 3) -> tuple[Unclear, ...]:
    """Every bank line that waits, by its day."""
    with store.look() as tx:
        history = tuple(decisions.history(tx))
        return tuple(_unclear(one, history, most) for one in _waiting(tx, wired))


def pays(store: Store, wired: Wired, key: str, documents_: Sequence[str], *, less_fee: bool, who: str) -> Changed:
    """A line pays these documents (`order/5204`, `order/5204=300.00`), in full or in part, or less a fee held back."""
    with store.begin() as tx:
        waiting = _one(tx, wired, key)
        parts = [_part(text, waiting) for text in documents_]
        said = Decision(
            line=waiting.row.key,
            pays=tuple((item.key, amount) for item, amount in parts),
            less_fee=less_fee,
            parties=tuple(dict.fromkeys(item.party for item, _ in parts if item.party)),
        )
        found = bank.match_line(waiting.line, waiting.items, waiting.settings, replace(said, who="you"))
        if found.kind == "unmatched":
            raise Misuse(f"{waiting.row.key}: {found.reason}")
        _keep(tx, waiting, said, who, "pays")
    return status.retry(store, [waiting.row.key], who=who)


def goes_to(store: Store, wired: Wired, key: str, role: str, *, vat: str | None, who: str) -> Changed:
    """A line pays no document: it goes to the account of a role, with or without VAT to deduct."""
    if not roles.is_role(role):
        near = closest(role, roles.ROLES)
        raise Misuse(
            f"there is no role {role!r}; " + (f"did you mean {near!r}?" if near else "see `kontering docs roles`")
        )
    if vat is not None and not (roles.is_code(vat) and vat.endswith("-IN") and vat[2:3].isdigit()):
        raise Misuse(f"{vat!r} is no VAT code of a purchase at home: DK25-IN; other VAT needs a bill")
    with store.begin() as tx:
        waiting = _one(tx, wired, key)
        _keep(tx, waiting, Decision(line=waiting.row.key, role=role, vat=vat), who, "goes to")
    return status.retry(store, [waiting.row.key], who=who)


def _keep(tx: Tx, waiting: _Waiting, said: Decision, who: str, what: str) -> None:
    line = waiting.line
    whole = replace(said, who=who, text=line.text, party=line.party, amount=line.amount)
    decisions.put(tx, whole)
    target = ", ".join(key for key, _ in said.pays) or " ".join(filter(None, (said.role, said.vat)))
    audit.append(
        tx, [audit.Entry(who=who, what=f"says that it {what}", subject=waiting.row.key, data={"target": target})]
    )


def _waiting(tx: Tx, wired: Wired) -> list[_Waiting]:
    found: list[_Waiting] = []
    for row in documents.held_for(tx, UNMATCHED):
        flow = wired.flows.get(row.flow)
        if flow is None:
            continue
        maker = flow.maker
        made = maker.mapping.run(
            row.record.data, params=maker.params, tables=maker.tables, record_key=row.key, zone=maker.zone
        )
        if isinstance(made, Mapped):
            known = reading.others(tx, row.connection) if not found else None
            items = known.open_items(maker.registers) if known else found[-1].items
            found.append(_Waiting(row, bank_lines.line_of(row.key, made.data), items, maker.settings))
    return found


def _one(tx: Tx, wired: Wired, key: str) -> _Waiting:
    waiting = [one for one in _waiting(tx, wired) if one.row.key == key or one.row.key.endswith(f"/{key}")]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        raise Misuse(f"{key!r} could be {' or '.join(one.row.key for one in waiting[:3])}: write the whole key")
    raise Misuse(f"no bank line {key!r} waits for a decision; `kontering queue suggestions` lists those that do")


def _part(text: str, waiting: _Waiting) -> tuple[OpenItem, Decimal | None]:
    name, _, amount = text.partition("=")
    able = bank.able_to(waiting.line, waiting.items)
    found = [item for item in able if name in (item.key, item.number) or item.key.endswith(f"/{name}")]
    if len(found) != 1:
        near = closest(name, [known for item in able for known in (item.number, item.key)])
        hint = f"did you mean {near!r}?" if near else "`kontering queue suggestions` shows what may fit"
        raise Misuse(
            f"{name!r} is {'several open documents' if found else 'no open document that this line could pay'}; {hint}"
        )
    try:
        return found[0], Decimal(amount).copy_sign(found[0].amount) if amount else None
    except InvalidOperation:
        raise Misuse(f"{amount!r} is no amount: write {name}=300.00") from None


def _unclear(one: _Waiting, history: Sequence[Decision], most: int) -> Unclear:
    line, by_key = one.line, {item.key: item for item in one.items}
    documents_ = [
        _choice("document", found, _named(by_key[found.target]))
        for found in suggest.items_for(line, one.items, suggest.payers(history), most=most)
    ]
    roles_ = [
        _choice("category", found, found.target)
        for found in suggest.categories_for(line, suggest.roles(history), most=most)
    ]
    choices = sorted((*_several(one), *documents_, *roles_), key=lambda choice: (-choice.score, choice.target))
    return Unclear(
        key=one.row.key,
        flow=one.row.flow,
        date=line.date,
        amount=line.amount,
        currency=line.currency,
        text=line.text,
        party=line.party,
        choices=tuple(choices[:most]),
    )


def _several(one: _Waiting) -> Iterator[Choice]:
    """Documents of one customer that add up, where an amount alone isn't enough to book."""
    found = bank.match_line(one.line, one.items, replace(one.settings, match_by_amount="book"))
    if found.kind == "many_to_one":
        keys, numbers = (
            " ".join(item.key for item, _ in found.parts),
            " ".join(item.number for item, _ in found.parts),
        )
        yield Choice(kind="documents", target=keys, name=numbers, score=SEVERAL, reasons=(found.reason,))


def _named(item: OpenItem) -> str:
    return " ".join(filter(None, (item.number, item.name)))


def _choice(kind: str, found: Suggestion, name: str) -> Choice:
    return Choice(kind=kind, target=found.target, name=name, score=found.score, reasons=found.reasons)
