"""What texts of a kind must be: a date, a currency, a country, a role. Each answers with the way on, or nothing if it fits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

from kontering.accounting import roles
from kontering.model.money import currencies
from kontering.project.words import near_or_all


def date(text: str) -> str | None:
    """
    >>> date("2026-03-31"), date("2026-02-30")
    (None, 'a day is written 2026-03-31')
    """
    wrong = "a day is written 2026-03-31"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return wrong
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return wrong
    return None


def currency(text: str) -> str | None:
    """
    >>> currency("DKK"), currency("DKR")
    (None, "did you mean 'DKK'?")
    """
    return None if text in currencies() else near_or_all(text, currencies(), "it is a code of ISO 4217: DKK, EUR, SEK")


def country(text: str) -> str | None:
    """
    >>> country("DK"), country("dk")
    (None, 'a country is two capital letters: DK, DE, SE')
    """
    return None if re.fullmatch(r"[A-Z]{2}", text) else "a country is two capital letters: DK, DE, SE"


def role(text: str) -> str | None:
    """
    >>> role("psp_clearing"), role("psp_clering")
    (None, "did you mean 'psp_clearing'?")
    """
    return None if roles.is_role(text) else near_or_all(text, roles.ROLES, "`kontering docs roles` lists them")


FORMATS: Mapping[str, Callable[[str], str | None]] = {
    "date": date,
    "currency": currency,
    "country": country,
    "role": role,
}
