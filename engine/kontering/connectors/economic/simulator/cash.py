"""Routes of journals and their vouchers, attachments, and the newer services that book, delete and match entries."""

from __future__ import annotations

import email.policy
from email.parser import BytesParser
from typing import Any

import httpx

from kontering.connectors.economic.ids import from_path, in_path
from kontering.connectors.economic.simulator import ledger, views, vouchers
from kontering.connectors.economic.simulator.books import entry_view
from kontering.connectors.economic.simulator.checks import whole
from kontering.connectors.economic.simulator.guard import answered, nothing
from kontering.connectors.economic.simulator.masters import readable, row_of
from kontering.connectors.economic.simulator.papers import DRAFT_ENTRIES, ENTRIES, ENTRY_TYPES, VOUCHER, VOUCHERS
from kontering.connectors.economic.simulator.refusals import Bad, not_found, refused
from kontering.connectors.economic.simulator.shapes import JOURNALS
from kontering.connectors.economic.simulator.state import Row, State
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

VOUCHER_PATH = "/journals/{id}/vouchers/{voucher}"
JOURNALS_API = "/journalsapi/{version}"
ENTRIES_API = "/bookedEntriesapi/{version}"
LARGEST_FILE = 9 * 1024 * 1024


def routes() -> list[Route[State]]:
    return [
        *readable(JOURNALS),
        Route("GET", "/journals/{id}/vouchers", answered(_list_vouchers)),
        Route("POST", "/journals/{id}/vouchers", answered(_create_vouchers)),
        Route("GET", VOUCHER_PATH, answered(lambda asked: reply(_voucher_view(asked, _key(asked))))),
        Route("GET", "/journals/{id}/entries", answered(_list_entries)),
        Route("GET", "/journals/{id}/entries/{entry}", answered(_show_entry)),
        *_attachments(),
        *_newer(),
    ]


def _journal(asked: Ask) -> int:
    return int(row_of(asked, JOURNALS)["journalNumber"])


def _list_vouchers(asked: Ask) -> httpx.Response:
    rows = [{"key": key, "voucherNumber": key[2]} for key in vouchers.gathered(asked.state, _journal(asked))]
    return reply(views.page(asked, rows, VOUCHERS, lambda state, row, origin: _voucher_view(asked, row["key"])))


def _create_vouchers(asked: Ask) -> httpx.Response:
    """One voucher or an array of them; the answer is an array either way."""
    journal = _journal(asked)
    body = asked.json()
    made = [
        vouchers.take(asked.state, journal, part, asked.now) for part in (body if isinstance(body, list) else [body])
    ]
    shown = [_voucher_view(asked, (journal, year, number)) for year, number in made]
    return reply(shown, 201, {"Location": shown[0]["self"]} if shown else {})


def _key(asked: Ask) -> tuple[int, str, int]:
    year, _, number = from_path(asked.ids["voucher"]).rpartition("-")
    if not number.isdecimal():
        raise not_found(asked.request.url.path)
    key = (_journal(asked), year, int(number))
    if key not in vouchers.gathered(asked.state, key[0]):
        raise not_found(asked.request.url.path)
    return key


def _voucher_view(asked: Ask, key: tuple[int, str, int]) -> Row:
    journal, year, number = key
    rows = vouchers.gathered(asked.state, journal)[key]
    at = f"{asked.origin}/journals/{journal}/vouchers/{in_path(year)}-{number}"
    entries = {
        kind: [_part_view(asked, kind, row) for row in rows if row["entryType"] == type_]
        for kind, type_ in ENTRY_TYPES.items()
    }
    return {
        "voucherNumber": number,
        "accountingYear": {"year": year, "self": f"{asked.origin}/accounting-years/{in_path(year)}"},
        "journal": {"journalNumber": journal, "self": f"{asked.origin}/journals/{journal}"},
        "entries": {kind: shown for kind, shown in entries.items() if shown},
        "attachment": f"{at}/attachment",
        "self": at,
    }


def _part_view(asked: Ask, kind: str, row: Row) -> Row:
    """An entry inside its voucher; its number is shown in the journal's entries only."""
    seen = views.shown(row, _parts(kind), asked.origin)
    return {name: value for name, value in seen.items() if name not in ("journalEntryNumber", "objectVersion")}


