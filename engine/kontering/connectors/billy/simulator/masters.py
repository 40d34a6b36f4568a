"""What else must be right of contacts, products, accounts, rulesets and attachments, and what can't be deleted."""

from __future__ import annotations

from collections.abc import Mapping

from kontering.connectors.billy.simulator.refusals import NEEDED, TAKEN
from kontering.connectors.billy.simulator.saving import Rules, Saving
from kontering.connectors.billy.simulator.state import Row, State

USES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "contacts": (("invoices", "contactId"), ("bills", "contactId"), ("bankPayments", "contactId")),
    "products": (("invoiceLines", "productId"),),
    "accounts": (
        *(("postings", "accountId"), ("products", "accountId"), ("billLines", "accountId")),
        ("daybookTransactionLines", "accountId"),
    ),
    "taxRates": (("invoiceLines", "taxRateId"), ("billLines", "taxRateId"), ("salesTaxRulesets", "fallbackTaxRateId")),
    "salesTaxRulesets": (("products", "salesTaxRulesetId"),),
    "daybooks": (("daybookTransactions", "daybookId"),),
    "files": (("attachments", "fileId"),),
}
"""Where a record is referred to: while it is, it can't be deleted."""


def used(name: str) -> Rules:
    def keeps(state: State, row: Row) -> str | None:
        for other, field in USES[name]:
            if any(one.get(field) == row["id"] for one in state.table(other).values()):
                return "Er i brug, og kan ikke slettes."
        return None

    return Rules(keeps=keeps, before=_BEFORE.get(name, lambda saving: None))


def _contact(saving: Saving) -> None:
    """Persons have a name or an e-mail, one of them is the first; without terms those of the company hold."""
    row = saving.row
    persons = saving.children.get("contactPersons", [])
    wrong = [None if one.get("name") or one.get("email") else {"name": NEEDED} for one in persons]
    if any(wrong):
        saving.errors["contactPersons"] = wrong
    if persons and not any(one.get("isPrimary") for one in persons):
        persons[0]["isPrimary"] = True
    row["localeId"] = row.get("localeId") or saving.state.organization["localeId"]


def _product(saving: Saving) -> None:
    row, state = saving.row, saving.state
    row["salesTaxRulesetId"] = row.get("salesTaxRulesetId") or state.organization.get("defaultSalesTaxRulesetId")
    prices = saving.children.get("prices", [])
    currencies = [price.get("currencyId") for price in prices]
    if len(set(currencies)) < len(currencies):
        saving.errors["prices"] = "Der er to priser i samme valuta."


def _account(saving: Saving) -> None:
    row, state = saving.row, saving.state
    group = state.get("accountGroups", row.get("groupId"))
    row["natureId"] = row.get("natureId") or (group or {}).get("natureId")
    others = (one for one in state.table("accounts").values() if one["id"] != row["id"])
    if row.get("accountNo") and any(one.get("accountNo") == row["accountNo"] for one in others):
        saving.errors["accountNo"] = TAKEN


_BEFORE = {"contacts": _contact, "products": _product, "accounts": _account}

RULES: Mapping[str, Rules] = {name: used(name) for name in USES}
