"""Ids inside e-conomic's resource addresses: signs that a path can't carry are written `_n_`."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

_SIGNS = {
    "<": "_0_",
    ">": "_1_",
    "*": "_2_",
    "%": "_3_",
    ":": "_4_",
    "&": "_5_",
    "/": "_6_",
    "\\": "_7_",
    "_": "_8_",
    " ": "_9_",
    "?": "_10_",
    ".": "_11_",
    "#": "_12_",
    "+": "_13_",
}
_BACK = {mark: sign for sign, mark in _SIGNS.items()}


def in_path(value: object) -> str:
    """An id as it stands in an address; what is no such sign is percent-encoded.

    >>> in_path("2025/2026"), in_path("A_1 ø"), in_path(20017)
    ('2025_6_2026', 'A_8_1_9_%C3%B8', '20017')
    """
    return quote("".join(_SIGNS.get(char, char) for char in str(value)), safe="")


def from_path(segment: str) -> str:
    """The id that a segment of an address stands for.

    >>> from_path("2025_6_2026"), from_path("A_8_1_9_%C3%B8")
    ('2025/2026', 'A_1 ø')
    """
    return re.sub(r"_\d+_", lambda found: _BACK.get(found[0], found[0]), unquote(segment))
