"""Finds shipped mappings, schemas, examples, pages of the manual and data; nobody else knows where they are."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal

Folder = Literal["mappings", "schemas", "examples", "docs"]
GROUP = "kontering.connectors"


@cache
def shipped(folder: Folder) -> Path:
    """The folder as it is shipped in the wheel, or the one of this checkout."""
    package = Path(__file__).parent
    installed = package / "shipped" / folder
    return installed if installed.is_dir() else package.parents[1] / folder


@cache
def installed(folder: Folder) -> tuple[Path, ...]:
    """The folders of this name that packages with connectors bring along, beside their code; none is imported."""
    packages = sorted({entry.module.partition(".")[0] for entry in entry_points(group=GROUP)} - {"kontering"})
    specs = [importlib.util.find_spec(name) for name in packages]
    places = [Path(place) / folder for spec in specs if spec for place in spec.submodule_search_locations or ()]
    return tuple(place for place in places if place.is_dir())


def data(name: str) -> Path:
    """A data file of the package, `vat/currencies.csv`."""
    return Path(__file__).parent / "data" / name
