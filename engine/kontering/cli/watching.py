"""Does something again each time a file changes, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from kontering.cli import output
from kontering.mapping.roots import display

PAUSE = 0.3  # seconds between two looks
ENDINGS = frozenset((".yaml", ".yml", ".csv", ".json", ".jsonl"))

State = Mapping[Path, tuple[int, int]]


def watch(folders: Iterable[Path], work: Callable[[], int]) -> int:
    """Works, and works again after each change below the folders; the last exit code once a person has had enough."""
    roots = list(folders)
    code = work()
    try:
        seen = state(roots)
        output.note(_waiting(roots))
        while True:
            time.sleep(PAUSE)
            now = state(roots)
            if now != seen:
                output.note(f"\n{', '.join(map(display, changed(seen, now)))} changed")
                seen = now
                code = work()
    except KeyboardInterrupt:
        output.note("")
        return code


def _waiting(roots: list[Path]) -> str:
    named = ", ".join(display(root) for root in roots)
    return f"Watching {named}; Ctrl-C ends it."


def state(roots: Iterable[Path]) -> State:
    """Each file that counts, with when it was changed and how long it is."""
    found = {}
    for path in _files(roots):
        try:
            stat = path.stat()
        except OSError:  # it went away between two looks
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def changed(before: State, after: State) -> list[Path]:
    """Files that are new, gone or different."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        if root.is_file():
            yield root
        for path in root.rglob("*") if root.is_dir() else ():
            if path.suffix in ENDINGS and not any(part.startswith(".") for part in path.relative_to(root).parts):
                yield path
