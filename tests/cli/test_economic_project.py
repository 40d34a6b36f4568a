"""A new project for e-conomic works as it stands beside its sandbox: planned, booked once, and nothing the second time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

KONTERING = [sys.executable, "-m", "kontering"]
TOKENS = {"X-AppSecretToken": "app-secret", "X-AgreementGrantToken": "agreement-grant"}


def kontering(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KONTERING", "ECO_"))}
    return subprocess.run([*KONTERING, *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=100)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The project's folder, and the address at which its simulated e-conomic is served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert kontering(tmp_path, "init", "shop", "--to", "economic").returncode == 0
    file = tmp_path / "shop" / "kontering.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("http://127.0.0.1:8712", url), encoding="utf-8")
    sandbox = subprocess.Popen([*KONTERING, "sandbox"], cwd=tmp_path / "shop", stdout=subprocess.PIPE, text=True)
    assert sandbox.stdout is not None
    assert sandbox.stdout.readline() == f"economic: {url}\n"
    yield tmp_path / "shop", url
    sandbox.terminate()
    sandbox.communicate()


def booked(url: str) -> list[Any]:
    """What e-conomic itself says that it has."""
    answer = httpx.get(f"{url}/invoices/booked", headers=TOKENS, params={"pagesize": 100}, trust_env=False)
    found: list[Any] = answer.json()["collection"]
    return found


@pytest.mark.slow
def test_it_is_planned_booked_once_and_then_there_is_nothing_to_do(project: tuple[Path, str]) -> None:
    folder, url = project

    assert kontering(folder, "check").stdout == "2 files checked, no problems\n"
    assert kontering(folder, "test").returncode == 0
    pulled = kontering(folder, "pull")
    assert pulled.returncode == 0, pulled.stderr
    assert kontering(folder, "check").stdout == "2 files checked, no problems\n"

    planned = kontering(folder, "plan")
    assert planned.returncode == 0, planned.stderr
    assert "+ create invoice" in planned.stdout
    assert booked(url) == []

    first = kontering(folder, "run")
    assert first.returncode == 0, first.stderr
    assert "7 done, 2 skipped" in first.stdout
    assert len(booked(url)) == 6  # the seventh stays a draft, as its state says

    second = kontering(folder, "run")
    assert "Nothing to do" in second.stdout
    assert len(booked(url)) == 6


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_where_it_was(project: tuple[Path, str]) -> None:
    folder, url = project
    file = folder / "kontering.yaml"
    # a booking of entries whose answer was lost is looked up after a minute; without it the second run ends at once
    never = file.read_text(encoding="utf-8").replace(f"url: {url}", f"url: {url}\n    book_entries: never")
    file.write_text(never, encoding="utf-8")
    running = subprocess.Popen([*KONTERING, "run"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not booked(url) and running.poll() is None:
        time.sleep(0.02)
    running.kill()
    running.wait()

    again = kontering(folder, "run")

    assert again.returncode == 0, again.stderr
    numbers = [invoice["references"]["other"] for invoice in booked(url)]
    assert len(numbers) == len(set(numbers)) == 6
