"""The addresses: lists, single records, saving, deleting in ones and many, e-mails, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx

from kontering.connectors.billy.simulator import journals, money, purchases, sales
from kontering.connectors.billy.simulator.fields import Resource
from kontering.connectors.billy.simulator.guard import answered, given, told
from kontering.connectors.billy.simulator.lists import included, listed
from kontering.connectors.billy.simulator.masters import RULES as MASTERS
from kontering.connectors.billy.simulator.refusals import Bad
from kontering.connectors.billy.simulator.saving import Changed, Rules, delete, note, one_of, save
from kontering.connectors.billy.simulator.shapes import INVOICES, RESOURCES
from kontering.connectors.billy.simulator.shapes_books import ORGANIZATIONS
from kontering.connectors.billy.simulator.state import Row, State, moment
from kontering.testing.simulator import Asked, Route

Ask = Asked[State]

RULES: Mapping[str, Rules] = {
    **MASTERS,
    "invoices": sales.RULES,
    "bills": purchases.RULES,
    "bankPayments": money.RULES,
    "contactBalancePayments": money.RULES,
    "daybookTransactions": journals.RULES,
}
LARGEST_FILE = 20 * 1024 * 1024


def routes(base: str = "/v2") -> list[Route[State]]:
    own = [
        Route[State]("GET", f"{base}/organization", answered(organization)),
        Route[State]("GET", f"{base}/user", answered(user)),
        Route[State]("GET", f"{base}/user/organizations", answered(lambda asked: many(asked, ORGANIZATIONS))),
        Route[State]("POST", f"{base}/invoices/{{id}}/emails", answered(mail)),
        Route[State]("GET", f"{base}/invoices/{{id}}.pdf", answered(pdf)),
        Route[State]("POST", f"{base}/files", answered(upload)),
    ]
    return [*own, *(route for one in RESOURCES.values() for route in _of(one, f"{base}/{one.name}"))]


def _of(resource: Resource, path: str) -> list[Route[State]]:
    found = [
        Route[State]("GET", path, answered(lambda asked: many(asked, resource))),
        Route[State]("GET", f"{path}/{{id}}", answered(lambda asked: single(asked, resource))),
    ]
    if "POST" in resource.writes:
        found.append(Route("POST", path, answered(lambda asked: create(asked, resource))))
    if "PUT" in resource.writes:
        found.append(Route("PUT", f"{path}/{{id}}", answered(lambda asked: change(asked, resource))))
        found.append(Route("PATCH", path, answered(lambda asked: bulk(asked, resource))))
    if "DELETE" in resource.writes:
        found.append(Route("DELETE", f"{path}/{{id}}", answered(lambda asked: remove(asked, resource))))
        found.append(Route("DELETE", path, answered(lambda asked: remove_many(asked, resource))))
    return found


def organization(asked: Ask) -> httpx.Response:
    return told(asked, {"organization": asked.state.organization})


def user(asked: Ask) -> httpx.Response:
    return told(asked, {"user": {"id": "user", "name": "Kontering", "email": "api@example.dk"}})


def many(asked: Ask, resource: Resource) -> httpx.Response:
    rows, paging = listed(asked, resource)
    shown, beside = included(asked, resource, rows)
    shown = [_shown(asked, resource.name, row) for row in shown]
    return told(asked, {resource.name: shown, **_plain(beside, resource)}, {"paging": paging})


def single(asked: Ask, resource: Resource) -> httpx.Response:
    row = one_of(asked.state, resource, asked.ids["id"])
    shown, beside = included(asked, resource, [row])
    return told(asked, {resource.one: _shown(asked, resource.name, shown[0]), **_plain(beside, resource)})


def create(asked: Ask, resource: Resource) -> httpx.Response:
    changed: Changed = {}
    save(asked.state, RULES, resource, _owned(asked, given(asked, resource.one)), None, asked.now, changed)
    return told(asked, _records(asked, changed))


def change(asked: Ask, resource: Resource) -> httpx.Response:
    changed: Changed = {}
    old = one_of(asked.state, resource, asked.ids["id"])
    save(asked.state, RULES, resource, given(asked, resource.one), old, asked.now, changed)
    empty = asked.state.habits.put_answer == "empty"
    return told(asked, {resource.one: {}} if empty else _records(asked, changed))


def bulk(asked: Ask, resource: Resource) -> httpx.Response:
    """Several records at once: those with an id are changed, the others made; all or none."""
    bodies = given(asked, resource.name)
    if not isinstance(bodies, list) or not bodies or not all(isinstance(body, dict) for body in bodies):
        raise Bad(400, "E_BODY", f"Der mangler «{resource.name}».")
    changed: Changed = {}
    kept = _kept(asked.state)
    try:
        for body in bodies:
            old = one_of(asked.state, resource, body["id"]) if body.get("id") else None
            save(asked.state, RULES, resource, body if old else _owned(asked, body), old, asked.now, changed)
    except Bad:
        asked.state.tables = kept
        raise
    return told(asked, _records(asked, changed))


def remove(asked: Ask, resource: Resource) -> httpx.Response:
    return _removed(asked, resource, [asked.ids["id"]])


def remove_many(asked: Ask, resource: Resource) -> httpx.Response:
    ids = asked.query.get_list("ids[]")
    if not ids:
        raise Bad(400, "E_IDS", "Der mangler ids[].")
    return _removed(asked, resource, ids)


def mail(asked: Ask) -> httpx.Response:
    changed: Changed = {}
    invoice = one_of(asked.state, INVOICES, asked.ids["id"])
    sent = sales.mail(asked.state, invoice, given(asked, "email"), changed)
    return told(asked, {"emails": [sent], **_records(asked, changed)})


def pdf(asked: Ask) -> httpx.Response:
    """An invoice on paper, as far as a simulator needs it."""
    invoice = one_of(asked.state, INVOICES, asked.ids["id"])
    text = f"%PDF-1.4 {invoice['invoiceNo']}"
    return httpx.Response(200, content=text.encode(), headers={"content-type": "application/pdf"})


def upload(asked: Ask) -> httpx.Response:
    """A file as it is; its name and kind are in the headers."""
    name = unquote(asked.headers.get("x-filename", ""))
    if not name or not asked.body:
        raise Bad(400, "E_FILE", "Der mangler X-Filename eller indhold.")
    if len(asked.body) > LARGEST_FILE:
        raise Bad(413, "E_FILE", "Filen er for stor.")
    state, changed = asked.state, Changed()
    row: Row = {
        "id": state.fresh(),
        "organizationId": state.organization["id"],
        "fileName": name,
        "fileSize": len(asked.body),
        "fileType": asked.headers.get("content-type", "application/octet-stream"),
        "createdTime": moment(asked.now),
    }
    row["downloadUrl"] = f"{asked.origin}/v2/files/{row['id']}/download"
    state.table("files")[row["id"]] = row
    state.files[row["id"]] = asked.body
    note(changed, "files", row)
    if asked.headers.get("x-create-attachment", "").lower() == "true":
        save(state, RULES, RESOURCES["attachments"], _owned(asked, {"fileId": row["id"]}), None, asked.now, changed)
    return told(asked, _records(asked, changed))


def _removed(asked: Ask, resource: Resource, ids: list[str]) -> httpx.Response:
    gone: dict[str, list[str]] = {}
    for id_ in ids:
        delete(asked.state, RULES, resource, id_, gone)
    return told(asked, {}, {"deletedRecords": gone})


def _owned(asked: Ask, body: Any) -> Any:
    """A record belongs to the token's company, unless it says so itself."""
    return {"organizationId": asked.state.organization["id"], **body} if isinstance(body, dict) else body


def _records(asked: Ask, changed: Changed) -> dict[str, list[Row]]:
    """All that a call has changed; the ledger behind it is read by itself."""
    hidden = ("transactions", "postings")
    told_ = {name: rows for name, rows in changed.items() if name not in hidden}
    return {name: [_shown(asked, name, row) for row in rows.values()] for name, rows in told_.items()}


def _shown(asked: Ask, name: str, row: Row) -> Row:
    """A record as it is answered: an invoice says where its PDF is, what ties a modifier to its payment is inside."""
    if name == "invoices":
        return {**row, "downloadUrl": f"{asked.origin}/v2/invoices/{row['id']}.pdf"}
    return {key: value for key, value in row.items() if key != "modifierId"}


def _plain(beside: Mapping[str, Mapping[str, Row]], resource: Resource) -> dict[str, list[Row]]:
    return {name: list(rows.values()) for name, rows in beside.items() if name != resource.name}


def _kept(state: State) -> dict[str, dict[str, Row]]:
    return {name: {id_: dict(row) for id_, row in table.items()} for name, table in state.tables.items()}
