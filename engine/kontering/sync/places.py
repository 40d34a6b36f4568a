"""Where in a mapping a part of a payload is written: so that a target's «no» leads to the line that made it."""

from __future__ import annotations

from collections.abc import Sequence

from kontering.diagnostics import Span
from kontering.mapping.parts import Block, Listed, Made, MappingFile, Part


def place(file: MappingFile, pointer: str) -> Span:
    """The nearest line for a path into the payload (`/lines/0/product/productNumber`)."""
    steps = [step for step in pointer.split("/") if step]
    return _place(file.made, steps)


def _place(part: Part, steps: Sequence[str]) -> Span:
    if not steps:
        return part.span
    match part:
        case Made(fields=fields):
            found = next((field for field in fields if field.name == steps[0]), None)
            return part.span if found is None else _inside(found.part, steps[1:], found.span)
        case Listed(blocks=blocks) if blocks:
            return _inside(_block(blocks, steps[0]).made, steps[1:], _block(blocks, steps[0]).span)
        case _:
            return part.span


def _inside(part: Part, steps: Sequence[str], otherwise: Span) -> Span:
    return _place(part, steps) if steps and isinstance(part, Made | Listed) else otherwise


def _block(blocks: Sequence[Block], step: str) -> Block:
    """The block that most probably made an element: one without `each` makes one, the first with it the others."""
    number = int(step) if step.isdecimal() else 0
    single = [block for block in blocks if block.each is None]
    loops = [block for block in blocks if block.each is not None]
    if loops and number >= len(blocks) - len(loops):
        return loops[0]
    return single[number] if number < len(single) else blocks[0]
