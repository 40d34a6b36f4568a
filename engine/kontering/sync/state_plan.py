"""The plan of a state: its thing is found or made in the target, and only what differs is written there.

The link remembers each field as it was sent, so that a second run writes nothing and a change touches what moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kontering.model.link import Linked
from kontering.model.plan import Hold, Link, LookUp, Skip, Step, Todo, Wait
from kontering.model.record import JsonObject
from kontering.model.state import State
from kontering.project.policy import Group, Policy, group_of, state_of
from kontering.store import codec
from kontering.sync import holds, keys, matching
from kontering.sync.facts import WROTE, Facts, Nobody, Origin, Several
from kontering.sync.keys import Thing
from kontering.sync.matching import Terms
from kontering.sync.states import BACK
from kontering.sync.taker import Taker, finds
from kontering.sync.wanted import Body, moving

GROUP_OF = {"customer": "customer_group", "supplier": "supplier_group", "product": "product_group"}
SENT = "fields"
"""Under this name a link keeps the digest of each field as it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedState:
    """A state with its flow's policy and its target."""

    document: State
    policy: Policy
    taker: Taker
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Body]) -> Body:
        """What `make` gives, made the first time only."""
        if name not in self.made:
            self.made[name] = make()
        found: Body = self.made[name]
        return found


def things(document: State, policy: Policy) -> Iterator[Thing]:
    """Everything whose link a plan may ask for."""
    yield document.thing
    yield from ((kind, document.origin) for kind in BACK if document.origin)
    group = group_thing(document, policy)
    if group:
        yield group


def todo(want: WantedState, facts: Facts) -> Iterator[Todo]:
    document = want.document
    state = state_of(want.policy.states, document.state)
    if state is None:
        yield holds.state_unknown(document.key, document.state, want.policy.states)
    elif state == "hold":
        yield holds.by_state(document.key, document.state)
    elif state in ("skip", "cancel"):
        yield holds.skipped_by_state(document.state)
    else:
        yield from _deliver(want, facts)


def group_thing(document: State, policy: Policy) -> Thing | None:
    """The group that a party or a product is in; the target may demand that it's there first."""
    kind = GROUP_OF.get(document.kind)
    name = document.data.get("group") or (policy.suppliers.group if document.kind == "supplier" else None)
    return (kind, f"{keys.source_of(document.key)}/{kind}/{name}") if kind and name else None


def own_terms(document: State) -> dict[str, str]:
    """Everything by which the thing of a state can be recognised."""
    data = document.data
    named = ("number", "external_id", "sku", "vat_number", "ean", "email", "phone", "name", "barcode")
    own = {name: str(data[name]) for name in named if data.get(name)}
    if document.kind == "product":
        own |= {"number": own["sku"]}
    return own | ({"id": document.origin.rpartition("/")[2]} if document.origin else {})


def known_terms(document: State, kind: str) -> Mapping[str, str]:
    """By what a found thing is compared with ours; a group is told by what it was asked by alone."""
    return own_terms(document) if kind == document.thing[0] and kind not in GROUP_OF.values() else {}


def _deliver(want: WantedState, facts: Facts) -> Iterator[Todo]:
    stops = tuple(_beforehand(want, facts))
    yield from stops
    if any(isinstance(stop, Hold) for stop in stops):
        return
    for entry in _group(want, facts):
        yield entry
        if isinstance(entry, Hold):
            return
    yield from _thing(want, facts)


def _beforehand(want: WantedState, facts: Facts) -> Iterator[Todo]:
    """What can't or mustn't be begun yet."""
    document, taker, kind = want.document, want.taker, want.document.thing[0]
    for flow in want.policy.needs:
        if facts.states.get((f"flow {flow}", document.key)) != "done":
            reason = f"the flow {flow} isn't done with {document.key} yet"
            yield Wait(kind=f"flow {flow}", key=document.key, reason=reason)
    takes = taker.takes.get(kind)
    if takes is None:
        yield holds.not_taken(document.key, kind, taker.connection, "let the flow deliver to another connection")
        return
    for name in sorted(takes.demands):
        if not document.data.get(name):
            yield holds.demanded(document.key, document.kind, document.name, name, taker.connection)


def _group(want: WantedState, facts: Facts) -> Iterator[Todo]:
    """The group must be there before what is in it."""
    thing = group_thing(want.document, want.policy)
    if thing is None or thing[0] not in want.taker.takes or thing in facts.links:
        return
    kind, key = thing
    name = key.rpartition(f"/{kind}/")[2]
    asked = _group_terms(name, name, finds(want.taker, kind))
    answer = facts.looked.get(thing)
    if isinstance(answer, Several):
        yield holds.ambiguous(want.document.key, kind.replace("_", " "), answer.by, answer.found)
    elif answer is None and asked:
        yield LookUp(kind=kind, key=key, by=asked, reason=f"is there a group {name} already?")
    else:
        body = want.once(kind, lambda: want.taker.render(kind, {"key": key, "external_id": name, "name": name}))
        yield _create(want, thing, body, f"the group {name} is not in {want.taker.connection} yet")


