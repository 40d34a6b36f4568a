"""Where a connection's tokens are kept: those that rotate in the project's store, all others in the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kontering.errors import Misuse
from kontering.project import secrets
from kontering.project.parts import Project
from kontering.sdk.connector import Connector
from kontering.sdk.oauth import Grant, Tokens
from kontering.store.store import Store
from kontering.store.tokens import Kept, Sealed

KEY = "KONTERING_TOKEN_KEY"


def grant_of(connector: Connector, settings: Mapping[str, Any]) -> Grant | None:
    """The grant that a connector gets its tokens by, if it is one."""
    made = connector.auth(settings) if connector.auth else None
    return made if isinstance(made, Grant) else None


def tokens_of(project: Project, connection: str, connector: Connector, settings: Mapping[str, Any]) -> Tokens | None:
    """The tokens of a connection; None where its client may keep its own."""
    grant = grant_of(connector, settings)
    return kept(project, connection) if grant is not None and grant.rotates else None


def kept(project: Project, connection: str) -> Kept:
    """The project's store is opened for writing even in a dry run: a token that was renewed must not be lost."""
    key = secrets.find(KEY, project.folder)
    if key is None:
        raise Misuse(f"{connection}: tokens are kept sealed, and {KEY} is nowhere; `kontering connect` makes one")
    return Kept(Store.open(project.store, project=project.name), connection, Sealed(key))
