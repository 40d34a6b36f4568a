"""The company of a new simulator: chart, tax rates, rulesets and products of a Danish shop that sells abroad.

Each VAT code has a ruleset with one rate, and a product that names both its account and its ruleset: the real system
lets nobody choose a rate on an invoice's line. One ruleset for all countries is there too, as shops have it that sell
by article.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from kontering.connectors.billy.simulator.state import Row, State, id_of
from kontering.testing.rates import OSS

COMPANY = id_of("organization", "nordlys")

NATURES = {"revenue": ("pl", "credit"), "expense": ("pl", "debit"), "asset": ("balance", "debit")} | {
    "liability": ("balance", "credit"),
    "equity": ("balance", "credit"),
}
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "1110": ("Salg af varer og ydelser", "revenue"),
    "1120": ("Fragt og gebyrer", "revenue"),
    "1150": ("Salg af varer, EU", "revenue"),
    "1155": ("Salg af ydelser, EU", "revenue"),
    "1160": ("Salg uden for EU", "revenue"),
    "1170": ("Salg til forbrugere i EU", "revenue"),
    "1190": ("Kundens rabatter", "revenue"),
    "1310": ("Vareforbrug", "expense"),
    "1320": ("Varekøb", "expense"),
    "1380": ("Gebyrer", "expense"),
    "1390": ("Øreafrunding", "expense"),
    "1395": ("Tab på debitorer", "expense"),
    "2410": ("Valutakursdifferencer", "expense"),
    "5510": ("Varelager", "asset"),
    "5600": ("Debitorer", "asset"),
    "5710": ("Bank", "asset"),
    "5720": ("Betalingsgateway", "asset"),
    "5725": ("Betalingsgateway, tilbageholdt", "asset"),
    "5730": ("Kasse", "asset"),
    "5740": ("Bank, euro", "asset"),
    "6800": ("Kreditorer", "liability"),
    "7220": ("Gavekort", "liability"),
    "7230": ("Periodeafgrænsning", "liability"),
    "7240": ("Forudbetalinger fra kunder", "liability"),
    "7310": ("Salgsmoms", "liability"),
    "7320": ("Købsmoms", "liability"),
    "7330": ("Moms, OSS", "liability"),
}
PAYABLE_FROM = frozenset({"5710", "5720", "5725", "5730", "5740", "7220", "7240"})
ROLES = {"5600": "accountsReceivable", "6800": "accountsPayable", "2410": "exchangeDifference"} | {
    "7310": "salesTax",
    "7320": "purchaseTax",
}
OTHERS = ("DK", "NO", "GB", "US", "CH", "JP", "GL", "FO", "IS", "XI")
CURRENCIES = {
    "DKK": "1",
    "EUR": "7.4605",
    "SEK": "0.67",
    "NOK": "0.645",
    "GBP": "8.705",
    "USD": "6.9",
    "CHF": "7.9525",
} | {
    "PLN": "1.751",
    "JPY": "0.0445",
}
CODES: Mapping[str, tuple[str, str, str]] = {
    "DK25": ("Varer, 25 %", "1110", "25"),
    "DK25-SHIP": ("Fragt, 25 %", "1120", "25"),
    "DK0": ("Momsfri varer", "1110", "0"),
    "DK0-SHIP": ("Momsfri fragt", "1120", "0"),
    "EUG": ("Varer til firmaer i EU", "1150", "0"),
    "EUS": ("Ydelser til firmaer i EU", "1155", "0"),
    "EXP": ("Varer uden for EU", "1160", "0"),
    "EXS": ("Ydelser uden for EU", "1160", "0"),
    "GIFTCARD": ("Gavekort", "7220", "0"),
    "ROUNDING": ("Afrunding", "1390", "0"),
    "SHOP": ("Varer fra webshoppen", "1110", "25"),
}
"""Products by number: name, account, rate."""


def fill(state: State, closed_until: date | None = None) -> State:
    """A fresh company: no contacts, no invoices."""
    _lists(state)
    _company(state, closed_until)
    _accounts(state)
    _tax(state)
    for number, (name, account, rate) in CODES.items():
        ruleset = "Uden moms" if rate == "0" else f"DK {rate} %"
        product(state, number, name, account, ruleset)
    for country, rates in OSS.items():
        for rate in rates:
            product(state, f"OSS-{country}-{rate}", f"Varer til {country}, {rate} %", "1170", f"OSS {country} {rate} %")
    put(state, "daybooks", "kassekladde", name="Kassekladde", isTransactionSummaryEnabled=False)
    return state


def put(state: State, table: str, key: str, /, **values: object) -> Row:
    """A record whose id follows from its name."""
    row: Row = {"id": id_of(table, key), "organizationId": COMPANY, **values}
    state.table(table)[row["id"]] = row
    return row


def product(state: State, number: str, name: str, account: str, ruleset: str) -> Row:
    values = {"name": name, "productNo": number, "accountId": id_of("accounts", account), "isArchived": False}
    return put(state, "products", number, salesTaxRulesetId=id_of("salesTaxRulesets", ruleset), **values)


def _lists(state: State) -> None:
    """Countries, currencies and languages have ids that say what they are."""
    for code in sorted({*OSS, *OTHERS}):
        state.table("countries")[code] = {"id": code, "name": code, "hasStates": False, "hasFiniteStates": False}
    for code, rate in CURRENCIES.items():
        state.table("currencies")[code] = {"id": code, "name": code, "exchangeRate": Decimal(rate)}
        state.rates[code] = Decimal(rate)
    for code in ("da_DK", "en_US", "de_DE"):
        state.table("locales")[code] = {"id": code, "name": code}
    state.table("countryGroups")["eu"] = {"id": "eu", "name": "EU", "memberCountryIds": ",".join(OSS)}
    for code, (report, balance) in NATURES.items():
        row = {"id": code, "name": code, "reportType": report, "normalBalance": balance}
        state.table("accountNatures")[code] = row
        put(state, "accountGroups", code, name=code, natureId=code)


def _company(state: State, closed_until: date | None) -> None:
    state.table("organizations")[COMPANY] = {
        "id": COMPANY,
        "name": "Nordlys Kaffe ApS",
        "street": "Havnegade 4",
        "zipcodeText": "5000",
        "cityText": "Odense C",
        "countryId": "DK",
        "registrationNo": "29384754",
        "email": "post@nordlys.example",
        "baseCurrencyId": "DKK",
        "localeId": "da_DK",
        "defaultTaxMode": "excl",
        "invoiceNoMode": "sequential",
        "nextInvoiceNo": 1,
        "paymentTermsMode": "net",
        "paymentTermsDays": 8,
        "hasVat": True,
        "fiscalYearEndMonth": 12,
        "fiscalLockingDate": closed_until.isoformat() if closed_until else None,
        "isLocked": False,
    }


def _accounts(state: State) -> None:
    for number, (name, nature) in ACCOUNTS.items():
        put(
            state,
            "accounts",
            number,
            name=name,
            accountNo=number,
            groupId=id_of("accountGroups", nature),
            natureId=nature,
            systemRole=ROLES.get(number),
            currencyId="EUR" if number == "5740" else None,
            taxRateId=None,
            isPaymentEnabled=number in PAYABLE_FROM,
            isBankAccount=number in ("5710", "5740"),
            isArchived=False,
        )


def _tax(state: State) -> None:
    """Rates with their accounts, a ruleset for each, and one for all countries."""
    rate(state, "Salgsmoms 25 %", "25", "7310", sales=True)
    rate(state, "Købsmoms 25 %", "25", "7320", purchases=True)
    rate(state, "Uden moms", "0", None, sales=True, purchases=True)
    ruleset(state, "DK 25 %", "Salgsmoms 25 %")
    ruleset(state, "Uden moms", "Uden moms")
    world = ruleset(state, "Alle lande", "Uden moms")
    _rule(state, world, 1, taxRateId=id_of("taxRates", "Salgsmoms 25 %"), countryId="DK")
    _rule(state, world, 2, taxRateId=id_of("taxRates", "Uden moms"), countryGroupId="eu", contactType="company")
    for priority, (country, rates) in enumerate(OSS.items(), start=3):
        for percent in rates:
            name = f"OSS {country} {percent} %"
            rate(state, name, percent, "7330", sales=True)
            ruleset(state, name, name)
        standard = id_of("taxRates", f"OSS {country} {rates[0]} %")
        _rule(state, world, priority, taxRateId=standard, countryId=country, contactType="person")
    state.organization["defaultSalesTaxRulesetId"] = id_of("salesTaxRulesets", "DK 25 %")


def rate(
    state: State, name: str, percent: str, account: str | None, *, sales: bool = False, purchases: bool = False
) -> None:
    share = Decimal(percent) if state.habits.percent else Decimal(percent) / 100
    values = {"rate": share, "appliesToSales": sales, "appliesToPurchases": purchases, "isActive": True}
    row = put(state, "taxRates", name, name=name, abbreviation=name[:12], isPredefined=True, **values)
    if account:
        values = {"taxRateId": row["id"], "share": 1, "accountId": id_of("accounts", account), "priority": 1}
        put(state, "taxRateDeductionComponents", name, **values)


def ruleset(state: State, name: str, fallback: str) -> Row:
    values = {"name": name, "abbreviation": name[:12], "fallbackTaxRateId": id_of("taxRates", fallback)}
    return put(state, "salesTaxRulesets", name, isPredefined=True, isArchived=False, **values)


def _rule(state: State, of: Row, priority: int, **values: object) -> None:
    put(state, "salesTaxRules", f"{of['name']}/{priority}", rulesetId=of["id"], priority=priority, **values)
