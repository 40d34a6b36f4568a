"""How long a project's store keeps what: records as they were read, who somebody was, and the audit chain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

DAY = 86_400_000
_SPAN = re.compile(r"(?P<number>[1-9]\d*) (?P<unit>day|month|year)s?")
_DAYS = {"day": 1.0, "month": 30.4375, "year": 365.25}


@dataclass(frozen=True, slots=True)
class Keep:
    """Milliseconds for which things are kept after a document was finished; the books' own law is five years."""

    records: int = round(5 * 365.25 * DAY)
    """Records as they were read: their data about people goes after that."""
    people: int = round(5 * 365.25 * DAY)
    """Who somebody was, in documents, steps and links."""
    audit: int = round(6 * 365.25 * DAY)
    """Entries of the audit chain: five years after the end of their financial year."""


def keep(said: Mapping[str, Any]) -> Keep:
    """
    >>> keep({"records": "90 days"}).records == 90 * DAY, keep({}).audit == Keep().audit
    (True, True)
    """
    names = {part.name for part in fields(Keep)}
    return Keep(**{name: milliseconds(text) for name, text in said.items() if name in names})


def milliseconds(text: str) -> int:
    """A span in words; the schema has checked it.

    >>> milliseconds("1 day"), milliseconds("2 years") // DAY
    (86400000, 730)
    """
    found = _SPAN.fullmatch(text)
    assert found
    return round(int(found["number"]) * _DAYS[found["unit"]] * DAY)
