"""Reading a list to its end: by page number, by a token, or by the link to the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.errors import Refusal, Refused
from kontering.sdk.paths import at

if TYPE_CHECKING:
    import httpx

Query = Mapping[str, str | int | bool]


def by_page(
    client: httpx.Client,
    path: str,
    query: Query,
    *,
    pages: Callable[[httpx.Response], int],
    page: str = "page",
    first: int = 1,
) -> Iterator[httpx.Response]:
    """The answers page by page; `pages` reads from each how many there are, since lists grow while they are read."""
    number = first
    while True:
        response = client.get(path, params={**query, page: number})
        yield response
        if number >= pages(response) + first - 1:
            return
        number += 1


def by_token(
    client: httpx.Client, path: str, query: Query, *, token: Callable[[httpx.Response], str | None], name: str
) -> Iterator[httpx.Response]:
    """The answers as long as one brings a token for the next."""
    seen: set[str] = set()
    response = client.get(path, params=dict(query))
    while True:
        yield response
        following = token(response)
        if not following:
            return
        _once(following, seen)
        response = client.get(path, params={**query, name: following})


def by_link(client: httpx.Client, path: str, query: Query, *, link: str) -> Iterator[httpx.Response]:
    """The answers as long as the dotted path `link` leads to a url; it must be on the connection's own host."""
    seen: set[str] = set()
    response = client.get(path, params=dict(query))
    while True:
        yield response
        following = at(response.json(), link)
        if not following:
            return
        _once(str(following), seen)
        response = client.get(own(client, str(following)))


def own(client: httpx.Client, link: str) -> httpx.URL:
    """A link of an answer, if it leads where the credentials belong."""
    url = client.base_url.join(link)
    if (url.scheme, url.netloc) != (client.base_url.scheme, client.base_url.netloc):
        raise Refused((Refusal(f"a link leads to another host, {url.host}; the credentials aren't sent there"),))
    return url


def _once(token: str, seen: set[str]) -> None:
    if token in seen:
        raise Refused((Refusal("the list leads back to a page that was read already"),))
    seen.add(token)


def number(response: httpx.Response, header: str, otherwise: int = 0) -> int:
    """A header that counts something; proxies drop some of them."""
    value: Any = response.headers.get(header, "")
    return int(value) if value.isdigit() else otherwise
