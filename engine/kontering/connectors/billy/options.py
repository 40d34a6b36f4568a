"""The settings of a connection to Billy."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject, Settings

URL = "https://api.billysbilling.com/v2"

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["token"],
    "properties": {
        "token": {
            "type": "string",
            "title": "Access token",
            "description": "Made in Billy under Settings, Access tokens; of one company, without an end. "
            "Sent as X-Access-Token.",
            "x-secret": True,
        },
        "url": {
            "type": "string",
            "title": "Address",
            "description": "Address of the API with its version; another one is a simulator's.",
            "default": URL,
        },
        "organization": {
            "type": "string",
            "title": "Company",
            "description": "Id of the company, for tokens of a user instead of a company's; left out, it isn't sent.",
        },
        "language": {
            "type": "string",
            "title": "Language",
            "description": "In which language Billy names accounts, tax rates and rulesets, and says what is wrong.",
            "default": "da_DK",
            "pattern": "^[a-z]{2}_[A-Z]{2}$",
        },
        "reference": {
            "enum": ["invoiceNo", "externalId", "orderNo"],
            "title": "Mark of an invoice",
            "description": "Where the mark stands by which an invoice is found again: its own number, which Billy "
            "keeps unique, or one of two fields that aren't documented; the number is Billy's own then.",
            "default": "invoiceNo",
        },
        "search": {
            "enum": ["list", "q"],
            "title": "How contacts are looked for",
            "description": "list reads all contacts and compares; q lets Billy search, which is quicker, and finds by "
            "e-mail, telephone and EAN only if its search looks there.",
            "default": "list",
        },
        "daybook": {
            "type": "string",
            "title": "Daybook",
            "description": "Name or id of the daybook that vouchers are put into; left out, Billy's first one.",
        },
        "vouchers": {
            "enum": ["approved", "draft"],
            "title": "State of vouchers",
            "description": "approved posts them at once; draft leaves them for a bookkeeper.",
            "default": "approved",
        },
        "mail_subject": {
            "type": "string",
            "title": "Subject of e-mails",
            "description": "Subject of the mail in which Billy sends an invoice; {number} is its number.",
            "default": "Faktura {number}",
        },
        "mail_body": {
            "type": "string",
            "title": "Text of e-mails",
            "description": "Text of that mail; {number} is the invoice's number.",
            "default": "Her er faktura {number}.",
        },
    },
}


def filled(settings: Settings) -> Settings:
    """The settings with what was left out.

    >>> filled({"token": "x"})["reference"]
    'invoiceNo'
    """
    defaults = {name: rule["default"] for name, rule in SETTINGS["properties"].items() if "default" in rule}
    return {**defaults, **settings}
