"""Which files of a folder hold records of a kind."""

from __future__ import annotations

import re
from pathlib import Path

from kontering.connectors.files.options import Format, KindOptions
from kontering.errors import Misuse

ENDINGS: dict[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
}


def files_of(folder: Path, kind: str, options: KindOptions) -> list[Path]:
    """Its files by name; a file that is being written (hidden, `.part`, `.tmp`) is left alone."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise Misuse(f"there is no folder {folder}")
    found = folder.glob(options.files) if options.files else _named(folder, kind)
    return sorted(path for path in found if path.is_file() and _finished(path, folder))


def format_of(path: Path, options: KindOptions) -> Format:
    """The format that is set, else the one of the ending."""
    known = options.format or ENDINGS.get(path.suffix.lower())
    if known is None:
        raise Misuse(f"{path.name}: what format is it? Say `format: json`, `jsonl` or `csv`")
    return known


def _named(folder: Path, kind: str) -> list[Path]:
    """Files that are called like the kind, and all files of a folder that is: `order`, `orders`, `order-2026.csv`."""
    like = re.compile(rf"{re.escape(kind)}s?([-_. 0-9].*)?", re.IGNORECASE)
    own = bool(like.fullmatch(folder.name))
    return [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS
        and (own or any(like.fullmatch(part) for part in path.relative_to(folder).parts))
    ]


def _finished(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith(".") for part in parts) and path.suffix not in (".part", ".tmp")
