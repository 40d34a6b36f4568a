"""Books in memory that run the events of a case through the accounting rooms, one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.accounting import contract

from kontering.accounting import (
    bank,
    customers,
    edits,
    losses,
    payments,
    reading,
    recognition,
    settlement,
    subscriptions,
)
from kontering.accounting.edits import Rebilled
from kontering.accounting.head import Known
from kontering.accounting.settings import Settings
from kontering.accounting.settle import Settled, settle
from kontering.model.bank import BankLine, OpenItem
from kontering.model.document import Party, Planned, Posting, Sale
from kontering.model.plan import Hold, Skip
from kontering.sync import holds

Data = dict[str, Any]
ZERO = Decimal(0)


@dataclass
class Books:
    """What is booked so far, and what the case's event has added."""

    settings: Settings
    config: Data
    invoices: dict[str, Planned] = field(default_factory=dict)
    credits: dict[str, list[Planned]] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    customers: list[Party] = field(default_factory=list)
    payouts: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    balances: dict[str, Decimal] = field(default_factory=dict)

    def post(self, postings: Iterable[Posting]) -> None:
        for posting in postings:
            for line in posting.lines:
                self.balances[line.role] = self.balances.get(line.role, ZERO) + line.amount


@dataclass
class Result:
    """What came out of one event, in the contract's words."""

    outcome: str
    reason: str | None = None
    existing: str | None = None
    error: Data | None = None
    documents: list[Data] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)
    blocks: Data = field(default_factory=dict)


def opened(case: Data) -> Books:
    """The books as the case says they are before its event."""
    config = case.get("config") or {}
    books = Books(settings=contract.settings(config), config=config)
    state = case.get("state") or {}
    for given in state.get("customers") or ():
        books.customers.append(reading.party(contract.customer(given, {})))
    books.events |= set(state.get("events_seen") or ())
    for given in state.get("documents") or ():
        if given.get("kind", "invoice") == "invoice":
            _seed(books, given, case["input"])
    for role, amount in (state.get("balances") or {}).items():
        books.balances[role] = Decimal(str(amount))
    return books


def run(books: Books, step: Data, source: str) -> Result:
    """One event."""
    if step.get("event_id") in books.events:
        return Result(outcome="skipped", reason="DUPLICATE_EVENT", existing=_key_of(step, source))
    if step.get("event_id"):
        books.events.add(step["event_id"])
    if "refund" in step:
        return _refunded(books, step, source)
    if "payout" in step:
        return _paid_out(books, step, source)
    event = str(step.get("event", ""))
    if any(word in event for word in ("bad_debt", "loss", "lost", "written_off", "write_off")):
        return _lost(books, step, source)
    if "bank" in event or (contract.bank_lines(step) and "order" not in step):
        return _banked(books, step, source)
    if "cancel" in event:
        return _cancelled(books, step, source)
    if "lines" in step:
        return _ordered(books, step, source)
    if step.get("payment") or step.get("payments"):
        return _received(books, step, source)
    return _prorated(books, step, source)


def _key_of(step: Data, source: str) -> str | None:
    return contract.contract_key(contract.key(source, step["order"]["id"])) if step.get("order") else None


def _ordered(books: Books, step: Data, source: str) -> Result:
    key = contract.key(source, step["order"]["id"])
    sale = reading.sale("invoice", key, contract.invoice(step, books.config))
    if key in books.invoices:
        return _edited(books, step, books.invoices[key], sale)
    found = settle(sale, books.settings, known=Known(numbers=books.numbers))
    return _came_of(books, step, found)


def _came_of(books: Books, step: Data, found: Settled | Hold | Skip) -> Result:
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.FIELDS | _cvr(step)))
    if isinstance(found, Skip):
        return Result(outcome="skipped", reason=found.code)
    result = Result(outcome="booked")
    _book(books, found, result)
    if books.settings.recognition != "none":
        made = tuple(recognition.vouchers(found.planned, found.planned.date, books.settings))
        result.postings += made
        books.post(made)
        result.blocks["schedule"] = [_schedule(one, books.settings) for one in recognition.deferrals(found.planned)]
    return result


def _cvr(step: Data) -> Data:
    return {"customer.vat_number": "customer.cvr"} if (step.get("customer") or {}).get("cvr") else {}


