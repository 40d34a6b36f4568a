"""Daybook transactions: lines that balance, or name their contra account; tax split off where a line names a rate."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kontering.connectors.billy.simulator import ledger, sums
from kontering.connectors.billy.simulator.ledger import Entry
from kontering.connectors.billy.simulator.refusals import FIXED, LOCKED_PERIOD
from kontering.connectors.billy.simulator.saving import Changed, Rules, Saving
from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents, moment


def before(saving: Saving) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if old is not None and (old["state"] != "draft" or "lines" in saving.children):
        for name, value in saving.body.items():
            if name in saving.resource.children or (name not in ("id", "state") and value != old.get(name)):
                saving.errors[name] = FIXED
        if old["state"] == "approved" and row["state"] != "approved":
            saving.errors["state"] = FIXED
        saving.children.clear()
        return
    if sum((entry.amount for entry in entries(saving)), ZERO) != 0:
        saving.errors["lines"] = "Linjerne balancerer ikke."
    if row["state"] == "approved" and ledger.closed(state, row["entryDate"]):
        saving.errors["entryDate"] = LOCKED_PERIOD


def after(saving: Saving, changed: Changed) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if row["state"] == "approved" and (old is None or old["state"] == "draft"):
        row["approvedTime"] = moment(saving.now)
        origin, voucher = f"daybookTransaction:{row['id']}", str(row.get("voucherNo") or "")
        ledger.post(state, saving.now, origin, row["entryDate"], voucher, entries(saving), changed)


def keeps(state: State, row: Row) -> str | None:
    return None if row["state"] == "draft" else "En godkendt postering kan ikke slettes."


RULES = Rules(before=before, after=after, keeps=keeps)


def entries(saving: Saving) -> Iterator[Entry]:
    """What the lines post: the amount includes the tax of its rate."""
    for line in saving.below("lines"):
        yield from _entries(saving.state, line)


def _entries(state: State, line: Row) -> Iterator[Entry]:
    rate = state.rates.get(str(line.get("currencyId") or ""), Decimal(1))
    amount = cents(Decimal(line["amount"]) * rate) * (1 if line["side"] == "debit" else -1)
    tax_rate = line.get("taxRateId")
    if tax_rate is None and state.habits.account_tax:
        tax_rate = state.table("accounts")[line["accountId"]].get("taxRateId")
    tax = cents(sums.exact_tax(amount, sums.fraction(state, tax_rate), "incl"))
    account = ledger.tax_account(state, tax_rate)
    text = str(line.get("text") or "")
    yield Entry(account=line["accountId"], amount=amount - tax if account else amount, tax_rate=tax_rate, text=text)
    if account:
        yield Entry(account=account, amount=tax, tax_rate=tax_rate, text=text)
    if line.get("contraAccountId"):
        yield Entry(account=line["contraAccountId"], amount=-amount, text=text)
