"""Which account a role and a VAT code go to: the project's table first, then its settings, then the chart."""

from __future__ import annotations

from kontering.connectors.ledger.chart import CHART, Account, default_account, kind_of_number
from kontering.connectors.ledger.options import Options


def account(options: Options, role: str, code: str | None) -> Account | None:
    default = default_account(role, code)
    number = next((rule.account for rule in options.rules if rule.fits(role, code)), options.accounts.get(role))
    if number is None:
        return default
    same = next((account for account in CHART.values() if account.number == number), None)
    if same:
        return same
    if default:
        return Account(role, number, default.kind, default.danish, default.english, default.standard)
    return Account(role, number, kind_of_number(number), role, role, "")
