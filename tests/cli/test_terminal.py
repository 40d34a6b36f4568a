"""A person at a terminal sees colours, bars and tables; a pipe gets plain lines."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest


def at_terminal(folder: Path, *arguments: str, **more: str) -> str:
    """What a command writes when its output is a terminal."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "kontering", *arguments], cwd=folder, env=env, stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    parts = []
    while select.select([ours], [], [], 60)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    process.wait(timeout=60)
    os.close(ours)
    return b"".join(parts).decode()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    subprocess.run([sys.executable, "-m", "kontering", "init", "shop"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "shop"


@pytest.mark.slow
def test_a_terminal_gets_colours_bars_and_tables(shop: Path) -> None:
    ran = at_terminal(shop, "run")

    assert "\x1b[32m7 done" in ran
    assert "reading orders" in ran
    assert "9/9" in ran
    assert "━" in ran
    assert "─" in at_terminal(shop, "ledger", "trial-balance")


def test_no_color_is_respected(shop: Path) -> None:
    assert "\x1b[32m" in at_terminal(shop, "check")
    assert "\x1b[" not in at_terminal(shop, "check", NO_COLOR="1")


def test_a_pipe_gets_plain_lines(shop: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kontering", "run"], cwd=shop, capture_output=True, text=True, timeout=60
    )

    assert "\x1b" not in done.stdout + done.stderr
    assert "reading orders: 9" in done.stderr
