"""Contacts and products: list, read, create, update, delete, restore."""

from __future__ import annotations

import httpx

from kontering.connectors.dinero.simulator import lists
from kontering.connectors.dinero.simulator.chart import UNITS
from kontering.connectors.dinero.simulator.fields import Field, flag, id_of, number, read, text, whole
from kontering.connectors.dinero.simulator.money import with_vat
from kontering.connectors.dinero.simulator.refusals import deleted, invalid, not_found
from kontering.connectors.dinero.simulator.routing import created, json_of, on
from kontering.connectors.dinero.simulator.state import Row, State, Table, guid, written
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

CONTACT: tuple[Field, ...] = (
    id_of("ContactGuid"),
    text("Name", 256, required=True),
    text("CountryKey", 2, required=True),
    flag("IsPerson", required=True),
    flag("IsMember", required=True),
    flag("UseCvr", required=True),
    text("ExternalReference", 128),
    text("Street", 256),
    text("ZipCode", 32),
    text("City", 128),
    text("Phone", 64),
    text("Email", 256),
    text("Webpage", 256),
    text("AttPerson", 128),
    text("VatNumber", 32),
    text("EanNumber", 13),
    text("SENumber", 32),
    text("PNumber", 32),
    text("PaymentConditionType", one_of=("Netto", "NettoCash", "CurrentMonthOut", "Paid")),
    whole("PaymentConditionNumberOfDays"),
    text("MemberNumber", 64),
    text("CompanyTypeKey", 64),
    text("InvoiceMailOutOptionKey", one_of=("VAT", "GLN", "SE", "P")),
    text("PreferredInvoiceLanguageKey", one_of=("da-DK", "en-GB")),
    text("PreferredInvoiceCurrencyKey", 3),
)

PRODUCT: tuple[Field, ...] = (
    text("ProductNumber", 128),
    text("Name", 256),
    number("BaseAmountValue", required=True),
    number("Quantity", required=True),
    whole("AccountNumber", required=True),
    text("Unit", required=True, one_of=UNITS),
    text("ExternalReference", 128),
    text("Comment", 128),
)


def routes() -> list[Route[State]]:
    contact, product = "/contacts/{guid}", "/products/{guid}"
    return [
        *on("GET", "/contacts", _list_contacts, "v1 v2"),
        *on("POST", "/contacts", _create_contact, "v1 v2"),
        *on("GET", contact, lambda asked: reply(_contact(asked)), "v1 v2"),
        *on("PUT", contact, _update_contact, "v1 v2"),
        *on("DELETE", contact, _delete_contact),
        *on("POST", contact + "/restore", _restore_contact),
        *on("GET", "/products", _list_products),
        *on("POST", "/products", _create_product),
        *on("GET", product, lambda asked: reply(_product(asked))),
        *on("PUT", product, _update_product),
        *on("DELETE", product, _delete_product),
        *on("POST", product + "/restore", _restore_product),
    ]


def _list_contacts(asked: Ask) -> httpx.Response:
    return lists.page(asked, asked.state.contacts.values(), lists.CONTACTS)


def _list_products(asked: Ask) -> httpx.Response:
    return lists.page(asked, asked.state.products.values(), lists.PRODUCTS)


def _contact(asked: Ask) -> Row:
    return _row(asked, asked.state.contacts, "contact")


def _product(asked: Ask) -> Row:
    return _row(asked, asked.state.products, "product")


def _row(asked: Ask, table: Table, what: str) -> Row:
    row = table.get(asked.ids["guid"].lower())
    if row is None:
        raise not_found(what)
    return row


def _create_contact(asked: Ask) -> httpx.Response:
    given = read(json_of(asked), CONTACT)
    own = given.setdefault("ContactGuid", guid())
    if own in asked.state.contacts:
        raise invalid({"ContactGuid": "guidMustBeUnique"})
    _check_contact(asked, given, own)
    now = written(asked.now)
    more = {"CreatedAt": now, "UpdatedAt": now, "DeletedAt": None, "IsDebitor": False, "IsCreditor": False}
    asked.state.contacts[own] = {**given, **more}
    return created(asked, {"ContactGuid": own})


