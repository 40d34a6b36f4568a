"""The plan of a state, case by case: groups first, demanded fields, what only can be changed, two sides that moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.sync.samples import TAKES, calls, taker

from kontering.accounting.settings import Settings
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, Link, LookUp, Skip, Step, Todo, Wait
from kontering.model.record import JsonObject
from kontering.model.state import State, StateKind
from kontering.project.policy import Policy, Products, Suppliers
from kontering.sdk.connector import Takes
from kontering.sync import states
from kontering.sync.facts import WROTE, Facts, Nobody, Origin
from kontering.sync.others import NOBODY
from kontering.sync.planner import plan
from kontering.sync.taker import Taker

FINDS: Mapping[str, frozenset[str]] = {
    "supplier": frozenset({"email"}),
    "supplier_group": frozenset({"number", "name"}),
    "stock": frozenset({"sku"}),
    "correction": frozenset({"id"}),
}
ORIGIN = "shop/order/5121"
ALL = Policy()
OTHER: JsonObject = {"number": "-"}
CARD: dict[str, Any] = {
    "external_id": "88",
    "name": "Nordlys Papir",
    "email": "p@example.dk",
    "address": {"country": "DK"},
}


def takes() -> dict[str, Takes]:
    made = {
        kind: Takes(payload=f"x/{kind}", calls=calls(kind, *actions), finds=FINDS[kind])
        for kind, actions in {
            "supplier": ("create", "change"),
            "supplier_group": ("create",),
            "stock": ("change",),
            "correction": ("change",),
        }.items()
    }
    return {**TAKES, **made, "supplier": replace(made["supplier"], demands=frozenset({"email"}))}


def body(kind: str, data: JsonObject) -> JsonObject | Hold:
    """What the target's mappings would make of it."""
    names = {"supplier": ("name", "email", "group_id"), "stock": ("quantity",), "correction": ("number",)}
    return {name: data[name] for name in names.get(kind, ("name",)) if name in data}


def books(**more: Takes) -> Taker:
    return replace(taker(takes() | more), render=body)


def state(kind: StateKind, data: dict[str, Any], key: str = "books/supplier/88", **more: Any) -> State:
    made = State(
        kind=kind,
        key=key,
        thing=(states.things_kind(kind), key),
        number=str(data.get("number") or data.get("sku") or "88"),
        name=data.get("name", "it"),
        state="active",
        data=data,
    )
    return replace(made, **more)


def first(document: State, facts: Facts, policy: Policy = ALL, target: Taker | None = None) -> Todo | None:
    return next(iter(plan(document, facts, policy, target or books())), None)


def linked(kind: str, key: str, **found: Any) -> Linked:
    return Linked(kind=kind, key=key, found=Found(**({"id": "7", "done": frozenset({"create"})} | found)))


def test_the_group_is_looked_for_and_made_before_what_is_in_it() -> None:
    document = state("supplier", {**CARD, "group": "Paper"})
    group = ("supplier_group", "books/supplier_group/Paper")
    asked = first(document, Facts())
    made = first(document, Facts(looked={group: Nobody()}))
    facts = Facts(links={group: linked(*group)}, looked={document.thing: Nobody()})
    then = first(document, facts)

    assert isinstance(asked, LookUp)
    assert (asked.kind, asked.by) == ("supplier_group", ({"name": "Paper"},))
    assert isinstance(made, Step)
    assert (made.action, made.kind, dict(made.body)) == ("create", "supplier_group", {"name": "Paper"})
    assert isinstance(then, Step)
    assert then.body["group_id"] == Link(*group)


def test_the_flow_s_group_stands_in_where_the_source_names_none() -> None:
    asked = first(state("supplier", CARD), Facts(), Policy(suppliers=Suppliers(group="7")))

    assert isinstance(asked, LookUp)
    assert asked.by == ({"number": "7"}, {"name": "7"})


def test_a_demanded_field_that_is_missing_holds_it_before_anything_is_asked() -> None:
    document = state("supplier", {name: value for name, value in CARD.items() if name != "email"})
    found = first(document, Facts())

    assert isinstance(found, Hold)
    assert (found.code, found.reason) == (
        "FIELD_DEMANDED",
        "Nordlys Papir has no e-mail address, and books takes no supplier without one",
    )


