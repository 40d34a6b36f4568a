"""No file makes reading hang or grow: each is read or refused within a second."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from kontering.yaml.load import MAX_BYTES, compose, decode

LONG = MAX_BYTES - 100
FILES = {
    "brackets": "[" * LONG,
    "braces": "{a: " * (LONG // 4),
    "dashes": "- " * (LONG // 2),
    "questions": "? " * (LONG // 2),
    "quotes": "'" * (LONG - 1),
    "one scalar": "a" * LONG,
    "one key": "a" * LONG + ": 1",
    "colons": ": " * (LONG // 2),
    "anchors": "".join(f"- &a{n} x\n" for n in range(LONG // 16)),
    "aliases": "a: &a [1]\nb: [" + "*a, " * (LONG // 4) + "1]",
    "bomb": "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 300)),
    "deep by aliases": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
    "doubled keys": "a: 1\n" * (LONG // 5),
    "tags": "- !!python/object/apply:os.system [ls]\n" * 5000,
    "spaces": " " * LONG + "a",
    "lines": "\n" * LONG + "a",
    "comment": "#" * LONG,
    "block": "a: |\n" + "  x\n" * (LONG // 4),
    "number": "a: " + "1" * LONG,
    "control": "a" * LONG + "\x00",
    "tabs": "\t" * LONG,
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_read_or_refused_at_once(name: str) -> None:
    started = time.process_time()
    node, problems = compose(FILES[name], "m.yaml")

    assert time.process_time() - started < 2, "half a second of the processor's time on an idle machine"
    assert node is not None or problems
    assert all(len(problem.message) < 200 for problem in problems)


def test_a_bomb_takes_little_memory() -> None:
    tracemalloc.start()
    compose(FILES["bomb"], "m.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000


def test_what_is_too_large_is_not_even_looked_at() -> None:
    _, problems = decode(b"\xff" * (MAX_BYTES + 1), "m.yaml")

    assert [problem.code for problem in problems] == ["K108"]
