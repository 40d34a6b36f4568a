"""e-conomic: the classic REST service for invoices and master data, the newer one for booking journal entries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.economic.ids import in_path
from kontering.connectors.economic.options import SETTINGS, filled
from kontering.connectors.economic.problem import problem
from kontering.connectors.economic.source import READS, Reader
from kontering.connectors.economic.target import TAKES, URL, Economic
from kontering.connectors.economic.unproven import FACTS
from kontering.sdk.auth import Credential, headers
from kontering.sdk.connector import SDK, Connector, Limit, Settings, Source, Target

if TYPE_CHECKING:
    import httpx


def base_url(settings: Settings) -> str:
    return str(settings.get("url") or URL).rstrip("/")


def auth(settings: Settings) -> Credential:
    """Two tokens on every call: the app's, and the one that its user granted."""
    return headers(
        {
            "X-AppSecretToken": str(settings["app_secret"]),
            "X-AgreementGrantToken": str(settings["agreement_grant"]),
        }
    )


def source(settings: Settings, client: httpx.Client) -> Source:
    return Reader(filled(settings), client)


def target(settings: Settings, client: httpx.Client) -> Target:
    return Economic(filled(settings), client)


def paper(settings: Settings, client: httpx.Client, kind: str, id_: str) -> bytes | None:
    """The PDF of a booked invoice; directly after booking there is none for a few seconds."""
    path, expects = f"/invoices/booked/{in_path(id_)}/pdf", {"expects": (404,)}
    answer = client.get(path, headers={"accept": "*/*"}, extensions=expects)
    return answer.content if answer.status_code == 200 else None


CONNECTOR = Connector(
    name="economic",
    title="e-conomic",
    sdk=SDK,
    settings=SETTINGS,
    reads=READS,
    takes=TAKES,
    # Fair use is 50,000 calls in 24 hours: whatever the burst takes is missing later, so together they stay below it.
    limits=(Limit(calls=25_000, per=timedelta(days=1), burst=25_000),),
    base_url=base_url,
    auth=auth,
    problem=problem,
    source=source,
    target=target,
    paper=paper,
    simulator="kontering.connectors.economic.simulator:make",
    facts=FACTS,
)
