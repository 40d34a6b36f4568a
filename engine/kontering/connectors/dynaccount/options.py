"""The settings of a connection to Dynaccount."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject, Settings

URL = "https://api.dynaccount.com/v7"

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["api_id", "api_key", "api_secret", "draft"],
    "properties": {
        "api_id": {
            "type": ["string", "integer"],
            "title": "API id",
            "description": "The company's number, under Administration, Companies.",
        },
        "api_key": {
            "type": "string",
            "title": "API key",
            "description": "40 hexadecimal digits; they are a part of every address.",
            "x-secret": True,
        },
        "api_secret": {
            "type": "string",
            "title": "API secret",
            "description": "40 hexadecimal digits that every call is hashed with; never sent.",
            "x-secret": True,
        },
        "url": {
            "type": "string",
            "title": "Address",
            "description": "Address of the API with its version; another one is a simulator's.",
            "default": URL,
        },
        "draft": {
            "type": "string",
            "title": "Booking journal",
            "description": "Name of the booking journal that vouchers are put into.",
        },
        "book_action": {
            "type": "string",
            "title": "Action that books a voucher",
            "description": "Name of the action, which isn't documented openly; left out, vouchers wait in the journal "
            "for a bookkeeper.",
        },
        "book_by": {
            "type": "string",
            "title": "What names the voucher",
            "description": "The property in which that action takes the voucher's id.",
            "default": "enclosure_id",
        },
        "first_number": {
            "type": "integer",
            "title": "First customer number",
            "description": "Customers for whom nobody has a number get one from here on, made of their key.",
            "default": 100_000_000,
            "minimum": 1,
        },
    },
}


def filled(settings: Settings) -> Settings:
    """The settings with what was left out.

    >>> filled({"draft": "Webshop"})["book_by"]
    'enclosure_id'
    """
    defaults = {name: rule["default"] for name, rule in SETTINGS["properties"].items() if "default" in rule}
    return {**defaults, **settings}
