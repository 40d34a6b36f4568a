"""Bank statements as a source: CAMT.053, MT940 and the CSV files of Danish banks, as lines that are booked once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontering.connectors.bank.options import SCHEMA, options
from kontering.connectors.bank.source import Statements
from kontering.sdk.connector import SDK, Connector, Reads, Settings, Source

if TYPE_CHECKING:
    import httpx


def _source(settings: Settings, client: httpx.Client | None) -> Source:
    return Statements(options(settings))


CONNECTOR = Connector(
    name="bank",
    title="Bank statements",
    sdk=SDK,
    settings=SCHEMA,
    reads={"line": Reads(schema="bank/line")},
    source=_source,
    facts=(
        "No Danish bank publishes the layout of its CSV file: the profiles are what files of users looked like",
        "The headers of Sydbank and Lunar aren't known for sure: their profiles take the words that are likely",
        "With Danske Bank every word in `Status` but Udført is read as not booked yet",
        "Banks may use MT940's field 86 in ways of their own: its lines are taken as text, without a structure",
    ),
)
