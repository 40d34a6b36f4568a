"""Connectors by name, each imported when it is asked for; a broken one spoils only itself.

Ours are listed here, so that a checkout that isn't installed finds them; others are entry points of their packages.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from kontering import __version__
from kontering.diagnostics import Diagnostic, closest
from kontering.errors import Problems
from kontering.sdk.connector import SDK, Connector

GROUP = "kontering.connectors"

OURS: Mapping[str, str] = {
    "bank": "kontering.connectors.bank:CONNECTOR",
    "billy": "kontering.connectors.billy:CONNECTOR",
    "dinero": "kontering.connectors.dinero:CONNECTOR",
    "dynaccount": "kontering.connectors.dynaccount:CONNECTOR",
    "economic": "kontering.connectors.economic:CONNECTOR",
    "files": "kontering.connectors.files:CONNECTOR",
    "ledger": "kontering.connectors.ledger:CONNECTOR",
    "rackbeat": "kontering.connectors.rackbeat:CONNECTOR",
    "smtp": "kontering.connectors.smtp:CONNECTOR",
    "store": "kontering.connectors.store:CONNECTOR",
    "woocommerce": "kontering.connectors.woocommerce:CONNECTOR",
}

_BROKEN = (ImportError, AttributeError, SyntaxError, NameError, TypeError, ValueError, LookupError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a connector comes from: `module:name`, and the package that brings it."""

    value: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


def names() -> tuple[str, ...]:
    """All connectors there are, without importing one."""
    return tuple(sorted({*OURS, *(entry.name for entry in entry_points(group=GROUP) if _is_foreign(entry))}))


def origins(name: str) -> tuple[Origin, ...]:
    """Who offers a connector of this name: one, if all is well."""
    ours = (Origin(value=OURS[name], package="kontering", version=__version__),) if name in OURS else ()
    return (*ours, *_foreign(name))


def load(name: str) -> Connector:
    """The connector of this name; raises Problems that name the package, its version, and what to do."""
    found = origins(name)
    if len(found) != 1:
        raise Problems([_unknown(name) if not found else _claimed(name, found)])
    try:
        connector = _imported(found[0].value)
    except _BROKEN as error:
        raise Problems([_broken(name, found[0], f"{type(error).__name__}: {error}")]) from error
    if not isinstance(connector, Connector):
        raise Problems([_broken(name, found[0], f"{found[0].value} is no Connector")])
    if connector.sdk != SDK:
        raise Problems([_other_sdk(name, found[0], connector.sdk)])
    return connector


def simulator(name: str, **options: Any) -> Any:
    """A new simulator of a connector's system, made with its own options (`folder` of records, `clock` …)."""
    make = _imported(str(load(name).simulator))
    return make(**options)  # type: ignore[operator]


def _imported(value: str) -> object:
    module, _, attribute = value.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _foreign(name: str) -> tuple[Origin, ...]:
    """Who offers it beside us; whoever offers another one isn't looked at, which costs more."""
    found = (_origin(entry) for entry in entry_points(group=GROUP, name=name))
    return tuple({origin.package: origin for origin in found if origin.package != "kontering"}.values())


def _is_foreign(entry: EntryPoint) -> bool:
    return entry.name not in OURS and _origin(entry).package != "kontering"


def _origin(entry: EntryPoint) -> Origin:
    package = (entry.dist.metadata["Name"], entry.dist.version) if entry.dist else ("an unknown package", "?")
    return Origin(value=entry.value, package=package[0], version=package[1])


def _unknown(name: str) -> Diagnostic:
    near = closest(name, names())
    hint = f"did you mean {near!r}?" if near else f"there are {', '.join(names())}"
    return Diagnostic("K160", f"there is no connector {name!r}", hint=hint)


def _broken(name: str, origin: Origin, why: str) -> Diagnostic:
    hint = f"install {origin.package} again, or ask its authors; other connectors aren't touched by it"
    return Diagnostic("K180", f"connector {name!r} of {origin} can't be loaded: {why}", hint=hint)


def _other_sdk(name: str, origin: Origin, sdk: int) -> Diagnostic:
    older = sdk < SDK
    hint = f"a newer version of {origin.package} is needed" if older else "a newer version of kontering is needed"
    message = f"connector {name!r} of {origin} was written for version {sdk} of the SDK; this is version {SDK}"
    return Diagnostic("K181", message, hint=hint)


def _claimed(name: str, found: tuple[Origin, ...]) -> Diagnostic:
    who = " and ".join(str(origin) for origin in found)
    return Diagnostic("K182", f"connector {name!r} is offered by {who}", hint="uninstall all but one of them")
