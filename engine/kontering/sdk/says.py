"""How a system says no, as a table: where its code, message and place are, and what some of its codes mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kontering.errors import Closed, ConnectorError, Denied, Refusal, Refused, TryLater, Unsure
from kontering.sdk.paths import at
from kontering.sdk.wire import NotJson, read_json

if TYPE_CHECKING:
    import httpx

Meaning = Literal["denied", "closed", "later", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """Where an answer that is a no has what: `errors` is the dotted path to a list of several, the others are inside.

    `place` leads to the path into the payload that is wrong, with dots or strokes. `means` gives codes their exception;
    all others are refusals. `until` is where the last closed day is, for codes that mean `closed`.
    """

    errors: str = ""
    code: str = "code"
    message: str = "message"
    place: str = "field"
    until: str = ""
    means: Mapping[str, Meaning] = field(default_factory=dict)


def problem(says: Says) -> Callable[[httpx.Response], ConnectorError | None]:
    """The connector's `problem`; an answer that isn't told so is left to the table of statuses."""

    def of(response: httpx.Response) -> ConnectorError | None:
        if response.status_code < 400:
            return None
        body = _body(response)
        rows = [row for row in _rows(says, body) if at(row, says.message) or at(row, says.code)]
        refusals = tuple(_refusal(says, row) for row in rows)
        meant = next((says.means[one.code] for one in refusals if one.code in says.means), None)
        if meant is not None:
            return _meant(meant, says, body, refusals)
        return Refused(refusals) if refusals and response.status_code in _REFUSED else None

    return of


_REFUSED = frozenset({400, 402, 404, 405, 406, 409, 410, 412, 413, 415, 422})


def _meant(meant: Meaning, says: Says, body: Any, refusals: tuple[Refusal, ...]) -> ConnectorError:
    what = "; ".join(one.message for one in refusals)
    match meant:
        case "denied":
            return Denied(what)
        case "later":
            return TryLater(what)
        case "unsure":
            return Unsure(what)
        case "closed":
            until = at(body, says.until) if says.until else None
            return Closed(refusals, dt.date.fromisoformat(str(until)) if until else None)


def _rows(says: Says, body: Any) -> Iterable[Any]:
    listed = at(body, says.errors) if says.errors else None
    return listed if isinstance(listed, list) else [body] if isinstance(body, Mapping) else ()


def _refusal(says: Says, row: Any) -> Refusal:
    code, where = str(at(row, says.code) or ""), str(at(row, says.place) or "")
    path = "/" + where.strip("/").replace(".", "/") if where else ""
    return Refusal(str(at(row, says.message) or code), path, code)


def _body(response: httpx.Response) -> Any:
    try:
        return read_json(response.content)
    except NotJson:
        return None
