"""`kontering connect`: consent in a browser, tokens sealed in the store, and a run that uses them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from kontering.connectors.dinero.simulator import make
from kontering.store.tokens import new_key
from kontering.testing import serve

KONTERING = [sys.executable, "-m", "kontering"]
PROJECT = """
kontering: 1
project: acme
store: sqlite:///kontering.db
connections:
  books:
    connector: dinero
    url: {url}
    organization: 123456
    grant: {grant}
    client_id: client
    client_secret: {{secret: DINERO_SECRET}}
    tables: {{accounts: accounts.csv}}
flows: {{}}
"""


def project(folder: Path, url: str, key: str = "", grant: str = "connect") -> Path:
    (folder / "kontering.yaml").write_text(PROJECT.format(url=url, grant=grant), encoding="utf-8")
    (folder / "accounts.csv").write_text("role,code,account\nrevenue,*,1000\n", encoding="utf-8")
    secrets = folder / "secrets.env"
    secrets.write_text(f"DINERO_SECRET=client-secret\n{key and f'KONTERING_TOKEN_KEY={key}'}\n", encoding="utf-8")
    secrets.chmod(0o600)
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KONTERING, *words], cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_person_consents_and_the_books_can_be_read(tmp_path: Path) -> None:
    simulator = make()
    with serve(simulator) as served:
        folder = project(tmp_path, served.url, new_key())
        command = [*KONTERING, "connect", "books", "--no-browser", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as asking:
            assert asking.stdout is not None
            address = asking.stdout.readline().strip()
            answer = httpx.get(address, follow_redirects=True, trust_env=False)
            said = asking.stdout.read()
        pulled = run(folder, "pull", "books")

    assert "Access was granted" in answer.text
    assert "books has access" in said
    assert asking.returncode == 0
    assert pulled.returncode == 0, pulled.stderr
    assert "account" in pulled.stdout


def test_without_a_key_it_says_what_to_write(tmp_path: Path) -> None:
    done = run(project(tmp_path, "http://127.0.0.1:1"), "connect", "books")

    assert done.returncode == 2
    assert "KONTERING_TOKEN_KEY=" in done.stderr


@pytest.mark.parametrize(("name", "says"), [("book", "did you mean 'books'?"), ("books", "nobody needs to consent")])
def test_only_who_needs_consent_is_asked(tmp_path: Path, name: str, says: str) -> None:
    done = run(project(tmp_path, "http://127.0.0.1:1", new_key(), grant="tenant"), "connect", name)

    assert done.returncode == 2
    assert says in done.stderr


def test_before_consent_the_connection_is_denied(tmp_path: Path) -> None:
    with serve(make()) as served:
        done = run(project(tmp_path, served.url, new_key()), "pull", "books")

    assert done.returncode == 3
    assert "kontering connect" in done.stderr
