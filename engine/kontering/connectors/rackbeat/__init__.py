"""Rackbeat, a Danish inventory system: takes customers, suppliers and products, gives stock, orders and invoices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.rackbeat.options import SETTINGS, URL
from kontering.connectors.rackbeat.problem import problem
from kontering.connectors.rackbeat.source import READS, Reader
from kontering.connectors.rackbeat.target import TAKES, Rackbeat
from kontering.connectors.rackbeat.unproven import FACTS
from kontering.connectors.rackbeat.webhook import webhook
from kontering.sdk.auth import Credential, headers
from kontering.sdk.connector import SDK, Connector, Limit, Settings, Source, Target

if TYPE_CHECKING:
    import httpx


def base_url(settings: Settings) -> str:
    return f"{str(settings.get('url') or URL).rstrip('/')}/api/"


def auth(settings: Settings) -> Credential:
    """The API key, and who calls: Rackbeat's own client sends these headers always."""
    values = {
        "Authorization": f"Bearer {settings['key']}",
        "API-Version": "latest",
        "Consumer-Name": str(settings.get("consumer", "Kontering")),
    }
    contact = settings.get("contact")
    return headers(values | ({"Consumer-Contact": str(contact)} if contact else {}))


def source(settings: Settings, client: httpx.Client) -> Source:
    return Reader(settings, client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Rackbeat(settings, client)


CONNECTOR = Connector(
    name="rackbeat",
    title="Rackbeat",
    sdk=SDK,
    settings=SETTINGS,
    reads=READS,
    takes=TAKES,
    # 480 calls in any minute: what a burst takes is missing later, and some are left for clocks that differ.
    limits=(Limit(calls=400, per=timedelta(minutes=1), burst=40),),
    base_url=base_url,
    auth=auth,
    problem=problem,
    source=source,
    target=target,
    webhook=webhook,
    simulator="kontering.connectors.rackbeat.simulator:make",
    facts=FACTS,
)
