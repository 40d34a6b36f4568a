"""A disk that is full now and then: a small file system of its own, or, where none may be mounted, a limit on files."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.crash.storms import Outcome, Storm

SIZE = 24 * 1024 * 1024
FULL, ROOM = 2.0, 6.0
"""Seconds for which it is full, and for which it has room again."""


@dataclass(slots=True)
class Disk:
    """Where the store lies; `trouble` fills it and makes room again, in turn."""

    folder: Path = Path()
    mounts: bool = False
    full: bool = False
    until: float = 0.0
    times: int = 0
    limited: list[int] = field(default_factory=list)

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        self.folder = Path(tempfile.mkdtemp())
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", self.folder], capture_output=True)
        self.mounts = made.returncode == 0
        try:
            yield self.folder
        finally:
            if self.mounts:
                subprocess.run(["umount", self.folder], check=True)
            shutil.rmtree(self.folder, ignore_errors=True)

    def was_full(self, outcome: Outcome) -> bool:
        return outcome.fine and self.times > 0

    def trouble(self, storm: Storm) -> None:
        if time.monotonic() < self.until:
            return
        self.full = not self.full and storm.booked() < storm.scenario.orders
        self.until = time.monotonic() + (FULL if self.full else ROOM)
        self.times += self.full
        if self.mounts:
            self._fill() if self.full else (self.folder / "filler").unlink(missing_ok=True)
        else:
            self._limit(storm)

    def _fill(self) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:  # no space left: what was wanted
                return

    def _limit(self, storm: Storm) -> None:
        """No file of the workers may grow: what SQLite's log, and so each commit, must do."""
        allowed = 4096 if self.full else resource.RLIM_INFINITY
        for worker in storm.alive:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (allowed, resource.RLIM_INFINITY))
