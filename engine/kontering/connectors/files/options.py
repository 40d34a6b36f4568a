"""What a connection of files may set: where the files lie, and how each kind of record stands in them."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kontering.errors import Misuse

Format = Literal["json", "jsonl", "csv"]
MEGABYTE = 1024 * 1024
VERSIONS = ("date_modified_gmt", "updated_at", "updated", "modified", "modified_at", "resource_version")
"""Fields that tell one edition of a record from the next, in the order in which they are looked for."""

_KIND = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "files": {
            "type": "string",
            "minLength": 1,
            "description": "Pattern below the folder: `orders/*.json`. Left out: what is named like the kind.",
        },
        "format": {"enum": ["json", "jsonl", "csv"], "description": "Left out: by the file's ending."},
        "list": {
            "type": "string",
            "minLength": 1,
            "description": "JSON: path of the list inside the object, `data.orders`.",
        },
        "id": {"type": "string", "minLength": 1, "default": "id", "description": "Path of the record's id."},
        "version": {
            "type": "string",
            "minLength": 1,
            "description": "Path of what tells editions apart. Left out: a date of change, else the content.",
        },
        "encoding": {"type": "string", "default": "utf-8", "description": "`utf-8`, `cp1252`, `utf-16` …"},
        "delimiter": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1,
            "description": "CSV: left out, `,` (`.tsv`: a tab).",
        },
        "decimal": {
            "enum": [".", ","],
            "default": ".",
            "description": "CSV: decimal mark of the columns in `numbers`.",
        },
        "numbers": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "CSV: columns with numbers, needed where the decimal mark is a comma.",
        },
        "columns": {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
            "default": {},
            "description": "CSV: another name for a column of the header: `Order Total: total`.",
        },
    },
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["folder"],
    "properties": {
        "folder": {
            "type": "string",
            "minLength": 1,
            "x-path": True,
            "title": "Folder",
            "description": "Folder of the files, or one file.",
        },
        "system": {
            "type": "string",
            "minLength": 1,
            "title": "System",
            "description": "Whose record schemas the files follow: `woocommerce`, or a folder below schemas/records/.",
        },
        "kinds": {
            "type": "object",
            "additionalProperties": _KIND,
            "default": {},
            "title": "Kinds",
            "description": "How a kind of record stands in its files, where the defaults don't fit.",
        },
        "record_limit": {
            "type": "integer",
            "minimum": 1,
            "default": 16,
            "title": "Largest record",
            "description": "In megabytes; a larger one is reported and passed over.",
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOptions:
    """How one kind of record stands in its files."""

    files: str | None = None
    format: Format | None = None
    list: tuple[str, ...] = ()
    id: tuple[str, ...] = ("id",)
    version: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: str = "."
    numbers: frozenset[str] = frozenset()
    columns: Mapping[str, str]
    limit: int = 16 * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A connection's settings, typed."""

    name: str
    folder: Path
    kinds: Mapping[str, Mapping[str, Any]]
    limit: int

    def kind(self, kind: str) -> KindOptions:
        return _kind(kind, self.kinds.get(kind) or {}, self.limit)


def options(settings: Mapping[str, Any]) -> Options:
    return Options(
        name=str(settings.get("name") or "files"),
        folder=Path(settings["folder"]),
        kinds=settings.get("kinds") or {},
        limit=int(settings.get("record_limit") or 16) * MEGABYTE,
    )


def _kind(kind: str, said: Mapping[str, Any], limit: int) -> KindOptions:
    made = KindOptions(
        files=said.get("files"),
        format=said.get("format"),
        list=_path(said.get("list")),
        id=_path(said.get("id")) or ("id",),
        version=_path(said.get("version")),
        encoding=said.get("encoding") or "utf-8",
        delimiter=said.get("delimiter"),
        decimal=said.get("decimal") or ".",
        numbers=frozenset(said.get("numbers") or ()),
        columns=said.get("columns") or {},
        limit=limit,
    )
    _check(kind, made)
    return made


def _check(kind: str, made: KindOptions) -> None:
    try:
        codecs.lookup(made.encoding)
    except LookupError:
        raise Misuse(f"kinds.{kind}.encoding: there is no encoding {made.encoding!r}") from None
    if made.decimal == "," and not made.numbers:
        raise Misuse(f"kinds.{kind}.decimal: with a comma, `numbers` must name the columns that are numbers")


def _path(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(".")) if text else ()
