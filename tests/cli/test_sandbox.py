"""The sandbox serves simulators over real HTTP, says where, and stops when it is asked to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

KONTERING = [sys.executable, "-m", "kontering"]

PROJECT = """
kontering: 1
project: acme
connections:
  books:
    connector: economic
    url: http://127.0.0.1:{port}
    app_secret: {{secret: APP}}
    agreement_grant: {{secret: GRANT}}
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*KONTERING, "sandbox", "economic", "--port", "0", "--json"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def read_json(process: subprocess.Popen[str]) -> Any:
    """What it prints first; the process goes on."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        line = process.stdout.readline()
        assert line, "it ended"
        lines.append(line)
    return json.loads("".join(lines))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_as_the_system_does_and_stops(sandbox: subprocess.Popen[str], how: signal.Signals) -> None:
    served = read_json(sandbox)["economic"]
    settings = served["settings"]
    headers = {"X-AppSecretToken": settings["app_secret"], "X-AgreementGrantToken": settings["agreement_grant"]}

    assert httpx.get(f"{served['url']}/self", headers=headers, trust_env=False).status_code == 200
    assert httpx.get(f"{served['url']}/self", trust_env=False).status_code == 401

    sandbox.send_signal(how)
    assert sandbox.wait(timeout=20) == 0


def test_a_port_that_is_taken_is_told_with_the_way_on(sandbox: subprocess.Popen[str], tmp_path: Path) -> None:
    port = read_json(sandbox)["economic"]["url"].rpartition(":")[2]
    command = [*KONTERING, "sandbox", "economic", "--port", port]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert done.returncode == 3
    assert f"economic can't listen on port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_in_a_project_the_address_of_the_connection_is_served(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "kontering.yaml").write_text(PROJECT.format(port=port), encoding="utf-8")

        done = subprocess.run([*KONTERING, "sandbox"], cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert f"economic can't listen on port {port}" in done.stderr
