"""The settings of a connection to Rackbeat."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject

URL = "https://app.rackbeat.com"

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key"],
    "properties": {
        "key": {
            "type": "string",
            "title": "API key",
            "description": "Made in Rackbeat under Company settings → API, where it is shown once.",
            "x-secret": True,
        },
        "url": {
            "type": "string",
            "title": "Address",
            "description": "Where Rackbeat is; another one is a simulator's.",
            "default": URL,
        },
        "consumer": {
            "type": "string",
            "title": "Name of the program",
            "description": "Sent along with every call (Consumer-Name), so that Rackbeat's people know who calls.",
            "default": "Kontering",
        },
        "contact": {
            "type": "string",
            "title": "Contact",
            "description": "E-mail address sent along with every call (Consumer-Contact); without one Rackbeat may "
            "slow callers down.",
        },
        "timezone": {
            "type": "string",
            "title": "Time zone",
            "description": "The zone of Rackbeat's times, which come without one.",
            "default": "Europe/Copenhagen",
        },
        "page_size": {
            "type": "integer",
            "title": "Page size",
            "description": "Rows of a list that are asked for at once.",
            "default": 1000,
            "minimum": 1,
            "maximum": 1000,
        },
        "encoded": {
            "enum": ["once", "twice"],
            "title": "Numbers in addresses",
            "description": "How often an item's number is encoded in an address.",
            "default": "once",
        },
        "changed_since": {
            "type": "boolean",
            "title": "Read what has changed",
            "description": "Ask lists for what has changed since the last round; else each round reads all of a list.",
            "default": False,
        },
        "index_seconds": {
            "type": "integer",
            "title": "Age of the index",
            "description": "For how long a list read whole answers who is there already; 0 asks anew each time.",
            "default": 60,
            "minimum": 0,
            "maximum": 3600,
        },
        "put": {
            "enum": ["part", "whole"],
            "title": "Changes",
            "description": "A change sends only the fields that differ (part), or the whole card with them (whole).",
            "default": "part",
        },
        "webhook_token": {
            "type": "string",
            "title": "Token of the webhooks",
            "description": "The token that Rackbeat gave when the webhook was made; each delivery carries it.",
            "x-secret": True,
        },
        "events": {
            "type": "object",
            "title": "Events",
            "description": "Which kind of record an event's first word is about, beside those that are known.",
            "additionalProperties": {"type": "string"},
            "default": {},
        },
    },
}
