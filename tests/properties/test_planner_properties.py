"""Laws of the plan: a receipt takes its step out and nothing else, and no step ever comes back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.sync.samples import TAKES, answer, invoice, line, policy, taker

from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, LookUp, Skip, Step, Todo, Totals, Trial, Wait
from kontering.project.policy import Customers, Mail, Policy, Products
from kontering.sync.facts import Facts, Nobody, Several, with_answer, with_link, with_receipt
from kontering.sync.planner import plan

Identity = tuple[str, str, str, int]

documents = st.builds(
    lambda nets, skus, state, paid: invoice(
        lines=[line(number, net, sku) for number, (net, sku) in enumerate(zip(nets, skus, strict=False), start=1)],
        state=state,
        paid=paid,
    ),
    st.lists(st.sampled_from(["1.02", "20.00", "79.99", "0.05"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["KAF-500", "MUG", "TEA", None]), min_size=5, max_size=5),
    st.sampled_from(["completed", "processing", "cancelled"]),
    st.booleans(),
)
policies = st.builds(
    lambda missing, update, mail: policy(
        customers=Customers(update=update), products=Products(missing=missing, fallback="SHOP"), mail=Mail(send=mail)
    ),
    st.sampled_from(["create", "fallback"]),
    st.sampled_from([(), ("name", "address")]),
    st.sampled_from(["target", "never"]),
)
answers = st.sampled_from(["nobody", "one", "several"])
OFF = [Decimal(0), Decimal("0.01"), Decimal("-0.04"), Decimal("7.00")]


def identity(step: Step) -> Identity:
    return step.action, step.kind, step.key, step.edition


def steps(todo: tuple[Todo, ...]) -> list[Identity]:
    return [identity(entry) for entry in todo if isinstance(entry, Step)]


def looked(facts: Facts, entry: LookUp, said: str) -> Facts:
    found = Found(id=f"old-{entry.key}", done=frozenset({"create"}))
    if said == "one":
        return with_link(facts, Linked(kind=entry.kind, key=entry.key, found=found))
    if said == "several":
        return with_answer(facts, (entry.kind, entry.key), Several(found=(found, found), by="email"))
    return with_answer(facts, (entry.kind, entry.key), Nobody())


def sent(facts: Facts, step: Step, document: Planned, off: Decimal) -> Facts:
    """The target takes the step; its own arithmetic is `off`, whatever lines it is given beside the rounding line."""
    known = facts.links.get((step.kind, step.key))
    rounding = Decimal({**(known.keeps if known else {}), **step.keeps}.get("rounding", "0"))
    receipt = answer(step, gross=document.totals.gross + off + rounding) if step.kind == "invoice" else answer(step)
    return with_receipt(facts, step, receipt)


@given(documents, policies, st.lists(answers, min_size=8, max_size=8), st.sampled_from(OFF))
def test_a_receipt_takes_its_step_out_and_adds_only_what_it_revealed(
    document: Planned, p: Policy, said: list[str], off: Decimal
) -> None:
    facts, done, turns = Facts(), set[Identity](), iter(said * 5)
    mails = {
        **TAKES,
        "invoice": replace(TAKES["invoice"], mail="step", calls=(*TAKES["invoice"].calls, *TAKES["payment"].calls)),
    }
    books = taker(mails)
    for _ in range(40):
        before = plan(document, facts, p, books)
        match next(iter(before), None):
            case None | Hold() | Skip():
                return
            case LookUp() as entry:
                facts = looked(facts, entry, next(turns))
            case Step() as entry:
                facts = sent(facts, entry, document, off)
                done.add(identity(entry))
                after = plan(document, facts, p, books)
                check(steps(before)[1:], after, done)
            case Wait() | Trial():
                raise AssertionError("nothing to wait for: the target always says its totals")
    raise AssertionError("the plan never ends")


def check(rest: list[Identity], after: tuple[Todo, ...], done: set[Identity]) -> None:
    assert not done & set(steps(after)), "a done step came back"
    if any(isinstance(entry, Hold) for entry in after):
        return
    revealed = [step for step in steps(after) if step not in rest]
    assert [step for step in steps(after) if step in rest] == rest, "the rest of the plan isn't the rest of the plan"
    assert all(action == "change" or kind == "product" for action, kind, _, _ in revealed)


@given(documents, policies)
def test_the_same_facts_give_the_same_plan(document: Planned, p: Policy) -> None:
    assert plan(document, Facts(), p, taker()) == plan(document, Facts(), p, taker())


@given(documents, policies)
def test_nothing_is_booked_before_its_draft_has_said_its_totals(document: Planned, p: Policy) -> None:
    todo = plan(document, Facts(), p, taker())
    kinds = [entry.kind if isinstance(entry, Wait) else getattr(entry, "action", "") for entry in todo]

    if "book" in kinds:
        assert kinds.index("totals") < kinds.index("book")


@given(st.sampled_from(OFF[1:3]), documents)
def test_a_difference_ends_in_one_line_that_closes_it(off: Decimal, document: Planned) -> None:
    facts, p = Facts(), policy(products=Products(fallback="SHOP"))
    for _ in range(40):
        entry = next(iter(plan(document, facts, p, taker())), None)
        if isinstance(entry, LookUp):
            facts = looked(facts, entry, "one")
        elif isinstance(entry, Step):
            facts = sent(facts, entry, document, off)
        else:
            break
    linked = facts.links.get(("invoice", document.key))
    if linked and linked.found.totals:
        assert linked.found.totals.gross == document.totals.gross
        assert Totals(gross=document.totals.gross + off + Decimal(linked.keeps["rounding"])) == linked.found.totals
