"""What a connection to bank statements may set: where the files lie, what they are, and how a CSV file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

Format = Literal["camt", "mt940", "csv"]
PROFILES = ("bankdata", "danske-bank", "generic", "jyske-bank", "lunar", "nordea", "sydbank")
MEGABYTE = 1024 * 1024

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
            "description": "Folder of the statements, or one file.",
        },
        "format": {
            "enum": ["auto", "camt", "mt940", "csv"],
            "default": "auto",
            "title": "Format",
            "description": "What the files are; `auto` looks at how each one begins.",
        },
        "profile": {
            "enum": list(PROFILES),
            "title": "Profile",
            "description": "CSV: whose columns, dates and numbers the files have.",
        },
        "profile_file": {
            "type": "string",
            "minLength": 1,
            "x-path": True,
            "title": "Own profile",
            "description": "CSV: a profile of your own, as schemas/bank-profile.schema.json says.",
        },
        "account": {
            "type": "string",
            "minLength": 1,
            "title": "Account",
            "description": "CSV: the account's number, where the file doesn't have it; part of each line's identity.",
        },
        "file_limit": {
            "type": "integer",
            "minimum": 1,
            "default": 64,
            "title": "Largest file",
            "description": "In megabytes; a larger one isn't read at all.",
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A connection's settings, typed."""

    name: str
    folder: Path
    format: Format | None
    profile: str | None
    profile_file: Path | None
    account: str | None
    limit: int


def options(settings: Mapping[str, Any]) -> Options:
    form, own = settings.get("format") or "auto", settings.get("profile_file")
    return Options(
        name=str(settings.get("name") or "bank"),
        folder=Path(settings["folder"]),
        format=None if form == "auto" else cast(Format, form),
        profile=settings.get("profile"),
        profile_file=Path(own) if own else None,
        account=settings.get("account"),
        limit=int(settings.get("file_limit") or 64) * MEGABYTE,
    )
