"""What an editor is told at a place: completion, hover and definition, on files that are being written.

A case is a mapping or project file with `§` where the pointer is, beside what is answered. A case whose name begins
with `project` is the project file of examples/webshop, the others are mappings of that project. With UPDATE_CASES=1
the answers are written anew; read the change before it is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kontering.lsp.complete import proposals
from kontering.lsp.define import definition
from kontering.lsp.documents import understood
from kontering.lsp.hover import hover

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "lsp"
SHOWN = 14


def of(kind: str) -> list[Path]:
    return sorted((CASES / kind).glob("*.yaml"))


def placed(case: Path) -> tuple[Path, str, int, int]:
    """The file that the case stands for, its text, and the place of the pointer."""
    text = case.read_text(encoding="utf-8")
    before, _, after = text.partition("§")
    project = ROOT / "examples" / "webshop"
    path = (
        project / "kontering.yaml" if case.stem.startswith("project") else project / "mappings" / "nordlys" / case.name
    )
    return path, before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def compare(case: Path, ending: str, answered: str) -> None:
    expected = case.with_suffix(ending)
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(answered, encoding="utf-8")
    assert answered == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", of("complete"), ids=lambda case: case.stem)
def test_completion(case: Path) -> None:
    path, text, line, column = placed(case)

    found = proposals(path, text, {}, line, column)

    rows = [f"{one.label} | {one.detail} | {one.doc.partition(chr(10))[0]}".rstrip(" |") for one in found]
    more = [f"… {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    compare(case, ".txt", "\n".join([*rows[:SHOWN], *more]) + "\n")


@pytest.mark.parametrize("case", of("hover"), ids=lambda case: case.stem)
def test_hover(case: Path) -> None:
    path, text, line, column = placed(case)

    found = hover(understood(path, text, {}), line, column)

    compare(case, ".md", f"{found.text}\n" if found else "nothing\n")


@pytest.mark.parametrize("case", of("define"), ids=lambda case: case.stem)
def test_definition(case: Path) -> None:
    path, text, line, column = placed(case)

    found = definition(understood(path, text, {}), line, column)

    assert found is not None
    place = text.splitlines() if found.path == path.resolve() else found.path.read_text(encoding="utf-8").splitlines()
    shown = f"{found.path.relative_to(ROOT.resolve())}:{found.span.line}\n{place[found.span.line - 1]}\n"
    compare(case, ".txt", shown)


@pytest.mark.parametrize("kind", ["complete", "hover", "define"])
def test_any_place_of_a_file_can_be_asked_about(kind: str) -> None:
    """No place makes the server fail: places all over a shipped mapping and of a project file is asked."""
    project = ROOT / "examples" / "webshop"
    for path in (project / "mappings" / "nordlys" / "order-to-invoice.yaml", project / "kontering.yaml"):
        text = path.read_text(encoding="utf-8")
        document = understood(path, text, {})
        for number, line in enumerate(text.splitlines(), 1):
            for column in range(1, len(line) + 2, 5 if kind != "complete" else 29):
                if kind == "complete":
                    proposals(path, text, {}, number, column)
                else:
                    (hover if kind == "hover" else definition)(document, number, column)
