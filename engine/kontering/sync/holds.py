"""Why the planner or the deliverer puts a document aside: one small function for each reason, with the way on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import Refusal
from kontering.model.bank import BankLine
from kontering.model.document import Planned
from kontering.model.plan import Found, Hold, Skip
from kontering.project.policy import State
from kontering.sync.taker import Place


def _hold(word: str, code: str, key: str, reason: str, hint: str, **details: Any) -> Hold:
    return Hold(code=word, reason=reason, details=details, problems=(Diagnostic(code, reason, hint=hint, record=key),))


def ambiguous(key: str, kind: str, by: str, found: Sequence[Found]) -> Hold:
    ids = [one.number or one.id for one in found]
    reason = f"{len(ids)} {kind}s in the target fit equally well by {by}: {', '.join(ids[:5])}"
    hint = f"join them in the target, or give the {kind} a clearer number there, then retry"
    return _hold("AMBIGUOUS", "K601", key, reason, hint, kind=kind, by=by, found=ids)


def customer_missing(key: str, name: str, remark: str) -> Hold:
    reason = f"{name!r} is not a customer in the target" + (f" ({remark})" if remark else "")
    return _hold("CUSTOMER_MISSING", "K602", key, reason, "make the customer there, or set `customers.missing: create`")


def product_missing(key: str, product: str, name: str) -> Hold:
    reason = f"the product {product} ({name}) is not in the target"
    hint = "make the product there, or set `products.missing: create` or `products.fallback`"
    return _hold("PRODUCT_MISSING", "K603", key, reason, hint, product=product)


def line_without_product(key: str, line: str, description: str) -> Hold:
    reason = f"line {line} ({description}) has no product"
    hint = "set `products.fallback` to the number of a product for such lines, or let the mapping write one"
    return _hold("NO_PRODUCT", "K604", key, reason, hint, line=line)


def totals_differ(key: str, report: str, details: Mapping[str, Any]) -> Hold:
    reason = f"the target comes to other totals: {report}"
    hint = (
        "look at the lines, prices and VAT codes of both; `totals.tolerance` is the largest difference that is closed"
    )
    return _hold("TOTALS_DIFFER", "K605", key, reason, hint, **details)


def no_totals(key: str, id_: str) -> Hold:
    reason = f"the target doesn't say what the draft {id_} comes to, so nothing proves it"
    return _hold("TOTALS_UNKNOWN", "K606", key, reason, "book it by hand in the target, then skip it here", id=id_)


def edited_after_booking(key: str, number: str) -> Hold:
    reason = f"the record changed after it was booked as {number}"
    hint = "credit and invoice it in the books by hand, or correct the record, then retry or skip it"
    return _hold("EDITED_AFTER_BOOKING", "K415", key, reason, hint, number=number)


def payment_changed(key: str, payment: str) -> Hold:
    reason = f"the payment {payment} is registered with another amount already"
    return _hold("PAYMENT_CHANGED", "K608", key, reason, "correct it in the books by hand, then skip it here")


def by_state(key: str, state: str) -> Hold:
    hint = "it goes on when the source's state changes; the flow's `states` says what each one means"
    return _hold("STATE", "K609", key, f"the flow holds records in state {state!r}", hint, state=state)


def state_unknown(key: str, state: str, states: Mapping[str, State]) -> Hold:
    near = closest(state, states)
    hint = f"did you mean {near!r}?" if near else "name it in the flow's `states`, or write `*` for every other one"
    return _hold("STATE_UNKNOWN", "K610", key, f"the flow's `states` don't say what {state!r} means", hint, state=state)


def draft_cancelled(key: str, id_: str) -> Hold:
    reason = f"it was cancelled, but its draft {id_} stands in the target"
    return _hold("CANCELLED", "K611", key, reason, "delete the draft there, then skip it here", id=id_)


def credited_before_cancel(key: str) -> Hold:
    reason = "it was cancelled after parts of it were credited"
    return _hold("CANCELLED", "K611", key, reason, "credit what is left in the books by hand, then skip it here")


def invoice_unknown(document: Planned) -> Hold:
    reason = f"it credits {document.credits or 'no invoice'}, which no flow of this project has read"
    hint = "it goes on by itself as soon as the invoice is booked; an invoice from before is credited by hand"
    return _hold("INVOICE_UNKNOWN", "K612", document.key, reason, hint, credits=document.credits)


def about_unknown(key: str, invoice: str) -> Hold:
    reason = f"it is about the invoice {invoice}, which no flow of this project has booked"
    hint = "it goes on by itself as soon as the invoice is there"
    return _hold("INVOICE_UNKNOWN", "K618", key, reason, hint, credits=invoice)


def paid_in_other_currency(key: str, currency: str, invoice: Planned) -> Hold:
    reason = f"{currency} was paid for invoice {invoice.number}, which is in {invoice.currency}"
    hint = "enter the payment in the books by hand, at the bank's rate, then skip it here"
    return _hold("CURRENCY_DIFFERS", "K619", key, reason, hint, currency=currency, expected=invoice.currency)


def bank_line_unmatched(key: str, line: BankLine, why: str) -> Hold:
    reason = f"{line.date} {line.amount} {line.currency} {line.text!r}: {why}"
    hint = "`kontering queue suggestions` says what it may be; it goes on by itself once what it pays is there"
    said = {"amount": line.amount, "currency": line.currency, "text": line.text, "why": why}
    return _hold("BANK_LINE_UNMATCHED", "K620", key, reason, hint, **said)


def no_voucher(key: str, left: Decimal) -> Hold:
    reason = f"its lines don't balance, {left} is left over" if left else "one of its lines has no role"
    hint = "the amounts of a voucher come to 0 (debit positive), and each line names the role of its account"
    return _hold("UNBALANCED", "K621", key, reason, hint, left=left)


def voucher_changed(key: str, number: str) -> Hold:
    reason = f"it changed after it was posted as {number}"
    hint = "correct it in the books by a voucher of its own, then skip it here"
    return _hold("EDITED_AFTER_BOOKING", "K622", key, reason, hint, number=number)


def no_identity(key: str, kind: str, field: str) -> Hold:
    reason = f"the {kind} has no {field}, so a second run wouldn't know it again"
    return _hold("NO_IDENTITY", "K630", key, reason, f"let the mapping write `{field}`: the source's id of it")


def demanded(key: str, kind: str, name: str, field: str, target: str) -> Hold:
    """Something that the target doesn't take without a field that the source doesn't have."""
    word = {"email": "e-mail address"}.get(field, field.replace("_", " "))
    reason = f"{name} has no {word}, and {target} takes no {kind} without one"
    return _hold("FIELD_DEMANDED", "K631", key, reason, "add it in the source: it goes on by itself then", field=field)


def origin_gone(key: str, origin: str) -> Hold:
    reason = f"{origin}, to which it goes back, is not there any more"
    return _hold("ORIGIN_GONE", "K632", key, reason, "skip it here, or undo it in the books", origin=origin)


def conflict(key: str, origin: str, number: str) -> Hold:
    reason = f"{number} was changed in the books, and {origin} at its source since"
    hint = "decide which one is right and change the other, or set `conflict: books_win` or `source_wins`, then retry"
    return _hold("CONFLICT", "K633", key, reason, hint, origin=origin)


def not_taken(key: str, kind: str, target: str, hint: str) -> Hold:
    return _hold("NOT_TAKEN", "K613", key, f"{target} takes no {kind}", hint, kind=kind)


def not_rendered(key: str, kind: str, reason: str, problems: Sequence[Diagnostic]) -> Hold:
    hint = "mend the mapping, the table or the record, then retry"
    problems = tuple(problems) or (Diagnostic("K614", reason, hint=hint, record=key),)
    return Hold(code="PAYLOAD", reason=f"{kind}: {reason}", details={"kind": kind}, problems=problems)


def closed_period(key: str, refusals: Sequence[Refusal], until: str | None) -> Hold:
    reason = f"the target's books are closed{f' up to {until}' if until else ''}: {_joined(refusals)}"
    hint = "open the period there, or set `closed_period: next_open_day`, then retry"
    return _hold("PERIOD_CLOSED", "K616", key, reason, hint, closed_until=until)


def refused(key: str, kind: str, refusals: Sequence[Refusal], place: Place) -> Hold:
    """Each refusal that names a part of the payload leads to the mapping's line that wrote it."""
    reason = f"the target refuses the {kind}: {_joined(refusals)}"
    details = [{"path": one.path, "message": one.message, "code": one.code} for one in refusals]
    problems = tuple(_refusal(key, kind, one, place(kind, one.path)) for one in refusals)
    return Hold(code="REFUSED", reason=reason, details={"kind": kind, "refusals": details}, problems=problems)


