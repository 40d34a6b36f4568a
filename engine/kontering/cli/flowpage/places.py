"""What a target's tables give for a role, a VAT code, a treatment or a term, with names where they are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kontering.cli.flowpage.page import OPEN
from kontering.cli.flowpage.words import Words
from kontering.connectors import registry
from kontering.mapping.load import load_mapping
from kontering.mapping.tables import Rows, find_row
from kontering.project.opened import tables_of
from kontering.project.parts import Connection, Project, payload_mapping
from kontering.project.secrets import Secret
from kontering.project.snapshot import read_snapshot
from kontering.sdk.connector import Connector

NONE = ""
OF_A_SALE = frozenset(("invoice", "credit_note", "customer", "product"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A table that the target's payload mappings, or its connector, take from the connection."""

    name: str
    keys: tuple[str, ...]
    gives: tuple[str, ...]
    stops: bool = False
    """Whether something waits where no row fits."""
    kinds: frozenset[str] = frozenset()
    """What is made with it: invoices, payments, products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A target with its tables, its connector's own chart, and the names that `pull` brought."""

    connection: Connection
    connector: Connector
    specs: Mapping[str, Spec]
    names: Mapping[str, Mapping[str, str]]
    words: Words

    def columns(self, *by: str) -> list[tuple[str, str]]:
        """The tables and columns that a row by these keys can give: `accounts`, `account`."""
        fitting = [spec for spec in self.specs.values() if set(spec.keys) <= set(by) and self._speaks(spec)]
        return [(spec.name, give) for spec in fitting for give in spec.gives]

    def _speaks(self, spec: Spec) -> bool:
        """A table that a connector could take, and isn't given, says nothing; its chart of accounts still does."""
        own_chart = self.connector.account is not None and "account" in spec.gives
        return spec.name in self.connection.tables or spec.stops or own_chart

    def heads(self, *by: str) -> list[str]:
        return [self.head(give) for _, give in self.columns(*by)]

    def head(self, give: str) -> str:
        named = {"target": self.connection.name, "name": give}
        return self.words(f"give {give}" if f"give {give}" in _KNOWN else "give other", **named)

    def cells(self, **keys: str | int) -> list[str]:
        """What each of those columns gives, with its name."""
        return [self.cell(table, give, **keys) for table, give in self.columns(*keys)]

    def cell(self, table: str, give: str, **keys: str | int) -> str:
        found = self._known(table, give, keys)
        return found if found is not None else self._missed(table)

    def known_account(self, role: str, code: str) -> str | None:
        """Number and name of the account of a role and a VAT code, as far as the project says it."""
        table = next((name for name, give in self.columns("role", "code") if give == "account"), None)
        return self._known(table, "account", {"role": role, "code": code}) if table else None

    def _known(self, table: str, give: str, keys: Mapping[str, str | int]) -> str | None:
        value = self._value(table, give, keys)
        own = self._own_account(keys) if give == "account" else None
        if value is None:
            return f"{own[0]} {own[1]}" if own else None
        name = self.names.get(f"{table}.{give}", {}).get(value) or (own[1] if own and own[0] == value else None)
        return f"{value} {name}" if name else value

    def _missed(self, table: str) -> str:
        """A table of vouchers only doesn't hold an invoice: there the target knows the account by itself."""
        spec = self.specs[table]
        return self.words("no account") if spec.stops and spec.kinds & OF_A_SALE else OPEN

    def account(self, role: str, code: str = "") -> str:
        """The account of a role, where the target has a table or a chart of accounts."""
        table = next((name for name, give in self.columns("role", "code") if give == "account"), None)
        return self.cell(table, "account", role=role, code=code) if table else NONE

    def _value(self, table: str, give: str, keys: Mapping[str, str | int]) -> str | None:
        rows: Rows | None = self.connection.tables.get(table)
        spec = self.specs[table]
        if rows is None or not {*spec.keys, give} <= set(rows.columns):
            return None
        at = find_row(rows, spec.keys, tuple(None if keys[key] == "" else keys[key] for key in spec.keys))
        return None if at is None else str(rows.rows[at][rows.columns.index(give)])

    def _own_account(self, keys: Mapping[str, str | int]) -> tuple[str, str] | None:
        """By the connector's own chart of accounts."""
        if self.connector.account is None or "role" not in keys:
            return None
        settings = {name: value for name, value in self.connection.settings.items() if not isinstance(value, Secret)}
        tables = {"tables": tables_of(self.connection)}
        role, code = str(keys["role"]), str(keys.get("code", ""))
        return self.connector.account({**settings, **tables}, role, code, self.words.language)


_KNOWN = ("give account", "give vat_code", "give group", "give zone", "give number")


def places_of(connection: Connection, project: Project, words: Words) -> Places:
    """The target of a flow."""
    connector = registry.load(connection.connector)
    return Places(
        connection=connection,
        connector=connector,
        specs=dict(_specs(connection, connector, project)),
        names=dict(_names(connection, connector, project)),
        words=words,
    )


def _specs(connection: Connection, connector: Connector, project: Project) -> Iterator[tuple[str, Spec]]:
    found: dict[str, Spec] = {}
    for name, table in connector.settings.get("x-tables", {}).items():
        found[name] = Spec(name=name, keys=tuple(table["keys"]), gives=tuple(table["gives"]), kinds=OF_A_SALE)
    for kind in connector.takes:
        mapping = load_mapping(payload_mapping(connection, kind), project.roots)
        for spec in mapping.tables:
            if spec.rows.kind == "connection":
                kinds = found[spec.name].kinds if spec.name in found else frozenset()
                stops = spec.on_miss in ("hold", "error")
                found[spec.name] = Spec(
                    name=spec.name, keys=spec.keys, gives=spec.gives, stops=stops, kinds=kinds | {kind}
                )
    yield from found.items()


def _names(connection: Connection, connector: Connector, project: Project) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What `pull` saw: the name of each account, zone and term by its number."""
    taken, _ = read_snapshot(project.folder, connection.name)
    for kind, reads in connector.reads.items():
        records = taken.records.get(kind, {}) if taken else {}
        for place, path in reads.proves.items():
            plain = [record for record in map(_plain, records.values()) if "name" in record]
            yield place, {str(record.get(path)): str(record["name"]) for record in plain}


def _plain(record: Any) -> Mapping[str, Any]:
    return record if isinstance(record, dict) else {}
