"""A text with a word put in at the pointer, so that what is being typed can be read by the ordinary parsers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kontering.yaml.load import compose
from kontering.yaml.nodes import Node

MARK = "zq0mark0qz"
"""No name of anybody's, and a name in every language of a mapping."""

_KEY_IN_BLOCK = re.compile(r"\s*(?:- )*[\w+.-]*")
_CLOSERS = {"{": "}", "[": "]"}


def as_key(text: str, line: int, column: int) -> tuple[str, Node] | None:
    """The text with a key at the pointer, where one may stand."""
    before, after = _around(text, line, column)
    if not _may_be_key(before) or re.match(r"[\w+-]*\s*:", after):
        return None
    rest = after.lstrip() if before.strip(" -") == "" or not after.strip() else after
    return next(_composed(text, line, [f"{before}{MARK}: {rest}", f"{before}{MARK}: {_closing(before)}"]), None)


def as_value(text: str, line: int, column: int) -> tuple[str, Node] | None:
    """The text with a word at the pointer; what an author hasn't closed yet is closed."""
    before, after = _around(text, line, column)
    return next(
        _composed(
            text,
            line,
            [
                f"{before}{MARK}{after}",
                f"{before}{MARK}{_closing(before)}",
                f"{before}{MARK}{_closing(before, blocks=False)}{after}",
            ],
        ),
        None,
    )


def _around(text: str, line: int, column: int) -> tuple[str, str]:
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    return written[: column - 1], written[column - 1 :]


def _composed(text: str, line: int, candidates: list[str]) -> Iterator[tuple[str, Node]]:
    lines = text.splitlines() or [""]
    while len(lines) < line:
        lines.append("")
    for candidate in candidates:
        whole = "\n".join([*lines[: line - 1], candidate, *lines[line:], ""])
        node, _ = compose(whole, "")
        if node is not None:
            yield whole, node


def _may_be_key(before: str) -> bool:
    if _KEY_IN_BLOCK.fullmatch(before):
        return True
    inside = _open_brackets(before)
    return bool(inside) and inside[-1] == "{" and re.search(r"[{,]\s*[\w+]*$", before) is not None


def _closing(before: str, *, blocks: bool = True) -> str:
    """What closes the quotes, templates and brackets that are open at the pointer."""
    quote = _open_quote(before)
    inner = _inner(before, quote) if quote else ""
    outer = "".join(_CLOSERS[one] for one in reversed(_open_brackets(before)))
    return f"{inner}{quote}{outer if blocks else ''}"


def _inner(before: str, quote: str) -> str:
    """Closes what is open in a quoted expression: `"{{ order.`, `"sum(order.lines[].`."""
    return closed(before[before.rfind(quote) + 1 :])[len(before) - before.rfind(quote) - 1 :]


def closed(expression: str) -> str:
    """An expression with what its author hasn't closed yet.

    >>> closed("sum(order.lines[?kind == 'a"), closed("{% if order.paid")
    ("sum(order.lines[?kind == 'a'])", '{% if order.paid%}')
    """
    open_: list[str] = []
    for at, char in enumerate(expression):
        if open_ and char == open_[-1][0]:
            open_.pop()
        elif open_ and open_[-1] in ("'", '"'):
            continue
        elif char in "([{'\"":
            open_.append({"(": ")", "[": "]", "{": "}"}.get(char, char))
        elif char == "%" and expression[at - 1 : at] == "{":
            open_[-1:] = ["%}"]
    return expression + "".join(reversed(open_))


def _open_quote(before: str) -> str:
    quote = ""
    for at, char in enumerate(before):
        if quote and char == quote and before[at - 1] != "\\":
            quote = ""
        elif not quote and char in "\"'" and re.search(r"[\s\[{,:]$", before[:at]):
            quote = char
    return quote


def _open_brackets(before: str) -> list[str]:
    """Flow maps and lists that are open at the pointer; brackets of expressions in plain text don't count."""
    found: list[str] = []
    quote = ""
    for at, char in enumerate(before):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and re.search(r"[\s\[{,:]$", before[:at]):
            quote = char
        elif char in _CLOSERS and re.search(r"(^|[\s\[{,:])$", before[:at]):
            found.append(char)
        elif found and char == _CLOSERS[found[-1]]:
            found.pop()
    return found
