"""One thing that may be written at the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kontering.language import types as t
from kontering.language.types import Type
from kontering.mapping.schemas import Schema

Kind = Literal["field", "name", "function", "key", "word", "table", "mapping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing that may be written, with what people should know of it."""

    label: str
    kind: Kind
    detail: str = ""
    doc: str = ""
    insert: str | None = None


def of_field(name: str, kind: Type, schema: Schema, *, needed: bool = False, ending: str = "") -> Proposal:
    detail = t.describe(t.without_missing(kind)) + (", required" if needed else "")
    return Proposal(
        label=name,
        kind="field",
        detail=detail,
        doc=schema.get("description", ""),
        insert=f"{name}{ending}" if ending else None,
    )
