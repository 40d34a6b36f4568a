"""Reads a YAML file into nodes, and refuses what YAML would guess at."""

from __future__ import annotations

from kontering.diagnostics import Diagnostic
from kontering.yaml.nodes import Node


def decode(data: bytes, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of a file's bytes: UTF-8, not too long, without control characters."""
    raise NotImplementedError


def compose(text: str, file: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """The nodes of a YAML text, and what is wrong with it. There is no node where it can't be read at all."""
    raise NotImplementedError
