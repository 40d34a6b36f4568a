"""The settings of a connection to e-conomic."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject, Settings

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["app_secret", "agreement_grant"],
    "properties": {
        "app_secret": {
            "type": "string",
            "title": "App secret token",
            "description": "The secret token of your app at e-conomic; sent as X-AppSecretToken.",
            "x-secret": True,
        },
        "agreement_grant": {
            "type": "string",
            "title": "Agreement grant token",
            "description": "The token that the customer got when installing the app; sent as X-AgreementGrantToken.",
            "x-secret": True,
        },
        "url": {
            "type": "string",
            "title": "Classic service",
            "description": "Address of the REST service; another one is a simulator's.",
            "default": "https://restapi.e-conomic.com",
        },
        "apis_url": {
            "type": "string",
            "title": "Newer services",
            "description": "Address of the newer services; left out, it is e-conomic's own, or `url` if that was set.",
        },
        "journal": {
            "type": "integer",
            "title": "Journal",
            "description": "Number of the journal that payments and other vouchers are put into.",
            "default": 1,
            "minimum": 1,
        },
        "book_entries": {
            "enum": ["object", "array", "never"],
            "title": "Booking of journal entries",
            "description": "How entries are booked: with the body {entryNumbers: [...]}, with the bare array, or "
            "never, which leaves them in the journal for a bookkeeper.",
            "default": "object",
        },
        "journals_api": {
            "type": "string",
            "title": "Version of the journals service",
            "description": "The version of the newer service that books journal entries.",
            "default": "v15.0.0",
            "pattern": r"^v\d+(\.\d+)*$",
        },
        "currency_prices": {
            "type": "boolean",
            "title": "Prices in other currencies",
            "description": "Read each product's prices in other currencies too; costs one call a product.",
            "default": False,
        },
    },
}


def filled(settings: Settings) -> Settings:
    """The settings with what was left out.

    >>> filled({"journal": 3})["journals_api"]
    'v15.0.0'
    """
    defaults = {name: rule["default"] for name, rule in SETTINGS["properties"].items() if "default" in rule}
    return {**defaults, **settings}
