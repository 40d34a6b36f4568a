"""Secrets come from the environment, then from secrets.env; they are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from kontering.diagnostics import Span
from kontering.errors import Problems
from kontering.project.secrets import Secret, filled, find

KEY = Secret("KONTERING_TEST_KEY", Span("kontering.yaml", 5, 40))


def write(folder: Path, text: str, mode: int = 0o600) -> None:
    path = folder / "secrets.env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_the_file_beside_the_project_is_read(tmp_path: Path) -> None:
    write(tmp_path, "# the shop\n\nexport KONTERING_TEST_KEY = 'ck=1'\nOTHER=\"x\"\n")

    assert filled({"url": "https://shop.example", "key": KEY}, tmp_path) == {
        "url": "https://shop.example",
        "key": "ck=1",
    }
    assert find("OTHER", tmp_path) == "x"


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY.name, "from the environment")
    write(tmp_path, f"{KEY.name}=from the file\n")

    assert find(KEY.name, tmp_path) == "from the environment"


def test_a_file_that_others_may_read_is_refused_and_its_values_stay_unsaid(tmp_path: Path) -> None:
    write(tmp_path, f"{KEY.name}=ck_123\n", mode=0o644)

    with pytest.raises(Problems) as refused:
        find(KEY.name, tmp_path)

    (problem,) = refused.value.diagnostics
    assert "K157" in str(problem)
    assert "chmod 600 secrets.env" in str(problem)
    assert "ck_123" not in str(problem)


def test_a_line_that_is_no_secret_is_named_by_its_number_only(tmp_path: Path) -> None:
    write(tmp_path, "A=1\nck_123 without a name\n")

    with pytest.raises(Problems) as refused:
        find("NOWHERE_TO_BE_FOUND", tmp_path)

    assert "secrets.env:2:1: error[K157]" in str(refused.value)
    assert "ck_123" not in str(refused.value)


def test_all_missing_secrets_are_named_at_once_with_their_places(tmp_path: Path) -> None:
    other = Secret("KONTERING_TEST_OTHER", Span("kontering.yaml", 6, 40))

    with pytest.raises(Problems) as refused:
        filled({"key": KEY, "other": other}, tmp_path)

    said = [str(problem).splitlines()[0] for problem in refused.value.diagnostics]
    assert said == [
        "kontering.yaml:5:40: error[K156]: the secret 'KONTERING_TEST_KEY' is nowhere",
        "kontering.yaml:6:40: error[K156]: the secret 'KONTERING_TEST_OTHER' is nowhere",
    ]


KEYRING = """
from keyring import errors

def get_password(service, name):
    if name == "KONTERING_TEST_LOCKED":
        raise errors.KeyringError("no daemon")
    return {("kontering", "KONTERING_TEST_KEY"): "from the keyring"}.get((service, name))
"""


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of that name, as it would be installed."""
    package = tmp_path / "packages" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KEYRING, encoding="utf-8")
    (package / "errors.py").write_text("class KeyringError(Exception): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(package.parent)


@pytest.mark.usefixtures("keyring")
def test_the_keyring_is_asked_last_and_may_be_locked(tmp_path: Path) -> None:
    assert find(KEY.name, tmp_path) == "from the keyring"
    assert find("KONTERING_TEST_LOCKED", tmp_path) is None
    write(tmp_path, f"{KEY.name}=from the file\n")
    assert find(KEY.name, tmp_path) == "from the file"