def _book(books: Books, found: Settled, result: Result, *, known: bool = False) -> None:
    planned = found.planned
    action = None
    if not planned.credits and not known:
        match = customers.identify(planned.customer, books.customers, books.settings.match_by)
        action = match.action
        result.warnings |= {one.code for one in match.warnings}
        if action == "create":
            books.customers.append(planned.customer)
    if planned.kind == "invoice":
        books.invoices[planned.key] = planned
        books.paid[planned.key] = sum((one.amount for one in planned.payments), ZERO)
        books.numbers.setdefault(planned.mark, planned.key)
    elif planned.credits:
        books.credits.setdefault(planned.credits, []).append(planned)
    result.documents.append(contract.document(planned, action))
    if (needs := customers.einvoice(planned)) is not None:
        result.documents[-1]["einvoice"] = {
            "format": needs.format,
            "ean": needs.ean,
            "buyer_reference": needs.buyer_reference,
            "contact": needs.contact,
        }
    result.postings += found.postings
    result.warnings |= {one.code for one in planned.warnings}
    books.post(found.postings)


def _edited(books: Books, step: Data, booked: Planned, sale: Sale) -> Result:
    same_event = not any(word in str(step.get("event", "")) for word in ("edit", "updat", "chang"))
    if same_event and booked.state == "booked":
        return Result(outcome="skipped", reason="DUPLICATE_EVENT", existing=contract.contract_key(booked.key))
    found = edits.rebill(booked, sale, books.settings, earlier=books.credits.get(booked.key, ()))
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.FIELDS))
    if isinstance(found, Skip):
        return Result(outcome="skipped", reason=found.code, existing=contract.contract_key(booked.key))
    result = Result(outcome="booked")
    _rebilled(books, found, result)
    return result


def _rebilled(books: Books, found: Rebilled, result: Result) -> None:
    _book(books, found.credit, result)
    if found.invoice is not None:
        _book(books, found.invoice, result)


def _refunded(books: Books, step: Data, source: str) -> Result:
    order, refund = step["order"], step["refund"]
    original = contract.key(source, order["id"])
    booked = books.invoices.get(original)
    number = order.get("number") or (booked.number if booked else order["id"])
    data = contract.credit_note(step, books.config, original, number)
    sale = reading.sale("credit_note", f"{original}:refund:{refund['id']}", data)
    if any(one.key == sale.key for one in books.credits.get(original, ())):
        return Result(outcome="skipped", reason="DUPLICATE_EVENT", existing=contract.contract_key(sale.key))
    found = settle(sale, books.settings, original=booked, earlier=books.credits.get(original, ()))
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.FIELDS | contract.REFUND_FIELDS))
    if isinstance(found, Skip):
        return Result(outcome="skipped", reason=found.code)
    result = Result(outcome="booked")
    _book(books, found, result)
    assert booked is not None
    given = sum((one.totals.gross for one in books.credits[original]), ZERO)
    result.blocks["remaining_refundable"] = booked.totals.gross - given
    return result


def _paid_out(books: Books, step: Data, source: str) -> Result:
    key = f"{source}/payout/{step['payout']['id']}"
    if key in books.payouts:
        return Result(outcome="skipped", reason="DUPLICATE_EVENT", existing=contract.contract_key(key))
    books.payouts.add(key)
    found = settlement.settle(reading.payout(key, contract.payout(step["payout"], source)), books.settings)
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.PAYOUT_FIELDS))
    books.post([found.posting])
    return Result(outcome="booked", postings=[found.posting], blocks={"payout": dict(found.sums)})


def _received(books: Books, step: Data, source: str) -> Result:
    """Money for an invoice that is booked already."""
    order = step.get("order") or step.get("invoice") or step
    key = _booked_key(books, order, source)
    booked, given = books.invoices[key], step.get("payments") or [step["payment"]]
    for one in given:
        if one.get("currency", booked.currency) != booked.currency:
            held = holds.paid_in_other_currency(key, one["currency"], booked)
            return Result(outcome="error", error=contract.error(held, contract.FIELDS))
    more = tuple(reading.paid(contract.payment(one, step.get("date"))) for one in given)
    document = replace(booked, payments=(*booked.payments, *more))
    found = tuple(payments.vouchers(document, books.settings, before=books.paid[key]))
    books.paid[key] += sum((one.amount for one in more), ZERO)
    books.invoices[key] = document
    books.post(found)
    return Result(outcome="booked", postings=list(found))


