"""Finds shipped mappings, schemas, examples, pages of the manual and data; nobody else knows where they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

Folder = Literal["mappings", "schemas", "examples", "docs"]


@cache
def shipped(folder: Folder) -> Path:
    """The folder as it is shipped in the wheel, or the one of this checkout."""
    package = Path(__file__).parent
    installed = package / "shipped" / folder
    return installed if installed.is_dir() else package.parents[1] / folder


def data(name: str) -> Path:
    """A data file of the package, `vat/currencies.csv`."""
    return Path(__file__).parent / "data" / name
