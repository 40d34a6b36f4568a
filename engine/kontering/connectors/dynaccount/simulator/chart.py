"""The company of a new simulator: chart, VAT codes, groups and journals of a Danish shop."""

from __future__ import annotations

from kontering.connectors.dynaccount.simulator.checks import seconds
from kontering.connectors.dynaccount.simulator.state import Row, State

ACCOUNTS = {
    "1110": "Salg af varer",
    "1120": "Fragt",
    "1150": "Varesalg EU",
    "1155": "Ydelser EU",
    "1160": "Eksport",
    "1170": "Salg OSS",
    "1190": "Rabatter",
    "1310": "Vareforbrug",
    "1320": "Varekøb",
    "1380": "Gebyrer",
    "1390": "Øredifferencer",
    "1395": "Tab på debitorer",
    "2410": "Valutakursdifferencer",
    "5510": "Varelager",
    "5600": "Debitorer",
    "5710": "Bank",
    "5720": "Betalingsgateway",
    "5725": "Betalingsgateway, tilbageholdt",
    "5730": "Kasse",
    "6800": "Kreditorer",
    "7220": "Gavekort",
    "7230": "Periodeafgrænsning",
    "7240": "Forudbetalinger",
    "7310": "Salgsmoms",
    "7320": "Købsmoms",
    "7330": "Moms OSS",
}
CURRENCIES = {"DKK": "100", "EUR": "746.05", "SEK": "67", "NOK": "64.5", "USD": "690", "GBP": "870.5", "JPY": "4.45"}
FIRST_YEAR, LAST_YEAR = 2020, 2030


def fill(state: State) -> State:
    for number, name in ACCOUNTS.items():
        put(state, "account", account_id_=number, name=name, type="BALANCE" if number >= "5000" else "PROFIT")
    for name, rate in {"K25": "25", "S25": "25", "S0": "0"}.items():
        put(state, "vatcode", name=name, rate=rate)
    for name, rate in CURRENCIES.items():
        put(state, "currency", name=name, rate=rate)
    for days in (0, 8, 14, 30):
        put(state, "payment", name=f"Netto {days}", days=str(days))
    for name in ("Forbrugere", "Firmaer", "Offentlige"):
        put(state, "debtor_group", name=name, payment_name="Netto 8", ref_currency_name="DKK", lang="da")
    put(state, "creditor_group", name="Leverandører")
    put(state, "draft", name="Webshop")
    put(state, "draft", name="Bank")
    put(state, "product_group", name="Varer", account_id_="1110")
    put(state, "product", product_id_="SHOP", name="Varer fra webshoppen", product_group_name="Varer")
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        put_year(state, f"{year}-01-01", f"{year}-12-31")
    return state


def put(state: State, table: str, /, **values: str) -> Row:
    row: Row = {"id": state.fresh(), **values}
    state.table(table)[row["id"]] = row
    return row


def put_year(state: State, first: str, last: str, closed: str = "NO") -> Row:
    """Years end with their last second."""
    start, end = str(seconds(first)), str(seconds(last) + 86_399)
    return put(state, "year", name=first[:4], time_start=start, time_end=end, is_closed=closed)
