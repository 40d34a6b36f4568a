"""What goes wrong becomes one sentence and an exit code: never a traceback, never a secret."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KONTERING = [sys.executable, "-m", "kontering"]


def kontering(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KONTERING", "ECO_"))}
    done = subprocess.run(
        [*KONTERING, *arguments], cwd=folder, env=own | more, capture_output=True, text=True, timeout=100
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("failures") / "shop"
    assert kontering(folder.parent, "init", "shop").returncode == 0
    return folder


@pytest.fixture(scope="module")
def eco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose books can't be reached: nobody listens on the port."""
    folder = tmp_path_factory.mktemp("failures") / "eco"
    assert kontering(folder.parent, "init", "eco", "--to", "economic").returncode == 0
    file = folder / "kontering.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(":8712", ":9"), encoding="utf-8")
    return folder


def test_a_system_that_is_down_is_exit_3(eco: Path) -> None:
    done = kontering(eco, "pull")

    assert done.returncode == 3
    assert "127.0.0.1:9" in done.stderr or "books" in done.stderr


def test_wrong_credentials_are_never_printed(eco: Path) -> None:
    for arguments in (["pull"], ["pull", "--json"], ["check"]):
        done = kontering(eco, *arguments, ECO_APP="a-very-secret-token", ECO_GRANT="another-secret")

        assert "secret" not in (done.stdout + done.stderr).replace("secrets.env", "")


def test_a_missing_secret_is_named_with_the_places_looked_in(eco: Path) -> None:
    (eco / "secrets.env").rename(eco / "away")
    done = kontering(eco, "pull")
    (eco / "away").rename(eco / "secrets.env")

    assert done.returncode == 1
    assert "the secret 'ECO_APP' is nowhere" in done.stderr
    assert "looked in the environment" in done.stderr


def test_a_secrets_file_for_everybody_is_refused(eco: Path) -> None:
    (eco / "secrets.env").chmod(0o644)
    done = kontering(eco, "pull")
    (eco / "secrets.env").chmod(0o600)

    assert done.returncode == 1
    assert "chmod 600 secrets.env" in done.stderr


def test_with_json_a_failure_is_json_too(eco: Path) -> None:
    done = kontering(eco, "pull", "--json")

    assert done.returncode == 3
    assert set(json.loads(done.stdout)) == {"error"}


def test_problems_are_json_too(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "kontering.yaml").write_text("kontering: 1\nproject: Acme\nconnections: {}\n", encoding="utf-8")
    done = kontering(tmp_path, "run", "--json")

    assert done.returncode == 1
    assert [problem["code"] for problem in json.loads(done.stdout)["problems"]] == ["K154", "K151"]


def test_a_store_that_is_none_is_told(shop: Path) -> None:
    (shop / "kontering.db").write_text("not a database, but long enough to be read as one " * 50, encoding="utf-8")
    done = kontering(shop, "run")
    (shop / "kontering.db").unlink()

    assert done.returncode == 3
    assert "kontering.db" in done.stderr


def test_a_reader_that_has_had_enough_is_no_failure(shop: Path) -> None:
    command = f"{sys.executable} -m kontering docs schemas project | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=shop, capture_output=True, text=True, timeout=60)

    assert done.stdout.startswith("project: ")
    assert done.stderr == ""


def test_ctrl_c_says_that_nothing_is_lost(shop: Path) -> None:
    """Interrupted while it waits for its record on standard input."""
    process = subprocess.Popen(
        [*KONTERING, "eval", "order.total", "--record", "-"],
        cwd=shop, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Nothing is lost" in said
    assert "Traceback" not in said


def test_a_run_needs_no_fixtures_of_tests(tmp_path: Path) -> None:
    assert kontering(tmp_path, "init", "shop").returncode == 0
    mapping = tmp_path / "shop" / "mappings" / "shop" / "order-to-invoice.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("5101-plain-dk.json", "gone.json"), encoding="utf-8")

    assert kontering(tmp_path / "shop", "check").returncode == 1
    assert kontering(tmp_path / "shop", "run").returncode == 0
