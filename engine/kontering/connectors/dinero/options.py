"""The settings of a connection to Dinero."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject, Settings

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["organization", "client_id", "client_secret"],
    "properties": {
        "organization": {
            "type": "integer",
            "title": "Organisation",
            "description": "Id of the organisation in Dinero (firma-ID).",
            "minimum": 1,
        },
        "client_id": {"type": "string", "title": "Client id", "description": "Id of the app or the integration."},
        "client_secret": {
            "type": "string",
            "title": "Client secret",
            "description": "Secret of the app or the integration.",
            "x-secret": True,
        },
        "grant": {
            "enum": ["personal", "connect", "tenant"],
            "title": "Grant",
            "description": "How access is got: by an API key (a personal integration for one organisation), by a "
            "user's consent in Visma Connect, or by Visma Connect for a tenant.",
            "default": "personal",
        },
        "api_key": {
            "type": "string",
            "title": "API key",
            "description": "The organisation's API key; for the grant personal.",
            "x-secret": True,
        },
        "refresh_token": {
            "type": "string",
            "title": "Refresh token",
            "description": "The first refresh token, if it wasn't got by `kontering connect`; for the grant connect.",
            "x-secret": True,
        },
        "tenant_id": {
            "type": "string",
            "title": "Tenant",
            "description": "Id of the tenant in Visma Connect; for the grant tenant.",
        },
        "url": {
            "type": "string",
            "title": "Service",
            "description": "Address of the API; another one is a simulator's.",
            "default": "https://api.dinero.dk",
        },
        "token_url": {
            "type": "string",
            "title": "Tokens",
            "description": "Address that gives tokens; left out, the grant's own, or below `url` if that was set.",
        },
        "calls_a_minute": {
            "type": "integer",
            "title": "Calls a minute",
            "description": "How many calls the organisation has a minute, where it isn't 100; personal integrations "
            "are said to have 60.",
            "minimum": 2,
        },
        "credit_payments": {
            "enum": ["invoice", "credit_note"],
            "title": "Money paid back",
            "description": "Where money that goes back for a credit note is registered: as a negative payment of the "
            "credited invoice, which the credit note has settled, or as a payment of the credit note.",
            "default": "invoice",
        },
        "e_invoice": {
            "enum": ["v3", "v2"],
            "title": "E-invoices",
            "description": "Version of the call that sends an e-invoice.",
            "default": "v3",
        },
        "poll_seconds": {
            "type": "integer",
            "title": "Booking of ledger items",
            "description": "After how many seconds it is asked again whether a ledger item is booked.",
            "default": 5,
            "minimum": 0,
        },
    },
}

URL = "https://api.dinero.dk"
PERSONAL = "https://authz.dinero.dk"
CONNECT = "https://connect.visma.com"
SCOPE = "dineropublicapi:read dineropublicapi:write offline_access"


def filled(settings: Settings) -> Settings:
    """The settings with what was left out.

    >>> filled({"organization": 7})["credit_payments"]
    'invoice'
    """
    defaults = {name: rule["default"] for name, rule in SETTINGS["properties"].items() if "default" in rule}
    return {**defaults, **settings}


def base_url(settings: Settings) -> str:
    return str(settings.get("url") or URL).rstrip("/")


def token_url(settings: Settings) -> str:
    """Where tokens are given: the grant's own host, or that of a url which isn't the ordinary one.

    >>> token_url({"grant": "connect"}), token_url({"url": "http://127.0.0.1:8713"})
    ('https://connect.visma.com/connect/token', 'http://127.0.0.1:8713/dineroapi/oauth/token')
    """
    if settings.get("token_url"):
        return str(settings["token_url"])
    personal = settings.get("grant", "personal") == "personal"
    url = base_url(settings)
    host = url if url != URL else PERSONAL if personal else CONNECT
    return host + ("/dineroapi/oauth/token" if personal else "/connect/token")


def authorize_url(settings: Settings) -> str:
    """Where a user consents.

    >>> authorize_url({}), authorize_url({"url": "http://127.0.0.1:8713"})
    ('https://connect.visma.com/connect/authorize', 'http://127.0.0.1:8713/connect/authorize')
    """
    url = base_url(settings)
    return (CONNECT if url == URL else url) + "/connect/authorize"
