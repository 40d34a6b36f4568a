"""A target described by tables: how each kind of thing is looked for, and the table of calls that does the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kontering.sdk import calls
from kontering.sdk.connector import Found, Receipt, Settings, Step, Takes, Totals
from kontering.sdk.paths import at

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """How one kind of thing is looked for, and what an answer's rows say.

    `asks` are the terms by which it can be found, each with its query parameter (`{"email": "mail"}`); `query` goes
    along. `says` is where a row has the values of terms, by which a found one is compared with ours. `done` are
    actions beside `create` with the path of what shows them (`{"book": "bookedAt"}`). All paths are dotted.
    """

    path: str
    asks: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
    id: str = "id"
    version: str | None = None
    number: str | None = None
    totals: tuple[str | None, ...] = ()
    done: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taker:
    """A `Target` that does what its tables say: `target=lambda settings, client: Taker(TAKES, FINDS, …)`.

    A term that a row says otherwise is no hit, since many systems search for parts of words.
    """

    takes: Mapping[str, Takes]
    finds: Mapping[str, Find]
    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        how = self.finds[kind]
        asked = {how.asks[term]: value for term, value in by.items() if term in how.asks}
        if not asked:
            return ()
        answer = self.client.get(how.path, params={**how.query, **asked}).json()
        found = (_found(how, row) for row in _rows(how, answer))
        return tuple(one for one in found if _fits(one, by))

    def send(self, step: Step) -> Receipt:
        call = self.takes[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"the table of calls has no {step.action} {step.kind}")
        return calls.send(self.client, call, self.settings, step)

    def trial(self, step: Step) -> Totals:
        call = self.takes[step.kind].call("trial")
        if call is None:
            raise ValueError(f"the table of calls has no trial {step.kind}")
        return calls.trial(self.client, call, self.settings, step)


def _rows(how: Find, answer: Any) -> Iterable[Mapping[str, Any]]:
    return (at(answer, how.rows) if how.rows else answer) or ()


def _found(how: Find, row: Mapping[str, Any]) -> Found:
    totals = [calls.decimal(at(row, path)) if path else None for path in (*how.totals, None, None, None)[:3]]
    number = at(row, how.number) if how.number else None
    return Found(
        id=str(at(row, how.id)),
        version=str(at(row, how.version) or "") if how.version else "",
        number=None if number is None else str(number),
        done=frozenset({"create", *_done(how, row)}),
        totals=Totals(net=totals[0], vat=totals[1], gross=totals[2]) if how.totals else None,
        terms={term: str(value) for term, path in how.says.items() if (value := at(row, path)) not in (None, "")},
        data=row,
    )


def _done(how: Find, row: Mapping[str, Any]) -> Iterator[str]:
    yield from (action for action, path in how.done.items() if at(row, path))


def _fits(found: Found, by: Mapping[str, str]) -> bool:
    return all(found.terms[term].casefold() == by[term].casefold() for term in by.keys() & found.terms.keys())
