"""Writes a whole mapping as one flat function: the record's notations, lets, stops, fields, blocks, look-ups and uses.

The code makes what `run.run` makes, or gives up: what is held or wrong is decided and worded there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontering.language import emit
from kontering.language.known import ANY, TEXT
from kontering.language.writer import Code, Writer
from kontering.mapping import structs
from kontering.mapping import written_objects as objects
from kontering.mapping import written_values as values
from kontering.mapping.written import NotWritten, Work

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled

__all__ = ["NotWritten", "write"]


def write(mapping: Compiled, shape: structs.Shape | None) -> Code:
    """The function of a record, of the params' values, tables and zone; it gives the document, or an outcome."""
    writer = Writer()
    here = emit.emitter(writer, mapping.file.strict, writer.constant(True))  # all names at once: never null
    work = Work(mapping, here, "/" in mapping.target, {**values.PARTS, **objects.PARTS})
    writer.line("made = 0")
    if shape is None:
        writer.bind(mapping.file.record, "record")
    else:
        writer.known["record"] = shape.known
        writer.bind(mapping.file.record, "record", is_object=True)
        structs.read(writer, "record", shape)
    writer.parts = {"param": _params(work)}
    whole = objects.through(work, mapping.wanted, outermost=True)
    writer.line(f"return {whole}")
    return writer.finish("mapping", ("record", "params", "tables", "zone"))


def _params(work: Work) -> dict[str, str]:
    """The locals of the params; that texts are texts is seen to beforehand."""
    found = {param.name: work.writer.fresh() for param in work.mapping.params}
    if found:
        work.writer.line(f"{', '.join(found.values())}, = params")
    for param in work.mapping.params:
        work.writer.known[found[param.name]] = TEXT if param.type == "text" else ANY
    return found
