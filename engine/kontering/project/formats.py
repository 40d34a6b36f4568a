"""What texts of a kind must be: a date, a currency, a role … Each answers with the way on, or nothing if it fits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

from kontering.accounting import roles, territory
from kontering.diagnostics import closest
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
    if text in currencies():
        return None
    near = closest(text, _COMMON)  # all of ISO 4217 are too alike: DKR is as near to PKR as to DKK
    return f"did you mean '{near}'?" if near else "it is a code of ISO 4217: DKK, EUR, SEK"


_COMMON = ("DKK", "EUR", "SEK", "NOK", "GBP", "USD", "CHF", "PLN", "CZK", "ISK", "JPY")


def country(text: str) -> str | None:
    """
    >>> country("DK"), country("dk"), country("NO")
    (None, 'a country is two capital letters: DK, DE, SE', 'the VAT of a seller is known for countries of the EU')
    """
    if not re.fullmatch(r"[A-Z]{2}", text):
        return "a country is two capital letters: DK, DE, SE"
    return None if text in territory.eu() else "the VAT of a seller is known for countries of the EU"


def role(text: str) -> str | None:
    """
    >>> role("psp_clearing"), role("psp_clering")
    (None, "did you mean 'psp_clearing'?")
    """
    return None if roles.is_role(text) else near_or_all(text, roles.ROLES, "`kontering docs roles` lists them")


def code(text: str) -> str | None:
    """
    >>> code("DK25"), code("U25")
    (None, 'a VAT code is one of the engine: DK25, DK0, EUG, EUS, EXP, OSS-DE-19, OUT')
    >>> code("DK1")
    "did you mean 'DK0' or 'DK25'? these are the rates that the country has had"
    """
    if not roles.is_code(text):
        return "a VAT code is one of the engine: DK25, DK0, EUG, EUS, EXP, OSS-DE-19, OUT"
    near = roles.near_codes(text)
    return (
        f"did you mean {' or '.join(map(repr, near))}? these are the rates that the country has had" if near else None
    )


def treatment(text: str) -> str | None:
    """
    >>> treatment("oss"), treatment("domestik")
    (None, "did you mean 'domestic'?")
    """
    return None if text in roles.TREATMENTS else near_or_all(text, roles.TREATMENTS)


_SCHEDULE = re.compile(
    r"every [1-9][0-9]{0,3} (minutes?|hours?|days?)|daily at ([01][0-9]|2[0-3]):[0-5][0-9]|once|on webhook only"
)


def schedule(text: str) -> str | None:
    """
    >>> schedule("every 5 minutes"), schedule("every 5 minuts"), schedule("hourly")
    (None, "did you mean 'every 5 minutes'?", "it is 'every 5 minutes', 'daily at 06:00', 'once' or 'on webhook only'")
    """
    if _SCHEDULE.fullmatch(text):
        return None
    numbers = re.findall(r"[0-9][0-9:]*", text)
    number = numbers[0] if len(numbers) == 1 else "5"
    meant = [f"every {number} {unit}" for unit in ("minutes", "hours", "days")]
    right = [each for each in (*meant, f"daily at {number}", "once", "on webhook only") if _SCHEDULE.fullmatch(each)]
    near = closest(text, right)
    return (
        f"did you mean '{near}'?" if near else "it is 'every 5 minutes', 'daily at 06:00', 'once' or 'on webhook only'"
    )


FORMATS: Mapping[str, Callable[[str], str | None]] = {
    "date": date,
    "currency": currency,
    "country": country,
    "role": role,
    "code": code,
    "treatment": treatment,
    "schedule": schedule,
}
