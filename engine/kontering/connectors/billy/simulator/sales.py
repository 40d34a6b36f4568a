"""Invoices and credit notes: drafts and what they come to, their approval, their numbers, and what is locked then."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kontering.connectors.billy.simulator import ledger, sums
from kontering.connectors.billy.simulator.ledger import Entry
from kontering.connectors.billy.simulator.refusals import FIXED, LOCKED_PERIOD, NEEDED, TAKEN, Bad
from kontering.connectors.billy.simulator.saving import Changed, Rules, Saving, note
from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents, moment

FREE = frozenset({"state", "sentState", "attachmentIds", "id", "organizationId"})
"""What may still be said of an approved invoice."""


def before(saving: Saving) -> None:
    """Numbers, terms, dates and totals; raises what speaks against it."""
    state, row, old = saving.state, saving.row, saving.old
    if old is not None and old["state"] != "draft":
        _locked(saving, old)
        return
    _kept(saving)
    row["exchangeRate"] = ledger.exchange_rate(state, row)
    _terms(state, row)
    _lines(saving)
    _credited(saving)
    if row["state"] == "approved" and ledger.closed(state, row["entryDate"]):
        saving.errors["entryDate"] = LOCKED_PERIOD
    _number(saving)


def after(saving: Saving, changed: Changed) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if row["state"] != "approved" or (old is not None and old["state"] == "approved"):
        return
    row["approvedTime"] = moment(saving.now)
    _post(state, row, saving, changed)
    if row["type"] == "creditNote" and row.get("creditedInvoiceId") and state.habits.credit_settles:
        settle(state, row, changed, state.fresh())


def keeps(state: State, row: Row) -> str | None:
    return None if row["state"] == "draft" else "En godkendt faktura kan ikke slettes."


RULES = Rules(before=before, after=after, keeps=keeps)


def _locked(saving: Saving, old: Row) -> None:
    for name, value in saving.body.items():
        if name not in FREE and (name in saving.resource.children or value != old.get(name)):
            saving.errors[name] = FIXED
    if saving.row["state"] != old["state"]:
        saving.errors["state"] = FIXED
    saving.children.clear()


def _kept(saving: Saving) -> None:
    """Properties that nobody has documented are kept or dropped."""
    for name in ("orderNo", "externalId"):
        if name not in saving.state.habits.kept_references:
            saving.row.pop(name, None)


def _terms(state: State, row: Row) -> None:
    contact, own = state.get("contacts", row["contactId"]) or {}, state.organization
    row["paymentTermsMode"] = row.get("paymentTermsMode") or own["paymentTermsMode"]
    days = row.get("paymentTermsDays")
    days = contact.get("paymentTermsDays") if days is None else days
    row["paymentTermsDays"] = own["paymentTermsDays"] if days is None else days
    row["dueDate"] = due(row["entryDate"], row["paymentTermsMode"], int(row["paymentTermsDays"]))


def due(day: str, mode: str, days: int) -> str:
    """
    >>> due("2026-03-01", "net", 8), due("2026-02-10", "netEndOfMonth", 5)
    ('2026-03-09', '2026-03-05')
    """
    start = date.fromisoformat(day)
    if mode == "netEndOfMonth":
        start = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    return (start + timedelta(days=days)).isoformat()


def _lines(saving: Saving) -> None:
    state, row = saving.state, saving.row
    if saving.old is not None and "lines" in saving.children:
        match state.habits.draft_lines:
            case "refused":
                saving.errors["lines"] = FIXED
            case "ignored":
                del saving.children["lines"]
    lines = saving.below("lines")
    contact = state.get("contacts", row["contactId"]) or {}
    for line in lines:
        product = state.get("products", line["productId"]) or {}
        if state.habits.line_decimals is not None:
            line["unitPrice"] = round(Decimal(line["unitPrice"]), state.habits.line_decimals)
        line["taxRateId"] = sums.sales_tax(state, product, contact)
        line["amount"] = sums.line_amount(line)
        line["tax"] = cents(sums.exact_tax(line["amount"], sums.fraction(state, line["taxRateId"]), row["taxMode"]))
    wrong = [None if _is_priced(line) else {"productId": NEEDED} for line in lines]
    if any(wrong):
        saving.errors["lines"] = wrong
    _totals(state, row, lines)


def _is_priced(line: Row) -> bool:
    return bool(line.get("productId"))


def _totals(state: State, row: Row, lines: list[Row]) -> None:
    rated = [(line["amount"], sums.fraction(state, line["taxRateId"])) for line in lines]
    row["amount"], row["tax"] = sums.totals(rated, row["taxMode"])
    row["grossAmount"] = row["balance"] = row["amount"] + row["tax"]
    row["isPaid"] = row["state"] == "approved" and row["balance"] == 0
    row["lineDescription"] = ", ".join(filter(None, (line.get("description") for line in lines)))[:200]
    row["lateFees"] = ZERO


def _number(saving: Saving) -> None:
    """An own number must be free; without one the next of the series, at the latest when it is approved."""
    state, row = saving.state, saving.row
    given = row.get("invoiceNo")
    if given:
        taken = (other for other in state.table("invoices").values() if other["id"] != row["id"])
        if any(other.get("invoiceNo") == given for other in taken):
            saving.errors["invoiceNo"] = TAKEN
            saving.refuse(state.habits.duplicate_status)
        return
    organization = state.organization
    if organization["invoiceNoMode"] == "manual":
        saving.errors["invoiceNo"] = NEEDED
    elif not saving.errors and (state.habits.draft_numbers or row["state"] == "approved"):
        taken_numbers = {other.get("invoiceNo") for other in state.table("invoices").values()}
        number = int(organization["nextInvoiceNo"])
        while str(number) in taken_numbers:
            number += 1
        organization["nextInvoiceNo"] = number + 1
        row["invoiceNo"] = str(number)


def _credited(saving: Saving) -> None:
    row = saving.row
    invoice = saving.state.get("invoices", row.get("creditedInvoiceId"))
    if invoice is None:
        return
    if row["type"] != "creditNote":
        saving.errors["creditedInvoiceId"] = "Kun en kreditnota kan kreditere en faktura."
    elif (invoice["contactId"], invoice["currencyId"]) != (row["contactId"], row["currencyId"]):
        saving.errors["creditedInvoiceId"] = "Fakturaen har en anden kunde eller valuta."
    elif invoice["state"] != "approved":
        saving.errors["creditedInvoiceId"] = "Fakturaen er ikke godkendt."


def settle(state: State, credit: Row, changed: Changed, modifier: str) -> None:
    """A credit note closes as much of its invoice as is open."""
    invoice = state.table("invoices")[credit["creditedInvoiceId"]]
    amount = min(credit["balance"], invoice["balance"])
    if amount <= 0:
        return
    for row in (credit, invoice):
        row["balance"] -= amount
        row["isPaid"] = row["balance"] == 0
        note(changed, "invoices", row)
    entry: Row = {
        "id": modifier,
        "modifierReference": f"invoice:{credit['id']}",
        "subjectReference": f"invoice:{invoice['id']}",
        "amount": amount,
        "entryDate": credit["entryDate"],
        "isVoided": False,
    }
    state.table("balanceModifiers")[modifier] = entry
    note(changed, "balanceModifiers", entry)


def _post(state: State, row: Row, saving: Saving, changed: Changed) -> None:
    """Receivables against revenue and tax, all in base currency."""
    sign = 1 if row["type"] == "invoice" else -1
    lines = saving.below("lines")
    rated = [(line["taxRateId"], line["amount"], sums.fraction(state, line["taxRateId"])) for line in lines]
    gross = ledger.in_base(row, row["grossAmount"])
    taxes = {
        rate_id: ledger.in_base(row, tax) for rate_id, tax in sums.by_rate(rated, row["taxMode"], row["tax"]).items()
    }
    nets = _nets(state, row, lines)
    spare = gross - sum(taxes.values(), ZERO) - sum(nets.values(), ZERO)
    first = next(iter(nets))
    nets[first] += spare  # what rounding leaves over
    entries = [Entry(account=state.by_role(ledger.RECEIVABLE)["id"], amount=sign * gross, text=str(row["invoiceNo"]))]
    entries += [
        Entry(account=account, amount=-sign * net, tax_rate=rate_id) for (account, rate_id), net in nets.items()
    ]
    entries += [
        Entry(account=account, amount=-sign * tax, tax_rate=rate_id)
        for rate_id, tax in taxes.items()
        if tax and (account := ledger.tax_account(state, rate_id))
    ]
    number, origin = str(row["invoiceNo"]), f"invoice:{row['id']}"
    ledger.post(state, saving.now, origin, row["entryDate"], number, entries, changed)


def _nets(state: State, row: Row, lines: list[Row]) -> dict[tuple[str, str | None], Decimal]:
    """Net by account and tax rate, unrounded differences left to the caller."""
    found: dict[tuple[str, str | None], Decimal] = {}
    for line in lines:
        account = state.table("products")[line["productId"]]["accountId"]
        slot = (account, line["taxRateId"])
        amount = line["amount"]
        if row["taxMode"] == "incl":
            amount -= sums.exact_tax(amount, sums.fraction(state, line["taxRateId"]), "incl")
        found[slot] = found.get(slot, ZERO) + amount
    return {slot: ledger.in_base(row, amount) for slot, amount in found.items()}


def mail(state: State, invoice: Row, letter: Any, changed: Changed) -> Row:
    """One letter to one person of the invoice's contact."""
    errors = {name: NEEDED for name in ("contactPersonId", "emailSubject", "emailBody") if not _said(letter, name)}
    if not errors:
        person = state.get("contactPersons", letter["contactPersonId"])
        if person is None or person["contactId"] != invoice["contactId"] or not person.get("email"):
            errors["contactPersonId"] = "Personen hører ikke til kunden, eller har ingen e-mail."
    if errors:
        told = {"email": {"attributes": errors}}
        raise Bad(state.habits.invalid_status, "E_VALIDATION", "Der er en fejl i et felt.", validation=told)
    if invoice["state"] != "approved":
        raise Bad(state.habits.invalid_status, "E_STATE", "En kladde kan ikke sendes.")
    sent = {"id": state.fresh(), "invoiceId": invoice["id"], **letter}
    state.mails.append(sent)
    if state.habits.mail_sends:
        invoice["sentState"] = "sent"
        note(changed, "invoices", invoice)
    return sent


def _said(letter: Any, name: str) -> bool:
    return isinstance(letter, Mapping) and isinstance(letter.get(name), str) and bool(letter[name])