def _parts(kind: str) -> tuple[Any, ...]:
    entries = next(field for field in VOUCHER if field.name == "entries")
    return next(field.parts for field in entries.parts if field.name == kind)


def _own_entries(asked: Ask) -> list[Row]:
    journal = _journal(asked)
    rows = views.fresh(asked, "draft-entries", asked.state.draft_entries.values(), "journalEntryNumber")
    return [row for row in rows if row["journal"]["journalNumber"] == journal]


def _list_entries(asked: Ask) -> httpx.Response:
    return reply(views.page(asked, _own_entries(asked), DRAFT_ENTRIES, _entry_view))


def _show_entry(asked: Ask) -> httpx.Response:
    journal = _journal(asked)
    rows = asked.state.draft_entries.values()
    found = [row for row in rows if str(row["journalEntryNumber"]) == asked.ids["entry"]]
    if not found or found[0]["journal"]["journalNumber"] != journal:
        raise not_found(asked.request.url.path)
    return reply(_entry_view(asked.state, found[0], asked.origin))


def _entry_view(state: State, row: Row, origin: str) -> Row:
    journal = row["journal"]["journalNumber"]
    voucher = row["voucher"]
    at = f"{origin}/journals/{journal}"
    year = in_path(voucher["accountingYear"]["year"])
    seen = views.shown(row, DRAFT_ENTRIES.fields, origin)
    seen.pop("objectVersion", None)
    link = f"{at}/vouchers/{year}-{voucher['voucherNumber']}"
    return {
        **seen,
        "journal": {"journalNumber": journal, "self": at},
        "voucher": {**seen["voucher"], "self": link},
        "self": f"{at}/entries/{row['journalEntryNumber']}",
    }


def _attachments() -> list[Route[State]]:
    at = VOUCHER_PATH + "/attachment"
    return [
        Route("GET", at, answered(_show_attachment)),
        Route("GET", at + "/file", answered(_read_file)),
        Route("POST", at + "/file", answered(_take_file)),
        Route("PATCH", at + "/file", answered(_take_file)),
        Route("DELETE", at + "/file", answered(_drop_file)),
    ]


def _place(asked: Ask) -> tuple[str, str]:
    journal, year, number = _key(asked)
    return (str(journal), f"{year}-{number}")


def _show_attachment(asked: Ask) -> httpx.Response:
    pages = asked.state.files.get(_place(asked), [])
    at = str(asked.request.url)
    return reply({"pages": len(pages), "file": f"{at}/file", "self": at})


def _read_file(asked: Ask) -> httpx.Response:
    pages = asked.state.files.get(_place(asked))
    if not pages:
        raise not_found("The attachment")
    return httpx.Response(200, content=b"".join(pages), headers={"content-type": "application/pdf"})


def _take_file(asked: Ask) -> httpx.Response:
    """PDF and images in a form; POST wants an empty place, PATCH adds pages."""
    place = _place(asked)
    if len(asked.body) > LARGEST_FILE:
        raise Bad(400, "The file is larger than 9 MB.", errorCode="E00700")
    if asked.method == "POST" and asked.state.files.get(place):
        raise Bad(400, "There is an attachment already; PATCH adds pages.", errorCode="E00700")
    asked.state.files.setdefault(place, []).extend(_files(asked))
    return nothing()


def _files(asked: Ask) -> list[bytes]:
    head = f"content-type: {asked.headers.get('content-type', '')}\r\n\r\n".encode()
    form = BytesParser(policy=email.policy.HTTP).parsebytes(head + asked.body)
    parts = [part for part in form.iter_parts() if part.get_filename()] if form.is_multipart() else []
    kinds = ("application/pdf", "image/jpeg", "image/png", "image/gif")
    if not parts or any(part.get_content_type() not in kinds for part in parts):
        raise Bad(400, "A form with PDF, JPEG, PNG or GIF files is expected.", errorCode="E00700")
    return [bytes(part.get_payload(decode=True) or b"") for part in parts]


