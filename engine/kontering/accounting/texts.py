"""Texts made fit for the target: cleaned by the rules that are set, cut to its lengths, with nothing lost."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from kontering.accounting import holds
from kontering.accounting.settings import Settings, TextRule
from kontering.model.document import Planned, Sale, Warned
from kontering.model.plan import Hold

T = TypeVar("T")

# Names and remarks for people; ids, numbers and addresses of machines are never touched.
WORDS = frozenset(
    ("name", "contact", "street", "street2", "city", "region", "description", "note", "reference", "reason")
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str, rules: frozenset[TextRule]) -> str:
    """A text after the rules, in their fixed order.

    >>> clean("Cafe\u0301  \u202eNord\u202c \U0001f600", frozenset(["nfc", "no_bidi", "basic_plane", "single_blanks"]))
    'Café Nord'
    """
    if "nfc" in rules:
        text = unicodedata.normalize("NFC", text)
    if "no_bidi" in rules:
        text = _BIDI.sub("", text)
    if "basic_plane" in rules:
        text = "".join(char for char in text if ord(char) <= 0xFFFF)
    return " ".join(text.split()) if "single_blanks" in rules else text


def cleaned(sale: Sale, settings: Settings) -> tuple[Sale, tuple[Warned, ...]]:
    """The sale with its texts cleaned, and one warning if any of them changed."""
    found = _each(sale, settings.text_rules) if settings.text_rules else sale
    if found == sale:
        return sale, ()
    message = f"texts were cleaned by the rules {', '.join(sorted(settings.text_rules))}"
    return found, (Warned(code="TEXT_SANITIZED", message=message),)


def fitted(document: Planned, settings: Settings) -> Planned | Hold:
    """The document with no text longer than the target takes; what was cut stands whole in the note."""
    found = document
    for path, limit in sorted(settings.target_limits.items(), key=lambda item: item[0] == "note"):
        whole = _longest(found, path.replace("[]", "").split("."), limit)
        if whole and settings.on_too_long == "error":
            return holds.too_long(document.key, path, max(len(text) for text in whole), limit)
        if whole:
            found = _cut(found, path.replace("[]", "").split("."), limit)
            found = _remembered(found, path, whole, limit)
    return found


def _each(value: T, rules: frozenset[TextRule]) -> T:
    """Any dataclass with the words in it cleaned; a text of which nothing is left becomes a question mark or None."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for item in fields(value):
        part = getattr(value, item.name)
        if isinstance(part, tuple):
            changes[item.name] = tuple(_each(one, rules) for one in part)
        elif isinstance(part, str) and item.name in WORDS:
            changes[item.name] = clean(part, rules) or ("?" if item.name in ("name", "description") else None)
        elif is_dataclass(part):
            changes[item.name] = _each(part, rules)
    return replace(value, **changes) if changes else value


def _longest(value: Any, path: list[str], limit: int) -> list[str]:
    """Every text under a path that is too long, whole."""
    if isinstance(value, tuple):
        return [text for part in value for text in _longest(part, path, limit)]
    if isinstance(value, str):
        return [value] if not path and len(unicodedata.normalize("NFC", value)) > limit else []
    return _longest(getattr(value, path[0], None), path[1:], limit) if path and value is not None else []


def _cut(value: Any, path: list[str], limit: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_cut(part, path, limit) for part in value)
    if isinstance(value, str):
        plain = unicodedata.normalize("NFC", value)
        return plain[:limit].rstrip() if len(plain) > limit else value
    if value is None or not path or not hasattr(value, path[0]):
        return value
    return replace(value, **{path[0]: _cut(getattr(value, path[0]), path[1:], limit)})


def _remembered(document: Planned, path: str, whole: list[str], limit: int) -> Planned:
    message = f"{path} was cut to {limit} characters"
    kept = [] if path == "note" else whole
    note = "\n".join(dict.fromkeys([*([document.note] if document.note else []), *kept])) or None
    warned = Warned(code="FIELD_TRUNCATED", message=message)
    return replace(document, note=note, warnings=(*document.warnings, warned))
