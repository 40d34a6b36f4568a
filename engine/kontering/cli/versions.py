"""Versions of a mapping that a person names: a file, a folder of mappings, or a git revision of the project."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from kontering.errors import Misuse
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Mapping
from kontering.mapping.roots import Roots
from kontering.project.file import NAME, root_of

FOLDERS = ("mappings", "schemas")
"""What of a revision a mapping is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A state of mapping files. `file` is set where a person named one file."""

    shown: str
    roots: Roots
    file: Path | None = None

    def mapping(self, name: str) -> Mapping:
        """The mapping of a name in this state; of one file it is that file's."""
        return load_mapping(self.file if self.file is not None else name, self.roots)


@contextmanager
def version(said: str, project: Path) -> Iterator[Version]:
    """What a person named; a revision's files are laid out for as long as they are looked at."""
    path = Path(said)
    if path.is_file():
        yield Version(shown=said, roots=Roots(root_of(path.resolve())), file=path)
    elif path.is_dir():
        yield Version(shown="now" if said == "." else said, roots=Roots(_root(path.resolve())))
    else:
        revision = _revision(said, project)
        with TemporaryDirectory(prefix="kontering-") as folder:
            _lay_out(revision, project, Path(folder))
            yield Version(shown=said, roots=Roots(Path(folder)))


def _root(folder: Path) -> Path:
    """The folder that has mappings/ in it."""
    if (folder / "mappings").is_dir() or (folder / NAME).is_file():
        return folder
    return root_of(folder) or folder


def _revision(said: str, project: Path) -> str:
    try:
        done = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{said}^{{commit}}")
    except FileNotFoundError:
        raise Misuse(f"{said} is no file and no folder, and there is no git to look for a revision.") from None
    if done.returncode != 0:
        raise Misuse(f"{said} is no file, no folder, and no git revision of {project}.")
    return done.stdout.decode().strip()


def _lay_out(revision: str, project: Path, into: Path) -> None:
    """The revision's mappings and schemas, as they lay in the project's folder."""
    listed = _git(project, "ls-tree", "--name-only", revision).stdout.decode().splitlines()
    there = [name for name in FOLDERS if name in listed]
    if not there:
        raise Misuse(f"{revision[:12]} has no mappings/ in {project}.")
    archive = _git(project, "archive", "--format=tar", revision, *there).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            path = into / PurePosixPath(member.name)
            content = files.extractfile(member) if member.isfile() else None
            if content is not None and path.resolve().is_relative_to(into.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
