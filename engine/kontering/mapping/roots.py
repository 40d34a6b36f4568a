"""Where mappings and schemas are looked for: the project's folder, what is shipped, what connectors' packages bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kontering import resources


@dataclass(frozen=True, slots=True)
class Roots:
    """A project's folder, or none for what is shipped alone; `also` are folders that are looked at after it."""

    project: Path | None = None
    also: tuple[Path, ...] = ()

    def folders(self, folder: resources.Folder) -> Iterator[Path]:
        if self.project is not None:
            yield self.project / folder
        yield from (other / folder for other in self.also)
        yield resources.shipped(folder)
        yield from resources.installed(folder)

    def may_read(self, path: Path, asking: Path) -> bool:
        """Whether a mapping file may name this file: it lies in the same project, or among what is shipped."""
        allowed = [around(asking), *([self.project] if self.project else []), resources.shipped("examples")]
        return any(path.resolve().is_relative_to(folder.resolve()) for folder in allowed)

    def find(self, folder: resources.Folder, name: str) -> Path | None:
        """The first file of that name: `find("schemas", "records/woocommerce/order.schema.json")`."""
        return next((path for root in self.folders(folder) if (path := root / name).is_file()), None)

    def names(self, folder: resources.Folder, ending: str, under: str = "") -> list[str]:
        """All names there are, without ending: for «did you mean»."""
        found = {
            _name(path, root / under, ending) for root in self.folders(folder) for path in _files(root / under, ending)
        }
        return sorted(found)


def around(mapping: Path) -> Path:
    """The folder that a mapping file belongs to: what lies around mappings/, else the file's own folder."""
    whole = mapping.resolve()
    return next((folder.parent for folder in whole.parents if folder.name == "mappings"), whole.parent)


def display(path: Path) -> str:
    """A file as people see it: relative to where they stand, if it is below that."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _files(root: Path, ending: str) -> Iterator[Path]:
    yield from sorted(root.rglob(f"*{ending}")) if root.is_dir() else ()


def _name(path: Path, root: Path, ending: str) -> str:
    return path.relative_to(root).as_posix().removesuffix(ending)
