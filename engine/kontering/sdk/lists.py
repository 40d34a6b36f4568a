"""A source described by a table: one row a kind of record, with its path, its paging, and where id and version are.

For systems whose lists are ordinary; what is odd about another one is a `Source` of its own, as in connectors/economic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from kontering.sdk.calls import escaped
from kontering.sdk.connector import Page, Pointer, Position, Record, Settings
from kontering.sdk.paging import Query, by_link, by_page, by_token
from kontering.sdk.paths import at
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """Pages by number: `?page=2&pageSize=100`; `pages` is the dotted path to how many there are."""

    page: str = "page"
    size: str = "pageSize"
    most: int = 100
    first: int = 1
    pages: str = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Pages by a token: what stands at the path `token` goes into the parameter `name`; `query` goes along."""

    token: str
    name: str = "cursor"
    query: Query = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Pages by a link at the path `link`; it must be on the connection's own host."""

    link: str = "next"
    query: Query = field(default_factory=dict)


Paging = Numbered | Tokens | Links


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """How one kind of record is listed.

    `rows` is the dotted path to an answer's rows, none where the answer is the list. `version` is a field that changes
    with the record, none where the system has none: then it is the record's digest. `since` names the parameter that
    takes the newest version read; a list without it is read whole each time, and doubles fall out by version.
    """

    path: str
    rows: str = ""
    id: str = "id"
    version: str = ""
    since: str = ""
    one: str = "{path}/{id}"
    paging: Paging | None = None


@dataclass(frozen=True, slots=True)
class Lister:
    """A `Source` that does what its table says: `source=lambda settings, client: Lister(LISTS, settings, client)`."""

    lists: Mapping[str, List]
    settings: Settings
    client: httpx.Client

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        how = self.lists[kind]
        since = str((after or {}).get("since", ""))
        newest = since
        for answer in _answers(self.client, how, {how.since: since} if how.since and since else {}):
            records = tuple(self._records(kind, _rows(how, answer.json())))
            newest = max([newest, *(record.version for record in records)]) if how.since else ""
            yield Page(records=records, after=None)
        yield Page(records=(), after={"since": newest} if newest else None)

    def get(self, pointer: Pointer) -> Record | None:
        how = self.lists[pointer.kind]
        place = how.one.replace("{path}", how.path).replace("{id}", escaped(pointer.id))
        answer = self.client.get(place, extensions={"expects": (404, 410)})
        if answer.status_code in (404, 410):
            return None
        return next(iter(self._records(pointer.kind, [answer.json()])))

    def _records(self, kind: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        how, name = self.lists[kind], str(self.settings.get("name", ""))
        for row in rows:
            version = str(at(row, how.version) or "") if how.version else ""
            yield Record(connection=name, kind=kind, id=str(at(row, how.id)), version=version or _digest(row), data=row)


def _answers(client: httpx.Client, how: List, query: Query) -> Iterator[httpx.Response]:
    match how.paging:
        case Numbered() as paging:
            size = {paging.size: paging.most}
            yield from by_page(
                client,
                how.path,
                {**query, **size},
                pages=lambda answer: int(at(answer.json(), paging.pages) or 0),
                page=paging.page,
                first=paging.first,
            )
        case Tokens(token=token, name=name, query=own):
            yield from by_token(
                client, how.path, {**own, **query}, token=lambda answer: at(answer.json(), token), name=name
            )
        case Links(link=link, query=own):
            yield from by_link(client, how.path, {**own, **query}, link=link)
        case None:
            yield client.get(how.path, params=dict(query))


def _rows(how: List, answer: Any) -> Iterable[Mapping[str, Any]]:
    return (at(answer, how.rows) if how.rows else answer) or ()


def _digest(row: Mapping[str, Any]) -> str:
    """A version without an order: of two, the one that was read last counts."""
    return "#" + sha256(write_json(row)).hexdigest()[:16]
