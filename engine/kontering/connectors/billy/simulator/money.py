"""Money: bank payments with fees that close invoices and bills, what is overpaid, and payments that are taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kontering.connectors.billy.simulator import ledger
from kontering.connectors.billy.simulator.checks import referred
from kontering.connectors.billy.simulator.ledger import Entry
from kontering.connectors.billy.simulator.refusals import FIXED, LOCKED_PERIOD, NEEDED
from kontering.connectors.billy.simulator.saving import Changed, Rules, Saving, note
from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents

PLURAL = {"invoice": "invoices", "bill": "bills"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An invoice or a bill that a payment closes: `sign` is 1 where money for it comes in."""

    kind: str
    row: Row
    sign: int

    @property
    def reference(self) -> str:
        return f"{self.kind}:{self.row['id']}"


def before(saving: Saving) -> None:
    """All subjects are open, of one contact and one currency; fee and rate are there where they are needed."""
    state, row, old = saving.state, saving.row, saving.old
    if old is not None:
        if old["isVoided"] and not row["isVoided"]:
            saving.errors["isVoided"] = FIXED
        saving.children.clear()
        return
    subjects = list(subjects_of(saving))
    if saving.errors:
        return
    _belong_together(saving, subjects)
    if saving.resource.name == "bankPayments":
        _cash(saving)
    if ledger.closed(state, row["entryDate"]):
        saving.errors["entryDate"] = LOCKED_PERIOD


def after(saving: Saving, changed: Changed) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if old is not None:
        if row["isVoided"] and not old["isVoided"]:
            _void(saving, changed)
        return
    row["contactBalancePostings"] = []
    total = _settled(state, row)
    spent = _close(saving, total, changed)
    over = total - sum(spent.values(), ZERO)
    if over:
        row["contactBalancePostings"].append({"contactId": row["contactId"], "amount": over})
    if saving.resource.name == "bankPayments":
        _post(saving, spent, over, changed)


RULES = Rules(before=before, after=after, keeps=lambda state, row: "En betaling kan ikke slettes; sæt isVoided.")


def subjects_of(saving: Saving) -> Iterable[Subject]:
    for position, one in enumerate(saving.children.get("associations", ())):
        found = referred(saving.state, one["subjectReference"])
        if found is None or found[0] not in PLURAL:
            saving.errors["associations"] = [{"subjectReference": "Skal være en faktura eller en regning."}]
            return
        kind, row = found
        if row["state"] != "approved":
            below = [None] * position + [{"subjectReference": "Er ikke godkendt."}]
            saving.errors["associations"] = below
            return
        yield Subject(kind=kind, row=row, sign=_sign(kind, row))


def _sign(kind: str, row: Row) -> int:
    """Money comes in for invoices and for credited bills."""
    return 1 if (kind == "invoice") == (row["type"] != "creditNote") else -1


def _belong_together(saving: Saving, subjects: list[Subject]) -> None:
    row, state = saving.row, saving.state
    first = subjects[0].row if subjects else {}
    row["subjectCurrencyId"] = _currency(state, first)
    if len({one.row["contactId"] for one in subjects}) > 1 or len({_currency(state, one.row) for one in subjects}) > 1:
        saving.errors["associations"] = [{"subjectReference": "Alle skal have samme kontakt og valuta."}]
        return
    row["contactId"] = first.get("contactId") or saving.body.get("contactId")
    if state.get("contacts", row["contactId"]) is None:
        saving.errors["contactId"] = NEEDED


def _currency(state: State, row: Row) -> str:
    return str(row.get("currencyId") or state.base_currency)


def _cash(saving: Saving) -> None:
    row, state = saving.row, saving.state
    account = state.table("accounts")[row["cashAccountId"]]
    if not account.get("isPaymentEnabled"):
        saving.errors["cashAccountId"] = "Kontoen kan ikke bruges til betalinger."
    if _currency(state, account) != row["subjectCurrencyId"] and not row.get("cashExchangeRate"):
        saving.errors["cashExchangeRate"] = NEEDED
    if row.get("feeAmount") and not row.get("feeAccountId"):
        saving.errors["feeAccountId"] = NEEDED