def _refusal(key: str, kind: str, refusal: Refusal, span: Span | None) -> Diagnostic:
    hint = "mend what it names in the record, the table or the mapping, then retry"
    field = refusal.path.strip("/").replace("/", ".") or None
    message = f"the target refuses the {kind}: {refusal.message}"
    return Diagnostic("K701", message, span, hint=hint, field=field, record=key)


def past_finding_out(key: str, what: str) -> Hold:
    reason = f"the answer to {what} was lost, and the target can't be asked whether it happened"
    hint = "look in the target: if it is there, skip this here; if it isn't, retry"
    return _hold("UNSURE", "K702", key, reason, hint, what=what)


def made_twice(key: str, what: str, found: Sequence[Found]) -> Hold:
    ids = [one.number or one.id for one in found]
    reason = f"{what} is in the target more than once: {', '.join(ids)}"
    return _hold("MADE_TWICE", "K703", key, reason, "take out what is too much there, then retry or skip", found=ids)


def gave_up(key: str, target: str, trouble: str) -> Hold:
    reason = f"{target} has been tried for a day: {trouble}"
    return _hold("GAVE_UP", "K704", key, reason, "see what ails the target, then retry")


def another_there(key: str, reference: str, there: str, gross: Decimal, wanted: Decimal) -> Hold:
    reason = f"{there} in the target has the reference {reference} already, and comes to {gross}, not to {wanted}"
    hint = "if it is this one, skip it here; if it is another's, let the mapping give the numbers a prefix, then retry"
    return _hold("ANOTHER_THERE", "K707", key, reason, hint, found=there, gross=gross)


def mishap(key: str, words: str) -> Hold:
    reason = f"it met a mistake that nobody foresaw: {words}"
    hint = "the log has the whole trace: report it; when it is mended, retry; what was begun is looked up first"
    return _hold("MISHAP", "K705", key, reason, hint)


def needs_a_person(key: str, what: str, trouble: str) -> Hold:
    reason = f"{what} stands open: {trouble}"
    hint = "look in the target, then retry or skip the document that began it"
    return _hold("UNSURE", "K702", key, reason, hint, what=what)


def skipped_by_state(state: str) -> Skip:
    return Skip(code="STATE", reason=f"the flow skips records in state {state!r}")


def cancelled_in_time() -> Skip:
    return Skip(code="CANCELLED", reason="it was cancelled before anything was sent")


def _joined(refusals: Sequence[Refusal]) -> str:
    return "; ".join(f"{one.path}: {one.message}" if one.path else one.message for one in refusals)
