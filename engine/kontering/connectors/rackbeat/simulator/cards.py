"""Master data: groups, terms, customers, suppliers, products, bills of materials: what they may hold, their calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import httpx

from kontering.connectors.rackbeat.simulator import hooks, lists
from kontering.connectors.rackbeat.simulator.guard import Ask, No, answered, body_of, invalid
from kontering.connectors.rackbeat.simulator.state import Row, State, Table, amount, following, local
from kontering.testing.simulator import Route, reply

LONGEST = 255
CURRENCIES = frozenset(["DKK", "EUR", "SEK", "NOK", "GBP", "USD", "CHF", "PLN", "JPY", "CZK", "HUF", "ISK"])
Problem = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A kind of master data: its path, its keys in answers, the fields it takes, and what these may hold.

    `refers` are fields that name a row of another table by its number, shown as an object with number and name.
    """

    path: str
    many: str
    one: str
    fields: tuple[str, ...]
    required: tuple[str, ...] = ("name",)
    refers: Mapping[str, tuple[str, str]] | None = None
    first: int = 1
    numbers: Callable[[Any], Any] = int
    event: str = ""
    deletable: bool = True


_ADDRESS = ("address_street", "address_street2", "address_city", "address_zipcode", "address_country")
_PARTY = (
    *("contact_email", "contact_phone", "locale", "currency", "company_vat", "vat_zone", "payment_terms_id"),
    *_ADDRESS,
)
_ITEM = (
    *("name", "group", "sales_price", "recommended_cost_price", "extra_cost", "unit_id", "description", "barcode"),
    *("min_inventory_quantity", "min_sales_quantity", "min_purchase_quantity", "default_location_id", "physical"),
    *("variation_id", "supplier_product_number", "is_barred", "discount_group", "image_url", "default_supplier_id"),
    *("department_id", "stock_quantity"),
)
_TERMS = {"payment_terms_id": ("payment_terms", "payment_terms")}
CARDS: Mapping[str, Card] = {
    "customers": Card(
        path="customers",
        many="customers",
        one="customer",
        event="customer",
        first=1001,
        fields=("name", *_PARTY, "ean", "is_barred", "layout_id", "general_discount_percentage", "customer_group_id"),
        required=("name", "payment_terms_id"),
        refers={**_TERMS, "customer_group_id": ("customer_groups", "customer_group")},
    ),
    "suppliers": Card(
        path="suppliers",
        many="suppliers",
        one="supplier",
        event="supplier",
        first=5001,
        fields=("company_name", *_PARTY, "supplier_group_id"),
        required=("company_name", "supplier_group_id"),
        refers={**_TERMS, "supplier_group_id": ("supplier_groups", "supplier_group")},
    ),
    "products": Card(
        path="products",
        many="products",
        one="product",
        event="product",
        fields=_ITEM,
        required=("number", "name", "group"),
        refers={
            "group": ("product_groups", "group"),
            "unit_id": ("units", "unit"),
            "default_supplier_id": ("suppliers", "default_supplier"),
        },
        numbers=str,
    ),
    "lots": Card(
        path="lots",
        many="lots",
        one="lot",
        event="lot",
        fields=_ITEM,
        required=("number", "name", "group"),
        refers={"group": ("product_groups", "group"), "unit_id": ("units", "unit")},
        numbers=str,
    ),
    "customer_groups": Card(path="customer-groups", many="customer_groups", one="customer_group", fields=("name",)),
    "supplier_groups": Card(path="supplier-groups", many="supplier_groups", one="supplier_group", fields=("name",)),
    "product_groups": Card(
        path="product-groups",
        many="product_groups",
        one="product_group",
        fields=(
            *("name", "has_inventory", "should_spread_cost", "is_sellable"),
            *("vat_domestic", "vat_eu", "vat_abroad", "vat_domestic_exempt"),
        ),
    ),
    "payment_terms": Card(
        path="payment-terms",
        many="payment_terms",
        one="payment_terms",
        fields=("name", "days"),
        first=1001,
        event="payment_terms",
    ),
    "units": Card(path="units", many="units", one="unit", fields=("name",)),
    "locations": Card(path="locations", many="locations", one="location", fields=("name", "parent_id")),
    "layouts": Card(path="layouts", many="layouts", one="layout", fields=("name",), deletable=False),
    "employees": Card(path="employees", many="employees", one="employee", fields=("name", "email"), event="employee"),
}


