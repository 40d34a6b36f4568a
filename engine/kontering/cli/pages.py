"""The pages of the manual, as they are shipped."""

from __future__ import annotations

from pathlib import Path

from kontering import resources
from kontering.codes import CODES


def known() -> dict[str, Path]:
    """Every page by its topic: `project-file`, `codes/K150`."""
    folder = resources.shipped("docs")
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.md"))}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8").strip()


def title(page: Path) -> str:
    with page.open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()


def explained(code: str) -> str:
    """The page of a code; its title where it has none."""
    page = known().get(f"codes/{code}")
    return text(page) if page else f"{code}: {CODES[code]}"