def test_what_the_target_does_not_take_is_held_with_a_way_on() -> None:
    found = first(state("customer_group", {"external_id": "1", "name": "VIP"}), Facts())

    assert isinstance(found, Hold)
    assert found.code == "NOT_TAKEN"


def test_it_waits_for_the_flows_that_come_first() -> None:
    found = first(state("supplier", CARD), Facts(), Policy(needs=("groups",)))

    assert isinstance(found, Wait)


@pytest.mark.parametrize(("missing", "kind"), [("create", Skip), ("hold", Hold)])
def test_stock_of_what_the_target_does_not_sell_is_skipped_or_held(missing: Any, kind: type) -> None:
    document = state("stock_level", {"sku": "MUG", "quantity": 7}, "books/product/MUG")
    facts = Facts(looked={document.thing: Nobody()})

    assert isinstance(first(document, facts, Policy(products=Products(missing=missing))), kind)


def correction(**more: Any) -> State:
    return state("correction", {"number": "20001"}, ORIGIN, origin=ORIGIN, **more)


def seen(version: str, *, data: JsonObject = OTHER, wrote: str = "") -> Facts:
    """The origin was looked at just now; it was read in the edition `v1`."""
    thing = ("correction", ORIGIN)
    one = replace(linked(*thing, id="5121", version=version, data=data), keeps={WROTE: wrote} if wrote else {})
    origins = {ORIGIN: Origin(versions=frozenset({"v1"}), decided=True)}
    return Facts(links={thing: one}, looked={thing: Nobody()}, origins=origins)


def test_an_origin_is_looked_at_each_time_and_written_only_where_it_differs() -> None:
    asked = first(correction(), Facts(links={("correction", ORIGIN): linked("correction", ORIGIN)}))

    assert isinstance(asked, LookUp)
    assert asked.by == ({"id": "5121"},)
    assert isinstance(first(correction(), seen("v1")), Step)
    assert first(correction(), seen("v1", data={"number": "20001"})) is None


def test_an_origin_that_is_gone_is_a_person_s() -> None:
    found = first(correction(), Facts(looked={("correction", ORIGIN): Nobody()}))

    assert isinstance(found, Hold)
    assert found.code == "ORIGIN_GONE"


def test_an_edition_that_we_wrote_ourselves_is_no_conflict() -> None:
    ours = seen("v2", wrote="v2")
    another = seen("v2")
    sibling = replace(linked("payment_state", ORIGIN, id="5121", version="v2"), keeps={WROTE: "v2"})
    with_sibling = replace(another, links={**another.links, ("payment_state", ORIGIN): sibling})

    assert isinstance(first(correction(), ours), Step)
    assert isinstance(first(correction(), with_sibling), Step)
    assert isinstance(first(correction(), another), Hold)


@pytest.mark.parametrize(("rule", "kind"), [("books_win", Step), ("source_wins", Skip), ("hold", Hold)])
def test_where_both_sides_moved_the_flow_s_rule_decides(rule: Any, kind: type) -> None:
    assert isinstance(first(correction(), seen("v2"), Policy(conflict=rule)), kind)


def test_an_edition_that_is_still_undecided_here_is_a_conflict_too() -> None:
    facts = replace(seen("v1"), origins={ORIGIN: Origin(versions=frozenset({"v1"}), decided=False)})

    assert isinstance(first(correction(), facts), Hold)


def settled(kind: StateKind, data: dict[str, Any]) -> Any:
    return states.settled(
        states.Asked(key="books/customer/1", id="1", kind=kind, data=data, settings=Settings(), others=NOBODY)
    )


def test_a_party_without_an_id_of_its_source_is_held() -> None:
    found = settled("customer", {"kind": "consumer", "name": "A", "address": {"country": "DK"}})

    assert isinstance(found, Hold)
    assert found.code == "NO_IDENTITY"


def test_numbers_are_proved_and_one_that_can_t_be_right_goes_on_with_a_word() -> None:
    card = {"kind": "business", "external_id": "1", "name": "A", "address": {"country": "DK"}}
    right = settled("customer", {**card, "vat_number": "12 34 56 74", "ean": "5798 0000 0011 7"})
    wrong = settled("customer", {**card, "vat_number": "12345678"})

    assert (right.data["vat_number"], right.data["ean"], right.data["kind"]) == (
        "DK12345674",
        "5798000000117",
        "public",
    )
    assert (wrong.data["vat_number"], wrong.warnings[0].code) == ("12345678", "VAT_NUMBER_UNPROVED")