def _update_contact(asked: Ask) -> httpx.Response:
    """The whole contact anew: what is left out is gone."""
    before = _living(_contact(asked), "contact")
    given = read(json_of(asked), CONTACT)
    _check_contact(asked, given, before["ContactGuid"])
    kept = ("ContactGuid", "CreatedAt", "DeletedAt", "IsDebitor", "IsCreditor")
    row = {**given, **{name: before[name] for name in kept}, "UpdatedAt": written(asked.now)}
    asked.state.contacts[before["ContactGuid"]] = row
    return reply({"ContactGuid": before["ContactGuid"]})


def _check_contact(asked: Ask, given: Row, own: str) -> None:
    if given["IsPerson"] and given.get("EanNumber"):
        raise invalid({"EanNumber": "A person has no EAN number"})
    ean = given.get("EanNumber")
    if ean and (len(ean) != 13 or not ean.isdecimal()):
        raise invalid({"EanNumber": "An EAN number has 13 digits"})
    _check_reference(asked, given, own, asked.state.contacts, "ContactGuid")


def _check_reference(asked: Ask, given: Row, own: str, table: Table, id_: str) -> None:
    reference = given.get("ExternalReference")
    if not reference or not asked.state.habits.unique_references:
        return
    if any(row.get("ExternalReference") == reference and row[id_] != own for row in table.values()):
        raise invalid({"ExternalReference": "ExternalReference must be unique"})


def _delete_contact(asked: Ask) -> httpx.Response:
    row = _living(_contact(asked), "contact")
    used = any(one.get("ContactGuid") == row["ContactGuid"] for one in asked.state.sales())
    if used:
        raise invalid({"ContactGuid": "The contact is in use"})
    row["DeletedAt"] = row["UpdatedAt"] = written(asked.now)
    return httpx.Response(200)


def _restore_contact(asked: Ask) -> httpx.Response:
    row = _contact(asked)
    row["DeletedAt"], row["UpdatedAt"] = None, written(asked.now)
    return httpx.Response(200)


def _living(row: Row, what: str) -> Row:
    if row["DeletedAt"]:
        raise deleted(what)
    return row


def _create_product(asked: Ask) -> httpx.Response:
    given = read(json_of(asked), PRODUCT)
    own = guid()
    _check_product(asked, given, own)
    now = written(asked.now)
    row = {"ProductGuid": own, **given, "CreatedAt": now, "UpdatedAt": now, "DeletedAt": None}
    asked.state.products[own] = _reckoned(asked.state, row)
    return created(asked, {"ProductGuid": own})


def _update_product(asked: Ask) -> httpx.Response:
    before = _living(_product(asked), "product")
    given = read(json_of(asked), PRODUCT)
    _check_product(asked, given, before["ProductGuid"])
    kept = {name: before[name] for name in ("ProductGuid", "CreatedAt", "DeletedAt")}
    row = _reckoned(asked.state, {**given, **kept, "UpdatedAt": written(asked.now)})
    asked.state.products[before["ProductGuid"]] = row
    return reply({"ProductGuid": before["ProductGuid"]})


def _check_product(asked: Ask, given: Row, own: str) -> None:
    if given["AccountNumber"] not in asked.state.accounts:
        raise invalid({"AccountNumber": f"There is no account {given['AccountNumber']}"})
    _check_reference(asked, given, own, asked.state.products, "ProductGuid")


def _reckoned(state: State, row: Row) -> Row:
    gross = with_vat(state, row["BaseAmountValue"], row["AccountNumber"])
    totals = {"TotalAmount": row["BaseAmountValue"] * row["Quantity"], "TotalAmountInclVat": gross * row["Quantity"]}
    return {**row, "BaseAmountValueInclVat": gross, **totals}


def _delete_product(asked: Ask) -> httpx.Response:
    row = _living(_product(asked), "product")
    row["DeletedAt"] = row["UpdatedAt"] = written(asked.now)
    return httpx.Response(200)


def _restore_product(asked: Ask) -> httpx.Response:
    row = _product(asked)
    row["DeletedAt"], row["UpdatedAt"] = None, written(asked.now)
    return httpx.Response(200)
