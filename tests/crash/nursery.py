"""Starts workers quickly: one process that has everything loaded and tried, and forks a child for each run.

It reads one JSON line a command (`start` a run, `kill` a child, `wait` for one) and answers each with one line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Nursery:
    """The process, as tests see it."""

    process: subprocess.Popen[str]

    @classmethod
    def open(cls) -> Nursery:
        path = os.pathsep.join([str(ROOT), str(ROOT / "engine")])
        return cls(
            subprocess.Popen(
                [sys.executable, "-m", "tests.crash.nursery"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def start(self, **run: Any) -> int:
        """Starts a run and gives back its process."""
        return int(self._say(what="start", run=run))

    def wait(self, pid: int) -> int:
        """Its exit code; minus the signal that killed it."""
        return int(self._say(what="wait", pid=pid))

    def run(self, **run: Any) -> int:
        return self.wait(self.start(**run))

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        self._say(what="kill", pid=pid, signal=int(number))

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def _say(self, **command: Any) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


def child(run: Mapping[str, Any]) -> None:
    """One `kontering run`, as far as the store and the systems can tell."""
    from tests.crash import steady, worker

    if run.get("kill"):
        os.environ["KONTERING_KILL"] = run["kill"]
    works: Mapping[str, Callable[..., None]]
    works = {"economic": worker.economic, "dinero": worker.dinero, "steady": steady.work}
    work: Callable[..., None] = works.get(run.get("to", ""), worker.work)
    try:
        work(**{name: value for name, value in run.items() if name not in ("kill", "to")})
    except KeyboardInterrupt:
        os._exit(130)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def answer(command: Mapping[str, Any]) -> int:
    match command["what"]:
        case "start":
            pid = os.fork()
            if pid == 0:
                child(command["run"])
            return pid
        case "kill":
            os.kill(command["pid"], command["signal"])
            return 0
        case _:
            return os.waitstatus_to_exitcode(os.waitpid(command["pid"], 0)[1])


def main() -> None:
    from tests.crash import steady, worker

    worker.warm_up()
    steady.warm_up()
    for line in sys.stdin:
        sys.stdout.write(f"{answer(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