def _thing(want: WantedState, facts: Facts) -> Iterator[Todo]:
    document, thing = want.document, want.document.thing
    linked, answer = facts.links.get(thing), facts.looked.get(thing)
    if document.kind in BACK and answer is None:
        yield LookUp(kind=thing[0], key=thing[1], by=_terms(want), reason="how does its origin stand now?")
    elif linked is not None:
        yield from _follow(want, facts, linked)
    elif isinstance(answer, Several):
        yield holds.ambiguous(document.key, thing[0], answer.by, answer.found)
    elif answer is None and (by := _terms(want)):
        yield LookUp(kind=thing[0], key=thing[1], by=by, reason=f"is {document.name} there already?")
    else:
        yield _missing(want, answer.remark if isinstance(answer, Nobody) else "")


def _missing(want: WantedState, remark: str) -> Todo:
    document, thing = want.document, want.document.thing
    if want.taker.call(thing[0], "create") is None:
        return _nowhere(want)
    if _says(want)[0] == "hold":
        return _not_there(want, remark)
    why = f"{document.name} is not in {want.taker.connection} yet" + (f"; {remark}" if remark else "")
    return _create(want, thing, body(want), why)


def _nowhere(want: WantedState) -> Hold | Skip:
    """What can only be changed, and isn't there: stock of what the shop doesn't sell, an order that is gone."""
    document = want.document
    if document.origin:
        return holds.origin_gone(document.key, document.origin)
    if want.policy.products.missing == "hold":
        return _not_there(want, "")
    return Skip(code="NOT_THERE", reason=f"{want.taker.connection} has no {document.number}")


def _not_there(want: WantedState, remark: str) -> Hold:
    document = want.document
    if document.thing[0] in ("product", "stock"):
        return holds.product_missing(document.key, document.number, document.name)
    return holds.customer_missing(document.key, document.name, remark)


def _create(want: WantedState, thing: Thing, made: Body, why: str) -> Step | Hold:
    if isinstance(made, Hold):
        return made
    keeps = {SENT: codec.packed(_digests(made))} if thing == want.document.thing else {}
    return _step(want, "create", thing, made, keeps, why)


def _follow(want: WantedState, facts: Facts, linked: Linked) -> Iterator[Todo]:
    """Writes what differs from what was sent, or from what the target has if nothing was sent yet."""
    made = body(want)
    fields = _says(want)[1]
    if fields is not None and not isinstance(made, Hold):
        made = moving(lambda data: want.taker.render(want.document.thing[0], data), planned_data(want), fields, made)
    if isinstance(made, Hold):
        yield made
        return
    changed = _differing(made, linked, facts)
    if not changed or want.taker.call(linked.kind, "change") is None:
        return
    conflict = _conflict(want, facts, linked)
    if conflict is not None:
        yield conflict
        return
    why = f"{', '.join(changed)} {'follow' if len(changed) > 1 else 'follows'} {keys.source_of(want.document.key)}"
    keeps = {SENT: codec.packed({**_sent(linked), **_digests(made)})}
    edition = linked.edition + 1
    yield _step(want, "change", want.document.thing, changed, keeps, why, edition=edition)


def _differing(made: JsonObject, linked: Linked, facts: Facts) -> JsonObject:
    if linked.found.data:
        has = linked.found.data
        return {name: value for name, value in made.items() if not _covers(has.get(name), value, facts)}
    sent, now = _sent(linked), _digests(made)
    return {name: value for name, value in made.items() if sent.get(name) != now[name]}


def _covers(has: Any, wants: Any, facts: Facts) -> bool:
    if isinstance(wants, Link):
        linked = facts.links.get((wants.kind, wants.key))
        return linked is not None and str(has) == linked.found.id
    if isinstance(wants, list) and isinstance(has, list) and all(_is_entry(one) for one in wants):
        return all(any(matching.covers(other, one) for other in has) for one in wants)
    return matching.covers(has, wants)


def _is_entry(value: Any) -> bool:
    """One of many that belong to others, such as meta data: ours are there, or they aren't."""
    return isinstance(value, Mapping) and "key" in value


def _conflict(want: WantedState, facts: Facts, linked: Linked) -> Hold | Skip | None:
    """Has the origin moved since it was last read, while the books moved too? Then the flow's rule decides."""
    document, rule = want.document, want.policy.conflict
    if document.origin is None or rule == "books_win":
        return None
    known = facts.origins.get(document.origin)
    if known is None or not _moved(known, linked, facts):
        return None
    if rule == "source_wins":
        return Skip(code="CONFLICT", reason=f"{document.origin} was changed too, and its word counts")
    return holds.conflict(document.key, document.origin, document.number)


