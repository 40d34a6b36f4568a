"""The resources of the API as the vendor's page lists them, with what lists can be filtered, sorted and searched by."""

from __future__ import annotations

from collections.abc import Mapping

from kontering.connectors.billy.simulator import shapes_books as books
from kontering.connectors.billy.simulator.fields import (
    Child,
    Field,
    Resource,
    day,
    flag,
    number,
    ref,
    tagged,
    text,
    whole,
    words,
)
from kontering.connectors.billy.simulator.shapes_books import ALL, CURRENCY, MADE, MODES, OWNER

DATES = {"EntryDate": "entryDate", "DueDate": "dueDate", "ApprovedTime": "approvedTime"}

CONTACTS = Resource(
    name="contacts",
    one="contact",
    fields=(
        OWNER,
        words("type", "company", "person"),
        text("name", need=True),
        ref("countryId", "countries", need=True),
        *(text(name) for name in ("street", "cityText", "zipcodeText", "stateText", "cityId", "zipcodeId", "stateId")),
        *(text(name) for name in ("contactNo", "phone", "fax", "registrationNo", "ean", "accessCode")),
        CURRENCY,
        ref("localeId", "locales"),
        flag("isCustomer", True),
        flag("isSupplier"),
        flag("isArchived"),
        words("paymentTermsMode", *MODES),
        whole("paymentTermsDays"),
        text("emailAttachmentDeliveryMode"),
        *MADE,
    ),
    children={"contactPersons": Child(of="contactPersons", parent="contactId")},
    equals=frozenset({"type", "isCustomer", "isSupplier", "isArchived", "countryId"}),
    search=("name", "contactNo", "registrationNo"),
    sorts=frozenset({"name", "createdTime", "contactNo"}),
    writes=ALL,
)
CONTACT_PERSONS = Resource(
    name="contactPersons",
    one="contactPerson",
    fields=(ref("contactId", "contacts", need=True, fixed=True), text("name"), text("email"), flag("isPrimary")),
    equals=frozenset({"contactId"}),
    writes=ALL,
)
PRODUCTS = Resource(
    name="products",
    one="product",
    fields=(
        OWNER,
        text("name", need=True),
        text("description"),
        ref("accountId", "accounts", need=True),
        ref("salesTaxRulesetId", "salesTaxRulesets"),
        text("productNo"),
        text("suppliersProductNo"),
        flag("isArchived"),
        *MADE,
    ),
    children={"prices": Child(of="productPrices", parent="productId")},
    equals=frozenset({"isArchived"}),
    search=("name", "productNo", "description"),
    sorts=frozenset({"name", "productNo", "createdTime"}),
    writes=ALL,
)
PRODUCT_PRICES = Resource(
    name="productPrices",
    one="productPrice",
    fields=(
        ref("productId", "products", need=True, fixed=True),
        number("unitPrice", need=True),
        ref("currencyId", "currencies", need=True),
    ),
    equals=frozenset({"productId", "currencyId"}),
    writes=ALL,
)
INVOICES = Resource(
    name="invoices",
    one="invoice",
    fields=(
        OWNER,
        words("type", "invoice", "creditNote", fixed=True),
        ref("contactId", "contacts", need=True, fixed=True),
        ref("attContactPersonId", "contactPersons"),
        day("entryDate", need=True),
        words("paymentTermsMode", *MODES),
        whole("paymentTermsDays"),
        day("dueDate", read=True),
        words("state", "draft", "approved"),
        words("sentState", "unsent", "printed", "sent", "opened", "viewed"),
        text("invoiceNo", fixed=True),
        words("taxMode", "excl", "incl"),
        ref("currencyId", "currencies", need=True),
        number("exchangeRate", least=0),
        number("amount", read=True),
        number("tax", read=True),
        number("grossAmount", read=True),
        number("balance", read=True),
        flag("isPaid", read=True),
        ref("creditedInvoiceId", "invoices", fixed=True),
        text("contactMessage"),
        text("lineDescription", read=True),
        text("downloadUrl", read=True),
        number("lateFees", read=True),
        Field(name="attachmentIds", kind="ids", to="attachments"),
        text("approvedTime", read=True),
        text("orderNo"),
        text("externalId"),
        *MADE,
    ),
    children={"lines": Child(of="invoiceLines", parent="invoiceId", least=1)},
    equals=frozenset(
        {
            *("organizationId", "contactId", "creditedInvoiceId", "state", "invoiceNo", "externalId", "isPaid"),
            *("currencyId", "amount", "type"),
        }
    ),
    spans=DATES,
    search=("invoiceNo", "orderNo", "contact.name", "lineDescription", "amount", "grossAmount", "balance"),
    sorts=frozenset(
        {
            *("createdTime", "approvedTime", "entryDate", "dueDate", "invoiceNo", "amount", "grossAmount", "balance"),
            *("contact.name", "orderNo", "lineDescription"),
        }
    ),
    writes=ALL,
)
INVOICE_LINES = Resource(
    name="invoiceLines",
    one="invoiceLine",
    fields=(
        ref("invoiceId", "invoices", need=True, fixed=True),
        ref("productId", "products", need=True),
        text("description"),
        number("quantity", default=1),
        number("unitPrice", need=True),
        number("amount", read=True),
        number("tax", read=True),
        ref("taxRateId", "taxRates", read=True),
        text("discountText"),
        words("discountMode", "", "cash", "percent"),
        number("discountValue", least=0),
        whole("priority"),
    ),
    equals=frozenset({"invoiceId", "productId"}),
    writes=ALL,
)
BILLS = Resource(
    name="bills",
    one="bill",
    fields=(
        OWNER,
        words("type", "bill", "creditNote", fixed=True),
        ref("contactId", "contacts", need=True),
        day("entryDate", need=True),
        day("dueDate"),
        ref("paymentAccountId", "accounts"),
        day("paymentDate"),
        flag("isBare"),
        words("state", "draft", "approved"),
        text("suppliersInvoiceNo"),
        words("taxMode", "excl", "incl"),
        text("voucherNo"),
        CURRENCY,
        number("exchangeRate", least=0),
        ref("creditedBillId", "bills", fixed=True),
        Field(name="attachmentIds", kind="ids", to="attachments"),
        number("amount", read=True),
        number("tax", read=True),
        number("balance", read=True),
        flag("isPaid", read=True),
        text("source", read=True),
        text("subject", read=True),
        text("approvedTime", read=True),
        *MADE,
    ),
    children={"lines": Child(of="billLines", parent="billId", least=1)},
    equals=frozenset(
        {
            *("contactId", "creditedBillId", "isPaid", "state", "currencyId", "suppliersInvoiceNo", "voucherNo"),
            *("isBare", "amount", "type"),
        }
    ),
    spans=DATES,
    search=("suppliersInvoiceNo", "voucherNo", "contact.name", "amount"),
    sorts=frozenset({"createdTime", "entryDate", "dueDate", "amount", "balance", "contact.name"}),
    writes=ALL,
)
BILL_LINES = Resource(
    name="billLines",
    one="billLine",
    fields=(
        ref("billId", "bills", need=True, fixed=True),
        ref("accountId", "accounts", need=True),
        ref("taxRateId", "taxRates", need=True),
        text("description", need=True),
        number("amount", need=True),
        number("tax", read=True),
        whole("priority"),
    ),
    equals=frozenset({"billId", "accountId"}),
    writes=ALL,
)
BANK_PAYMENTS = Resource(
    name="bankPayments",
    one="bankPayment",
    fields=(
        OWNER,
        ref("contactId", "contacts", read=True),
        day("entryDate", need=True, fixed=True),
        number("cashAmount", need=True, fixed=True, least=0),
        words("cashSide", "debit", "credit", fixed=True, need=True),
        ref("cashAccountId", "accounts", need=True, fixed=True),
        number("cashExchangeRate", fixed=True, least=0),
        ref("subjectCurrencyId", "currencies", read=True),
        number("feeAmount", fixed=True, least=0),
        ref("feeAccountId", "accounts", fixed=True),
        flag("isVoided"),
        *MADE,
    ),
    children={"associations": Child(of="balanceModifiers", parent="modifierId")},
    equals=frozenset({"contactId", "cashAccountId", "isVoided", "entryDate"}),
    spans={"EntryDate": "entryDate"},
    sorts=frozenset({"createdTime", "entryDate", "cashAmount"}),
    writes=frozenset({"POST", "PUT"}),
)
CONTACT_PAYMENTS = Resource(
    name="contactBalancePayments",
    one="contactBalancePayment",
    fields=(
        OWNER,
        ref("contactId", "contacts", read=True),
        day("entryDate", need=True, fixed=True),
        number("amount", need=True, fixed=True, least=0),
        flag("isVoided"),
        *MADE,
    ),
    children={"associations": Child(of="balanceModifiers", parent="modifierId", least=1)},
    equals=frozenset({"contactId"}),
    writes=frozenset({"POST", "PUT"}),
)
MODIFIERS = Resource(
    name="balanceModifiers",
    one="balanceModifier",
    fields=(
        tagged("modifierReference", read=True),
        tagged("subjectReference", need=True),
        number("amount", read=True),
        day("entryDate", read=True),
        flag("isVoided", read=True),
    ),
    equals=frozenset({"modifierReference", "subjectReference", "isVoided"}),
)
RESOURCES: Mapping[str, Resource] = {
    one.name: one
    for one in (
        *(CONTACTS, CONTACT_PERSONS, PRODUCTS, PRODUCT_PRICES, INVOICES, INVOICE_LINES, BILLS, BILL_LINES),
        *(BANK_PAYMENTS, CONTACT_PAYMENTS, MODIFIERS),
        *books.ALL_OF_THEM,
    )
}
SINGULAR: Mapping[str, Resource] = {one.one: one for one in RESOURCES.values()}
