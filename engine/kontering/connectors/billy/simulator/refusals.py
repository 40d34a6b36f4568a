"""Billy's way of saying no: a code, a message, and for bodies what is wrong with which property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Errors = dict[str, Any]
"""Messages by property; children are lists of such maps, or None where a child is right."""

NEEDED = "Feltet er påkrævet."
TAKEN = "Nummeret er allerede i brug."
FIXED = "Feltet kan ikke ændres."
LOCKED_PERIOD = "Perioden er låst."


class Bad(Exception):
    """The request is answered with an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        validation: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.validation = validation
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "meta": {"statusCode": self.status, "success": False, "time": 0.02},
            "errorCode": self.code,
            "errorMessage": self.message,
        }
        if self.validation is not None:
            told["validationErrors"] = self.validation
        return told


def invalid(singular: str, errors: Errors, status: int) -> Bad:
    """The properties of a record are wrong."""
    return Bad(status, "E_VALIDATION", "Der er en fejl i et felt.", validation={singular: nested(errors)})


def nested(errors: Errors) -> dict[str, Any]:
    """Messages below `attributes`, those of children beside it.

    >>> nested({"entryDate": "no", "lines": [None, {"productId": "no"}]})
    {'attributes': {'entryDate': 'no'}, 'lines': [None, {'attributes': {'productId': 'no'}}]}
    """
    own = {name: told for name, told in errors.items() if isinstance(told, str)}
    below = {
        name: [nested(one) if one else None for one in told] for name, told in errors.items() if isinstance(told, list)
    }
    return {"attributes": own, **below}


def not_found(what: str) -> Bad:
    return Bad(404, "E_NOT_FOUND", f"Kunne ikke finde {what}.")


def refused(message: str, status: int, code: str = "E_REFUSED") -> Bad:
    """A rule of the books says no, and no property is to blame."""
    return Bad(status, code, message)
