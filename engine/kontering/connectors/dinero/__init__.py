"""Dinero: contacts, products, invoices, credit notes, payments and ledger items of one organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.dinero.options import SCOPE, SETTINGS, authorize_url, base_url, filled, token_url
from kontering.connectors.dinero.problem import problem
from kontering.connectors.dinero.sales import paper
from kontering.connectors.dinero.source import READS, Reader
from kontering.connectors.dinero.target import TAKES, Dinero
from kontering.connectors.dinero.unproven import FACTS
from kontering.sdk.connector import SDK, Connector, Limit, Settings, Source, Target
from kontering.sdk.oauth import Grant

if TYPE_CHECKING:
    import httpx


def auth(settings: Settings) -> Grant:
    """Access by an API key, by a user's consent, or for a tenant."""
    url, client = token_url(settings), (str(settings["client_id"]), str(settings["client_secret"]))
    match settings.get("grant", "personal"):
        case "connect":
            return Grant(
                token_url=url,
                client=client,
                refresh=str(settings.get("refresh_token") or ""),
                rotates=True,
                authorize_url=authorize_url(settings),
                scope=SCOPE,
            )
        case "tenant":
            form = {"grant_type": "client_credentials", "tenant_id": str(settings.get("tenant_id", ""))}
            own = {"client_id": client[0], "client_secret": client[1]}
            return Grant(token_url=url, client=client, form=form | own)
        case _:
            key = str(settings.get("api_key", ""))
            form = {"grant_type": "password", "scope": "read write", "username": key, "password": key}
            return Grant(token_url=url, client=client, form=form)


def source(settings: Settings, client: httpx.Client) -> Source:
    return Reader(filled(settings), client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Dinero(filled(settings), client)


CONNECTOR = Connector(
    name="dinero",
    title="Dinero",
    sdk=SDK,
    settings=SETTINGS,
    reads=READS,
    takes=TAKES,
    # 100 calls a minute: the burst and what follows in the minute are together no more than that.
    limits=(Limit(calls=90, per=timedelta(minutes=1), burst=10),),
    base_url=base_url,
    auth=auth,
    problem=problem,
    source=source,
    target=target,
    paper=paper,
    simulator="kontering.connectors.dinero.simulator:make",
    facts=FACTS,
)
