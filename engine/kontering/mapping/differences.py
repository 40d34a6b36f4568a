"""Where two documents differ, field by field: two versions of a mapping on the same record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kontering.mapping.fit import Path, dotted


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that comes out otherwise; None where there was nothing, or is nothing now."""

    field: str
    before: Any
    after: Any

    @property
    def general(self) -> str:
        """The field in every element of its list: `lines[3].amount` is `lines[].amount`."""
        return re.sub(r"\[\d+\]", "[]", self.field)


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """The fields that differ, down to single values; 1 and 1.00 are the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for at, one, other in _paired(before, after):
            yield from differences(one, other, (*path, at))
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(dotted(path), before, after)


def _paired(before: list[Any], after: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Elements by their ids if all have one, so that a line less isn't a change of all after it; else by number."""
    one, other = _by_id(before), _by_id(after)
    if one is None or other is None:
        for at in range(max(len(before), len(after))):
            yield at, before[at] if at < len(before) else None, after[at] if at < len(after) else None
        return
    for name in dict.fromkeys([*one, *other]):
        at, element = one.get(name) or other[name]
        yield at, element if name in one else None, other[name][1] if name in other else None


def _by_id(elements: list[Any]) -> dict[Any, tuple[int, Any]] | None:
    found = {element["id"]: (at, element) for at, element in enumerate(elements) if _has_id(element)}
    return found if len(found) == len(elements) else None


def _has_id(element: Any) -> bool:
    return isinstance(element, dict) and isinstance(element.get("id"), str | int)
