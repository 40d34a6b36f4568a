"""What a fresh organisation has: chart of accounts, VAT types, accounting years, units, rates of exchange."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kontering.connectors.dinero.simulator.state import Row, State

RECEIVABLES, PAYABLES, SALES_VAT, PURCHASE_VAT, REVERSED_VAT = 56000, 63000, 64000, 64020, 64010
FEES, ROUNDED, EXCHANGE = 7220, 7290, 9300

UNITS = (
    *("hours", "parts", "km", "day", "week", "month", "kilogram", "cubicMetre", "set", "litre"),
    *("box", "case", "carton", "metre", "package", "shipment", "squareMetre", "session", "tonne"),
)

_VAT = (
    ("U25", "Salgsmoms 25 %", "0.25"),
    ("I25", "Købsmoms 25 %", "0.25"),
    ("UEUV", "Varesalg til EU", "0"),
    ("UEUY", "Ydelsessalg til EU", "0"),
    ("UV", "Varesalg til udland", "0"),
    ("IEUV", "Varekøb i EU", "0.25"),
    ("IEUY", "Ydelseskøb i EU", "0.25"),
    ("IVV", "Varekøb i udland", "0.25"),
    ("IVY", "Ydelseskøb i udland", "0.25"),
    ("OBPK", "Omvendt betalingspligt, køb", "0.25"),
    ("OBPS", "Omvendt betalingspligt, salg", "0"),
    ("REP", "Repræsentation", "0.25"),
    ("NONE", "Ingen moms", "0"),
)

_ACCOUNTS = (
    (1000, "Salg af varer med moms", "U25", "Revenue"),
    (1010, "Fragt med moms", "U25", "Revenue"),
    (1050, "Varesalg til EU", "UEUV", "Revenue"),
    (1060, "Ydelsessalg til EU", "UEUY", "Revenue"),
    (1100, "Varesalg til udland", "UV", "Revenue"),
    (1200, "Salg uden moms", "NONE", "Revenue"),
    (2000, "Vareforbrug", "I25", "Cost"),
    (2010, "Varekøb i EU", "IEUV", "Cost"),
    (2020, "Ydelseskøb i EU", "IEUY", "Cost"),
    (2050, "Vareforbrug fra lager", "NONE", "Cost"),
    (3600, "Software", "I25", "Expenses"),
    (FEES, "Gebyrer", "NONE", "Expenses"),
    (ROUNDED, "Øreafrunding", "NONE", "Expenses"),
    (7300, "Tab på debitorer", "NONE", "Expenses"),
    (EXCHANGE, "Kursdifferencer", "NONE", "Finance"),
    (53000, "Varelager", "NONE", "Assets"),
    (55000, "Bank", "NONE", "Bank"),
    (55030, "Kasse", "NONE", "Bank"),
    (55040, "Betalingsformidler", "NONE", "Bank"),
    (55050, "Betalingsformidler, tilbageholdt", "NONE", "Assets"),
    (55060, "Gavekort, betaling", "NONE", "Bank"),
    (RECEIVABLES, "Debitorer", "NONE", "Receivables"),
    (62000, "Periodeafgrænsning", "NONE", "Liabilities"),
    (62010, "Gavekort", "NONE", "Liabilities"),
    (62020, "Forudbetalinger fra kunder", "NONE", "Liabilities"),
    (PAYABLES, "Kreditorer", "NONE", "Payables"),
    (SALES_VAT, "Salgsmoms", "NONE", "Vat"),
    (REVERSED_VAT, "Moms af køb i udlandet", "NONE", "Vat"),
    (PURCHASE_VAT, "Købsmoms", "NONE", "Vat"),
)

_RATES = {
    "DKK": "1",
    "EUR": "7.4605",
    "SEK": "0.6720",
    "NOK": "0.6410",
    "USD": "6.8500",
    "JPY": "0.04395",
    "GBP": "8.7",
}


def fill(state: State, today: date) -> State:
    for number, name, code, category in _ACCOUNTS:
        state.accounts[number] = account(number, name, code, category)
    rates = ((code, name, Decimal(rate)) for code, name, rate in _VAT)
    per = Decimal(1) if state.habits.fraction_rates else Decimal(100)
    state.vat_types = {code: {"VatCode": code, "Name": name, "VatRate": rate * per} for code, name, rate in rates}
    state.years = [year(number) for number in range(today.year - 1, today.year + 2)]
    state.rates = {code: Decimal(rate) for code, rate in _RATES.items()}
    state.sales_settings = {
        "LinesInclVat": False,
        "DefaultAccountNumber": 1000,
        "InvoiceTemplateId": None,
        "ReminderFee": Decimal(0),
        "ReminderInterestRate": Decimal(0),
    }
    return state


def account(number: int, name: str, code: str, category: str) -> Row:
    return {
        "AccountNumber": number,
        "Name": name,
        "VatCode": code,
        "Category": category,
        "IsHidden": False,
        "IsDefaultSalesAccount": number == 1000,
    }


def year(number: int) -> Row:
    return {"Name": str(number), "FromDate": f"{number}-01-01", "ToDate": f"{number}-12-31", "IsClosed": False}


def rate_of(state: State, code: str) -> Decimal:
    """A VAT code's rate as a fraction."""
    row = state.vat_types.get(code)
    per = Decimal(1) if state.habits.fraction_rates else Decimal(100)
    return Decimal(row["VatRate"]) / per if row else Decimal(0)


def is_deposit(state: State, number: int) -> bool:
    row = state.accounts.get(number)
    return row is not None and row["Category"] == "Bank"


def is_balance(state: State, number: int) -> bool:
    """An account of the balance sheet."""
    return number >= 50000
