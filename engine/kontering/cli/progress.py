"""Draws what a run tells: bars on a terminal, plain lines elsewhere, both on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kontering.cli import output
from kontering.sync.progress import Ended, Event, Tell, Tick, Troubled, Unreadable

PACE = 5.0
"""Seconds between two plain lines of the same counter."""

WORDS = {"read": "reading", "deliver": "delivering"}


@contextmanager
def shown() -> Iterator[Tell]:
    """A teller that draws, until the block ends."""
    aside = _Aside()
    if sys.stderr.isatty() and not output.wants_json():
        with _bars() as tell:
            yield lambda event: tell(event) if aside.passes(event) else None
    else:
        lines = _Lines()
        yield lambda event: lines.tell(event) if aside.passes(event) else None
        lines.end()
    for event in aside.left.values():
        _note(event, output.note)


@dataclass(slots=True)
class _Aside:
    """What is held or failed is told at the end: a credit note that came before its invoice goes on later."""

    left: dict[str, Ended] = field(default_factory=dict)

    def passes(self, event: Event) -> bool:
        """Whether the event is to be told at once."""
        if not isinstance(event, Ended):
            return True
        if event.state in ("held", "failed"):
            self.left[event.key] = event
        else:
            self.left.pop(event.key, None)
        return False


@dataclass(slots=True)
class _Lines:
    """Counters as plain lines, now and then and at their end; everything else as it happens."""

    last: dict[str, Tick] = field(default_factory=dict)
    printed: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, event: Event) -> None:
        with self.lock:
            if not isinstance(event, Tick):
                _note(event, output.note)
                return
            name = label(event)
            self.last[name] = event
            if time.monotonic() - self.printed.setdefault(name, time.monotonic()) > PACE:
                self._print(name)

    def end(self) -> None:
        for name in list(self.last):
            self._print(name)

    def _print(self, name: str) -> None:
        tick = self.last.pop(name)
        self.printed[name] = time.monotonic()
        output.note(f"{name}: {tick.done}" + (f" of {tick.total}" if tick.total is not None else ""))


def label(tick: Tick) -> str:
    return f"{WORDS[tick.stage]} {tick.name}".rstrip()


def _note(event: Ended | Troubled | Unreadable, say: Callable[[str], None]) -> None:
    """What a person should see at once."""
    if isinstance(event, Unreadable):
        say(output.painted(event.problem))
    elif isinstance(event, Troubled):
        say(f"{event.connection}: {event.trouble}")
    elif event.state in ("held", "failed"):
        name = f"{event.key} ({event.number})" if event.number else event.key
        say(f"{output.careful(event.state)} {name}: {event.reason}")


@contextmanager
def _bars() -> Iterator[Tell]:
    # only a terminal that shows bars pays for rich
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True)) as bars:

        def tell(event: Event) -> None:
            if not isinstance(event, Tick):
                _note(event, lambda text: bars.console.print(Text.from_ansi(text)))
                return
            name = label(event)
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=event.total)
            bars.update(tasks[name], completed=event.done, total=event.total)

        yield tell
        for task in bars.tasks:
            bars.update(task.id, total=task.completed)  # a source that didn't say how much it has is read to its end