def _lost(books: Books, step: Data, source: str) -> Result:
    given = next(
        step[name] for name in ("loss", "bad_debt", "write_off", "invoice", "document", "order") if name in step
    )
    given = given if isinstance(given, dict) else {"key": given}
    key = _booked_key(books, step.get("order") or given, source)
    booked = books.invoices[key]
    left = booked.totals.gross - books.paid[key] - sum((one.totals.gross for one in books.credits.get(key, ())), ZERO)
    amount = Decimal(str(given.get("amount") or step.get("amount") or left))
    date = contract.day(given.get("date") or step.get("date") or (step.get("order") or {}).get("date")) or booked.date
    found = losses.write_off(booked, amount, left, date, books.settings)
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.FIELDS))
    books.post([found.posting])
    relief = {"loss": found.loss, "base": found.base, "vat": found.vat, "share": books.settings.vat_base_share}
    return Result(outcome="booked", postings=[found.posting], blocks={"vat_relief": relief})


def _booked_key(books: Books, given: Data, source: str) -> str:
    """The invoice that something is about: by key, id, or number."""
    if "key" in given or "document" in given:
        return str(given.get("key") or given["document"]).replace(":", "/")
    if "id" in given and contract.key(source, given["id"]) in books.invoices:
        return contract.key(source, given["id"])
    number = str(given.get("number") or given.get("reference"))
    return books.numbers[number]


def _banked(books: Books, step: Data, source: str) -> Result:
    items = [item for key in books.invoices if (item := _open_item(books, key)) is not None]
    lines = [
        BankLine(
            key=f"{source}/tx/{given['id']}",
            date=contract.day(given["date"]) or dt.date.min,
            amount=Decimal(str(given["amount"])),
            currency=given.get("currency", books.settings.base_currency),
            text=given.get("text") or given.get("description") or "",
            reference=given.get("reference") or given.get("ref"),
            party=given.get("payer") or given.get("name"),
            fx=contract.decimal(given.get("fx")),
        )
        for given in contract.bank_lines(step)
    ]
    found = bank.match(lines, items, books.settings)
    made = [posting for one in found.matches for posting in bank.vouchers(one, books.settings)]
    books.post(made)
    rows = [_match(one) for one in found.matches]
    warnings = {one.code for one in found.warnings}
    return Result(outcome="booked", postings=made, warnings=warnings, blocks={"matches": rows})


def _open_item(books: Books, key: str) -> OpenItem | None:
    booked = books.invoices[key]
    given = sum((one.totals.gross for one in books.credits.get(key, ())), ZERO)
    left = booked.totals.gross - books.paid[key] - given
    if not left:
        return None
    return OpenItem(
        key=key,
        number=booked.mark,
        amount=left,
        currency=booked.currency,
        date=booked.date,
        base=(left * (booked.fx or 1)).quantize(Decimal("0.01")),
        party=booked.customer.external_id or booked.customer.email,
        name=booked.customer.name,
        references=tuple(name for name, owner in books.numbers.items() if owner == key),
    )


def _match(found: bank.Match) -> Data:
    return {
        "tx": contract.contract_key(found.line.key),
        "id": found.line.key.rpartition("/")[2],
        "kind": found.kind,
        "documents": [contract.contract_key(item.key) for item, _ in found.parts],
        "numbers": [item.number for item, _ in found.parts],
        "amount": found.line.amount,
        "fee": found.fee,
    }


def _schedule(deferral: recognition.Deferral, settings: Settings) -> Data:
    return {
        "method": settings.recognition,
        "start": deferral.period.start,
        "end": deferral.period.end,
        "amount": deferral.amount,
        "entries": [
            {"month": f"{part.month:%Y-%m}", "amount": part.amount} for part in recognition.schedule(deferral, settings)
        ],
    }


def _cancelled(books: Books, step: Data, source: str) -> Result:
    """An order that is cancelled, or a plan that ends early: recognised up to its last day, the rest credited."""
    given = contract.cancellation(step)
    key = _booked_key(books, given["order"], source)
    booked = books.invoices[key]
    if not any(one.period for one in booked.lines):
        credit = edits.full_credit(booked, f"{key}:refund:{given['id']}", given["date"], books.settings)
        result = Result(outcome="booked")
        _book(books, credit, result)
        return result
    return _ended(books, booked, given)


