"""Dotted paths into an answer: `contacts.0.id`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at(value: Any, path: str) -> Any:
    """What is at the path, or None.

    >>> at({"contacts": [{"id": 7}]}, "contacts.0.id")
    7
    >>> at({"contacts": []}, "contacts.0.id") is None
    True
    """
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
