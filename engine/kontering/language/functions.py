"""The functions of paths and the filters of calculations: signature, one line, an example that is a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """How a function is called and what it gives; `example` is an expression, `gives` its value as JSON."""

    name: str
    signature: str
    line: str
    example: str
    gives: str


FUNCTIONS: dict[str, Function] = {}
FILTERS: dict[str, Function] = {}
