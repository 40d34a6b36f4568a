"""Contacts and products: made once, and changed by laying new fields over what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero import finding
from kontering.connectors.dinero.asking import CONTACT_FIELDS, PRODUCT_FIELDS, at, one, write
from kontering.connectors.dinero.problem import is_taken
from kontering.sdk.connector import Receipt, Refused, Settings, Step, TryLater, Unsure

if TYPE_CHECKING:
    import httpx

READ_ONLY = frozenset(
    {
        *("ContactGuid", "ProductGuid", "CreatedAt", "UpdatedAt", "DeletedAt", "IsDebitor", "IsCreditor"),
        "BaseAmountValueInclVat",
    }
)
WRITABLE = frozenset({*CONTACT_FIELDS, *PRODUCT_FIELDS}) - READ_ONLY
"""What a PUT may hold: it replaces the whole, so what is left out is gone."""


def create_contact(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A new contact with an id of ours; if that is taken, it was made before."""
    own = str(step.attempt)
    try:
        write(client, "POST", at(settings, "/contacts"), {"ContactGuid": own, **step.body})
    except Refused as refused:
        if not is_taken(refused):
            raise
    return _contact(client, settings, own)


def change_contact(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    return _changed(_put(client, one(settings, "/contacts", _id(step)), step), finding.contact)


def create_product(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A product has no id of ours; an answer without its id is looked up."""
    answer = write(client, "POST", at(settings, "/products"), step.body)
    made = answer.json().get("ProductGuid") if answer.content else None
    if made:
        try:
            return finding.product(client.get(one(settings, "/products", made)).json())
        except TryLater:  # it is made, and what it is has been said: only its version isn't known
            return finding.product({**step.body, "ProductGuid": made})
    try:
        found = finding.find(client, settings, "product", {"sku": str(step.body.get("ProductNumber", ""))})
    except TryLater as error:  # it is made: to be sent again is the last thing it needs
        raise Unsure(f"the product was answered without its id: {error}") from error
    if len(found) != 1:
        raise Unsure("the product was answered without its id")
    return found[0]


def change_product(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    return _changed(_put(client, one(settings, "/products", _id(step)), step), finding.product)


def _put(client: httpx.Client, path: str, step: Step) -> Mapping[str, Any]:
    """Read the whole, lay the new fields over it, put it back; gives what is there then."""
    before: Mapping[str, Any] = client.get(path).json()
    kept = {name: value for name, value in before.items() if name in WRITABLE and value is not None}
    body = kept | {name: value for name, value in step.body.items() if value is not None}
    write(client, "PUT", path, body)
    after: Mapping[str, Any] = client.get(path).json()
    return after


def _changed(row: Mapping[str, Any], found: Any) -> Receipt:
    made: Receipt = found(row)
    return replace(made, done=frozenset({"create", "change"}))


def _contact(client: httpx.Client, settings: Settings, guid: str) -> Receipt:
    return finding.contact(client.get(one(settings, "/contacts", guid)).json())


def _id(step: Step) -> str:
    return step.of.id if step.of else ""
