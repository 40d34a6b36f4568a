"""The writing calls: a party is one row; a voucher is its head, then all of its lines at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontering.connectors.dynaccount import finding
from kontering.connectors.dynaccount.asking import Row, bulk, form, listed, rows, write, written
from kontering.errors import ConnectorError, Refusal, Refused, Unsure
from kontering.sdk.calls import decimal, escaped
from kontering.sdk.connector import Found, Receipt, Settings, Step

if TYPE_CHECKING:
    import httpx

COMPARED = ("type", "account_id_", "accountoff_id_", "vatcode_name")


def party(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A new debtor or creditor; its number is the source's, or one that is made of its key and is free."""
    table = finding.TABLES[step.kind]
    number = step.body.get("module_id_") or _free(client, settings, table, step)
    return finding.party(_one(write(client, f"put/{table}", form({"module_id_": number, **step.body})), table))


def _free(client: httpx.Client, settings: Settings, table: str, step: Step) -> str:
    first = int(finding.own_number(settings, {**step.terms, "key": step.key}))
    for number in range(first, first + finding.TRIED):
        if not listed(client, table, {"module_id_": str(number), "select": "id"}):
            return str(number)
    raise Refused((Refusal(f"the numbers from {first} on are taken; give the customer one", "/module_id_"),))


def party_again(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Change some columns; the row is named by its inner id, which is asked for."""
    table, number = finding.TABLES[step.kind], _id(step)
    there = listed(client, table, {"module_id_": number})
    if not there:
        raise Refused((Refusal(f"{table} {number} is gone"),))
    body = {name: value for name, value in step.body.items() if name != "module_id_"}
    row = _one(write(client, f"put/{table}/{there[0]['id']}", form(body)), table)
    return finding.party({**there[0], **row})


def entry(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A voucher, or an order; what a lost answer has left of it is gone on with, and another's is refused."""
    return _order(client, step) if "order" in step.body else _voucher(client, settings, step, replace=False)


def entry_again(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A changed voucher is another one in its place; an order isn't changed from here."""
    if "order" in step.body:
        raise Refused((Refusal("the order has changed since it was made; change it in Dynaccount", "/order"),))
    found = _voucher(client, settings, step, replace=True)
    return Found(id=found.id, number=found.number, done=found.done | {"change"}, totals=found.totals, data=found.data)


def _voucher(client: httpx.Client, settings: Settings, step: Step, *, replace: bool) -> Receipt:
    head, wanted = step.body["enclosure"], step.body["rows"]
    for row in rows(client, "enclosure", txt=head["txt"]):
        there = finding.entered(client, str(row["id"]))
        if _equal(there, wanted):
            return _proved(row, settings, step, there)
        if row.get("is_booked") == "YES" or (there and not replace and _is_whole(there)):
            number = row.get("enc_id_") or row["id"]
            raise Refused((Refusal(f"the voucher {number} has this text already, and other lines", "/enclosure/txt"),))
        write(client, f"delete/enclosure/{row['id']}", ())  # a head without its lines, or what is replaced
    draft = _draft(client, settings)
    made = _one(write(client, "put/enclosure", form({**head, "draft_id": draft})), "enclosure")
    lines = _lines(
        client, str(made["id"]), "accounting", "enclosure", [{**row, "enclosure_id": made["id"]} for row in wanted]
    )
    if not _equal(lines, wanted):
        lines = finding.entered(client, str(made["id"]))
    return _proved(made, settings, step, lines)


def _order(client: httpx.Client, step: Step) -> Receipt:
    head, wanted = step.body["order"], step.body["lines"]
    for row in rows(client, "debtor_order", requisition=head["requisition"]):
        there = finding.ordered(client, str(row["id"]))
        if len(there) == len(wanted):
            return finding.order(row)
        write(client, f"delete/debtor_order/{row['id']}", ())
    made = _one(write(client, "put/debtor_order", form(head)), "debtor_order")
    _lines(
        client,
        str(made["id"]),
        "debtor_order_product",
        "debtor_order",
        [{**row, "order_id": made["id"]} for row in wanted],
    )
    there_now = listed(client, "debtor_order", {"id": str(made["id"])})
    return finding.order(there_now[0] if there_now else made)


def _lines(client: httpx.Client, id_: str, table: str, owner: str, wanted: Sequence[Row]) -> Sequence[Row]:
    """All lines in one call; where they are refused, their head goes too."""
    try:
        return write(client, f"insert_bulk/{table}", bulk(wanted))
    except Refused:
        with suppress(ConnectorError):  # the head without lines stays: the next attempt takes it out
            write(client, f"delete/{owner}/{id_}", ())
        raise


def _proved(row: Row, settings: Settings, step: Step, lines: Sequence[Row]) -> Receipt:
    """The lines as they were kept, against those that were sent: then the document comes to what it says."""
    gross = decimal(step.body.get("gross")) if _equal(lines, step.body["rows"]) else None
    return finding.enclosure(row, settings, lines, gross)


def _equal(there: Sequence[Row], wanted: Sequence[Row]) -> bool:
    return sorted(map(_essence, there)) == sorted(map(_essence, wanted))


def _essence(row: Row) -> tuple[str, ...]:
    amount = decimal(written(row.get("amount"))) or Decimal(0)
    return (f"{amount:.2f}", *(written(row.get(name)) for name in COMPARED))


def _is_whole(lines: Sequence[Row]) -> bool:
    """A voucher that balances is somebody's; one that doesn't is what a cut call has left."""
    total = Decimal(0)
    for line in lines:
        amount = decimal(written(line.get("amount"))) or Decimal(0)
        total += amount * (bool(line.get("account_id_")) - bool(line.get("accountoff_id_")))
    return total == 0


def delete(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Take a voucher out of its journal; one that is gone already is fine."""
    if listed(client, "enclosure", {"id": _id(step), "select": "id"}):
        write(client, f"delete/enclosure/{escaped(_id(step))}", ())
    return Found(id=_id(step), done=frozenset({"create", "delete"}))


def book(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Book the voucher by the action that the connection names; without one it waits for a bookkeeper."""
    id_, action = _id(step), settings.get("book_action")
    if not action:
        return Found(id=id_, done=frozenset({"create", "book"}))
    there = listed(client, "enclosure", {"id": id_})
    if not there:
        raise Unsure(f"the voucher {id_} is gone: deleted by somebody")
    if there[0].get("is_booked") != "YES":
        write(client, f"action/{escaped(str(action))}", [(str(settings["book_by"]), id_)])
    return Found(id=id_, number=str(there[0].get("enc_id_") or id_), done=frozenset({"create", "book"}))


def _draft(client: httpx.Client, settings: Settings) -> Any:
    name = str(settings["draft"])
    there = listed(client, "draft", {"name": name, "select": "id"})
    if not there:
        raise Refused((Refusal(f"Dynaccount has no booking journal {name}: make it, or change the setting draft"),))
    return there[0]["id"]


def _one(answer: Sequence[Row], table: str) -> Row:
    """The row that a put gives back; without an id nobody can tell what has happened."""
    if not answer or not isinstance(answer[0], Mapping) or answer[0].get("id") is None:
        raise Unsure(f"put {table} was answered without an id")
    return answer[0]


def _id(step: Step) -> str:
    if step.of is None:
        raise ValueError(f"{step.action} {step.kind} {step.key}: nothing to do it with")
    return step.of.id
