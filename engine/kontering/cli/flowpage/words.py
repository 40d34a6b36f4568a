"""The words of a flow's page: sentences by name, rates and schedules as a language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kontering.cli.flowpage.sentences import SENTENCES
from kontering.model.money import percent

Language = Literal["en", "da"]
LANGUAGES: tuple[Language, ...] = ("en", "da")


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language, by name."""

    language: Language

    def __call__(self, name: str, /, **values: object) -> str:
        return SENTENCES[name][LANGUAGES.index(self.language)].format(**values)

    def rate(self, value: Decimal) -> str:
        """A rate in percent, as the language writes it."""
        text = f"{percent(value)}\u00a0%"
        return text.replace(".", ",") if self.language == "da" else text

    def schedule(self, said: str) -> str:
        """`every 5 minutes` and its like; what a project file says is English."""
        if self.language == "en":
            return said
        for english, danish in _SCHEDULES:
            said = said.replace(english, danish)
        return said

    def known(self, name: str, otherwise: str) -> str:
        """A sentence that there may not be."""
        return self(name) if name in SENTENCES else otherwise


_SCHEDULES = (
    ("on webhook only", "når kilden melder noget"),
    ("once", "én gang"),
    ("every", "hver"),
    ("minutes", "minutter"),
    ("minute", "minut"),
    ("hours", "timer"),
    ("hour", "time"),
    ("daily at", "hver dag kl."),
)
