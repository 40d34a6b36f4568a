"""Laws of the plan of a state: what was sent isn't sent again, and only what differs is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.sync.samples import TAKES, answer, taker

from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, LookUp, Skip, Step, Todo
from kontering.model.state import State
from kontering.project.policy import Customers, Policy
from kontering.store import codec
from kontering.sync.facts import Facts, Nobody, Several, with_answer, with_link, with_receipt
from kontering.sync.planner import plan

BOOKS = taker(TAKES)
texts = st.sampled_from(["Ada Holm", "Bo", "Æbler & Co", "x" * 60])
cards = st.fixed_dictionaries(
    {"external_id": st.just("77"), "name": texts, "kind": st.just("consumer")},
    optional={"email": st.sampled_from(["a@example.dk", "b@example.dk"]), "vat_number": st.just("DK12345674")},
)
streets = st.sampled_from(["Havnegade 4", "Vestergade 1", None])
policies = st.builds(
    lambda match, missing, update: Policy(customers=Customers(match=match, missing=missing, update=update)),
    st.permutations(["vat_number", "email", "external_id"]).map(tuple),
    st.sampled_from(["create", "hold"]),
    st.sampled_from([None, (), ("name",), ("name", "address")]),
)
SAID = st.sampled_from(["nobody", "one", "several"])


def state(card: dict[str, Any], street: str | None) -> State:
    address = {"country": "DK"} | ({"street": street} if street else {})
    return State(
        kind="customer",
        key="shop/customer/77",
        thing=("customer", "shop/customer/77"),
        number="77",
        name=card["name"],
        state="active",
        data={**card, "address": address},
    )


def answered(facts: Facts, entry: LookUp, said: str, data: dict[str, Any]) -> Facts:
    found = Found(id="old", done=frozenset({"create"}), data=data)
    if said == "one":
        return with_link(facts, Linked(kind=entry.kind, key=entry.key, found=found))
    if said == "several":
        return with_answer(facts, (entry.kind, entry.key), Several(found=(found, found), by="email"))
    return with_answer(facts, (entry.kind, entry.key), Nobody())


def delivered(
    document: State, policy: Policy, facts: Facts, said: str, data: dict[str, Any]
) -> tuple[Facts, list[Step]]:
    """As the deliverer does it: only the first entry, until there is none."""
    steps: list[Step] = []
    for _ in range(10):
        todo = plan(document, facts, policy, BOOKS)
        match todo[:1]:
            case (LookUp() as entry,):
                facts = answered(facts, entry, said, data)
            case (Step() as step,):
                steps.append(step)
                facts = with_receipt(facts, step, answer(step))
            case _:
                return facts, steps
    raise AssertionError("the plan has no end")


def ends(document: State, policy: Policy, facts: Facts) -> Todo | None:
    return next(iter(plan(document, facts, policy, BOOKS)), None)


@given(cards, streets, policies, SAID)
def test_a_second_delivery_has_nothing_to_do(card: dict[str, Any], street: str | None, p: Policy, said: str) -> None:
    document = state(card, street)
    facts, steps = delivered(document, p, Facts(), said, {})
    again, more = delivered(document, p, facts, said, {})

    assert len(steps) <= 1
    assert more == []
    assert again == facts
    assert ends(document, p, facts) is None or isinstance(ends(document, p, facts), Hold | Skip)


@given(cards, streets, cards, streets, policies)
def test_a_change_sends_the_fields_that_moved_and_no_others(
    old: dict[str, Any], from_: str | None, new: dict[str, Any], to: str | None, p: Policy
) -> None:
    before, after = state(old, from_), state(new, to)
    facts, first = delivered(before, p, Facts(), "nobody", {})
    if not first:
        return  # it may not be made
    _, steps = delivered(after, p, facts, "nobody", {})
    sent = BOOKS.render("customer", {**before.data, "key": before.thing[1]})
    wanted = BOOKS.render("customer", {**after.data, "key": after.thing[1]})
    assert not isinstance(sent, Hold)
    assert not isinstance(wanted, Hold)
    moved = {name: value for name, value in wanted.items() if sent.get(name) != value}

    assert len(steps) <= 1
    for step in steps:
        assert step.action == "change"
        assert step.body
        assert dict(step.body).items() <= moved.items()
    if p.customers.update is None:
        assert [dict(step.body) for step in steps] == ([moved] if moved else [])
    if p.customers.update == ():
        assert steps == []


@given(cards, streets, policies)
def test_what_is_there_as_it_should_be_is_left_alone(card: dict[str, Any], street: str | None, p: Policy) -> None:
    document = state(card, street)
    has = BOOKS.render("customer", {**document.data, "key": document.thing[1]})
    assert not isinstance(has, Hold)
    facts = Facts(links={document.thing: Linked(kind="customer", key=document.thing[1], found=Found(id="1", data=has))})

    assert plan(document, facts, p, BOOKS) == ()


@given(cards, streets, policies)
def test_a_plan_is_the_same_before_and_after_it_is_stored(card: dict[str, Any], street: str | None, p: Policy) -> None:
    document = state(card, street)
    stored = codec.document("customer", codec.packed(document))

    assert stored == document
    assert plan(stored, Facts(), p, BOOKS) == plan(document, Facts(), p, BOOKS)
