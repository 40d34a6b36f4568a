"""Bytes into text by the first encoding that fits all of them; nothing is replaced or guessed."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from kontering.connectors.bank import problems
from kontering.diagnostics import Diagnostic, Span


def decoded(data: bytes, name: str, encodings: Sequence[str]) -> str | Diagnostic:
    """The text of a file, without its byte order mark.

    >>> decoded(b"Bel\\xf8b", "x.csv", ["utf-8", "cp1252"])
    'Beløb'
    """
    if not data.strip():
        return problems.empty(name)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    return problems.wrong_encoding(Span(name), list(encodings))
