"""Routes of the ledger: accounting years, periods, booked entries, totals, and the company itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import httpx

from kontering.connectors.economic.ids import in_path
from kontering.connectors.economic.simulator import views
from kontering.connectors.economic.simulator.checks import checked
from kontering.connectors.economic.simulator.guard import answered, created
from kontering.connectors.economic.simulator.masters import readable, row_of
from kontering.connectors.economic.simulator.papers import ENTRIES
from kontering.connectors.economic.simulator.refusals import not_found, refused
from kontering.connectors.economic.simulator.shapes import ACCOUNTS, PERIODS, YEARS, Shape
from kontering.connectors.economic.simulator.state import ZERO, Row, State
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

YEAR, ACCOUNT = "/accounting-years/{year}", "/accounts/{account}/accounting-years"


def routes() -> list[Route[State]]:
    return [
        Route("GET", "/self", answered(_self)),
        *readable(YEARS),
        Route("POST", "/accounting-years", answered(_open_year)),
        *_below(YEAR),
        Route("GET", ACCOUNT, answered(_years_of_account)),
        *_below(ACCOUNT + "/{year}"),
    ]


def _below(at: str) -> list[Route[State]]:
    """Periods, entries and totals of a year, in all or of one account."""
    period = at + "/periods/{period}"
    return [
        Route("GET", at + "/periods", answered(_periods)),
        Route("GET", period, answered(lambda asked: reply(_period_view(asked, _period(asked))))),
        Route("GET", at + "/entries", answered(_entries)),
        Route("GET", period + "/entries", answered(_entries)),
        Route("GET", at + "/totals", answered(_totals)),
        Route("GET", period + "/totals", answered(_totals)),
    ]


def year_of(asked: Ask) -> Row:
    return row_of(asked, YEARS, "year")


def _self(asked: Ask) -> httpx.Response:
    state = asked.state
    return reply(
        {
            "agreementNumber": 1234567,
            "agreementType": {"agreementTypeNumber": 2, "name": "Kunde"},
            "userName": "Integration",
            "signupDate": "2021-01-04",
            "company": state.company,
            "application": {
                "appNumber": 1,
                "name": "Kontering",
                "requiredRoles": [{"roleNumber": 1, "name": "Bookkeeping"}],
            },
            "settings": {"baseCurrency": state.base_currency},
            "canSendElectronicInvoice": bool(state.company.get("companyIdentificationNumber")),
            "modules": [{"moduleNumber": 2, "name": "Lager"}] if state.habits.inventory_module else [],
            "self": f"{asked.origin}/self",
        }
    )


def periods_of(year: str, first: date, last: date, closed_until: date | None) -> list[Row]:
    """The months of an accounting year; those that end by `closed_until` are closed."""
    out: list[Row] = []
    start = first
    while start <= last:
        following = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        end = min(following - timedelta(days=1), last)
        row: Row = {"periodNumber": len(out) + 1, "accountingYear": {"year": year}}
        row |= {"fromDate": start.isoformat(), "toDate": end.isoformat()}
        row["closed"] = closed_until is not None and end <= closed_until
        out.append(row)
        start = following
    return out


def add_year(state: State, first: date, last: date, closed_until: date | None = None, suffix: str = "") -> Row:
    name = str(first.year) if first.year == last.year else f"{first.year}/{last.year}"
    year = name + suffix
    closed = closed_until is not None and last <= closed_until
    row: Row = {"year": year, "fromDate": first.isoformat(), "toDate": last.isoformat(), "closed": closed}
    state.periods[year] = periods_of(year, first, last, closed_until)
    state.table("accounting-years")[year] = row
    return row


def _open_year(asked: Ask) -> httpx.Response:
    row = checked(asked.json(), YEARS.fields, asked.state.exists)
    first, last = date.fromisoformat(row["fromDate"]), date.fromisoformat(row["toDate"])
    overlaps = (
        year["year"]
        for year in asked.state.years()
        if year["fromDate"] <= row["toDate"] and row["fromDate"] <= year["toDate"]
    )
    taken = next(overlaps, None)
    if last <= first or taken:
        raise refused(f"The year overlaps {taken}." if taken else "The year ends before it begins.")
    body = views.of(YEARS)(asked.state, add_year(asked.state, first, last), asked.origin)
    return created(body, body["self"])


def _years_of_account(asked: Ask) -> httpx.Response:
    row_of(asked, ACCOUNTS, "account")
    return reply(views.page(asked, asked.state.years(), YEARS, views.of(YEARS)))


def _periods(asked: Ask) -> httpx.Response:
    rows = asked.state.periods[year_of(asked)["year"]]
    return reply(views.page(asked, rows, PERIODS, lambda state, row, origin: _period_view(asked, row)))


def _period(asked: Ask) -> Row:
    rows = asked.state.periods[year_of(asked)["year"]]
    found = [row for row in rows if str(row["periodNumber"]) == asked.ids["period"]]
    if not found:
        raise not_found(asked.request.url.path)
    return found[0]


def _period_view(asked: Ask, row: Row) -> Row:
    year = row["accountingYear"]["year"]
    at = f"{asked.origin}/accounting-years/{in_path(year)}"
    own = f"{at}/periods/{row['periodNumber']}"
    seen = views.shown(row, PERIODS.fields, asked.origin)
    links = {"entries": f"{own}/entries", "totals": f"{own}/totals", "self": own}
    return {**seen, "accountingYear": {"year": year, "self": at}, **links}


def _span(asked: Ask) -> Row:
    return _period(asked) if "period" in asked.ids else year_of(asked)


def _chosen(asked: Ask) -> list[Row]:
    """Booked entries of the year or period in the address, and of its account if it names one."""
    span = _span(asked)
    rows: Iterable[Row] = asked.state.entries.values()
    if "account" in asked.ids:
        number = row_of(asked, ACCOUNTS, "account")["accountNumber"]
        rows = asked.state.by_account.get(number, [])
    return [row for row in rows if span["fromDate"] <= row["date"] <= span["toDate"]]


def _entries(asked: Ask) -> httpx.Response:
    rows = views.fresh(asked, "entries", _chosen(asked), "entryNumber")
    return reply(views.page(asked, rows, ENTRIES, entry_view))


def entry_view(state: State, row: Row, origin: str) -> Row:
    seen = views.shown(row, ENTRIES.fields, origin)
    if "bookedInvoice" in row:
        number = row["bookedInvoice"]["bookedInvoiceNumber"]
        seen["bookedInvoice"] = {"bookedInvoiceNumber": number, "self": f"{origin}/invoices/booked/{number}"}
        seen["invoiceNumber"] = str(number)
    return {**seen, "self": f"{origin}/entries/{row['entryNumber']}"}


def _totals(asked: Ask) -> httpx.Response:
    span = _span(asked)
    sums: dict[int, Decimal] = {}
    for row in _chosen(asked):
        number = row["account"]["accountNumber"]
        sums[number] = sums.get(number, ZERO) + row["amountInBaseCurrency"]
    rows = [
        {
            "totalInBaseCurrency": total,
            "account": {"accountNumber": number},
            "fromDate": span["fromDate"],
            "toDate": span["toDate"],
        }
        for number, total in sorted(sums.items())
    ]
    return reply(views.page(asked, rows, Shape("totals", "", ()), _total_view))


def _total_view(state: State, row: Row, origin: str) -> Row:
    number = row["account"]["accountNumber"]
    at = views.link(origin, "accounts", number)
    return {**row, "account": {"accountNumber": number, "self": at}, "self": f"{at}/accounting-years"}