def _moved(known: Origin, linked: Linked, facts: Facts) -> bool:
    """Is the origin another edition than the one that was read last, or is that one still undecided here?

    An edition that another flow of ours wrote is no change of anybody else's.
    """
    there = linked.found.version
    siblings = (facts.links.get((kind, linked.key)) for kind in BACK)
    wrote = {one.keeps.get(WROTE) for one in (linked, *siblings) if one is not None}
    as_known = not there or there in wrote or there in known.versions
    return not as_known or not known.decided


def body(want: WantedState) -> Body:
    """The payload of the state, with links for ids."""
    return want.once("body", lambda: want.taker.render(want.document.thing[0], planned_data(want)))


def planned_data(want: WantedState) -> JsonObject:
    """As schemas/documents/planned-*.schema.json: the hub document, its key, and what the flow's policy says."""
    document, policy = want.document, want.policy
    data: dict[str, Any] = {**document.data, "key": document.thing[1]}
    kind, number = document.kind, {"number": data.get("external_id"), "target": data.get("number")}
    if kind == "customer":
        group = group_of(policy.customers, data.get("kind", "consumer"))
        data |= {"country": data["address"]["country"], **_by_group(data, group)}
        data |= {"number": number["number"]} if policy.customers.number == "external_id" else {}
    if kind == "supplier" and policy.suppliers.number == "external_id":
        data |= {"number": number["number"]}
    thing = group_thing(document, policy)
    if thing is not None and thing[0] in want.taker.takes:
        data |= {"group": thing[1].rpartition(f"/{thing[0]}/")[2], "group_id": Link(*thing)}
    return {name: value for name, value in data.items() if value is not None}


def _by_group(data: Mapping[str, Any], group: Group) -> Mapping[str, Any]:
    terms = data.get("terms_days")
    return {"group": group.group or data.get("group"), "terms_days": group.terms if terms is None else terms}


def _says(want: WantedState) -> tuple[str, tuple[str, ...] | None]:
    """What the flow does with a thing that is missing, and which fields follow the source (None: all)."""
    policy, kind = want.policy, want.document.kind
    if kind == "customer":
        return policy.customers.missing, policy.customers.update
    if kind == "supplier":
        return policy.suppliers.missing, policy.suppliers.update
    if kind == "product":
        return policy.products.missing, policy.products.update
    return "create", None


def _terms(want: WantedState) -> Terms:
    """The questions to ask, in the flow's order, as far as we have the answer and the target the question."""
    document, policy = want.document, want.policy
    own, known = own_terms(document), finds(want.taker, document.thing[0])
    if "id" in own and "id" in known:
        return ({"id": own["id"]},)
    if document.kind in GROUP_OF.values():
        return _group_terms(own["external_id"], own["name"], known)
    order = {
        "customer": policy.customers.match,
        "supplier": policy.suppliers.match,
        "product": policy.products.match,
        "stock_level": ("sku",),
    }.get(document.kind, ())
    source = {"source": keys.source_of(document.key)} if "source" in known else {}
    asked: list[dict[str, str]] = [{name: own[name]} for name in order if name in own and name in known]
    return tuple(terms | source if "external_id" in terms else terms for terms in asked)


def _group_terms(number: str, name: str, known: frozenset[str]) -> Terms:
    """By its number, if it has one, else by its name: a group of this name is the one, whatever its number."""
    asked = ({"number": number} if number.isdecimal() else {}, {"name": name})
    return tuple(by for by in asked if by and next(iter(by)) in known)


def _step(
    want: WantedState,
    action: str,
    thing: Thing,
    made: JsonObject,
    keeps: Mapping[str, str],
    reason: str,
    *,
    edition: int = 1,
) -> Step:
    (kind, key), taker = thing, want.taker
    own = thing == want.document.thing
    terms = own_terms(want.document) if own else {"name": key.rpartition(f"/{kind}/")[2]}
    return Step(
        action=action,
        kind=kind,
        key=key,
        document=want.document.key,
        body=made,
        attempt=keys.attempt(
            taker.project, taker.connection, kind, key, action if edition == 1 else f"{action}:{edition}"
        ),
        reference=key,
        terms={"key": key, **terms},
        on=thing if action == "change" else None,
        edition=edition,
        keeps=keeps | ({WROTE: ""} if own and want.document.origin else {}),  # type: ignore[operator]
        reason=reason,
    )


def _sent(linked: Linked) -> dict[str, str]:
    said: dict[str, str] = codec.unpacked(linked.keeps[SENT]) if SENT in linked.keeps else {}
    return said


def _digests(made: JsonObject) -> dict[str, str]:
    return {name: codec.digest(value) for name, value in made.items()}
