"""`kontering init --connector` under a name of one's own: nothing of the example's name is left, and it works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": "site", "NO_COLOR": "1"}
    return subprocess.run([sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, timeout=100)


@pytest.mark.slow
def test_a_package_for_a_system_of_ones_own_works_as_it_stands(tmp_path: Path) -> None:
    made = run(tmp_path, "-m", "kontering", "init", "kontering-nordkasse", "--connector")
    again = run(tmp_path, "-m", "kontering", "init", "kontering-nordkasse", "--connector")
    package = tmp_path / "kontering-nordkasse"
    files = [path for path in package.rglob("*") if path.is_file()]

    assert made.returncode == 0, made.stderr
    assert again.returncode == 2, "nothing is overwritten"
    assert [path for path in files if "fjordbog" in f"{path} {path.read_text(encoding='utf-8')}".lower()] == []
    install = ("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "--target", "site", ".")
    assert run(package, *install).returncode == 0
    assert "Nordkasse" in run(package, "-m", "kontering", "docs", "connectors").stdout
    tested = run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "-k", "booked_once or paid or mail")
    assert tested.returncode == 0, tested.stdout
