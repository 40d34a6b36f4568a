"""The resources that are kept by number: customers, products, suppliers, and what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kontering.connectors.economic.simulator.fields import (
    Field,
    boolean,
    columns,
    date,
    group,
    instant,
    integer,
    number,
    ref,
    rows,
    text,
    word,
)

HIGHEST = 999_999_999

TERM_TYPES = (
    "net",
    "invoiceMonth",
    "paidInCash",
    "prepaid",
    "dueDate",
    "factoring",
    "invoiceWeekStartingSunday",
    "invoiceWeekStartingMonday",
    "creditcard",
    "avtaleGiro",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One resource: its path, the property that numbers it, and its properties; `given` numbers come from outside."""

    name: str
    key: str
    fields: tuple[Field, ...]
    kind: Literal["integer", "text"] = "integer"
    given: bool = False
    """The caller must choose the number."""

    @property
    def columns(self) -> dict[str, Field]:
        return dict(columns(self.fields))


def account(name: str, use: str = "", *, need: bool = False) -> Field:
    return ref(name, "accounts", "accountNumber", use, need=need)


def customer(use: str = "", *, need: bool = False) -> Field:
    return ref("customer", "customers", "customerNumber", use, need=need)


def terms(use: str = "", *, need: bool = False) -> Field:
    return ref("paymentTerms", "payment-terms", "paymentTermsNumber", use, need=need)


def zone(use: str = "", *, need: bool = False) -> Field:
    return ref("vatZone", "vat-zones", "vatZoneNumber", use, need=need)


def layout(*, need: bool = False) -> Field:
    return ref("layout", "layouts", "layoutNumber", need=need)


def unit(use: str = "") -> Field:
    return ref("unit", "units", "unitNumber", use)


def product(use: str = "") -> Field:
    return ref("product", "products", "productNumber", use, kind="text")


def employee(name: str, use: str = "") -> Field:
    return ref(name, "employees", "employeeNumber", use)


CUSTOMERS = Shape(
    "customers",
    "customerNumber",
    (
        integer("customerNumber", "fs", low=1, high=HIGHEST),
        text("name", 255, "fs", low=1, need=True),
        text("currency", 3, "fs", low=3, need=True),
        ref("customerGroup", "customer-groups", "customerGroupNumber", "f", need=True),
        zone(need=True),
        terms(need=True),
        text("address", 510, "fs"),
        text("zip", 30, "fs"),
        text("city", 50, "fs"),
        text("country", 50, "fs"),
        text("email", 255, "fs"),
        text("corporateIdentificationNumber", 40, "fs"),
        text("vatNumber", 20, "fs"),
        text("ean", 13, "fs"),
        text("pNumber", 10, low=10),
        text("publicEntryNumber", 50, "fs"),
        text("telephoneAndFaxNumber", 255, "fs"),
        text("mobilePhone", 50, "fs"),
        text("website", 255, "fs"),
        number("creditLimit", "fs"),
        boolean("barred", "f"),
        boolean("eInvoicingDisabledByDefault"),
        layout(),
        employee("salesPerson"),
        ref("attention", "customer-contacts", "customerContactNumber"),
        ref("customerContact", "customer-contacts", "customerContactNumber"),
        number("balance", "fsr"),
        number("dueAmount", "r"),
        instant("lastUpdated", "fsr"),
    ),
)

CONTACTS = Shape(
    "customer-contacts",
    "customerContactNumber",
    (
        integer("customerContactNumber", "fsr"),
        text("name", 255, "fs", low=1, need=True),
        text("email", 255, "fs"),
        text("phone", 50, "fs"),
        text("eInvoiceId", 50, "fs"),
        text("notes", 2000),
        rows("emailNotifications"),
        customer("fs"),
    ),
)

DELIVERY_LOCATIONS = Shape(
    "delivery-locations",
    "deliveryLocationNumber",
    (
        integer("deliveryLocationNumber", "fsr"),
        text("address", 255, "fs"),
        text("postalCode", 15, "fs"),
        text("city", 50, "fs"),
        text("country", 50, "fs"),
        text("termsOfDelivery", 100),
        integer("sortKey", "fs", low=1),
        boolean("barred", "f"),
        customer(),
    ),
)

CUSTOMER_GROUPS = Shape(
    "customer-groups",
    "customerGroupNumber",
    (
        integer("customerGroupNumber", "fs", low=1, need=True),
        text("name", 50, "fs"),
        account("account", "fs", need=True),
        layout(),
    ),
    given=True,
)

SUPPLIERS = Shape(
    "suppliers",
    "supplierNumber",
    (
        integer("supplierNumber", "f", low=1, high=HIGHEST),
        text("name", 255, "f", low=1, need=True),
        text("currency", 3, "f", low=3, need=True),
        ref("supplierGroup", "supplier-groups", "supplierGroupNumber", "f", need=True),
        zone(need=True),
        terms(need=True),
        text("corporateIdentificationNumber", 40, "f"),
        text("address", 255, "f"),
        text("zip", 10, "f"),
        text("city", 50, "f"),
        text("country", 50, "f"),
        text("email", 100, "f"),
        text("phone", 20),
        text("bankAccount", 50, "f"),
        text("defaultInvoiceText", 100, "f"),
        boolean("barred", "f"),
        account("costAccount"),
        group("remittanceAdvice", text("creditorId", 50), ref("paymentType", "payment-types", "paymentTypeNumber")),
        employee("salesPerson"),
        layout(),
    ),
)

SUPPLIER_GROUPS = Shape(
    "supplier-groups",
    "supplierGroupNumber",
    (integer("supplierGroupNumber", "fs", low=1, need=True), text("name", 50, "fs"), account("account", need=True)),
    given=True,
)