def _ended(books: Books, booked: Planned, given: Data) -> Result:
    last, ident = given["last"], given["id"]
    sale = subscriptions.cancelled(
        booked,
        last,
        books.settings,
        key=f"{booked.key}:refund:{ident}",
        number=f"{booked.number}-{ident}",
        day=max(given["date"], last),
        method=given["method"],
    )
    result = Result(outcome="booked")
    if sale is None:
        return result
    _recognise_until(books, booked, last, result)
    found = settle(sale, books.settings, original=booked)
    if isinstance(found, Hold):
        return Result(outcome="error", error=contract.error(found, contract.FIELDS))
    if isinstance(found, Skip):
        return Result(outcome="skipped", reason=found.code)
    _book(books, found, result)
    result.blocks["cancellation"] = _unused(booked, found.planned, last, books.settings)
    return result


def _unused(booked: Planned, credit: Planned, last: dt.date, settings: Settings) -> Data:
    parts = subscriptions.unused(booked, last, settings)
    return {
        "last_day": last,
        "days_used": parts[0].days_used,
        "days": parts[0].days,
        "used": sum((part.used for part in parts), ZERO),
        "unused": sum((part.unused for part in parts), ZERO),
        "vat": credit.totals.vat,
        "gross": credit.totals.gross,
    }


def _recognise_until(books: Books, booked: Planned, last: dt.date, result: Result) -> None:
    """What is earned up to the last day and not recognised yet, in one voucher."""
    whole = sum((one.amount for one in recognition.deferrals(booked)), ZERO)
    done = whole + books.balances.get("deferred_revenue", ZERO)
    made = tuple(recognition.vouchers_until(booked, last, done, books.settings))
    result.postings += made
    books.post(made)


def _prorated(books: Books, step: Data, source: str) -> Result:
    """A plan that changes in the middle of its period: one invoice with what is unused and what is new."""
    given = contract.change(step)
    order, date = step["order"], given["date"]
    made = subscriptions.prorate(given["old"], given["new"], given["period"], date, order["currency"])
    rest = {"start": str(date), "end": str(given["period"].end)}
    lines = [
        {"ref": given["old_ref"], "unit": str(-made.unused_old), "rate": given["rate"]},
        {"ref": given["new_ref"], "unit": str(made.new), "rate": given["rate"]},
    ]
    full = [one | {"kind": "subscription", "period": rest} for one in lines]
    config = books.config | {"prices": "exclusive"}
    key = contract.key(source, order["id"])
    sale = reading.sale("invoice", key, contract.invoice(step | {"lines": full}, config))
    own = books.settings
    if made.net < 0:
        sale, own = subscriptions.turned(sale), replace(own, credit_alone="book")
    result = _came_of(books, step, settle(sale, own))
    result.blocks["proration"] = {
        "days": made.days,
        "days_left": made.days_left,
        "unused": made.unused_old,
        "new": made.new,
        "net": made.net,
    }
    return result


def _seed(books: Books, given: Data, step: Data) -> None:
    """An invoice that a case says is booked, with its payment and its earlier credit notes."""
    first = (step.get("steps") or [step])[0]
    key = str(given["key"]).replace(":", "/")
    plain = replace(books.settings, closed_until=None, zero_total="book", stock="none")
    own = first if key.endswith(f"/{(first.get('order') or {}).get('id')}") else {}
    sale = reading.sale("invoice", key, contract.earlier_invoice(given, own, books.config))
    found = settle(sale, plain)
    assert isinstance(found, Settled), found
    throwaway = Result(outcome="booked")
    _book(books, found, throwaway, known=True)
    for name in (given.get("number"), given.get("reference")):
        if name:
            books.numbers.setdefault(str(name), key)
    if Decimal(str(given.get("refunded") or 0)):
        _seed_credit(books, given, found.planned, plain)


def _seed_credit(books: Books, given: Data, booked: Planned, settings: Settings) -> None:
    refund = {"id": "before", "date": str(booked.date), "amount": given["refunded"], "method": "card"}
    step = {"order": {"id": "", "currency": booked.currency}, "refund": refund}
    data = contract.credit_note(step, books.config, booked.key, booked.number)
    found = settle(reading.sale("credit_note", f"{booked.key}:refund:before", data), settings, original=booked)
    assert isinstance(found, Settled), found
    _book(books, found, Result(outcome="booked"))
