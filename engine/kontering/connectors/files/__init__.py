"""Files as a source: JSON, JSON Lines and CSV, alone or a folder of them, in any system's record shapes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kontering.connectors.files.options import SCHEMA, options
from kontering.connectors.files.source import Files
from kontering.sdk.connector import SDK, Connector, Settings, Source

if TYPE_CHECKING:
    import httpx


def _source(settings: Settings, client: httpx.Client | None) -> Source:
    return Files(options(settings))


def from_file(path: Path, settings: Settings) -> Source:
    """One file in the place of a connection, whichever system's it is: what `--input` reads."""
    kept = {name: settings[name] for name in ("name", "kinds", "record_limit") if name in settings}
    return _source(kept | {"folder": str(path)}, None)


CONNECTOR = Connector(name="files", title="Files", sdk=SDK, settings=SCHEMA, source=_source)
