"""What must stand at a place of a file: the text, map or list that is wanted, or the problem that it isn't there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kontering.diagnostics import Diagnostic, closest
from kontering.mapping import problems
from kontering.yaml.nodes import Map, Node, Scalar, Sequence

Out = list[Diagnostic]


NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)


def kind_of(node: Node) -> str:
    """A node in the words of messages."""
    match node:
        case Map():
            return "a map"
        case Sequence():
            return "a list"
        case Scalar(value=bool()):
            return node.text
        case Scalar(value=None):
            return "null"
        case Scalar(value=str()):
            return f"the text {node.text!r}"
        case _:
            return f"the number {node.text}"


def known_keys(node: Map, known: Iterable[str], where: str, out: Out) -> None:
    names = tuple(known)
    for entry in node.entries:
        if entry.key.text not in names:
            out.append(problems.unknown_key(entry.key.span, entry.key.text, where, names))


def misspelt(node: Map, wanted: Iterable[str], known: Iterable[str]) -> bool:
    """Whether an unknown key looks like one that is wanted: the unknown key is told of, so its absence needn't be."""
    names, right = tuple(wanted), (*known,)
    return any(entry.key.text not in right and closest(entry.key.text, names) for entry in node.entries)


def text_of(node: Node | None, where: str, out: Out) -> str | None:
    """The text that must stand here."""
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return node.value
    found = "an empty text" if isinstance(node, Scalar) and node.value == "" else kind_of(node)
    out.append(problems.wrong_kind(node.span, where, "a text", found))
    return None


def map_of(node: Node | None, where: str, out: Out) -> Map | None:
    if node is None or isinstance(node, Map):
        return node
    out.append(problems.wrong_kind(node.span, where, "a map", kind_of(node)))
    return None


def list_of(node: Node | None, where: str, out: Out) -> Sequence | None:
    if node is None or isinstance(node, Sequence):
        return node
    out.append(problems.wrong_kind(node.span, where, "a list", kind_of(node)))
    return None


_WITH_ID = ("id", "each", "as", "let", "when", "fields", "skip", "hold", "error")


def element_id(node: Map, what: str, out: Out) -> str | None:
    """The id of a block or a stop."""
    entry = node.entry("id")
    if entry is None:
        out.extend([] if misspelt(node, ("id",), _WITH_ID) else [problems.no_id(node.span, what)])
        return None
    name = text_of(entry.value, "an id", out)
    if name is not None and not ID.fullmatch(name):
        out.append(problems.bad_name(entry.value.span, name, what))
    return name
