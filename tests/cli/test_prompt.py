"""The prompt of `kontering eval`: lines from a pipe, completion, and a real terminal with its history."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kontering.cli.expressions import Around
from kontering.cli.prompt import Session, completions
from kontering.cli.records import read_record, typed
from kontering.mapping.roots import Roots

ROOT = Path(__file__).parents[2]
ORDER = ROOT / "examples" / "webshop" / "orders" / "5101-plain-dk.json"
KIND = "woocommerce/order"


def session(language: str = "path", **around: object) -> Session:
    record = typed(read_record(ORDER), KIND, Roots())
    return Session(around=Around(record=record, kind=KIND, params={"zone": "UTC"}, **around), language=language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "before", "expected"),
    [
        ("path", "ord", ["order"]),
        ("path", "order.bil", ["order.billing"]),
        ("path", "order.billing.em", ["order.billing.email"]),
        ("path", "sum(order.line_items[].tot", [".total", ".total_tax"]),
        ("path", "order.line_items[?quanti", ["quantity"]),
        ("path", "order.line_items[?name == $par", ["param"]),
        ("path", "su", ["sum("]),
        ("path", "param.", ["param.zone"]),
        ("calc", "order.total * order.disc", ["order.discount_total", "order.discount_tax"]),
        ("calc", "order.total | ro", ["round"]),
        ("text", "Order {{ order.num", ["order.number"]),
        ("path", ":calc order.total_t", ["order.total_tax"]),
        ("path", ":let gross order.total_t", ["order.total_tax"]),
        ("path", ":t", [":text", ":type"]),
        ("path", "order.nothing_like_it", []),
    ],
)
def test_completion(language: str, before: str, expected: list[str]) -> None:
    assert completions(session(language), before) == expected


def test_lets_are_completed_once_they_are_there() -> None:
    asked = session()
    asked.take(":let gross order.total")

    assert completions(asked, "let.g") == ["let.gross"]
    assert asked.take("let.gross") == asked.take("order.total")
    assert asked.take(":type let.gross") == "anything"


def piped(lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kontering", "eval", "--record", str(ORDER), *arguments]
    return subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, cwd=ROOT)


def test_lines_from_a_pipe_are_answered_in_turn() -> None:
    lines = "order.number\n\n# a remark\n:let items order.line_items[].total\nsum(let.items)\n:calc order.total * 2\n:quit\nnever\n"

    done = piped(lines, "--kind", KIND)

    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "W-10332"
    assert done.stdout.splitlines()[-2:] == ["191.920000", "557.800000"]


def test_a_line_that_fails_is_told_and_the_next_is_still_answered() -> None:
    done = piped("order.nummer\n:nothing\n:let x\norder.number\n", "--kind", KIND)

    assert done.returncode == 1
    assert "did you mean 'number'" in done.stdout
    assert "There is no :nothing" in done.stdout
    assert done.stdout.splitlines()[-1] == "W-10332"


def test_without_a_schema_the_record_answers_to_any_name() -> None:
    assert piped("order.number\nrecord.number\n").stdout.split() == ["W-10332", "W-10332"]


class Terminal:
    """A program that believes a person sits before it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.read, child = pty.openpty()
        env = os.environ | {"HOME": str(folder), "XDG_STATE_HOME": str(folder), "TERM": "dumb", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "kontering", "eval", *arguments]
        self.process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=env, cwd=ROOT)
        os.close(child)
        self.seen = ""

    def until(self, text: str) -> str:
        """What was shown, up to a text."""
        end = time.monotonic() + 60
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.read], [], [], 1)[0]:
                self.seen += os.read(self.read, 4096).decode(errors="replace")
        shown, _, self.seen = self.seen.partition(text)
        return shown

    def type(self, text: str) -> None:
        os.write(self.read, text.encode())

    def end(self) -> int:
        self.type("\x04")
        code = self.process.wait(60)
        os.close(self.read)
        return code


def test_a_person_gets_completion_and_history(tmp_path: Path) -> None:
    pytest.importorskip("readline")
    arguments = ("--record", str(ORDER), "--kind", KIND)
    terminal = Terminal(tmp_path, *arguments)
    terminal.until("path> ")
    terminal.type("order.billing.em\t\n")
    assert "order.billing.email" in terminal.until("@")
    terminal.until("path> ")
    assert terminal.end() == 0

    history = tmp_path / "kontering" / "eval_history"
    assert "order.billing.email" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0

    again = Terminal(tmp_path, *arguments)
    again.until("path> ")
    again.type("\x10\n")  # Ctrl-P: the line before
    assert "order.billing.email" in again.until("@")
    again.until("path> ")
    assert again.end() == 0
