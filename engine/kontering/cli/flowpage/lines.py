"""What a mapping makes lines, payments and fields of, read from the mapping itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from kontering.cli.flowpage.words import Words
from kontering.diagnostics import Span
from kontering.language.tree import Literal as Written
from kontering.language.tree import walk
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.notations import shown
from kontering.mapping.parts import Block, Computed, Constant, Listed, LookUp, Made, Part, Use
from kontering.model.document import LineKind, Supply

KINDS: tuple[LineKind, ...] = get_args(LineKind)
SUPPLIES: tuple[Supply, ...] = get_args(Supply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field of the document with what it comes from and where that is written."""

    field: str
    source: str
    place: Span


def blocks(mapping: Compiled, name: str) -> tuple[Block, ...]:
    """The blocks of one of the document's lists."""
    part = field(mapping.file.made, name)
    return part.blocks if isinstance(part, Listed) else ()


def field(made: Made, name: str) -> Part | None:
    return next((each.part for each in made.fields if each.name == name), None)


def texts(part: Part | None) -> list[str]:
    """The texts that a value may be, as far as they are written in it."""
    match part:
        case Constant(value=str(value)):
            return [value]
        case Computed():
            found = [node.value for node in walk(part.expression.tree) if isinstance(node, Written)]
            return [value for value in found if isinstance(value, str)]
    return []


def kinds_of(block: Block) -> list[LineKind]:
    """The kinds of line that a block can make; all of them if it doesn't say."""
    said = texts(field(block.made, "kind"))
    return [kind for kind in KINDS if kind in said] or list(KINDS)


def supplies_of(mapping: Compiled, params: Mapping[str, Any], otherwise: Supply) -> list[Supply]:
    """What the mapping says is sold, else what the flow says."""
    found: dict[Supply, None] = {}
    for block in blocks(mapping, "lines"):
        part = field(block.made, "supply")
        said = [param_value(part, mapping, params), *texts(part)]
        found |= dict.fromkeys(supply for supply in SUPPLIES if supply in said)
    return list(found) or [otherwise]


def param_value(part: Part | None, mapping: Compiled, params: Mapping[str, Any]) -> Any:
    """The value of `param.x`, where that is all that stands there."""
    text = part.expression.text if isinstance(part, Computed) else ""
    settled = mapping.settled_params(params)
    return settled.get(text.removeprefix("param.")) if text.startswith("param.") else None


def methods_of(mapping: Compiled) -> list[str]:
    """Payment methods that the mapping itself names."""
    found: dict[str, None] = {}
    for block in blocks(mapping, "payments"):
        found |= dict.fromkeys(texts(field(block.made, "method")))
    return list(found)


def rows(mapping: Compiled, words: Words) -> list[Row]:
    """Every field of the document, blocks by their ids."""
    return list(_rows(mapping.file.made, "", words))


def _rows(part: Part, path: str, words: Words) -> Iterator[Row]:
    match part:
        case Made():
            for each in part.fields:
                yield from _rows(each.part, f"{path}.{each.name}" if path else each.name, words)
        case Listed():
            for block in part.blocks:
                yield from _rows(block.made, f"{path}[{block.id}]", words)
        case _:
            yield Row(field=path, source=source_of(part, words), place=part.span)


def source_of(part: Part | None, words: Words) -> str:
    """What a value comes from, in a few words."""
    match part:
        case Computed():
            text = f"`{part.expression.text}`"
        case Constant():
            text = words("fixed", value=f"`{shown(part.value)}`")
        case LookUp():
            by = ", ".join(source_of(key, words) for key in part.keys)
            text = words("from table", table=f"`{part.table}`", keys=by)
        case Use():
            text = words("from mapping", mapping=f"`{part.mapping}`")
        case _:
            return ""
    when = part.options.when
    return f"{text} {words('when condition', text=when.text)}" if when is not None else text
