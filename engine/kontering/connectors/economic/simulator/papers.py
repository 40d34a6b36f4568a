"""The properties of invoices, vouchers and ledger entries."""

from __future__ import annotations

from kontering.connectors.economic.simulator.fields import (
    Field,
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
from kontering.connectors.economic.simulator.shapes import (
    HIGHEST,
    Shape,
    account,
    customer,
    employee,
    layout,
    product,
    terms,
    unit,
    zone,
)

ENTRY_TYPES = {
    "financeVouchers": "financeVoucher",
    "customerPayments": "customerPayment",
    "manualCustomerInvoices": "manualCustomerInvoice",
    "supplierInvoices": "supplierInvoice",
    "supplierPayments": "supplierPayment",
}
"""The lists of a voucher, and the type of their entries."""

_CURRENCY = text("currency", 3, "fs", low=3, need=True)
_TOTALS = tuple(
    number(name, "r")
    for name in ("netAmount", "vatAmount", "grossAmount", "roundingAmount", "marginInBaseCurrency", "marginPercentage")
)
_RECIPIENT = (
    text("name", 250, "fs", need=True),
    text("address", 250, "fs"),
    text("zip", 50, "fs"),
    text("city", 250, "fs"),
    text("country", 50, "fs"),
    text("ean", 13, "fs"),
    text("publicEntryNumber", 40, "fs"),
    text("cvr", 40, "r"),
    text("mobilePhone", 50),
    word("nemHandelType", ("ean", "corporateIdentificationNumber", "pNumber", "peppol")),
    ref("attention", "customer-contacts", "customerContactNumber"),
)
_DELIVERY = group(
    "delivery",
    text("address", 255, "fs"),
    text("zip", 30, "fs"),
    text("city", 50, "fs"),
    text("country", 50, "fs"),
    text("deliveryTerms", 100, "fs"),
    date("deliveryDate", "fs"),
)
_NOTES = group("notes", text("heading", 250, "fs"), text("textLine1", 1000, "fs"), text("textLine2", 1000, "fs"))
_REFERENCES = group(
    "references",
    ref("customerContact", "customer-contacts", "customerContactNumber"),
    employee("salesPerson", "fs"),
    employee("vendorReference", "fs"),
    text("other", 250, "fs"),
)
LINE = (
    integer("lineNumber", low=1),
    integer("sortKey", low=1),
    text("description", 2500),
    product(),
    number("quantity"),
    number("unitNetPrice"),
    number("discountPercentage"),
    number("unitCostPrice"),
    unit(),
    group("accrual", date("startDate", need=True), date("endDate", need=True)),
    ref("departmentalDistribution", "departments", "departmentalDistributionNumber", "r"),
    number("totalNetAmount", "r"),
    number("marginInBaseCurrency", "r"),
    number("marginPercentage", "r"),
)


def _invoice(name: str, key: str, zone_use: str, *more: Field) -> Shape:
    fields = (
        integer(key, "fsr"),
        date("date", "fs", need=True),
        date("dueDate"),
        _CURRENCY,
        number("exchangeRate", "fs", decimals=6, high=999_999_999_999),
        terms("fs", need=True),
        layout(need=True),
        customer("fs", need=True),
        group("recipient", *_RECIPIENT, zone(zone_use, need=True), need=True),
        ref("deliveryLocation", "delivery-locations", "deliveryLocationNumber", "fs"),
        _DELIVERY,
        _NOTES,
        _REFERENCES,
        rows("lines", *LINE),
        *_TOTALS,
        *more,
    )
    return Shape(name, key, fields)


DRAFTS = _invoice("invoices/drafts", "draftInvoiceNumber", "", instant("lastUpdated", "fr"))
BOOKED = _invoice("invoices/booked", "bookedInvoiceNumber", "fs", number("remainder", "r"))
SENT = Shape("invoices/sent", "id", (integer("id"),))


def _entry(kind: str, *more: Field) -> tuple[Field, ...]:
    return (
        number("amount", need=True),
        date("date", need=True),
        text("text", 250),
        word("entryType", (ENTRY_TYPES[kind],)),
        group("currency", text("code", 3, low=3, need=True)),
        number("exchangeRate", decimals=6),
        account("contraAccount"),
        ref("contraVatAccount", "vat-accounts", "vatCode", kind="text"),
        number("contraVatAmount"),
        employee("employee"),
        *more,
    )


_SUPPLIER = ref("supplier", "suppliers", "supplierNumber")
VOUCHER = (
    integer("voucherNumber", low=1, high=HIGHEST),
    ref("accountingYear", "accounting-years", "year", need=True, kind="text"),
    ref("journal", "journals", "journalNumber"),
    group(
        "entries",
        rows(
            "financeVouchers",
            *_entry(
                "financeVouchers",
                account("account"),
                ref("vatAccount", "vat-accounts", "vatCode", kind="text"),
                number("vatAmount"),
                number("quantity1"),
                number("quantity2"),
            ),
        ),
        rows("customerPayments", *_entry("customerPayments", customer(), integer("customerInvoice", low=1))),
        rows(
            "manualCustomerInvoices",
            *_entry("manualCustomerInvoices", customer(), integer("customerInvoice", low=1), date("dueDate")),
        ),
        rows(
            "supplierInvoices",
            *_entry("supplierInvoices", _SUPPLIER, text("supplierInvoiceNumber", 30), date("dueDate")),
        ),
        rows("supplierPayments", *_entry("supplierPayments", _SUPPLIER, text("supplierInvoiceNumber", 30))),
    ),
)
"""What is sent to a journal."""

DRAFT_ENTRIES = Shape(
    "entries",
    "journalEntryNumber",
    (
        integer("journalEntryNumber", "fs"),
        word("entryType", tuple(ENTRY_TYPES.values()), "fs"),
        text("text", 250, "fs"),
        number("amount", "fs"),
        number("amountDefaultCurrency", "fs"),
        date("date", "fs"),
        date("dueDate"),
        number("exchangeRate", "fs", decimals=6),
        group("currency", text("code", 3, "fs")),
        account("account", "fs"),
        account("contraAccount", "fs"),
        ref("contraVatAccount", "vat-accounts", "vatCode", "fs", kind="text"),
        ref("vatAccount", "vat-accounts", "vatCode", kind="text"),
        number("contraVatAmount", "fs"),
        customer("fs"),
        ref("supplier", "suppliers", "supplierNumber", "fs"),
        employee("employee", "fs"),
        group(
            "voucher", integer("voucherNumber", "fs"), ref("accountingYear", "accounting-years", "year", kind="text")
        ),
    ),
)
"""Entries of a journal that nobody has booked yet."""

ENTRIES = Shape(
    "entries",
    "entryNumber",
    (
        integer("entryNumber", "fs"),
        word("entryType", (), "fs"),
        account("account"),
        number("amount", "fs"),
        number("amountInBaseCurrency", "fs"),
        text("currency", 3, "fs"),
        date("date", "fs"),
        date("dueDate", "fs"),
        text("text", 255, "fs"),
        integer("voucherNumber", "fs"),
        customer("fs"),
        ref("supplier", "suppliers", "supplierNumber", "fs"),
        text("supplierInvoiceNumber", 30, "fs"),
        number("remainder", "fs"),
        number("remainderInBaseCurrency", "fs"),
        ref("vatAccount", "vat-accounts", "vatCode", kind="text"),
    ),
)
"""Booked entries. The account isn't filterable here: `/accounts/{n}/accounting-years/{y}/entries` is the way."""

VOUCHERS = Shape("vouchers", "voucherNumber", (integer("voucherNumber"),))
