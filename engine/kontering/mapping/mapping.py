"""A mapping that is ready to run: record in, document or payload out, and nothing else touched."""

from __future__ import annotations

from collections.abc import Mapping as Names
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.language.tree import Field, Name
from kontering.mapping import accept, problems, records, refusals
from kontering.mapping.course import ELEMENTS, Course
from kontering.mapping.dates import UnknownZone, zone_names, zone_of
from kontering.mapping.file import value_problem
from kontering.mapping.fit import Cut
from kontering.mapping.outcomes import Failed, Held, Mapped, Outcome, Skipped, Watch
from kontering.mapping.parts import Computed, Expression, MappingFile, Param, Part, TableSpec, Use, all_parts
from kontering.mapping.roots import Roots
from kontering.mapping.run import run
from kontering.mapping.schemas import Schema
from kontering.mapping.tables import Rows

__all__ = ["Cut", "Failed", "Held", "Mapped", "Mapping", "Outcome", "Skipped", "Watch"]

NOTHING: Names[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapping:
    """A compiled mapping file: `schema` is what it reads, `wanted` what it makes, `uses` the mappings inside it.

    `read` decodes those fields of a record that the mapping reads.
    """

    file: MappingFile
    schema: Schema
    read: records.Read
    wanted: Schema
    rows: Names[str, tuple[Rows, ...]]
    uses: Names[str, Mapping]
    digest: str
    files: tuple[Path, ...]
    roots: Roots
    generated: accept.Generated = field(default_factory=accept.Generated, init=False, repr=False)

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def source(self) -> str:
        return self.file.source

    @property
    def target(self) -> str:
        return self.file.target

    @property
    def params(self) -> tuple[Param, ...]:
        return self.file.params

    @property
    def tables(self) -> tuple[TableSpec, ...]:
        return self.file.tables

    def table(self, name: str) -> TableSpec:
        return next(table for table in self.file.tables if table.name == name)

    def settled_params(self, given: Names[str, Any]) -> dict[str, Any]:
        """The params as the mapping sees them: given, else by default, else null."""
        return {param.name: given.get(param.name, param.default) for param in self.file.params}

    def param_problems(self, given: Names[str, Any], places: Names[str, Span] = NOTHING) -> tuple[Diagnostic, ...]:
        """What is wrong with params that somebody sets, zones that don't exist among it."""
        if found := self._misfits(given, places):
            return found
        zones = [name for name in zone_params(self) if isinstance(given.get(name), str)]
        return tuple(each for name in zones if (each := _zone_problem(given[name], places.get(name))))

    def _misfits(self, given: Names[str, Any], places: Names[str, Span] = NOTHING) -> tuple[Diagnostic, ...]:
        """Params that there aren't, that lack, or that have values of another type."""
        known = {param.name: param for param in self.file.params}
        found = [
            problems.unknown_param(places.get(name), name, self.name, known) for name in given if name not in known
        ]
        for name, param in known.items():
            found += _param_problems(param, given, places.get(name), self.name)
        return tuple(found)

    def run(
        self,
        record: Any,
        *,
        params: Names[str, Any] = NOTHING,
        tables: Names[str, Rows] = NOTHING,
        record_key: str = "",
        zone: str = "UTC",
        recorder: Watch | None = None,
    ) -> Outcome:
        """What becomes of a record, which is JSON as its source gave it, or a planned document.

        `zone` is the connection's, in which its local times are meant. What the generated code doesn't accept goes
        through the interpreter, and so does what somebody watches.
        """
        if recorder is None and (outcome := accept.quickly(self, record, params, tables, zone)) is not None:
            return outcome
        return self.interpreted(
            record, params=params, tables=tables, record_key=record_key, zone=zone, recorder=recorder
        )

    def run_json(
        self,
        data: bytes,
        *,
        params: Names[str, Any] = NOTHING,
        tables: Names[str, Rows] = NOTHING,
        record_key: str = "",
        zone: str = "UTC",
    ) -> Outcome:
        """What becomes of a record as the bytes of its JSON: only what the mapping reads is decoded; or ValueError."""
        if (outcome := accept.quickly(self, data, params, tables, zone)) is not None:
            return outcome
        return self.interpreted(accept.parsed(data), params=params, tables=tables, record_key=record_key, zone=zone)

    def interpreted(
        self,
        record: Any,
        *,
        params: Names[str, Any] = NOTHING,
        tables: Names[str, Rows] = NOTHING,
        record_key: str = "",
        zone: str = "UTC",
        recorder: Watch | None = None,
    ) -> Outcome:
        """The same by the reference implementation, which decides and words what is wrong."""
        if wrong := self._misfits(params):
            return Failed(diagnostics=wrong)
        size, too_large = records.measured(record)
        faults: records.Faults = [records.Fault("K505", too_large)] if too_large else []
        data = records.read_measured(self.read, record, faults) if not faults else None
        if faults:
            return Failed(diagnostics=tuple(records.told(each, self.file.record, record_key) for each in faults))
        course = Course(record_key, zone, tables, recorder, most=ELEMENTS + 2 * size)
        return run(self, data, self.settled_params(params), course)


def _param_problems(param: Param, given: Names[str, Any], place: Span | None, mapping: str) -> list[Diagnostic]:
    name = param.name
    if name not in given:
        return [] if param.has_default else [problems.param_missing(place, name, mapping)]
    value = given[name]
    if param.type is None:
        return []
    if why := value_problem(value, param.type):
        return [problems.param_value(place, name, f"must be {why}")]
    if param.one_of and value not in param.one_of:
        near = closest(str(value), [str(word) for word in param.one_of])
        hint = f"did you mean {near!r}?" if near else None
        return [
            problems.param_value(
                place, name, f"must be one of {', '.join(map(str, param.one_of))}, not {value!r}", hint
            )
        ]
    return []


@cache
def zone_params(mapping: Mapping) -> frozenset[str]:
    """The params that name a zone, here or in a mapping that is used."""
    found: set[str | None] = set()
    for part in all_parts(mapping.file):
        found.add(_param_read(part.options.zone))
        if isinstance(part, Use) and part.mapping in mapping.uses:
            inner = zone_params(mapping.uses[part.mapping])
            found |= {_param_read(setting.part) for setting in part.settings if setting.name in inner}
    return frozenset(name for name in found if name is not None)


def _param_read(part: Part | None) -> str | None:
    match part:
        case Computed(expression=Expression(tree=Field(of=Name(name="param"), name=name))):
            return name
    return None


def _zone_problem(name: str, span: Span | None) -> Diagnostic | None:
    try:
        zone_of(name)
    except UnknownZone:
        return replace(refusals.unknown_zone(Span(""), name, closest(name, zone_names())), span=span)
    return None
