"""Which edition of a thing a row is: its date and, for changes within a second, a digest of what is its own."""

from __future__ import annotations

import hashlib

from kontering.sdk.connector import JsonObject
from kontering.sdk.wire import write_json

OURS = ("_links", "related")
"""What isn't the thing's own: links, and what a source adds."""


def own(row: JsonObject) -> JsonObject:
    return {name: value for name, value in row.items() if name not in OURS}


def version(row: JsonObject, changed: str) -> str:
    """
    >>> version({"id": 7, "_links": {}}, "2026-03-01T10:00:00") == version({"id": 7}, "2026-03-01T10:00:00")
    True
    """
    return f"{changed or '0'}/{hashlib.sha256(write_json(own(row))).hexdigest()[:12]}"
