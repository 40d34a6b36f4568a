"""The wheel adds one folder to site-packages, and what it ships works from there."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from beancount import loader

ROOT = Path(__file__).parents[1]


def test_the_wheel_adds_one_folder(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"kontering"}


def test_the_wheel_ships_mappings_schemas_examples_and_docs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    for shipped in ("mappings", "schemas", "examples", "docs"):
        wanted = {
            f"kontering/shipped/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / shipped).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted <= names, sorted(wanted - names)[:5]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_demo_works_from_a_new_environment(installed: Path, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KONTERING"))}

    done = subprocess.run(
        [str(installed / "bin" / "kontering"), "demo"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        timeout=150,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Nothing to do" in done.stdout
    entries, errors, _ = loader.load_file(str(tmp_path / "kontering-demo" / "books.beancount"))
    assert errors == []
    assert len(entries) > 100
