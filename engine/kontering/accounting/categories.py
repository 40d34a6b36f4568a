"""Bank lines that pay no document: where they go by a rule of the project, or by what a person has decided.

Rules are tried in their order, and the first whose conditions all hold decides; a text is compared without regard to
capitals, `*` stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from kontering.accounting.settings import Category, Settings
from kontering.model.bank import BankLine
from kontering.model.document import Posting, PostingLine
from kontering.model.money import ZERO, to_currency


def category_of(line: BankLine, rules: Sequence[Category]) -> Category | None:
    """The first rule that fits a line."""
    return next((rule for rule in rules if fits(line, rule)), None)


def fits(line: BankLine, rule: Category) -> bool:
    texts = ((rule.text, line.text), (rule.party, line.party), (rule.reference, line.reference), (rule.bank, line.code))
    way = "in" if line.amount > 0 else "out"
    return (
        all(_like(found or "", wanted) for wanted, found in texts if wanted is not None)
        and rule.account in (None, line.account)
        and rule.direction in (None, way)
        and (rule.at_least is None or abs(line.amount) >= rule.at_least)
        and (rule.at_most is None or abs(line.amount) <= rule.at_most)
    )


def voucher(line: BankLine, role: str, code: str | None, reason: str, settings: Settings) -> Posting:
    """Bank against the category's account; input VAT apart, where its code has a rate."""
    bank = to_currency(line.amount * (line.fx or Decimal(1)), settings.base_currency)
    lines = (PostingLine(role=line.role, amount=bank, text=line.text or None), *_against(-bank, role, code, settings))
    return Posting(kind="bank", key=line.key, date=line.date, lines=lines, text=reason)


def _against(amount: Decimal, role: str, code: str | None, settings: Settings) -> Iterator[PostingLine]:
    found = re.fullmatch(r"[A-Z]{2}(\d+(?:\.\d+)?)-IN", code or "")
    rate = Decimal(found[1]) if found else ZERO
    vat = amount - to_currency(amount / (1 + rate / 100), settings.base_currency)
    yield PostingLine(role=role, amount=amount - vat, code=code)
    if vat:
        yield PostingLine(role="vat_in", amount=vat, code=code)


def _like(found: str, wanted: str) -> bool:
    """Is a text like a pattern? One without a star is looked for as whole words.

    >>> _like("MobilePay gebyr 3", "gebyr"), _like("Gebyrer", "gebyr"), _like("TDC 4711", "tdc *")
    (True, False, True)
    """
    text, pattern = " ".join(found.casefold().split()), " ".join(wanted.casefold().split())
    if "*" in pattern:
        return fnmatchcase(text, pattern.replace("[", "[[]"))
    return f" {pattern} " in f" {''.join(sign if sign.isalnum() else ' ' for sign in text)} "
