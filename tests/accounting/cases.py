"""A whole case through the engine: what was there before, the events, and what came out, in the contract's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.accounting import comparing, contract, neutral
from tests.accounting.books import Result
from tests.accounting.engine import Engine, Stored, hub_key, ledger_step
from tests.accounting.neutral import Neutral, Sources

from kontering.accounting import customers, months, recognition, subscriptions
from kontering.accounting.settings import Settings
from kontering.connectors.ledger.reads import Voucher
from kontering.model.document import Planned, Posting, PostingLine, plain
from kontering.model.plan import Hold
from kontering.model.voucher import PlannedVoucher

Data = dict[str, Any]
ZERO = Decimal(0)


def outcome_of(case: Data, folder: Path) -> list[str]:
    """Every difference between what a case expects and what comes out."""
    sources = Sources(config=case.get("config") or {})
    settings = contract.settings(sources.config)
    engine = Engine(folder=folder, settings=_before(settings), config=sources.config)
    _open(engine, sources, case)
    engine.settings = settings
    start = engine.balances()
    given = case["input"]
    steps = given.get("steps") or [given]
    results = [_event(engine, sources, step, step.get("source") or given["source"]) for step in steps]
    after = engine.balances()
    sides = {name: (start.get(name, ZERO), after.get(name, ZERO)) for name in {*start, *after}}
    return comparing.differences(case["expect"], results, sides)


# --- before


def _before(settings: Settings) -> Settings:
    """The books before are entered as they are: they may lie in a closed period, and have no stock."""
    free: Data = {"closed_until": None, "on_closed_period": "error", "zero_total": "book", "stock": "none"}
    return replace(settings, **free, target_limits={}, text_rules=frozenset(), enabled_currencies=None)


def _open(engine: Engine, sources: Sources, case: Data) -> None:
    state = case.get("state") or {}
    first = (case["input"].get("steps") or [case["input"]])[0]
    source = first.get("source") or case["input"]["source"]
    documents = [one for one in state.get("documents") or () if one.get("kind", "invoice") == "invoice"]
    records: list[Neutral] = []
    for one in documents:
        own = first if str(one["key"]).endswith(f":{(first.get('order') or {}).get('id')}") else {}
        records.append(neutral.booked(sources, one, own))
        records += [back] if (back := neutral.refunded_before(sources, one)) else []
    if records:
        engine.add(records)
        engine.run()
        _booked_all(engine, records)
    engine.kinds.setdefault(source, set())
    engine.send(_customers(state, source))
    _earned_before(engine, state)
    _balances_before(engine, state)


def _booked_all(engine: Engine, records: list[Neutral]) -> None:
    aside = [(one.key, one.code, one.reason) for one in engine.look() if one.state != "done"]
    assert not aside, aside
    assert len(engine.look()) == len(records)


def _customers(state: Data, source: str) -> Iterator[Any]:
    for at, one in enumerate(state.get("customers") or (), start=1):
        body = contract.customer(one, {})
        given = one.get("external_id")
        yield ledger_step("customer", f"{source}/customer/{given or f'before-{at}'}", body)


def _earned_before(engine: Engine, state: Data) -> None:
    """Deferred revenue of before that is earned in part already, as far as the case says so."""
    said = (state.get("balances") or {}).get("deferred_revenue")
    sold = [one.document for one in engine.look() if isinstance(one.document, Planned)]
    if said is None or not sold:
        return
    wanted = Decimal(str(said)) - engine.balances().get("deferred_revenue", ZERO)
    for planned in sold:
        for part in recognition.deferrals(planned):
            day = _earned_on(part, wanted, engine.settings)
            if day is not None:
                engine.add([_month(planned.key, day)])
                engine.run()
                return


def _earned_on(part: recognition.Deferral, amount: Decimal, settings: Settings) -> dt.date | None:
    days = (part.period.start + dt.timedelta(days=at) for at in range(months.days(part.period)))
    return next((day for day in days if recognition.earned(part, day, settings) == amount), None)


def _balances_before(engine: Engine, state: Data) -> None:
    """What is left of the balances that a case names, against equity."""
    there = engine.balances()
    said = {role: Decimal(str(amount)) for role, amount in (state.get("balances") or {}).items()}
    missing = {role: amount - there.get(role, ZERO) for role, amount in said.items()}
    lines = [{"role": role, "amount": amount} for role, amount in missing.items() if amount]
    if lines:
        lines.append({"role": "opening_balance", "amount": -sum((line["amount"] for line in lines), ZERO)})
        posting = {"kind": "opening", "date": dt.date(2000, 1, 1), "lines": lines}
        body = {"date": dt.date(2000, 1, 1), "reference": "opening", "postings": [posting]}
        engine.send([ledger_step("voucher", "before/opening", body)])


def _month(key: str, until: dt.date) -> Neutral:
    data = {"invoice": key, "until": str(until)}
    return Neutral(source="months", kind="recognition", id=f"{key}/{until}", data=data)


# --- one event


def _event(engine: Engine, sources: Sources, step: Data, source: str) -> Result:
    before, number = engine.newest(), max((one.number for one in engine.vouchers()), default=0)
    made = set(engine.created_customers())
    records = neutral.of_step(sources, step, source)
    engine.add(records)
    engine.run()
    found = engine.look(before)
    _recognise(engine, found)
    return _result(engine, step, records, engine.look(before), number, made)


def _recognise(engine: Engine, found: list[Stored]) -> None:
    """The month of the event ends: what it deferred is recognised."""
    sold = [one.document for one in found if isinstance(one.document, Planned) and one.state == "done"]
    deferred = [one for one in sold if recognition.deferrals(one)]
    if deferred:
        engine.add([_month(one.key, months.last_day(one.date)) for one in deferred])
        engine.run()


def _result(
    engine: Engine, step: Data, records: list[Neutral], found: list[Stored], number: int, made: set[str]
) -> Result:
    result = _outcome(step, records, found)
    names = _names(engine)
    result.postings = [_posting(one, names) for one in engine.vouchers(number)]
    if result.outcome != "booked":
        return result
    created = engine.created_customers()
    for one in found:
        if one.document is not None and one.state == "done":
            result.warnings |= {warned.code for warned in one.document.warnings}
            if isinstance(one.document, Planned):
                fresh = one.document.key in created and one.document.key not in made
                result.documents.append(_document(one.document, "create" if fresh else "match"))
                result.warnings |= {"EMAIL_SHARED"} if fresh and created[one.document.key] else set()
    result.warnings |= {str(one.code) for one in found if one.code == "BANK_LINE_UNMATCHED"}
    result.blocks = dict(_blocks(engine, step, found))
    return result


def _outcome(step: Data, records: list[Neutral], found: list[Stored]) -> Result:
    wrong = [one for one in found if one.state not in ("done", "skipped") and one.code != "BANK_LINE_UNMATCHED"]
    if wrong:
        return Result(outcome="error", error=_error(step, wrong[0]))
    if not found:
        existing = contract.contract_key(records[0].key)
        return Result(outcome="skipped", reason="DUPLICATE_EVENT", existing=existing)
    skipped = [one for one in found if one.state == "skipped" and one.code != "REBILLED"]
    if len(skipped) == len(found) and skipped[0].code != "RUNS_ON":  # a plan that runs on is nobody's mistake
        return Result(outcome="skipped", reason=skipped[0].code)
    return Result(outcome="booked")


def _error(step: Data, stored: Stored) -> Data:
    names = dict(contract.FIELDS)
    if (step.get("customer") or {}).get("cvr"):
        names["customer.vat_number"] = "customer.cvr"
    names |= contract.REFUND_FIELDS if "refund" in step else contract.PAYOUT_FIELDS if "payout" in step else {}
    return contract.error(
        Hold(code=str(stored.code), reason="", details=stored.details, problems=stored.problems), names
    )


def _document(planned: Planned, action: str) -> Data:
    found = contract.document(planned, action)
    found["key"] = hub_key(planned)
    found["credits"] = (
        contract.contract_key(planned.credits.replace("/change/", "/order/")) if planned.credits else None
    )
    if (needs := customers.einvoice(planned)) is not None:
        found["einvoice"] = plain(needs)
    return found


def _names(engine: Engine) -> dict[str, str]:
    """What the contract calls the documents: what belongs to an invoice is named after it."""
    found = {}
    for one in engine.look():
        if isinstance(one.document, PlannedVoucher) and one.document.of and one.document.kind != "bank_line":
            found[one.key] = contract.contract_key(one.document.of.replace("/change/", "/order/"))
        elif one.document is not None:
            found[one.key] = hub_key(one.document)
    return found


def _posting(voucher: Voucher, names: dict[str, str]) -> Posting:
    key = names.get(voucher.key) or names.get(voucher.key.partition("#")[0], voucher.key)
    lines = tuple(PostingLine(role=one.role, amount=one.amount) for one in voucher.entries)
    return Posting(kind=voucher.kind, key=key, date=voucher.date, lines=lines)


# --- further blocks


def _blocks(engine: Engine, step: Data, found: list[Stored]) -> Iterator[tuple[str, Any]]:
    everything = [one.document for one in engine.look()]
    for one in found:
        document = one.document
        if isinstance(document, PlannedVoucher) and document.kind == "payout":
            yield "payout", dict(document.figures)
        elif isinstance(document, PlannedVoucher) and document.kind == "loss":
            yield "vat_relief", document.figures
        elif isinstance(document, Planned) and document.kind == "invoice" and recognition.deferrals(document):
            yield "schedule", [_schedule(part, engine.settings) for part in recognition.deferrals(document)]
        elif isinstance(document, Planned) and document.credits and "refund" in step:
            yield "remaining_refundable", _remaining(document.credits, everything)
        elif isinstance(document, Planned) and "/cancellation/" in document.key:
            yield "cancellation", _cancelled(document, step, everything, engine.settings)
        if isinstance(document, Planned) and "/change/" in document.key:
            yield "proration", _proration(document, step)
    if any("/tx/" in one.key for one in found):
        yield "matches", [_match(one) for one in found]


def _schedule(part: recognition.Deferral, settings: Settings) -> Data:
    slices = recognition.schedule(part, settings)
    return {
        "method": settings.recognition,
        "start": part.period.start,
        "end": part.period.end,
        "amount": part.amount,
        "entries": [{"month": f"{one.month:%Y-%m}", "amount": one.amount} for one in slices],
    }


def _remaining(invoice: str, everything: list[Any]) -> Decimal:
    sales = [one for one in everything if isinstance(one, Planned)]
    whole = next(one for one in sales if one.key == invoice)
    return whole.totals.gross - sum((one.totals.gross for one in sales if one.credits == invoice), ZERO)


def _cancelled(credit: Planned, step: Data, everything: list[Any], settings: Settings) -> Data:
    invoice = next(one for one in everything if isinstance(one, Planned) and one.key == credit.credits)
    last = contract.cancellation(step)["last"]
    parts = subscriptions.unused(invoice, last, settings)
    if not parts:
        return {"gross": credit.totals.gross, "vat": credit.totals.vat}
    return {
        "last_day": last,
        "days_used": parts[0].days_used,
        "days": parts[0].days,
        "used": sum((one.used for one in parts), ZERO),
        "unused": sum((one.unused for one in parts), ZERO),
        "vat": credit.totals.vat,
        "gross": credit.totals.gross,
    }


def _proration(document: Planned, step: Data) -> Data:
    old, new = document.lines[:2]
    assert old.period is not None
    sign = 1 if document.kind == "invoice" else -1
    return {
        "days": months.days(contract.change(step)["period"]),
        "days_left": months.days(old.period),
        "unused": -sign * old.net,
        "new": sign * new.net,
        "net": sign * document.totals.net,
    }


def _match(stored: Stored) -> Data:
    voucher = stored.document
    if not isinstance(voucher, PlannedVoucher):
        kind, documents, fee = "unmatched", [], ZERO
    else:
        kind, fee = voucher.figures["match"], Decimal(voucher.figures["fee"])
        documents = [contract.contract_key(one.key) for one in voucher.closes]
    key = contract.contract_key(stored.key)
    numbers = [one.number for one in voucher.closes] if isinstance(voucher, PlannedVoucher) else []
    return {
        "tx": key,
        "id": key.rpartition(":")[2],
        "kind": kind,
        "documents": documents,
        "numbers": numbers,
        "fee": fee,
    }