def routes() -> list[Route[State]]:
    return [route for name, card in CARDS.items() for route in _of(name, card)]


def _of(name: str, card: Card) -> Iterator[Route[State]]:
    base, one = f"/api/{card.path}", f"/api/{card.path}/{{id}}"
    yield Route("GET", base, answered(lambda asked: listed(asked, name)))
    yield Route("POST", base, answered(lambda asked: create(asked, name)))
    yield Route("GET", one, answered(lambda asked: shown(asked, name, row_of(asked, name))))
    yield Route("PUT", one, answered(lambda asked: change(asked, name)))
    if card.deletable:
        yield Route("DELETE", one, answered(lambda asked: delete(asked, name)))


def listed(asked: Ask, name: str) -> httpx.Response:
    card, state = CARDS[name], asked.state
    return lists.page(asked, card.many, state.table(name).values(), lambda row: view(state, name, row, asked.origin))


def shown(asked: Ask, name: str, row: Row, status: int = 200) -> httpx.Response:
    return reply({CARDS[name].one: view(asked.state, name, row, asked.origin)}, status)


def create(asked: Ask, name: str) -> httpx.Response:
    card, said, table = CARDS[name], body_of(asked), asked.state.table(name)
    problems = [*_lacking(asked.state, card, said), *_wrong(asked.state, card, said)]
    if "number" in said and not problems:
        problems += [("number", "The number has already been taken.")] if card.numbers(said["number"]) in table else []
    _refuse(problems)
    number = card.numbers(said["number"]) if "number" in said else following(asked.state, name, card.first, table)
    stamp = local(asked.now)
    table[number] = {"number": number, **_taken(card, said), "created_at": stamp, "updated_at": stamp}
    hooks.tell(asked, f"{card.event}.created", number, "number")
    return shown(asked, name, table[number], 201)


def change(asked: Ask, name: str) -> httpx.Response:
    """What the body names is changed; where a PUT means the whole card, what it leaves out is gone."""
    card, said, row = CARDS[name], body_of(asked), row_of(asked, name)
    whole = asked.state.habits.put == "whole"
    lacking = _lacking(asked.state, card, {"number": row["number"], **said}) if whole else ()
    _refuse([*lacking, *_wrong(asked.state, card, said)])
    if "number" in said and card.numbers(said["number"]) != row["number"]:
        raise invalid({"number": ["The number can't be changed."]})
    before = dict(row)
    if whole:
        for field in card.fields:
            row.pop(field, None)
    row |= {**_taken(card, said), "updated_at": local(asked.now)}
    changed = [field for field in card.fields if row.get(field) != before.get(field)]
    hooks.tell(asked, f"{card.event}.updated", row["number"], "number", changed=changed)
    return shown(asked, name, row)


def delete(asked: Ask, name: str) -> httpx.Response:
    row = row_of(asked, name)
    used = [other.one for where, other in CARDS.items() if _is_used(asked.state, name, row["number"], where, other)]
    if used:
        raise No(422, f"It is used by a {used[0].replace('_', ' ')}.", {"number": ["It is in use."]})
    del asked.state.table(name)[row["number"]]
    return reply({"message": "Deleted."})


def row_of(asked: Ask, name: str, id_: str = "id") -> Row:
    """The row that the address names; an item's number may be encoded once or twice."""
    table, given = asked.state.table(name), asked.ids[id_]
    for number in _spelled(asked, given):
        key: Any = number if CARDS[name].numbers is str else int(number) if number.isdecimal() else None
        if key in table:
            found: Row = table[key]
            return found
    raise No(404, f"The {CARDS[name].one.replace('_', ' ')} could not be found.")


def _spelled(asked: Ask, given: str) -> tuple[str, ...]:
    """The address was decoded once already."""
    match asked.state.habits.encoded:
        case "once":
            return (given,)
        case "twice":
            return (unquote(given),)
        case _:
            return (given, unquote(given))