PRODUCTS = Shape(
    "products",
    "productNumber",
    (
        text("productNumber", 25, "fs", low=1, need=True),
        text("name", 300, "fs", low=1, need=True),
        ref("productGroup", "product-groups", "productGroupNumber", "f", need=True),
        text("description", 500, "fs"),
        number("salesPrice", "fs"),
        number("costPrice", "fs"),
        number("recommendedPrice", "fs"),
        text("barCode", 50, "fs"),
        boolean("barred", "fs"),
        unit("f"),
        group(
            "inventory",
            number("packageVolume", "fs"),
            number("recommendedCostPrice", "f"),
            number("grossWeight", "fsr"),
            number("netWeight", "fsr"),
            number("available", "r"),
            number("inStock", "r"),
            number("orderedByCustomers", "r"),
            number("orderedFromSuppliers", "r"),
        ),
        instant("lastUpdated", "fsr"),
    ),
    kind="text",
    given=True,
)

CURRENCY_PRICES = Shape(
    "currency-specific-sales-prices",
    "code",
    (
        number("price", "fs", need=True),
        ref("currency", "currencies", "code", "fs", need=True, kind="text"),
        product("fs"),
    ),
    kind="text",
    given=True,
)

PRODUCT_GROUPS = Shape(
    "product-groups",
    "productGroupNumber",
    (
        integer("productGroupNumber", "r"),
        text("name", 50, low=1, need=True),
        boolean("inventoryEnabled", "r"),
        account("accrual", "r"),
    ),
)

UNITS = Shape("units", "unitNumber", (integer("unitNumber", "r"), text("name", 100, low=1, need=True)))

PAYMENT_TERMS = Shape(
    "payment-terms",
    "paymentTermsNumber",
    (
        integer("paymentTermsNumber", "r"),
        text("name", 50, low=1, need=True),
        word("paymentTermsType", TERM_TYPES, need=True),
        integer("daysOfCredit"),
        text("description", 1000),
        account("contraAccountForPrepaidAmount"),
        account("contraAccountForRemainderAmount"),
        number("percentageForPrepaidAmount"),
        number("percentageForRemainderAmount"),
        ref("creditCardCompany", "customers", "customerNumber"),
    ),
)

LAYOUTS = Shape("layouts", "layoutNumber", (integer("layoutNumber"), text("name", 250), boolean("deleted")))
ZONES = Shape(
    "vat-zones",
    "vatZoneNumber",
    (
        integer("vatZoneNumber"),
        text("name", 50),
        boolean("enabledForCustomer"),
        boolean("enabledForSupplier"),
    ),
)
VAT_TYPES = Shape("vat-types", "vatTypeNumber", (integer("vatTypeNumber"), text("name", 50)))
VAT_ACCOUNTS = Shape(
    "vat-accounts",
    "vatCode",
    (
        text("vatCode", 5),
        text("name", 40),
        number("ratePercentage", decimals=8),
        account("account"),
        account("contraAccount"),
        ref("vatType", "vat-types", "vatTypeNumber"),
        boolean("barred"),
    ),
    kind="text",
)
ACCOUNTS = Shape(
    "accounts",
    "accountNumber",
    (
        integer("accountNumber", "fs"),
        word("accountType", (), "fs"),
        text("name", 125, "fs"),
        word("debitCredit", ("debit", "credit"), "fs"),
        number("balance", "fs"),
        number("draftBalance"),
        boolean("barred", "f"),
        boolean("blockDirectEntries", "fs"),
        ref("vatAccount", "vat-accounts", "vatCode", kind="text"),
        account("contraAccount"),
        account("totalFromAccount"),
    ),
)
CURRENCIES = Shape("currencies", "code", (text("code", 3), text("name", 50), text("isoNumber", 3)), kind="text")
EMPLOYEES = Shape(
    "employees",
    "employeeNumber",
    (
        integer("employeeNumber", "fs"),
        text("name", 250, "fs"),
        text("email", 250, "fs"),
        text("phone", 250, "fs"),
        boolean("barred", "f"),
    ),
)
DEPARTMENTS = Shape(
    "departments",
    "departmentNumber",
    (integer("departmentNumber", "fs"), text("name", 250, "fs"), boolean("barred", "f")),
)
PAYMENT_TYPES = Shape("payment-types", "paymentTypeNumber", (integer("paymentTypeNumber"), text("name", 50)))
YEARS = Shape(
    "accounting-years",
    "year",
    (text("year", 10, "fs"), date("fromDate", "fs", need=True), date("toDate", "fs", need=True), boolean("closed")),
    kind="text",
)
PERIODS = Shape(
    "periods",
    "periodNumber",
    (integer("periodNumber", "fs"), date("fromDate", "fs"), date("toDate", "fs"), boolean("closed")),
)
JOURNALS = Shape("journals", "journalNumber", (integer("journalNumber", "fs"), text("name", 100, "fs")))

SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        CUSTOMERS,
        CONTACTS,
        DELIVERY_LOCATIONS,
        CUSTOMER_GROUPS,
        SUPPLIERS,
        SUPPLIER_GROUPS,
        PRODUCTS,
        PRODUCT_GROUPS,
        UNITS,
        PAYMENT_TERMS,
        LAYOUTS,
        ZONES,
        VAT_TYPES,
        VAT_ACCOUNTS,
        ACCOUNTS,
        CURRENCIES,
        EMPLOYEES,
        DEPARTMENTS,
        PAYMENT_TYPES,
        YEARS,
        JOURNALS,
    )
}
"""Every resource that can be referred to, by its path."""
