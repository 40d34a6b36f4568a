"""The connector protocol: a connector is a value that says what a system reads and takes, plus a few callables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from kontering.errors import Closed, Denied, Refusal, Refused, TryLater, Unsure
from kontering.model.plan import Found, Receipt, Step, Totals
from kontering.model.record import JsonObject, Page, Pointer, Position, Record

if TYPE_CHECKING:
    import httpx

    from kontering.sdk.auth import Credential
    from kontering.sdk.oauth import Grant

__all__ = [
    "SDK",
    "Again",
    "Call",
    "Closed",
    "Connector",
    "Denied",
    "Found",
    "JsonObject",
    "Limit",
    "Page",
    "Papers",
    "Pointer",
    "Position",
    "Reads",
    "Receipt",
    "Record",
    "Refusal",
    "Refused",
    "Rounding",
    "Settings",
    "Source",
    "Step",
    "Takes",
    "Target",
    "Totals",
    "TryLater",
    "Unsure",
]

SDK = 1
"""The version of this protocol; a connector written for another one is refused when it is loaded."""

Settings = Mapping[str, Any]
"""A connection's settings, checked against the connector's schema, secrets filled in; `name` is the connection's."""


class Again(Enum):
    """What may be done after a lost answer."""

    SAME = "same"
    """Send the stored bytes again (own id, upsert, or an idempotency key within its window)."""
    LOOK = "look"
    """Ask `find` after the settle time."""
    NEVER = "never"
    """Only a person can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One row of a target's table of calls: how one action on one kind of document is done, and done again.

    `path` may name `{id}` (what the target has), `{of}` (what it belongs to) and settings; `id`, `version`, `number`
    and `totals` are dotted paths into the answer; `run` replaces the ordinary request where a system is odd.
    """

    action: str
    kind: str
    method: str
    path: str
    again: Again
    settle: timedelta | None = None
    window: timedelta | None = None
    reads: bool = False
    id: str = "id"
    version: str | None = None
    number: str | None = None
    totals: tuple[str | None, ...] = ()
    run: Callable[[httpx.Client, Settings, Step], Receipt] | None = None

    def __post_init__(self) -> None:
        if self.again is Again.LOOK and self.settle is None:
            raise ValueError(f"{self.action} {self.kind}: a LOOK row needs a settle time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How a target computes totals, as far as is known: used to predict, never to book."""

    per: Literal["line", "rate", "document"] = "rate"
    half: Literal["up", "down", "even"] = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What a target takes of one kind of document: payload schema, calls, by what it can be found, and its features.

    `prices` says which side its lines are given on; `payload` is the name of the schema below schemas/payloads/.
    """

    payload: str
    calls: tuple[Call, ...]
    finds: frozenset[str] = frozenset()
    prices: frozenset[Literal["gross", "net"]] = frozenset({"net"})
    rounding: Rounding | None = None
    mail: Literal["step", "book"] | None = None
    features: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()
    """Fields of the hub document without which the target refuses it: whoever lacks one is held before any call."""
    read_as: str | None = None
    """The kind of record as which it is read again, where that is another word: the echo of our own writing."""
    lacks: frozenset[str] = frozenset()
    """Classes of VAT (`oss`) that it has no codes for: such documents are held, and `check` says so before."""

    def call(self, action: str) -> Call | None:
        return next((call for call in self.calls if call.action == action), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What a source gives of one kind: `schema` is the name below schemas/records/, `reference` marks master data.

    `columns` names, for reference data, the table it proves (`accounts`), so that `check` can hold tables against it.
    """

    schema: str
    reference: bool = False
    proves: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, str, str | None] | None = None
    """Of accounting periods: the fields with first and last day, and whether it is closed, where the system says so."""
    closed: str | None = None
    """Of whatever says it: the field with the last day of the books that is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A rate limit: so many calls per span of time, with a burst."""

    calls: int
    per: timedelta
    burst: int = 1
    on: Literal["all", "read", "write"] = "all"


class Source(Protocol):
    """Reads a system's records."""

    def read(self, kind: str, after: Position | None) -> Iterator[Page]: ...
    def get(self, pointer: Pointer) -> Record | None: ...


class Target(Protocol):
    """Changes a system, one writing call at a time."""

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]: ...
    def send(self, step: Step) -> Receipt: ...
    def trial(self, step: Step) -> Totals: ...


@runtime_checkable
class Holding(Protocol):
    """An embedded target that can put off some of what it writes until the end of the transaction."""

    def hold(self) -> None: ...
    def finish(self) -> None: ...


class Papers(Protocol):
    """The PDF of a document, asked for by connection, kind and id; None while the system hasn't made it yet."""

    def __call__(self, connection: str, kind: str, number: str, /) -> bytes | None: ...


Problem = Exception
"""What `problem` may give back for an answer: one of Denied, Refused, Closed, TryLater, Unsure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One system that Kontering knows. All callables get the connection's settings and a ready `httpx.Client`.

    `embedded` is for the one target that lives in the store: it gets the store's open transaction in place of a client.
    """

    name: str
    title: str
    sdk: int
    settings: JsonObject
    reads: Mapping[str, Reads] = field(default_factory=dict)
    takes: Mapping[str, Takes] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    base_url: Callable[[Settings], str] | None = None
    auth: Callable[[Settings], httpx.Auth | Credential | Grant | None] | None = None
    problem: Callable[[httpx.Response], Problem | None] | None = None
    source: Callable[[Settings, httpx.Client], Source] | None = None
    target: Callable[[Settings, httpx.Client], Target] | None = None
    embedded: Callable[[Settings, Any], Target] | None = None
    webhook: Callable[[Settings, Mapping[str, str], bytes, datetime], Sequence[Pointer]] | None = None
    simulator: str | None = None
    account: Callable[[Settings, str, str, Literal["en", "da"]], tuple[str, str] | None] | None = None
    """Number and name of the account that a role and a VAT code go to, where a connector has a chart of its own."""
    stored: bool = False
    """Its records are made by the engine of what the project's store has; nobody else is asked."""
    paper: Callable[[Settings, httpx.Client, str, str], bytes | None] | None = None
    """The PDF of a booked document by kind and id; None while the system hasn't made it yet."""
    posts: Callable[[Settings, Papers], Target] | None = None
    """In place of `target`, for who sends what another connection has: it gets a way to ask for the PDF."""
    knock: Callable[[Settings], str] | None = None
    """For systems that aren't spoken to over HTTP: tries the credentials, says who answered, and changes nothing."""
    facts: tuple[str, ...] = ()
    """What is only inferred or unknown about the system, for the connector's page."""
