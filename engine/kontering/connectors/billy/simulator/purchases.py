"""Bills: what they come to by the tax rates of their lines, their approval, and what is paid at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kontering.connectors.billy.simulator import ledger, sums
from kontering.connectors.billy.simulator.ledger import Entry
from kontering.connectors.billy.simulator.refusals import FIXED, LOCKED_PERIOD, NEEDED
from kontering.connectors.billy.simulator.saving import Changed, Rules, Saving
from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents, moment

FREE = frozenset({"state", "attachmentIds", "id", "organizationId", "voucherNo"})


def before(saving: Saving) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if old is not None and old["state"] != "draft":
        for name, value in saving.body.items():
            if name not in FREE and (name in saving.resource.children or value != old.get(name)):
                saving.errors[name] = FIXED
        if row["state"] != old["state"]:
            saving.errors["state"] = FIXED
        saving.children.clear()
        return
    row["currencyId"] = row.get("currencyId") or state.base_currency
    row["exchangeRate"] = ledger.exchange_rate(state, row)
    _totals(saving)
    if not (state.get("contacts", row["contactId"]) or {}).get("isSupplier"):
        saving.errors["contactId"] = "Kontakten er ikke leverandør."
    if bool(row.get("paymentAccountId")) != bool(row.get("paymentDate")):
        saving.errors["paymentDate"] = NEEDED
    if row["state"] == "approved" and ledger.closed(state, row["entryDate"]):
        saving.errors["entryDate"] = LOCKED_PERIOD


def after(saving: Saving, changed: Changed) -> None:
    state, row, old = saving.state, saving.row, saving.old
    if row["state"] != "approved" or (old is not None and old["state"] == "approved"):
        return
    row["approvedTime"] = moment(saving.now)
    origin, voucher = f"bill:{row['id']}", str(row.get("voucherNo") or row.get("suppliersInvoiceNo") or "")
    ledger.post(state, saving.now, origin, row["entryDate"], voucher, list(_entries(saving).values()), changed)
    if row.get("paymentAccountId"):
        sign = 1 if row["type"] == "bill" else -1
        gross = ledger.in_base(row, row["amount"] + row["tax"])
        paid = [
            Entry(account=state.by_role(ledger.PAYABLE)["id"], amount=sign * gross),
            Entry(account=row["paymentAccountId"], amount=-sign * gross),
        ]
        ledger.post(state, saving.now, origin, row["paymentDate"], voucher, paid, changed)
        row["balance"], row["isPaid"] = ZERO, True


def keeps(state: State, row: Row) -> str | None:
    return None if row["state"] == "draft" else "En godkendt regning kan ikke slettes."


RULES = Rules(before=before, after=after, keeps=keeps)


def _totals(saving: Saving) -> None:
    state, row = saving.state, saving.row
    rated = []
    for line in saving.below("lines"):
        rate = sums.fraction(state, line["taxRateId"])
        line["tax"] = cents(sums.exact_tax(line["amount"], rate, row["taxMode"]))
        rated.append((cents(Decimal(line["amount"])), rate))
    row["amount"], row["tax"] = sums.totals(rated, row["taxMode"])
    row["balance"], row["isPaid"] = row["amount"] + row["tax"], False
    row["source"] = "api"


def _entries(saving: Saving) -> Mapping[object, Entry]:
    """Costs and tax in debit, the supplier in credit; turned round for a credit note."""
    state, row = saving.state, saving.row
    sign = 1 if row["type"] == "bill" else -1
    found: dict[object, Entry] = {}
    gross = ledger.in_base(row, row["amount"] + row["tax"])
    spent = ZERO
    lines = saving.below("lines")
    rated = [(line["taxRateId"], line["amount"], sums.fraction(state, line["taxRateId"])) for line in lines]
    for rate_id, tax in sums.by_rate(rated, row["taxMode"], row["tax"]).items():
        account = ledger.tax_account(state, rate_id)
        if tax and account:
            amount = ledger.in_base(row, tax)
            spent += amount
            found[("tax", rate_id)] = Entry(account=account, amount=sign * amount, tax_rate=rate_id)
    rest = gross - spent
    for number, line in enumerate(lines):
        net = line["amount"]
        if row["taxMode"] == "incl":
            net -= sums.exact_tax(net, sums.fraction(state, line["taxRateId"]), "incl")
        amount = rest if number == len(lines) - 1 else ledger.in_base(row, net)
        rest -= amount
        account = line["accountId"]
        found[("line", number)] = Entry(
            account=account, amount=sign * amount, tax_rate=line["taxRateId"], text=line["description"]
        )
    found["payable"] = Entry(account=state.by_role(ledger.PAYABLE)["id"], amount=-_sum(found))
    return found


def _sum(entries: Mapping[object, Entry]) -> Decimal:
    return sum((entry.amount for entry in entries.values()), ZERO)