def _drop_file(asked: Ask) -> httpx.Response:
    if not asked.state.files.pop(_place(asked), None):
        raise not_found("The attachment")
    return nothing()


def _newer() -> list[Route[State]]:
    """The services on the other host: flat fields, `items`, object versions."""
    return [
        Route("POST", JOURNALS_API + "/journals/{id}/bookdraftentries", answered(_book_entries)),
        Route("GET", JOURNALS_API + "/draft-entries", answered(_flat_drafts)),
        Route("GET", JOURNALS_API + "/draft-entries/paged", answered(_flat_drafts)),
        Route("DELETE", JOURNALS_API + "/draft-entries", answered(_delete_entries)),
        Route("GET", ENTRIES_API + "/booked-entries", answered(_flat_entries)),
        Route("GET", ENTRIES_API + "/booked-entries/paged", answered(_flat_entries)),
        Route("POST", ENTRIES_API + "/booked-entries/match", answered(_match)),
    ]


def _book_entries(asked: Ask) -> httpx.Response:
    """Which of the two bodies is right isn't known: an object with entryNumbers, or the bare array."""
    body, wanted = asked.json(), asked.state.habits.book_body
    numbers = body.get("entryNumbers") if isinstance(body, dict) and wanted != "array" else None
    if isinstance(body, list) and wanted != "object":
        numbers = body
    if not isinstance(numbers, list):
        raise refused("The numbers of the entries were expected.", "InvalidInput")
    vouchers.book(asked.state, _journal(asked), numbers, asked.now)
    return nothing()


def _flat_drafts(asked: Ask) -> httpx.Response:
    rows = list(asked.state.draft_entries.values())
    page = views.page(asked, rows, DRAFT_ENTRIES, lambda state, row, origin: _flat(row))
    return reply({"items": page["collection"]})


def _flat(row: Row) -> Row:
    out = {
        "entryNumber": row["journalEntryNumber"],
        "journalNumber": row["journal"]["journalNumber"],
        "voucherNumber": row["voucher"]["voucherNumber"],
        "accountingYear": row["voucher"]["accountingYear"]["year"],
        "objectVersion": row["objectVersion"],
        "currency": row["currency"]["code"],
    }
    names = ("amount", "date", "text", "entryType", "customerInvoice", "dueDate")
    out |= {name: row[name] for name in names if name in row}
    for name in ("account", "contraAccount", "customer", "supplier"):
        if name in row:
            (out[f"{name}Number"],) = row[name].values()
    return out


def _delete_entries(asked: Ask) -> httpx.Response:
    """One entry or several, each by number and the version it was read in."""
    body = asked.json()
    for item in body if isinstance(body, list) else [body]:
        number = item.get("entryNumber") if isinstance(item, dict) else None
        row = asked.state.draft_entries.get(number) if whole(number) else None
        if row is None:
            raise not_found("The draft entry")
        if item.get("objectVersion") != row["objectVersion"]:
            raise Bad(409, "The entry has been changed since it was read.", errorCode="ObjectVersionMismatch")
        del asked.state.draft_entries[row["journalEntryNumber"]]
    return nothing()


def _flat_entries(asked: Ask) -> httpx.Response:
    rows = asked.state.entries.values()
    page = views.page(asked, rows, ENTRIES, entry_view)
    return reply({"items": [{**row, "entryId": row["entryNumber"]} for row in page["collection"]]})


def _match(asked: Ask) -> httpx.Response:
    body = asked.json()
    numbers = body.get("entryIds") if isinstance(body, dict) else None
    if not isinstance(numbers, list):
        raise refused("The numbers of the entries were expected.", "InvalidInput")
    rows = [asked.state.entries.get(number) for number in numbers if whole(number)]
    found = [row for row in rows if row is not None and "remainder" in row]
    if len(found) < 2 or len(found) != len(numbers):
        raise refused("Two or more open entries were expected.", "InvalidInput")
    if len({str(row.get("customer") or row.get("supplier")) for row in found}) != 1:
        raise refused("The entries belong to different parties.", "InvalidInput")
    ledger.match(asked.state, found, asked.now)
    return nothing()
