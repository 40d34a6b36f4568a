"""The bytes of a file that an author writes: as an editor holds them, not saved yet, or else as they are on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_HELD: ContextVar[Mapping[Path, str]] = ContextVar("held", default={})  # noqa: B039  # nobody writes into it


def content(path: Path) -> bytes:
    """What a file says; an editor's text of it counts more than the disk."""
    held = _HELD.get()
    text = held.get(path.resolve()) if held else None
    return path.read_bytes() if text is None else text.encode("utf-8", "surrogatepass")


def exists(path: Path) -> bool:
    """A file that an editor holds may be new."""
    return path.resolve() in _HELD.get() or path.is_file()


@contextmanager
def holding(texts: Mapping[Path, str]) -> Iterator[None]:
    """Within it `content` reads these texts, by resolved path, in place of the files."""
    before = _HELD.set(texts)
    try:
        yield
    finally:
        _HELD.reset(before)