def view(state: State, name: str, row: Row, origin: str) -> Row:
    """A row as it is read: what it refers to as an object, its address, and for items their stock."""
    card = CARDS[name]
    out = {field: row.get(field) for field in ("number", *card.fields)}
    for field, (table, shown_as) in (card.refers or {}).items():
        number = out.pop(field, None)
        other = state.table(table).get(number)
        if other:
            out[shown_as] = brief(other) | ({"days": other["days"]} if "days" in other else {})
    path = quote(str(row["number"]), safe="")
    if card.numbers is str:
        out |= {"type": card.one, "urlfriendly_number": path, "stock_quantity": amount(row.get("stock_quantity"))}
        out |= {"is_barred": bool(row.get("is_barred")), "cost_price": row.get("cost_price")}
    if "is_barred" in card.fields:
        out["is_barred"] = bool(row.get("is_barred"))
    if "vat_zone" in card.fields:
        out["vat_zone"] = row.get("vat_zone") or "domestic"
    times = {field: row[field] for field in ("created_at", "updated_at")}
    return {**out, **times, "self": f"{origin}/api/{card.path}/{path}"}


def brief(row: Row) -> Row:
    return {"number": row["number"], "name": row.get("name") or row.get("company_name")}


def _taken(card: Card, said: Mapping[str, Any]) -> Row:
    """What Rackbeat knows of a body; other fields are ignored."""
    return {field: said[field] for field in card.fields if field in said}


def _lacking(state: State, card: Card, said: Mapping[str, Any]) -> Iterator[Problem]:
    email = state.habits.demands_email and "contact_email" in card.fields
    for field in (*card.required, *(("contact_email",) if email else ())):
        if said.get(field) in (None, ""):
            yield field, f"The {field.replace('_', ' ')} field is required."


def _wrong(state: State, card: Card, said: Mapping[str, Any]) -> Iterator[Problem]:
    for field, value in said.items():
        label = field.replace("_", " ")
        if isinstance(value, str) and len(value) > LONGEST and field not in ("description", "image_url"):
            yield field, f"The {label} may not be greater than {LONGEST} characters."
    for field, (table, _) in (card.refers or {}).items():
        number = said.get(field)
        if number not in (None, "") and _number(number) not in state.table(table):
            yield field, f"The selected {field.replace('_id', '').replace('_', ' ')} is invalid."
    yield from _words(state, card, said)
    if "number" in said and card.numbers is int and _number(said["number"]) is None:
        yield "number", "The number must be an integer."
    if "number" in said and card.numbers is str and not isinstance(said["number"], str):
        yield "number", "The number must be a string."


def _words(state: State, card: Card, said: Mapping[str, Any]) -> Iterator[Problem]:
    email, zone, currency = said.get("contact_email"), said.get("vat_zone"), said.get("currency")
    if email not in (None, "") and "contact_email" in card.fields and not _is_address(email):
        yield "contact_email", "The contact email must be a valid email address."
    if zone is not None and "vat_zone" in card.fields and zone not in state.habits.vat_zones:
        yield "vat_zone", "The selected vat zone is invalid."
    if currency is not None and "currency" in card.fields and currency not in CURRENCIES:
        yield "currency", "The selected currency is invalid."
    for field in ("sales_price", "recommended_cost_price", "stock_quantity"):
        if field in card.fields and isinstance(said.get(field), str):
            yield field, f"The {field.replace('_', ' ')} must be a number."


def _is_address(text: object) -> bool:
    name, _, host = str(text).partition("@")
    return bool(name and host) and "@" not in host and not any(char.isspace() for char in str(text))


def _is_used(state: State, name: str, number: Any, where: str, other: Card) -> bool:
    fields = [field for field, (table, _) in (other.refers or {}).items() if table == name]
    rows: Table = state.table(where)
    return any(_number(row.get(field)) == number for row in rows.values() for field in fields)


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() and not isinstance(value, bool) else None


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        errors: dict[str, list[str]] = {}
        for field, message in problems:
            errors.setdefault(field, []).append(message)
        raise invalid(errors)
