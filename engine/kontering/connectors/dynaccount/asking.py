"""Calls to Dynaccount: a method and a table in the path, forms in, `result` out, and a hash of all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from kontering.errors import TryLater, Unsure
from kontering.sdk.auth import Credential

if TYPE_CHECKING:
    import httpx

PAGE = 500

Row = Mapping[str, Any]
Form = Sequence[tuple[str, str]]
TYPE = {"content-type": "application/x-www-form-urlencoded"}


def signed(secret: str) -> Credential:
    """`X-Hash`: the SHA-1 of address without its scheme, body, and secret, exactly as they are sent."""

    def sign(request: httpx.Request) -> httpx.Request:
        address = request.url.netloc + request.url.raw_path
        request.headers["X-Hash"] = digest(address, request.read(), secret)
        return request

    return sign


def digest(address: bytes, body: bytes, secret: str) -> str:
    """
    >>> digest(b"api.dynaccount.com/v7/1/k/get/draft/?name=bilag", b"", "s")
    'cd8b5db65135cf1a17b0c0fa49a069a023449c2e'
    """
    return hashlib.sha1(address + body + secret.encode(), usedforsecurity=False).hexdigest()


def rows(client: httpx.Client, table: str, **where: str) -> Iterator[Row]:
    """Every row of a table whose columns are exactly these, page by page in the order of their ids."""
    offset = 0
    while True:
        page = listed(client, table, {**where, "order": "id", "limit": f"{offset},{PAGE}"})
        yield from page
        if len(page) < PAGE:
            return
        offset += PAGE


def listed(client: httpx.Client, table: str, query: Mapping[str, str]) -> Sequence[Row]:
    return result(client.get(f"/get/{table}/", params=dict(query)))


def write(client: httpx.Client, path: str, form: Form) -> Sequence[Row]:
    """A writing call; POST even without a form, since the method carries no meaning to the server but does to us."""
    return result(client.post(f"/{path}/", content=encoded(form), headers=TYPE))


def result(response: httpx.Response) -> Sequence[Row]:
    """What an answer holds; without a result there is no row."""
    body = response.json() if response.content else {}
    found = body.get("result") if isinstance(body, Mapping) else None
    if found is None and isinstance(body, Mapping):
        return ()
    if not isinstance(found, list):
        what = f"{response.request.url.path.rsplit('/', 2)[-2]} was answered without a result"
        raise TryLater(what) if response.request.method == "GET" else Unsure(what)
    return found


TIMES = frozenset({"time", "invoice_time_due", "time_delivery"})
"""Columns that take seconds since 1970; texts of days are understood one way here and another way there."""


def form(row: Row) -> list[tuple[str, str]]:
    """A row as it is sent: what isn't there is an empty text."""
    return [(name, column(name, value)) for name, value in row.items()]


def bulk(rows_: Sequence[Row]) -> list[tuple[str, str]]:
    """Rows column by column, each with all columns.

    >>> bulk([{"amount": 1}, {"amount": 2, "txt": "b"}])
    [('amount[0]', '1'), ('amount[1]', '2'), ('txt[0]', ''), ('txt[1]', 'b')]
    """
    names = dict.fromkeys(name for row in rows_ for name in row)
    return [(f"{name}[{number}]", column(name, row.get(name))) for name in names for number, row in enumerate(rows_)]


def column(name: str, value: Any) -> str:
    """
    >>> column("time", "2026-03-01"), column("txt", "2026-03-01")
    ('1772323200', '2026-03-01')
    """
    return str(seconds(day_of(value))) if name in TIMES and value else written(value)


def day_of(value: Any) -> date:
    """A day, which a stored step has as a text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def seconds(day: date) -> int:
    """Midnight of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def written(value: Any) -> str:
    """
    >>> written(True), written(Decimal("-5.10")), written(None)
    ('YES', '-5.10', '')
    """
    if isinstance(value, bool):
        return "YES" if value else "NO"
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def encoded(pairs: Form) -> bytes:
    """As PHP writes a form: a blank is a plus.

    >>> encoded([("txt", "Ordre 5 & 6"), ("amount[0]", "1")])
    b'txt=Ordre+5+%26+6&amount%5B0%5D=1'
    """
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
