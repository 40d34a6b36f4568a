"""Sessions at the command line, from an empty folder: each command's exact output, standard error included.

A case is a text file: a line that begins with `$ ` is run in the case's own folder, what follows must be printed; `…`
stands for anything, alone on a line for any number of lines. With UPDATE_CASES=1 the files are written anew, which
loses every `…`; read the change before it is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_docs import commands, matches

CASES = sorted((Path(__file__).parents[1] / "cases" / "cli").glob("*.txt"))


VARIES = (
    (r"(<kontering>/\S+?):\d+:\d+", r"\1:…"),  # a line more in a shipped mapping changes no case
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>"),
    (r"since \d+ (s|min)\b", "since … s"),
    (r"\d+ (s|min) ago *", "… s ago"),
    (r"\bread +oldest", "read  oldest"),  # on a slow machine the column is wider
)
"""What is another at each run."""


def run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("KONTERING")}
    env = own | {
        "PATH": path,
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "LOGNAME": "ida",
        "HOME": str(folder),
        "PWD": str(folder),
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
    )
    text = done.stdout.replace(str(folder), "<here>").replace(str(Path(__file__).parents[2]), "<kontering>")
    for varies, shown in VARIES:
        text = re.sub(varies, shown, text)
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_session_reads_as_it_did(case: Path, tmp_path: Path) -> None:
    written = []
    for command, shown in commands(case.read_text(encoding="utf-8")):
        printed = run(command, tmp_path)
        written.append(f"$ {command}\n{printed}".rstrip("\n") + "\n")
        if not os.environ.get("UPDATE_CASES"):
            assert shown == printed or matches(shown, printed), (
                f"$ {command}\n--- expected\n{shown}\n--- printed\n{printed}"
            )
    if os.environ.get("UPDATE_CASES"):
        case.write_text("".join(written), encoding="utf-8")
