"""What a project is made of, as frozen data: connections and flows, checked, with secrets still only named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kontering.accounting.settings import Settings
from kontering.diagnostics import Span
from kontering.mapping.roots import Roots
from kontering.mapping.tables import Rows
from kontering.project.keep import Keep
from kontering.project.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connector with its settings; a setting that is a secret is a `Secret`, until `secrets.filled`."""

    name: str
    connector: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    param_spans: Mapping[str, Span] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Rows] = field(default_factory=dict)
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Records of one kind, from `source` through `mapping` to `target`, handled by `policy`."""

    name: str
    source: str
    kind: str
    mapping: str
    target: str
    policy: Policy
    params: Mapping[str, Any] = field(default_factory=dict)
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project file that was found right. `digest` changes with anything in it or in its tables."""

    folder: Path
    name: str
    store: str
    connections: Mapping[str, Connection]
    flows: Mapping[str, Flow]
    accounting: Settings
    digest: str
    roots: Roots
    keep: Keep = field(default_factory=Keep)


def payload_mapping(connection: Connection, kind: str) -> str:
    """The mapping that makes what this connection takes of a kind of document."""
    return connection.mappings.get(kind, f"{connection.connector}/{kind}")