def _settled(state: State, row: Row) -> Decimal:
    """What the payment closes, in its subjects' currency: a fee counts on a deposit, on a withdrawal it is on top."""
    if "cashAmount" not in row:
        return Decimal(row["amount"])
    fee = Decimal(row.get("feeAmount") or 0) if row["cashSide"] == "debit" else ZERO
    return cents((Decimal(row["cashAmount"]) + fee) / Decimal(row.get("cashExchangeRate") or 1))


def _close(saving: Saving, total: Decimal, changed: Changed) -> dict[str, Decimal]:
    """Amounts by subject: those that go the other way are closed whole, the rest in their order as far as it goes."""
    way = 1 if saving.row.get("cashSide", "debit") == "debit" else -1
    subjects = list(subjects_of(saving))
    against = [one for one in subjects if one.sign != way]
    left = total + sum((Decimal(one.row["balance"]) for one in against), ZERO)
    spent: dict[str, Decimal] = {}
    for one in (*against, *(one for one in subjects if one.sign == way)):
        amount = Decimal(one.row["balance"]) if one.sign != way else min(left, Decimal(one.row["balance"]))
        left -= amount if one.sign == way else 0
        spent[one.reference] = amount * one.sign * way
        one.row["balance"] -= amount
        one.row["isPaid"] = one.row["balance"] == 0
        note(changed, PLURAL[one.kind], one.row)
    for entry in saving.children["associations"]:
        entry["modifierReference"] = f"{saving.resource.one}:{saving.row['id']}"
        entry["amount"] = abs(spent[entry["subjectReference"]])
        entry["entryDate"], entry["isVoided"] = saving.row["entryDate"], False
    return spent


def _post(saving: Saving, spent: dict[str, Decimal], over: Decimal, changed: Changed) -> None:
    """Cash and fee against what was closed, each at its own rate; what is left is exchange."""
    state, row = saving.state, saving.row
    way = 1 if row["cashSide"] == "debit" else -1
    cash_account = state.table("accounts")[row["cashAccountId"]]
    rate = state.rates.get(_currency(state, cash_account), Decimal(1))
    cash, fee = cents(Decimal(row["cashAmount"]) * rate), cents(Decimal(row.get("feeAmount") or 0) * rate)
    entries = [Entry(account=row["cashAccountId"], amount=way * cash if way > 0 else -(cash + fee))]
    if fee:
        entries.append(Entry(account=row["feeAccountId"], amount=fee))
    entries += [_closing(saving, reference, way * amount) for reference, amount in spent.items()]
    if over:
        subject_rate = Decimal(row.get("cashExchangeRate") or 1) * rate
        entries.append(Entry(account=state.by_role(ledger.RECEIVABLE)["id"], amount=-way * cents(over * subject_rate)))
    difference = -sum((entry.amount for entry in entries), ZERO)
    entries.append(Entry(account=state.by_role(ledger.FX)["id"], amount=difference))
    ledger.post(state, saving.now, f"bankPayment:{row['id']}", row["entryDate"], "", entries, changed)


def _closing(saving: Saving, reference: str, amount: Decimal) -> Entry:
    """The other side at the subject's own rate; its last payment takes the last of what it was booked with."""
    found = referred(saving.state, reference)
    assert found is not None
    kind, row = found
    role = ledger.RECEIVABLE if kind == "invoice" else ledger.PAYABLE
    whole = Decimal(row["amount"]) + Decimal(row["tax"])
    closed = whole - Decimal(row["balance"])
    base = ledger.in_base(row, closed) - ledger.in_base(row, closed - abs(amount))
    account = saving.state.by_role(role)["id"]
    return Entry(account=account, amount=-base if amount > 0 else base)


def _void(saving: Saving, changed: Changed) -> None:
    state, reference = saving.state, f"{saving.resource.one}:{saving.row['id']}"
    for entry in state.table("balanceModifiers").values():
        if entry["modifierReference"] == reference and not entry["isVoided"]:
            entry["isVoided"] = True
            note(changed, "balanceModifiers", entry)
            found = referred(state, entry["subjectReference"])
            assert found is not None
            kind, row = found
            row["balance"] += entry["amount"]
            row["isPaid"] = row["balance"] == 0
            note(changed, PLURAL[kind], row)
    ledger.void(state, reference, changed)
