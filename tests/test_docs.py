"""What the documentation shows is true: its files are written, its commands are run, their output compared.

In a page, a block ```yaml file=PATH (or json, csv, text …) is a file; a block ```console is a session: each line that
begins with `$ ` is run in the page's folder, and what follows must be its output, where a line `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kontering.codes import CODES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "decisions" not in path.parts)]
BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    words: tuple[str, ...]
    body: str
    line: int

    @property
    def file(self) -> str | None:
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield Block(tuple(match["info"].split()), match["body"], text.count("\n", 0, match.start()) + 1)


def sessions(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.file or block.words[:1] == ("console",)]


def commands(body: str) -> list[tuple[str, str]]:
    """Each command of a session with the output that the page shows."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def matches(shown: str, printed: str) -> bool:
    """Does the output read as shown? A line of only `…` is any number of lines, and `…` inside one is anything."""
    pattern = ""
    for line in shown.rstrip("\n").splitlines(keepends=True):
        if line.strip() == "…":
            pattern += r"(?:.*\n?)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part) for part in line.rstrip("\n").rstrip().split("…")) + r"[ ]*\n?"
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None


def run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "COLUMNS": "120", "NO_COLOR": "1", "HOME": str(folder)}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "page", [page for page in PAGES if sessions(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    for block in sessions(page):
        if block.file:
            target = tmp_path / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
            continue
        for command, shown in commands(block.body):
            printed = run(command, tmp_path)
            assert matches(shown, printed), (
                f"{page.name}:{block.line}: $ {command}\nshown:\n{shown}\nprinted:\n{printed}"
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    lost = [target for target in targets if target and not (page.parent / target).exists()]

    assert not lost


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_page(code: str) -> None:
    page = ROOT / "docs" / "codes" / f"{code}.md"

    assert page.is_file(), (
        f"docs/codes/{code}.md is missing: what it means, what the message looks like, how to mend it"
    )
    assert page.read_text(encoding="utf-8").startswith(f"# {code}: {CODES[code]}\n")
