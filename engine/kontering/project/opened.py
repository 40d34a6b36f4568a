"""The settings that a connector is opened with: secrets filled in, tables as rows, and who the connection is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kontering.mapping.tables import Rows
from kontering.project.parts import Connection, Project
from kontering.project.secrets import filled


def settings_of(connection: Connection, project: Project) -> Mapping[str, Any]:
    """Everything that a connector is told; it holds secrets from here on, so it is never printed or stored.

    `book` keeps apart the embedded books of projects that share a store.
    """
    own = {"name": connection.name, "project": project.name, "tables": tables_of(connection)}
    return {**filled(connection.settings, project.folder), **own, "book": book_of(connection, project)}


def book_of(connection: Connection, project: Project) -> str:
    """The name of a connection's embedded books in the store."""
    return str(connection.settings.get("book") or f"{project.name}/{connection.name}")


def tables_of(connection: Connection) -> Mapping[str, list[dict[str, Any]]]:
    """The connection's tables as rows of column → value."""
    return {name: _rows(rows) for name, rows in connection.tables.items()}


def _rows(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
