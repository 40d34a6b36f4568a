"""The draft and its proof: made with the rounding line that is foreseen, set right by its own totals, or held."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kontering.accounting.totals import Beyond, Equal, Within, prove
from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.model.plan import Hold, LookUp, Step, Todo, Totals, Trial
from kontering.sync import holds, parts, predict, wanted
from kontering.sync.facts import Facts
from kontering.sync.steps import terms, write
from kontering.sync.taker import finds
from kontering.sync.wanted import Wanted

MOST_ROUNDINGS = 2
"""How often a rounding line is set right before a person looks: a prediction, and one correction by the draft."""


def begin(want: Wanted, facts: Facts, absent: frozenset[str]) -> Iterator[Todo]:
    """The draft is made; where the target has a trial call, it says beforehand what it will come to."""
    thing = (want.document.kind, want.document.key)
    if want.taker.call(want.document.kind, "trial") is None:
        yield from _rounding_product(want, facts, predicted(want))
        yield write(want, "create", absent, predicted(want))
        return
    tried = facts.trials.get(thing)
    if tried is None:
        first = write(want, "create", absent, Decimal(0))
        if isinstance(first, Step):
            yield Trial(step=first)
        yield first
        return
    match _compare(want, tried):
        case Beyond(report=report):
            yield _too_far(want, report, tried)
        case Within(difference=difference):
            yield from _rounding_product(want, facts, difference)
            yield write(want, "create", absent, difference)
        case Equal():
            yield write(want, "create", absent, Decimal(0))


def proved(want: Wanted, facts: Facts, linked: Linked, absent: frozenset[str]) -> Iterator[Todo]:
    """The draft's own totals against the document's: equal, or one visible line, or a person."""
    seen = linked.found.totals
    if seen is None or seen.gross is None:
        yield from _ask_totals(want, facts, linked)
        return
    match _compare(want, seen):
        case Beyond(report=report):
            yield _too_far(want, report, seen)
        case Within(difference=difference):
            rounds = int(linked.keeps.get("rounds", "0")) + 1
            if want.policy.totals.within == "hold" or rounds > MOST_ROUNDINGS:
                yield _too_far(want, (f"gross: {want.document.totals.gross} wanted, {seen.gross} seen",), seen)
                return
            total = Decimal(linked.keeps.get("rounding", "0")) + difference
            yield from _rounding_product(want, facts, total)
            why = f"the draft comes to {seen.gross}, a line of {total} closes it"
            yield write(want, "change", absent, total, edition=linked.edition + 1, rounds=rounds, why=why)
        case Equal():
            pass


def _ask_totals(want: Wanted, facts: Facts, linked: Linked) -> Iterator[Todo]:
    thing = (want.document.kind, want.document.key)
    by = {name: value for name, value in terms(want, thing).items() if name in finds(want.taker, thing[0])}
    if by and thing not in facts.looked:
        yield LookUp(kind=thing[0], key=thing[1], by=(by,), reason="what does its draft come to?")
    else:
        yield holds.no_totals(want.document.key, linked.found.id)


def _rounding_product(want: Wanted, facts: Facts, difference: Decimal) -> Iterator[Todo]:
    """A rounding line needs a product too, where lines have one."""
    if difference == 0 or "product" not in want.taker.takes:
        return
    document = wanted.with_rounding(want, difference)
    product = wanted.products(want, document, frozenset())[-1]
    if product is not None and ("product", product.key) not in facts.links:
        yield from parts.product(want, facts, product)


def predicted(want: Wanted) -> Decimal:
    """The rounding line that the target's known way of rounding will ask for; only the draft's totals prove it."""
    if want.policy.totals.within == "hold":
        return Decimal(0)
    made: Decimal = want.once("predicted", lambda: _prediction(want))
    return made


def _prediction(want: Wanted) -> Decimal:
    takes = want.taker.takes[want.document.kind]
    if takes.rounding is None:
        return Decimal(0)
    side = want.document.prices if want.document.prices in takes.prices else "net"
    match _compare(want, predict.totals(want.document, takes.rounding, side)):
        case Within(difference=difference):
            return difference
        case _:
            return Decimal(0)


def _compare(want: Wanted, seen: Totals) -> Equal | Within | Beyond:
    return prove(want.document.totals, _upright(want.document, seen), want.policy.totals.tolerance)


def _upright(document: Planned, seen: Totals) -> Totals:
    """A target that writes credit notes with negative amounts means the same."""
    if document.kind != "credit_note" or seen.gross is None or seen.gross >= 0:
        return seen
    turned = (None if amount is None else -amount for amount in (seen.net, seen.vat, seen.gross))
    net, vat, gross = turned
    return Totals(net=net, vat=vat, gross=gross)


def _too_far(want: Wanted, report: tuple[str, ...], seen: Totals) -> Hold:
    details = {
        "wanted": want.document.totals,
        "seen": seen,
        "tolerance": str(want.policy.totals.tolerance),
    }
    return holds.totals_differ(want.document.key, "; ".join(report), details)
