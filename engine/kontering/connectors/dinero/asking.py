"""Questions to Dinero: paths of the organisation, filters written safely, lists read to their end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.calls import escaped
from kontering.sdk.paging import by_page
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx

    from kontering.sdk.connector import Settings

LARGEST_PAGE = 1000

Row = Mapping[str, Any]

CONTACT_FIELDS = (
    *("ContactGuid", "Name", "CountryKey", "IsPerson", "IsMember", "UseCvr", "ExternalReference", "Street", "ZipCode"),
    *("City", "Phone", "Email", "Webpage", "AttPerson", "VatNumber", "EanNumber", "SENumber", "PNumber"),
    *("PaymentConditionType", "PaymentConditionNumberOfDays", "MemberNumber", "CompanyTypeKey"),
    *("InvoiceMailOutOptionKey", "PreferredInvoiceLanguageKey", "PreferredInvoiceCurrencyKey"),
    *("CreatedAt", "UpdatedAt", "DeletedAt", "IsDebitor", "IsCreditor"),
)
PRODUCT_FIELDS = (
    *("ProductGuid", "ProductNumber", "Name", "BaseAmountValue", "BaseAmountValueInclVat", "Quantity"),
    *("AccountNumber", "Unit", "ExternalReference", "Comment", "CreatedAt", "UpdatedAt", "DeletedAt"),
)


def at(settings: Settings, path: str, version: str = "v1") -> str:
    """A path below the organisation.

    >>> at({"organization": 123456}, "/contacts")
    '/v1/123456/contacts'
    """
    return f"/{version}/{settings['organization']}{path}"


def one(settings: Settings, path: str, id_: object, version: str = "v1") -> str:
    return f"{at(settings, path, version)}/{escaped(str(id_))}"


def write(client: httpx.Client, method: str, path: str, body: Any, *, reads: bool = False) -> httpx.Response:
    """A call with a body; an answer that isn't JSON, and isn't empty, says nothing of what has happened."""
    answer = client.request(
        method,
        path,
        content=write_json(body),
        headers={"content-type": "application/json"},
        extensions={"reads": True} if reads else {},
    )
    if answer.content:
        answer.json()
    return answer


def equals(name: str, value: object) -> str:
    """A condition of a filter.

    >>> equals("Name", "O'Hara")
    "Name eq 'O''Hara'"
    """
    doubled = str(value).replace("'", "''")
    return f"{name} eq '{doubled}'"


def rows(client: httpx.Client, path: str, filter_: str = "", **query: str) -> Iterator[Row]:
    """Every row of a collection that the filter lets through."""
    for page in pages(client, path, filter_, **query):
        yield from page["Collection"]


def pages(client: httpx.Client, path: str, filter_: str = "", **query: str) -> Iterator[Row]:
    """The pages of a collection, numbered from 0."""
    asked: dict[str, str | int | bool] = {"pageSize": LARGEST_PAGE, **query}
    if filter_:
        asked["queryFilter"] = filter_
    for response in by_page(client, path, asked, pages=_pages, first=0):
        yield response.json()


def _pages(response: httpx.Response) -> int:
    found: Row = response.json()["Pagination"]
    return -(-int(found["Result"]) // int(found["PageSize"]))
