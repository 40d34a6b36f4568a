"""Keeps secrets out of logs and messages: the connection's own, and what goes by a secret's name in a query."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kontering.sdk.connector import Connector, Settings

MASK = "***"
_NAMED = re.compile(r"(?i)([?&][^=&#]*(?:key|secret|token|signature|password|nonce|code)[^=&#]*=)[^&#\s]+")
_SHORTEST = 4


def secrets_of(connector: Connector, settings: Settings) -> tuple[str, ...]:
    """The values of the settings that the connector marks as secret, longest first."""
    marked = _marked(connector.settings.get("properties", {}))
    values = {str(settings[name]) for name in marked if settings.get(name)}
    return tuple(sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True))


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets.

    >>> masked("https://shop.test/orders?page=2&consumer_secret=cs_1", ["hunter2"])
    'https://shop.test/orders?page=2&consumer_secret=***'
    """
    for secret in secrets:
        text = text.replace(secret, MASK)
    return _NAMED.sub(rf"\g<1>{MASK}", text)


class Quiet(logging.Filter):
    """httpx writes each URL with its query into its log; we write our own line, so this one goes."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("HTTP Request:")


QUIET = Quiet()


def quieten() -> None:
    logging.getLogger("httpx").addFilter(QUIET)


def _marked(properties: Mapping[str, Any]) -> Iterable[str]:
    return (name for name, schema in properties.items() if schema.get("x-secret"))
