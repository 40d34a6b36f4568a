"""How the system says no: the bodies of its error answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

INVALID = "E04300"
MISSING_RESOURCE = "E06000"
DECIMALS = "E04740"
NO_IDENTIFIER = "E04500"
QUANTITY = "E04730"

Errors = dict[str, Any]
"""Errors by property, nested as the body is; lists hold objects with an `arrayIndex`."""


class Bad(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers: Mapping[str, str] = more.pop("headers", {})
        self.more = more

    def body(self, now: datetime) -> dict[str, Any]:
        """The annotated form; parts that the error doesn't have are left out."""
        return {
            "message": self.message,
            **self.more,
            "logId": str(uuid.uuid4()),
            "httpStatusCode": self.status,
            "logTime": now.strftime("%Y-%m-%dT%H:%M:%S"),
        }


def one(code: str, message: str, value: Any = None, hint: str = "") -> Errors:
    """One error of a property."""
    told: Errors = {"errorCode": code, "message": message}
    if value is not None:
        told["value"] = value
    if hint:
        told["developerHint"] = hint
    return {"errors": [told]}


def invalid(errors: Errors) -> Bad:
    """The properties of a body are wrong."""
    hint = "Look into `errors` and mend the request."
    return Bad(400, "Validation error.", errorCode=INVALID, developerHint=hint, errors=errors)


def not_found(what: str) -> Bad:
    return Bad(
        404, f"{what} was not found.", errorCode="E06000", developerHint="The address names nothing that exists."
    )


def refused(message: str, code: str = INVALID) -> Bad:
    """A rule of the books says no, and no property is to blame."""
    return Bad(400, message, errorCode=code, developerHint="See the message.")
