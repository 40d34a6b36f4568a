"""Dynaccount, a preview: debtors, creditors, vouchers with their lines, and orders, through hashed forms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from kontering.connectors.dynaccount.asking import signed
from kontering.connectors.dynaccount.options import SETTINGS, URL, filled
from kontering.connectors.dynaccount.problem import problem
from kontering.connectors.dynaccount.source import READS, Reader
from kontering.connectors.dynaccount.target import TAKES, Dynaccount
from kontering.connectors.dynaccount.unproven import FACTS
from kontering.sdk.auth import Credential
from kontering.sdk.connector import SDK, Connector, Limit, Settings, Source, Target

if TYPE_CHECKING:
    import httpx


def base_url(settings: Settings) -> str:
    """The company's number and key are a part of the address."""
    url = str(settings.get("url") or URL).rstrip("/")
    return f"{url}/{quote(str(settings['api_id']), safe='')}/{quote(str(settings['api_key']), safe='')}"


def auth(settings: Settings) -> Credential:
    return signed(str(settings["api_secret"]))


def source(settings: Settings, client: httpx.Client) -> Source:
    return Reader(filled(settings), client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Dynaccount(filled(settings), client)


CONNECTOR = Connector(
    name="dynaccount",
    title="Dynaccount (preview)",
    sdk=SDK,
    settings=SETTINGS,
    reads=READS,
    takes=TAKES,
    limits=(Limit(calls=120, per=timedelta(minutes=1), burst=600),),
    base_url=base_url,
    auth=auth,
    problem=problem,
    source=source,
    target=target,
    simulator="kontering.connectors.dynaccount.simulator:make",
    facts=FACTS,
)
