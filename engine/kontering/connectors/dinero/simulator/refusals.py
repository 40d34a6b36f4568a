"""How the system says no: codes, and the bodies of its error answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_FOUND = 40
UNAUTHORIZED = 41
VALIDATION = 42
LIMIT = 43
RULE = 45
STALE = 58
NO_SUCH_DOCUMENT = 63
DELETED = 65
DUPLICATE = 72
NO_PRO = 90


class Bad(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, code: int, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = dict(errors or {})

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "validationErrors": self.errors,
            "languageSpecificMessages": [{"property": "message", "message": self.message}],
            "errorMessageList": [{"Code": name, "Message": text} for name, text in self.errors.items()]
            or [{"Code": "message", "Message": self.message}],
        }


def invalid(errors: Mapping[str, str]) -> Bad:
    """Fields of the body are wrong."""
    return Bad(400, VALIDATION, next(iter(errors.values())), errors)


def rule(message: str, field: str = "") -> Bad:
    """A rule of the books says no."""
    return Bad(400, RULE, message, {field: message} if field else None)


def duplicate() -> Bad:
    return Bad(409, DUPLICATE, "Duplicated entity")


def stale() -> Bad:
    message = "The timestamp is outdated"
    return Bad(400, STALE, message, {"Timestamp": message})


def no_such(what: str) -> Bad:
    """Documents that aren't there are a 400."""
    return Bad(400, NO_SUCH_DOCUMENT, f"Invalid {what}Guid, no results found")


def not_found(what: str) -> Bad:
    return Bad(404, NOT_FOUND, f"{what} was not found")


def deleted(what: str) -> Bad:
    return Bad(400, DELETED, f"The {what} is deleted")
