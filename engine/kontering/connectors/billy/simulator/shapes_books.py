"""The resources of the books themselves: daybooks, chart, taxes, the company, the ledger, files, and fixed lists."""

from __future__ import annotations

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

ALL = frozenset({"POST", "PUT", "DELETE"})
PUT = frozenset({"PUT"})
OWNER = ref("organizationId", "organizations", fixed=True)
MADE = (text("createdTime", read=True),)
MODES = ("net", "netEndOfMonth", "date")
CURRENCY = ref("currencyId", "currencies")
DAYBOOKS = Resource(
    name="daybooks",
    one="daybook",
    fields=(
        OWNER,
        text("name", need=True),
        flag("isTransactionSummaryEnabled", need=True),
        ref("defaultContraAccountId", "accounts"),
        flag("isArchived"),
    ),
    children={"balanceAccounts": Child(of="daybookBalanceAccounts", parent="daybookId")},
    sorts=frozenset({"name"}),
    writes=ALL,
)
BALANCE_ACCOUNTS = Resource(
    name="daybookBalanceAccounts",
    one="daybookBalanceAccount",
    fields=(
        ref("daybookId", "daybooks", need=True, fixed=True),
        ref("accountId", "accounts", need=True),
        whole("priority"),
    ),
    equals=frozenset({"daybookId"}),
    writes=ALL,
)
TRANSACTIONS = Resource(
    name="daybookTransactions",
    one="daybookTransaction",
    fields=(
        OWNER,
        ref("daybookId", "daybooks"),
        day("entryDate", need=True, fixed=True),
        *(text(name) for name in ("voucherNo", "description", "extendedDescription", "apiType")),
        words("state", "draft", "approved"),
        whole("priority"),
        Field(name="attachmentIds", kind="ids", to="attachments"),
        text("approvedTime", read=True),
        *MADE,
    ),
    children={"lines": Child(of="daybookTransactionLines", parent="daybookTransactionId", least=1)},
    equals=frozenset({"organizationId", "daybookId", "apiType", "state"}),
    spans={"EntryDate": "entryDate"},
    search=("voucherNo", "description"),
    sorts=frozenset({"entryDate", "createdTime", "priority", "voucherNo"}),
    writes=ALL,
)
TRANSACTION_LINES = Resource(
    name="daybookTransactionLines",
    one="daybookTransactionLine",
    fields=(
        ref("daybookTransactionId", "daybookTransactions", need=True, fixed=True),
        ref("accountId", "accounts", need=True),
        number("amount", need=True, least=0),
        words("side", "debit", "credit", need=True),
        text("text"),
        ref("taxRateId", "taxRates"),
        ref("contraAccountId", "accounts"),
        CURRENCY,
        whole("priority"),
    ),
    equals=frozenset({"daybookTransactionId", "accountId"}),
)
ACCOUNTS = Resource(
    name="accounts",
    one="account",
    fields=(
        OWNER,
        text("name", need=True),
        text("accountNo"),
        text("description"),
        ref("groupId", "accountGroups", need=True),
        ref("natureId", "accountNatures", fixed=True),
        text("systemRole", read=True),
        CURRENCY,
        ref("taxRateId", "taxRates"),
        *(flag(name) for name in ("isPaymentEnabled", "isBankAccount", "isArchived")),
    ),
    equals=frozenset({"accountNo", "isPaymentEnabled", "isBankAccount", "isArchived", "groupId", "natureId"}),
    search=("name", "accountNo"),
    sorts=frozenset({"name", "accountNo"}),
    writes=ALL,
)
ACCOUNT_GROUPS = Resource(
    name="accountGroups",
    one="accountGroup",
    fields=(OWNER, text("name", need=True), ref("natureId", "accountNatures", need=True)),
    writes=ALL,
)
NATURES = Resource(
    name="accountNatures",
    one="accountNature",
    fields=(text("name"), text("reportType"), text("normalBalance")),
)
TAX_RATES = Resource(
    name="taxRates",
    one="taxRate",
    fields=(
        OWNER,
        text("name", need=True),
        text("abbreviation"),
        number("rate", need=True),
        flag("appliesToSales"),
        flag("appliesToPurchases"),
        flag("isPredefined", read=True),
        flag("isActive", True),
        text("netAmountMetaFieldId"),
    ),
    children={"deductionComponents": Child(of="taxRateDeductionComponents", parent="taxRateId")},
    equals=frozenset({"isActive", "appliesToSales", "appliesToPurchases"}),
    writes=ALL,
)
DEDUCTIONS = Resource(
    name="taxRateDeductionComponents",
    one="taxRateDeductionComponent",
    fields=(
        ref("taxRateId", "taxRates", need=True, fixed=True),
        number("share", need=True),
        text("source"),
        ref("accountId", "accounts", need=True),
        whole("priority"),
    ),
    equals=frozenset({"taxRateId"}),
)
RULESETS = Resource(
    name="salesTaxRulesets",
    one="salesTaxRuleset",
    fields=(
        OWNER,
        text("name", need=True),
        text("abbreviation"),
        ref("fallbackTaxRateId", "taxRates"),
        flag("isPredefined", read=True),
        flag("isArchived"),
    ),
    children={"rules": Child(of="salesTaxRules", parent="rulesetId")},
    writes=ALL,
)
RULES = Resource(
    name="salesTaxRules",
    one="salesTaxRule",
    fields=(
        ref("rulesetId", "salesTaxRulesets", need=True, fixed=True),
        ref("countryId", "countries"),
        text("stateId"),
        ref("countryGroupId", "countryGroups"),
        words("contactType", "", "company", "person"),
        ref("taxRateId", "taxRates"),
        whole("priority"),
    ),
    equals=frozenset({"rulesetId"}),
)
ORGANIZATIONS = Resource(
    name="organizations",
    one="organization",
    fields=(
        *(text(name) for name in ("name", "street", "cityText", "zipcodeText", "phone", "email", "registrationNo")),
        ref("countryId", "countries"),
        ref("baseCurrencyId", "currencies", fixed=True),
        ref("localeId", "locales"),
        words("defaultTaxMode", "excl", "incl"),
        words("invoiceNoMode", "sequential", "manual"),
        whole("nextInvoiceNo", 1),
        *(ref(name, "accounts") for name in ("defaultSalesAccountId", "defaultBankFeeAccountId")),
        ref("defaultInvoiceBankAccountId", "accounts"),
        ref("defaultSalesTaxRulesetId", "salesTaxRulesets"),
        words("paymentTermsMode", *MODES),
        whole("paymentTermsDays", 8),
        flag("hasVat", True),
        whole("fiscalYearEndMonth", 12),
        day("fiscalLockingDate"),
        flag("isLocked", read=True),
        text("lockedCode", read=True),
        text("lockedReason", read=True),
        *MADE,
    ),
    writes=PUT,
)
LEDGER = Resource(
    name="transactions",
    one="transaction",
    fields=(
        OWNER,
        whole("transactionNo"),
        text("voucherNo", read=True),
        day("entryDate", read=True),
        tagged("originatorReference", read=True),
        text("originatorName", read=True),
        flag("isVoided", read=True),
        *MADE,
    ),
    equals=frozenset({"organizationId", "originatorReference", "voucherNo", "isVoided"}),
    spans={"EntryDate": "entryDate"},
    sorts=frozenset({"entryDate", "transactionNo", "createdTime"}),
)
POSTINGS = Resource(
    name="postings",
    one="posting",
    fields=(
        OWNER,
        ref("transactionId", "transactions", read=True),
        day("entryDate", read=True),
        text("text", read=True),
        ref("accountId", "accounts", read=True),
        number("amount", read=True),
        words("side", "debit", "credit", read=True),
        ref("currencyId", "currencies", read=True),
        ref("taxRateId", "taxRates", read=True),
        flag("isVoided", read=True),
        whole("priority"),
    ),
    equals=frozenset({"organizationId", "transactionId", "accountId", "isVoided"}),
    spans={"EntryDate": "entryDate"},
    sorts=frozenset({"entryDate", "priority"}),
)
FILES = Resource(
    name="files",
    one="file",
    fields=(
        OWNER,
        text("fileName", read=True),
        whole("fileSize"),
        text("fileType", read=True),
        text("downloadUrl"),
        *MADE,
    ),
    writes=frozenset({"DELETE"}),
)
ATTACHMENTS = Resource(
    name="attachments",
    one="attachment",
    fields=(
        OWNER,
        tagged("ownerReference"),
        ref("fileId", "files", need=True, fixed=True),
        whole("priority"),
        *MADE,
    ),
    equals=frozenset({"ownerReference", "fileId"}),
    writes=ALL,
)
COUNTRIES = Resource(name="countries", one="country", fields=(text("name"), flag("hasStates"), flag("hasFiniteStates")))
COUNTRY_GROUPS = Resource(name="countryGroups", one="countryGroup", fields=(text("name"), text("memberCountryIds")))
CURRENCIES = Resource(name="currencies", one="currency", fields=(text("name"), number("exchangeRate", read=True)))
LOCALES = Resource(name="locales", one="locale", fields=(text("name"),))

ALL_OF_THEM = (
    DAYBOOKS,
    BALANCE_ACCOUNTS,
    TRANSACTIONS,
    TRANSACTION_LINES,
    ACCOUNTS,
    ACCOUNT_GROUPS,
    NATURES,
    TAX_RATES,
    DEDUCTIONS,
    RULESETS,
    RULES,
    ORGANIZATIONS,
    LEDGER,
    POSTINGS,
    FILES,
    ATTACHMENTS,
    COUNTRIES,
    COUNTRY_GROUPS,
    CURRENCIES,
    LOCALES,
)
