"""Questions to e-conomic's collections: filters written safely, pages read to their end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.paging import by_link

if TYPE_CHECKING:
    import httpx

LARGEST_PAGE = 1000

Row = Mapping[str, Any]


def literal(value: object) -> str:
    """A value as it stands in a filter.

    >>> literal("Børne$tøj (grøn)")
    'Børne$$tøj $(grøn$)'
    """
    return "".join(f"${char}" if char in "$()*,[]" else char for char in str(value))


def equals(name: str, value: object) -> str:
    return f"{name}$eq:{literal(value)}"


def holds(name: str, value: object) -> str:
    """The property contains the text, somewhere."""
    return f"{name}$like:*{literal(value)}*"


def both(*parts: str) -> str:
    return "$and:".join(parts)


def either(*parts: str) -> str:
    return f"({'$or:'.join(parts)})"


def rows(client: httpx.Client, path: str, filter_: str | None = None, **query: str) -> Iterator[Row]:
    """Every row of a collection that the filter lets through."""
    for page in pages(client, path, filter_, **query):
        yield from page["collection"]


def pages(client: httpx.Client, path: str, filter_: str | None = None, **query: str) -> Iterator[Row]:
    asked: dict[str, str | int | bool] = {
        "pagesize": LARGEST_PAGE,
        "skippages": 0,
        **query,
        **({"filter": filter_} if filter_ else {}),
    }
    for response in by_link(client, path, asked, link="pagination.nextPage"):
        yield response.json()
