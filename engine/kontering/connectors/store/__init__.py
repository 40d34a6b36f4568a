"""The project's own store as a source: what the engine itself finds to be due (`store/recognition`) or has booked
(`store/booked`)."""

from __future__ import annotations

from kontering.sdk.connector import SDK, Connector, JsonObject, Reads

SCHEMA: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "timezone": {
            "type": "string",
            "default": "UTC",
            "description": "Where a month ends, and where `daily at` of a schedule is",
        },
    },
}

CONNECTOR = Connector(
    name="store",
    title="The project's own store",
    sdk=SDK,
    settings=SCHEMA,
    reads={"recognition": Reads(schema="store/recognition"), "booked": Reads(schema="store/booked")},
    stored=True,
)
