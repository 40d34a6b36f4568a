"""A new project for Billy works as it stands beside its sandbox: planned, booked once, and nothing the second time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

KONTERING = [sys.executable, "-m", "kontering"]


def kontering(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KONTERING", "BILLY_"))}
    return subprocess.run([*KONTERING, *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=100)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """The project's folder, its simulated Billy being served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert kontering(tmp_path, "init", "shop", "--to", "billy").returncode == 0
    file = tmp_path / "shop" / "kontering.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("http://127.0.0.1:8714", url), encoding="utf-8")
    sandbox = subprocess.Popen([*KONTERING, "sandbox"], cwd=tmp_path / "shop", stdout=subprocess.PIPE, text=True)
    assert sandbox.stdout is not None
    assert sandbox.stdout.readline() == f"billy: {url}\n"
    yield tmp_path / "shop"
    sandbox.terminate()
    sandbox.communicate()


@pytest.mark.slow
def test_it_is_planned_booked_once_and_then_there_is_nothing_to_do(project: Path) -> None:
    assert kontering(project, "check").stdout == "2 files checked, no problems\n"
    assert kontering(project, "test").returncode == 0
    pulled = kontering(project, "pull")
    assert pulled.returncode == 0, pulled.stderr
    assert kontering(project, "check").stdout == "2 files checked, no problems\n"

    planned = kontering(project, "plan")
    assert planned.returncode == 0, planned.stderr
    assert "+ create invoice" in planned.stdout

    first = kontering(project, "run")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "7 done, 2 skipped" in first.stdout

    assert "Nothing to do" in kontering(project, "run").stdout
    recounted = kontering(project, "reconcile", "--connection", "books")
    assert recounted.returncode == 0, recounted.stdout
