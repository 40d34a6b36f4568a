"""The wheel adds one folder to site-packages, and what it ships works from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from beancount import loader

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment that holds the wheel and shares only the libraries with this one."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "libraries.pth").write_text(str(libraries_only(tmp_path_factory.mktemp("libraries"))) + "\n")
    return home


def libraries_only(folder: Path) -> Path:
    """Links to the libraries of the running environment, without the editable install of this checkout."""
    for library in Path(sys.prefix, "lib").glob("python*/site-packages/*"):
        if "kontering" not in library.name and library.suffix != ".pth":
            (folder / library.name).symlink_to(library)
    return folder


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
