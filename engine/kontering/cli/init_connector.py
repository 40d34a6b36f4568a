"""The package that `init --connector` makes: the example's, under the name of somebody's own system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kontering import resources

EXAMPLE = "fjordbog"

STEPS = (
    'pip install -e ".[test]"',
    "kontering check src/{module}/mappings && kontering test src/{module}/mappings",
    "pytest tests",
    "kontering docs connectors/kit        # which of these lines are yours to change",
)


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file of the package with its text."""
    root, system = resources.shipped("examples") / "third-party-connector", system_of(folder.resolve().name)
    for path in sorted(root.rglob("*")):
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts):
            yield folder / _named(path.relative_to(root).as_posix(), system), _named(path.read_text("utf-8"), system)


def steps(folder: Path) -> tuple[str, ...]:
    """What to do next with it."""
    module = f"kontering_{system_of(folder.resolve().name)}"
    return tuple(line.format(module=module) for line in STEPS)


def system_of(folder: str) -> str:
    """The name of the system by the package's folder.

    >>> system_of("kontering-nordkasse"), system_of("My Books 2")
    ('nordkasse', 'my_books_2')
    """
    name = re.sub(r"[^a-z0-9]+", "_", folder.lower().removeprefix("kontering-")).strip("_")
    return name if re.match(r"[a-z]", name) else f"system_{name}".rstrip("_")


def _named(text: str, system: str) -> str:
    for old, new in ((EXAMPLE, system), (EXAMPLE.capitalize(), system.capitalize()), (EXAMPLE.upper(), system.upper())):
        text = text.replace(old, new)
    return text
