"""A new project for other books works as it stands beside its sandbox: planned, booked once, nothing the second time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PORTS = {"billy": 8714, "dinero": 8713}
"""Where a new project expects the simulated books."""
DONE = {"billy": 7, "dinero": 6}
"""Of the orders that it begins with; Dinero has no VAT codes of other countries."""

KONTERING = [sys.executable, "-m", "kontering"]


def kontering(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KONTERING", "BILLY_", "DINERO_"))}
    return subprocess.run([*KONTERING, *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=100)


@pytest.fixture(params=sorted(PORTS))
def books(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path, books: str) -> Iterator[Path]:
    """The project's folder, its simulated books being served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert kontering(tmp_path, "init", "shop", "--to", books).returncode == 0
    file = tmp_path / "shop" / "kontering.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"http://127.0.0.1:{PORTS[books]}", url), encoding="utf-8")
    sandbox = subprocess.Popen([*KONTERING, "sandbox"], cwd=tmp_path / "shop", stdout=subprocess.PIPE, text=True)
    assert sandbox.stdout is not None
    assert sandbox.stdout.readline() == f"{books}: {url}\n"
    yield tmp_path / "shop"
    sandbox.terminate()
    sandbox.communicate()


@pytest.mark.slow
def test_it_is_planned_booked_once_and_then_there_is_nothing_to_do(project: Path, books: str) -> None:
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
    assert f"{DONE[books]} done, 2 skipped" in first.stdout

    assert "Nothing to do" in kontering(project, "run").stdout
    recounted = kontering(project, "reconcile", "--connection", "books")
    assert recounted.returncode == 0, recounted.stdout
