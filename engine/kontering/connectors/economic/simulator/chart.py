"""The agreement of a new simulator: chart, zones, groups, terms and layouts of a Danish shop that sells abroad.

One Stop Shop is done with a VAT zone for each country: the real system lets nobody choose a VAT rate on a line, it
follows from the product's group and the zone. Whether zones can be added is up to the agreement, so this is one
possible set-up and not the only one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontering.connectors.economic.simulator.books import add_year
from kontering.connectors.economic.simulator.state import Row, State
from kontering.testing.rates import OSS

RECEIVABLE, PUBLIC, PAYABLE, VAT_OUT, VAT_IN, CLEARING, BANK, CASH = 5600, 5605, 6800, 7680, 7690, 5825, 5820, 5830
FX, ROUNDING, GIFT_CARDS, DEFERRED, FEES = 3610, 2720, 7410, 8070, 4340

HEADINGS = {1000: "RESULTATOPGØRELSE", 5000: "BALANCE", 6500: "PASSIVER"}
ACCOUNTS: dict[int, tuple[str, str | None]] = {
    1010: ("Salg af varer og ydelser", "U25"),
    1015: ("Fragt og gebyrer", "U25"),
    1020: ("Salg uden moms", None),
    1050: ("Salg af varer udland, EU", "UEUV"),
    1055: ("Salg af ydelser udland, EU", "UEUY"),
    1100: ("Salg af varer udland, ikke-EU", "UEKS"),
    1150: ("Salg af ydelser udland, ikke-EU", "UEKY"),
    1280: ("Kundens rabatter", "U25"),
    1610: ("Vareforbrug", None),
    2280: ("Konstaterede tab på debitorer", None),
    FEES: ("Gebyrer", None),
    ROUNDING: ("Øreafrunding", None),
    FX: ("Valutakursreguleringer", None),
    RECEIVABLE: ("Debitorer", None),
    PUBLIC: ("Offentlige debitorer", None),
    BANK: ("Bank", None),
    CLEARING: ("Betalingsgateway", None),
    5826: ("Betalingsgateway, tilbageholdt", None),
    5827: ("MobilePay", None),
    CASH: ("Kasse", None),
    6140: ("Varelager", None),
    PAYABLE: ("Kreditorer", None),
    GIFT_CARDS: ("Gavekort", None),
    VAT_OUT: ("Salgsmoms", None),
    VAT_IN: ("Købsmoms", None),
    DEFERRED: ("Periodeafgrænsning", None),
}
VAT: dict[str, tuple[str, str, int]] = {
    "U25": ("Salgsmoms", "25", VAT_OUT),
    "I25": ("Købsmoms", "25", VAT_IN),
    "UEUV": ("Salg af varer til EU, uden moms", "0", VAT_OUT),
    "UEUY": ("Salg af ydelser til EU, omvendt betalingspligt", "0", VAT_OUT),
    "UEKS": ("Eksport", "0", VAT_OUT),
    "UEKY": ("Ydelser uden for EU", "0", VAT_OUT),
}
ZONES = {1: "Indland", 2: "EU", 3: "Udland", 4: "Indland uden moms"}
FIRST_YEAR = 2020
FIRST_OSS_ZONE, FIRST_OSS_ACCOUNT, FIRST_OSS_VAT = 11, 1200, 7700
GROUPS = {
    1: "Varer",
    2: "Fragt og gebyrer",
    3: "Varer, nedsat sats i udlandet",
    4: "Digitale ydelser og abonnementer",
    5: "Gavekort",
    6: "Momsfri varer",
    7: "Rabatter",
    9: "Øreafrunding",
}
TERMS: tuple[Row, ...] = (
    {"name": "Netto 8 dage", "paymentTermsType": "net", "daysOfCredit": 8},
    {"name": "Netto 14 dage", "paymentTermsType": "net", "daysOfCredit": 14},
    {"name": "Netto 30 dage", "paymentTermsType": "net", "daysOfCredit": 30},
    {"name": "Netto kontant", "paymentTermsType": "net", "daysOfCredit": 0},
    {"name": "Løbende måned 30 dage", "paymentTermsType": "invoiceMonth", "daysOfCredit": 30},
    {"name": "Forfaldsdato", "paymentTermsType": "dueDate"},
    {
        "name": "Kontant i kassen",
        "paymentTermsType": "paidInCash",
        "contraAccountForRemainderAmount": {"accountNumber": CASH},
    },
)
CURRENCIES = {
    "DKK": ("Danske kroner", "208", "100"),
    "EUR": ("Euro", "978", "746.05"),
    "SEK": ("Svenske kroner", "752", "67"),
    "NOK": ("Norske kroner", "578", "64.5"),
    "GBP": ("Britiske pund", "826", "870.5"),
    "USD": ("Amerikanske dollar", "840", "690"),
    "CHF": ("Schweizerfranc", "756", "795.25"),
    "PLN": ("Polske zloty", "985", "175.1"),
    "JPY": ("Japanske yen", "392", "4.45"),
}
PRODUCTS = {
    "SHOP": ("Varer fra webshoppen", 1),
    "SHOP0": ("Momsfri varer fra webshoppen", 6),
    "SHIP": ("Fragt", 2),
    "FEE": ("Gebyr", 2),
    "DISCOUNT": ("Rabat", 7),
    "GIFTCARD": ("Gavekort", 5),
    "ROUNDING": ("Afrunding", 9),
}


def fill(state: State, today: date, closed_until: date | None = None) -> State:
    """A fresh agreement: years up to the next one, no customers, no invoices."""
    _accounts(state)
    _vat(state)
    _one_stop_shop(state)
    _groups(state)
    _lists(state)
    _products(state)
    for year in range(FIRST_YEAR, today.year + 2):
        add_year(state, date(year, 1, 1), date(year, 12, 31), closed_until)
    state.company = {
        "name": "Havnens Handel ApS",
        "addressLine1": "Havnegade 4",
        "zip": "5000",
        "city": "Odense C",
        "country": "Danmark",
        "companyIdentificationNumber": "10150817",
        "vatNumber": "10150817",
        "email": "bogholderi@havnenshandel.example",
    }
    state.fx_account = FX
    state.last |= {"booked": 20000, "draft": 300}
    return state


def _accounts(state: State) -> None:
    table = state.table("accounts")
    for number, name in HEADINGS.items():
        table[number] = {"accountNumber": number, "accountType": "heading", "name": name}
    for number, (name, code) in ACCOUNTS.items():
        _account(state, number, name, code)
    state.tables["accounts"] = dict(sorted(table.items()))


def _account(state: State, number: int, name: str, code: str | None) -> None:
    kind = "profitAndLoss" if number < 5000 else "status"
    row: Row = {"accountNumber": number, "accountType": kind, "name": name}
    row["debitCredit"] = "credit" if number < 1600 or number >= PAYABLE else "debit"
    if code:
        row["vatAccount"] = {"vatCode": code}
    state.table("accounts")[number] = row


def _vat(state: State) -> None:
    state.tables["vat-types"] = {
        1: {"vatTypeNumber": 1, "name": "Salgsmoms"},
        2: {"vatTypeNumber": 2, "name": "Købsmoms"},
    }
    for code, (name, rate, account) in VAT.items():
        _vat_account(state, code, name, rate, account)
    for number, name in ZONES.items():
        _zone(state, number, name)


def _vat_account(state: State, code: str, name: str, rate: str, account: int) -> None:
    state.table("vat-accounts")[code] = {
        "vatCode": code,
        "name": name,
        "ratePercentage": Decimal(rate),
        "account": {"accountNumber": account},
        "vatType": {"vatTypeNumber": 2 if code.startswith("I") else 1},
        "barred": False,
    }


def _zone(state: State, number: int, name: str) -> None:
    row = {"vatZoneNumber": number, "name": name, "enabledForCustomer": True, "enabledForSupplier": number < 10}
    state.table("vat-zones")[number] = row


def oss_zone(country: str) -> int:
    """The zone of a country's consumers.

    >>> oss_zone("DE")
    16
    """
    return FIRST_OSS_ZONE + list(OSS).index(country)


def _one_stop_shop(state: State) -> None:
    """For each country a zone, an account of revenue and a VAT code by rate, and an account of the VAT owed."""
    for index, (country, rates) in enumerate(OSS.items()):
        zone, owed = FIRST_OSS_ZONE + index, FIRST_OSS_VAT + index
        _zone(state, zone, f"OSS {country}")
        _account(state, owed, f"Skyldig OSS-moms {country}", None)
        for level, rate in enumerate(rates):
            code = f"{country}{rate.replace('.', '')}"
            account = FIRST_OSS_ACCOUNT + 2 * index + level
            _vat_account(state, code, f"OSS {country} {rate} %", rate, owed)
            _account(state, account, f"Salg OSS {country} {rate} %", code)
            for group in (3,) if level else (1, 2, 4, 7):
                state.sales_accounts[(group, zone)] = account
        for group, number in {5: GIFT_CARDS, 6: 1020, 9: ROUNDING}.items():
            state.sales_accounts[(group, zone)] = number


def _groups(state: State) -> None:
    """Which account revenue goes to, by product group and zone 1 to 4."""
    for number, name in GROUPS.items():
        state.table("product-groups")[number] = {"productGroupNumber": number, "name": name, "inventoryEnabled": False}
    goods, services = (1010, 1050, 1100, 1020), (1010, 1055, 1150, 1020)
    accounts = {
        1: goods,
        2: (1015, 1050, 1100, 1020),
        3: goods,
        4: services,
        5: (GIFT_CARDS,) * 4,
        6: (1020, 1050, 1100, 1020),
        7: (1280, 1050, 1100, 1020),
        9: (ROUNDING,) * 4,
    }
    for group, numbers in accounts.items():
        state.sales_accounts |= {(group, zone): account for zone, account in enumerate(numbers, 1)}
    for number, (title, receivable) in enumerate(
        (("Private", RECEIVABLE), ("Erhverv", RECEIVABLE), ("Offentlige", PUBLIC)), 1
    ):
        row = {"customerGroupNumber": number, "name": title, "account": {"accountNumber": receivable}}
        state.table("customer-groups")[number] = row
    state.tables["supplier-groups"] = {
        1: {"supplierGroupNumber": 1, "name": "Leverandører", "account": {"accountNumber": PAYABLE}}
    }


def _lists(state: State) -> None:
    state.tables["payment-terms"] = {n: {"paymentTermsNumber": n, **row} for n, row in enumerate(TERMS, 1)}
    state.tables["layouts"] = {
        19: {"layoutNumber": 19, "name": "Dansk faktura", "deleted": False},
        20: {"layoutNumber": 20, "name": "English invoice", "deleted": False},
        21: {"layoutNumber": 21, "name": "Gammel faktura", "deleted": True},
    }
    units = {1: "stk.", 2: "timer", 3: "kg", 4: "md."}
    state.tables["units"] = {n: {"unitNumber": n, "name": name} for n, name in units.items()}
    for code, (name, number, rate) in CURRENCIES.items():
        state.table("currencies")[code] = {"code": code, "name": name, "isoNumber": number}
        state.rates[code] = Decimal(rate)
    state.tables["employees"] = {1: {"employeeNumber": 1, "name": "Else Bogholder", "barred": False}}
    state.tables["departments"] = {}
    state.tables["payment-types"] = {1: {"paymentTypeNumber": 1, "name": "FI kode +71"}}
    for journal, (name, first) in {1: ("Daglig", 10000), 3: ("Betalinger", 50000), 5: ("Periodisering", 60000)}.items():
        settings = {"voucherNumbers": {"minimumVoucherNumber": first, "maximumVoucherNumber": first + 9999}}
        state.table("journals")[journal] = {"journalNumber": journal, "name": name, "settings": settings}


def _products(state: State) -> None:
    for number, (name, group) in PRODUCTS.items():
        state.products[number] = {
            "productNumber": number,
            "name": name,
            "productGroup": {"productGroupNumber": group},
            "salesPrice": Decimal(0),
            "unit": {"unitNumber": 1},
            "lastUpdated": "2025-01-01T08:00:00Z",
        }
