"""The settings of a mail server's connection."""

from __future__ import annotations

from kontering.sdk.connector import JsonObject

_DAY = r"^\d{4}-\d\d-\d\d$"

SETTINGS: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host", "from", "books", "since"],
    "properties": {
        "host": {
            "title": "Server",
            "type": "string",
            "minLength": 1,
            "description": "The server's name, as in smtp.example",
        },
        "port": {
            "title": "Port",
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": 65535,
            "default": None,
            "description": "Its port; 587 for starttls, 465 for tls, 25 for none where it isn't said",
        },
        "security": {
            "title": "Security",
            "enum": ["starttls", "tls", "none"],
            "default": "starttls",
            "description": "How the connection is made secret; `none` only for a server on the same machine",
        },
        "ca_file": {
            "title": "Certificates",
            "type": ["string", "null"],
            "x-path": True,
            "default": None,
            "description": "Certificates to trust beside the system's own, for a server with one of its own making",
        },
        "user": {
            "title": "User",
            "type": ["string", "null"],
            "default": None,
            "description": "Who logs in; left out: nobody does",
        },
        "password": {"title": "Password", "x-secret": True, "description": "The password"},
        "from": {
            "title": "Sender",
            "type": "string",
            "minLength": 3,
            "description": "Who it is from: Nordlys <faktura@nordlys.example>",
        },
        "reply_to": {
            "title": "Answers to",
            "type": ["string", "null"],
            "default": None,
            "description": "Where answers go",
        },
        "books": {
            "title": "Books",
            "type": "string",
            "x-connection": True,
            "description": "The connection whose booked documents are sent, and whose PDFs go with them",
        },
        "since": {
            "title": "Since",
            "type": "string",
            "format": "date",
            "pattern": _DAY,
            "description": "Documents of an earlier day are never sent: what was booked before mails were set up",
        },
        "pdf": {
            "title": "PDF",
            "enum": ["books", "render", "none"],
            "default": "books",
            "description": "The PDF: the books' own, one made here of a template (extra `pdf`), or none",
        },
        "letterhead": {
            "title": "Letterhead",
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "default": [],
            "description": "Lines that say who you are, on pages made here and below mails: name, address, VAT number",
        },
        "templates": {
            "title": "Templates",
            "type": "string",
            "x-path": True,
            "default": "mail",
            "description": "Folder with your own templates; what it lacks is taken from those that are shipped",
        },
        "language": {
            "title": "Language",
            "type": "string",
            "minLength": 2,
            "default": "en",
            "description": "Language for buyers whose own is unknown, or has no template",
        },
        "redirect": {
            "title": "Redirect",
            "type": ["string", "null"],
            "default": None,
            "description": "For trying out: every mail goes to this address, and its subject says whom it was for",
        },
        "seconds": {
            "title": "Seconds",
            "type": "integer",
            "minimum": 1,
            "maximum": 300,
            "default": 30,
            "description": "How long the server may take for an answer",
        },
    },
}

PORTS = {"starttls": 587, "tls": 465, "none": 25}
