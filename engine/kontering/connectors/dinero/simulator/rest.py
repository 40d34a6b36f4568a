"""The rest: organisations, accounts, VAT types, accounting years, entries, files, sales settings, reports."""

from __future__ import annotations

import email.policy
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.parser import BytesParser

import httpx

from kontering.connectors.dinero.simulator import chart, lists
from kontering.connectors.dinero.simulator.access import answered
from kontering.connectors.dinero.simulator.fields import Field, read, text, whole
from kontering.connectors.dinero.simulator.refusals import Bad, invalid, not_found
from kontering.connectors.dinero.simulator.routing import created, json_of, on
from kontering.connectors.dinero.simulator.state import ZERO, Row, State, guid, written
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

LARGEST_FILE = 6 * 1024 * 1024
MOST_DAYS = 31
ACCOUNT: tuple[Field, ...] = (
    whole("Number", required=True),
    text("Name", 256, required=True),
    text("VatCode"),
)
ACCOUNT_FIELDS = ("AccountNumber", "Name", "VatCode", "Category", "IsHidden", "IsDefaultSalesAccount")
FILE_FIELDS = ("FileGuid", "Name", "Size", "Linked")


def routes() -> list[Route[State]]:
    return [
        Route("GET", "/v1/organizations", answered(_organizations)),
        *on("GET", "/accountingyears", lambda asked: reply([_year(row) for row in asked.state.years])),
        *on("POST", "/accountingyears/create-current-year", _create_year),
        *on("GET", "/accounts/entry", lambda asked: _accounts(asked, lambda number: True)),
        *on("GET", "/accounts/purchase", lambda asked: _accounts(asked, lambda number: not _is_balance(asked, number))),
        *on("GET", "/accounts/deposit", lambda asked: _accounts(asked, lambda n: chart.is_deposit(asked.state, n))),
        *on("POST", "/accounts/entry", lambda asked: _create_account(asked, "Expenses")),
        *on("POST", "/accounts/deposit", lambda asked: _create_account(asked, "Bank")),
        *on("GET", "/vatTypes", lambda asked: reply(list(asked.state.vat_types.values()))),
        *on("GET", "/entries", _entries),
        *on("GET", "/entries/changes", _changes),
        *on("POST", "/files", _upload),
        *on("GET", "/files", _files),
        *on("GET", "/files/{guid}", _download),
        *on("GET", "/sales/settings", lambda asked: reply(asked.state.sales_settings)),
        *on("GET", "/{year}/reports/{report}", _report),
    ]


def _organizations(asked: Ask) -> httpx.Response:
    state = asked.state
    row = {"Id": state.organization, "Name": state.name, "IsPro": state.habits.pro, "VatNumber": state.vat_number}
    return reply([lists.shown(row, lists.fields(asked, ("Id", "Name", "IsPro")))])


def _year(row: Row) -> Row:
    return {name: row[name] for name in ("Name", "FromDate", "ToDate")}


def _create_year(asked: Ask) -> httpx.Response:
    number = asked.now.year
    if any(row["Name"] == str(number) for row in asked.state.years):
        raise invalid({"Name": f"The accounting year {number} is there already"})
    asked.state.years.append(chart.year(number))
    return created(asked, _year(asked.state.years[-1]))


def _is_balance(asked: Ask, number: int) -> bool:
    return chart.is_balance(asked.state, number)


def _accounts(asked: Ask, fits: object) -> httpx.Response:
    assert callable(fits)
    wanted = asked.query.get("categoryFilter", "").lower()
    rows = [row for number, row in sorted(asked.state.accounts.items()) if fits(number)]
    chosen = [row for row in rows if not wanted or str(row["Category"]).lower() in wanted.split(",")]
    return reply([lists.shown(row, lists.fields(asked, ACCOUNT_FIELDS)) for row in chosen])


def _create_account(asked: Ask, category: str) -> httpx.Response:
    given, state = read(json_of(asked), ACCOUNT), asked.state
    if given["Number"] in state.accounts:
        raise invalid({"Number": "The account number is taken"})
    if given.get("VatCode", "NONE") not in state.vat_types:
        raise invalid({"VatCode": "The VAT code was not found"})
    row = chart.account(given["Number"], given["Name"], given.get("VatCode", "NONE"), category)
    state.accounts[given["Number"]] = row
    return created(asked, row)


def _entries(asked: Ask) -> httpx.Response:
    """Entries of some days, inside of one accounting year; with `includePrimo` what was brought forward."""
    first, last = _day(asked, "fromDate"), _day(asked, "toDate")
    years = [row for row in asked.state.years if row["FromDate"] <= first <= row["ToDate"]]
    if not years or last > years[0]["ToDate"] or last < first:
        raise invalid({"toDate": "fromDate and toDate must be in one accounting year"})
    found = [row for row in asked.state.entries if first <= row["Date"] <= last]
    primo = asked.query.get("includePrimo", "false").lower() == "true"
    return reply([*(_primo(asked.state, years[0]["FromDate"]) if primo else ()), *found])


