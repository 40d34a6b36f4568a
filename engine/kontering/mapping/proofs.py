"""Whether the totals that a document claims can prove anything: they must be the source's own word."""

from __future__ import annotations

from kontering.mapping import problems
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import Constant, Field, Made, Part
from kontering.mapping.reading import Out
from kontering.mapping.used import EACH, places_of


def check_totals(mapping: Mapping, out: Out) -> None:
    """A total that is written down, or added up from the lines, is right whatever the lines are."""
    gross = _gross(mapping.file.made) if "totals" in mapping.wanted.get("required", ()) else None
    if gross is None:
        return
    if isinstance(gross, Constant):
        out.append(problems.proves_nothing(gross.span, "it is written here"))
        return
    places = places_of(gross, mapping.file, mapping.uses)
    if places and all(EACH in place for place in places):
        out.append(problems.proves_nothing(gross.span, "it is added up from the lines themselves"))


def _gross(made: Made) -> Part | None:
    totals = next((field.part for field in made.fields if field.name == "totals"), None)
    fields: tuple[Field, ...] = totals.fields if isinstance(totals, Made) else ()
    return next((field.part for field in fields if field.name == "gross"), None)
