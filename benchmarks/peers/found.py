"""Which peers are installed, and how they are started.

Airbyte's CDK and JSONata may be anywhere: KONTERING_BENCH_AIRBYTE names a Python that has the one, and
KONTERING_BENCH_JSONATA a folder with the other in its node_modules.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def airbyte() -> list[str] | None:
    python = os.environ.get("KONTERING_BENCH_AIRBYTE", sys.executable)
    found = subprocess.run([python, "-c", "import airbyte_cdk"], capture_output=True, check=False)
    return [python, str(HERE / "airbyte_fields.py")] if found.returncode == 0 else None


def jsonata() -> list[str] | None:
    node = shutil.which("node")
    if node is None:
        return None
    found = subprocess.run([node, "-e", "require('jsonata')"], env=environment(), capture_output=True, check=False)
    return [node, str(HERE / "jsonata_lines.cjs")] if found.returncode == 0 else None


def jq() -> list[str] | None:
    found = shutil.which("jq")
    return [found, "-c", "-f", str(HERE / "lines.jq")] if found else None


def environment() -> dict[str, str]:
    """With node's modules, wherever they are."""
    folder = os.environ.get("KONTERING_BENCH_JSONATA")
    return {**os.environ, "NODE_PATH": str(Path(folder) / "node_modules")} if folder else dict(os.environ)


class Asked:
    """A peer in a process of its own: each line is a round, and its answer the seconds of it."""

    def __init__(self, command: list[str], orders: Path, results: Path) -> None:
        self.process = subprocess.Popen(
            [*command, str(orders), str(results)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __call__(self) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