def _primo(state: State, first: str) -> Iterable[Row]:
    before = _sums(row for row in state.entries if row["Date"] < first and row["AccountNumber"] >= 50000)
    for number, amount in before.items():
        if amount:
            named = {"AccountNumber": number, "AccountName": state.accounts[number]["Name"]}
            yield {**named, "Amount": amount, "Date": first, "Type": "Primo", "VatCode": "NONE"}


def _changes(asked: Ask) -> httpx.Response:
    since, until = _moment(asked, "changesFrom"), _moment(asked, "changesTo")
    if until - since > timedelta(days=MOST_DAYS):
        raise invalid({"changesTo": f"At most {MOST_DAYS} days can be asked for"})
    return reply([row for row in asked.state.entries if written(since) <= row["CreatedAt"] <= written(until)])


def _day(asked: Ask, name: str) -> str:
    try:
        return date.fromisoformat(asked.query.get(name, "")).isoformat()
    except ValueError:
        raise invalid({name: f"{name} must be yyyy-MM-dd"}) from None


def _moment(asked: Ask, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(asked.query.get(name, ""))
    except ValueError:
        raise invalid({name: f"{name} must be yyyy-MM-ddTHH:mm:ssZ"}) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=asked.now.tzinfo)


def _sums(rows: Iterable[Row]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for row in rows:
        found[row["AccountNumber"]] = found.get(row["AccountNumber"], ZERO) + row["Amount"]
    return dict(sorted(found.items()))


def _upload(asked: Ask) -> httpx.Response:
    """The first file of the form."""
    head = f"Content-Type: {asked.headers.get('content-type', '')}\r\n\r\n".encode()
    form = BytesParser(policy=email.policy.HTTP).parsebytes(head + asked.body)
    part = next((part for part in form.iter_parts() if part.get_filename()), None) if form.is_multipart() else None
    if part is None:
        raise invalid({"File": "A file is required"})
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    if len(content) > LARGEST_FILE:
        raise Bad(413, 42, "The file is larger than 6 MB")
    own = guid()
    row = {"FileGuid": own, "Name": part.get_filename(), "Size": len(content), "UploadedAt": written(asked.now)}
    asked.state.files[own] = {**row, "Type": part.get_content_type(), "Content": content}
    return reply({"FileGuid": own}, 201)


def _files(asked: Ask) -> httpx.Response:
    state = asked.state
    vouchers = (*state.manual.values(), *state.purchases.values(), *state.items.values())
    used = {row.get("FileGuid") for row in vouchers}
    rows = [{**row, "Linked": row["FileGuid"] in used} for row in state.files.values()]
    if asked.query.get("fileStatus", "All").lower() == "used":
        rows = [row for row in rows if row["Linked"]]
    endings = tuple(f".{one.strip(' .')}" for one in asked.query.get("extensions", "").split(",") if one.strip())
    after = asked.query.get("uploadedAfter", "")
    rows = [row for row in rows if str(row["Name"]).endswith(endings or "") and row["UploadedAt"] >= after.rstrip("Z")]
    names = [name for name in lists.fields(asked, FILE_FIELDS) if name.lower() != "content"]
    return reply([lists.shown(row, names) for row in rows])


def _download(asked: Ask) -> httpx.Response:
    row = asked.state.files.get(asked.ids["guid"])
    if row is None:
        raise not_found("file")
    return httpx.Response(200, content=row["Content"], headers={"content-type": row["Type"]})


def _report(asked: Ask) -> httpx.Response:
    """Balances of accounts in a year: of the result, of the balance sheet, of both, or brought forward."""
    state, report = asked.state, asked.ids["report"].lower()
    year = next((row for row in state.years if row["Name"] == asked.ids["year"]), None)
    if year is None or report not in ("result", "balance", "saldo", "primo"):
        raise not_found("report")
    wanted = {"result": (False,), "balance": (True,), "saldo": (False, True), "primo": (True,)}[report]
    if report == "primo":
        sums = _sums(row for row in state.entries if row["Date"] < year["FromDate"])
    else:
        sums = _sums(row for row in state.entries if row["Date"] <= year["ToDate"])
    return reply([_reported(state, number, sums[number]) for number in _of(state, sums, wanted)])


def _of(state: State, sums: dict[int, Decimal], wanted: Sequence[bool]) -> list[int]:
    return [number for number in sums if chart.is_balance(state, number) in wanted]


def _reported(state: State, number: int, amount: Decimal) -> Row:
    return {"AccountNumber": number, "AccountName": state.accounts[number]["Name"], "Amount": amount}
