"""Billy: contacts, products, invoices, credit notes, bank payments, bills and daybooks through its API v2."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.billy.asking import single
from kontering.connectors.billy.options import SETTINGS, URL, filled
from kontering.connectors.billy.problem import problem
from kontering.connectors.billy.source import READS, Reader
from kontering.connectors.billy.target import TAKES, Billy
from kontering.connectors.billy.unproven import FACTS
from kontering.sdk.auth import Credential, headers
from kontering.sdk.connector import SDK, Connector, Limit, Settings, Source, Target
from kontering.sdk.paging import own

if TYPE_CHECKING:
    import httpx


def base_url(settings: Settings) -> str:
    return str(settings.get("url") or URL).rstrip("/")


def auth(settings: Settings) -> Credential:
    """One token on every call; the language in which Billy names things goes along."""
    return headers({"X-Access-Token": str(settings["token"]), "Accept-Language": str(filled(settings)["language"])})


def source(settings: Settings, client: httpx.Client) -> Source:
    return Reader(filled(settings), client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Billy(filled(settings), client)


def paper(settings: Settings, client: httpx.Client, kind: str, id_: str) -> bytes | None:
    """The PDF of an approved invoice or credit note, from the address that Billy gives with it."""
    row = single(client, "invoices", id_)
    link = row.get("downloadUrl") if row and row.get("state") == "approved" else None
    if not link:
        return None
    answer = client.get(own(client, str(link)), extensions={"expects": (404,)})
    return answer.content if answer.status_code == 200 else None


CONNECTOR = Connector(
    name="billy",
    title="Billy",
    sdk=SDK,
    settings=SETTINGS,
    reads=READS,
    takes=TAKES,
    limits=(Limit(calls=600, per=timedelta(minutes=1), burst=2_000),),
    base_url=base_url,
    auth=auth,
    problem=problem,
    source=source,
    target=target,
    simulator="kontering.connectors.billy.simulator:make",
    paper=paper,
    facts=FACTS,
)
