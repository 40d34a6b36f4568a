"""What a flow's page is made from, and what several of its sections ask of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kontering.accounting import roles
from kontering.accounting.settings import Settings
from kontering.cli.flowpage import lines, vat
from kontering.cli.flowpage.places import Places
from kontering.cli.flowpage.words import Words
from kontering.mapping.mapping import Mapping
from kontering.model.document import LineKind, Supply
from kontering.project.parts import Flow, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A flow with everything that its page is made from; `day` decides which VAT rates there are."""

    project: Project
    flow: Flow
    mapping: Mapping
    settings: Settings
    places: Places
    words: Words
    day: dt.date

    @property
    def kinds(self) -> list[LineKind]:
        found = [kind for block in lines.blocks(self.mapping, "lines") for kind in lines.kinds_of(block)]
        return list(dict.fromkeys(found))

    @property
    def supplies(self) -> list[Supply]:
        return lines.supplies_of(self.mapping, self.flow.params, self.flow.policy.supply)

    @property
    def cases(self) -> list[vat.Case]:
        return vat.cases(self.supplies, self.kinds, self.day, self.settings)


def role_words(role: str, words: Words) -> str:
    """What a role is for."""
    general = "vat_oss" if role.startswith("vat_oss_") else role
    return words.known(f"role {general}", roles.ROLES.get(role, ""))
