"""A link: what one of our documents, customers or products is in a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kontering.model.plan import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Key ↔ id in the target, why a second run does nothing.

    `found` is the target's last word on it, `edition` counts the changes sent, `keeps` remembers what was sent.
    """

    kind: str
    key: str
    found: Found
    edition: int = 0
    keeps: Mapping[str, str] = field(default_factory=dict)
