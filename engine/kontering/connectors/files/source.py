"""Files as a source: changed ones are read, record by record; a broken one is reported and read again next time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec

from kontering.connectors.files import csv_files, json_files, line_files, problems
from kontering.connectors.files.choosing import files_of, format_of
from kontering.connectors.files.found import Found, Raw
from kontering.connectors.files.options import MEGABYTE, VERSIONS, Format, KindOptions, Options
from kontering.connectors.files.stream import errors_of, with_mark
from kontering.diagnostics import Diagnostic, closest
from kontering.model.record import Page, Pointer, Position, Record

PAGE = 200
PAGE_SIZE = 8 * MEGABYTE
READERS: dict[Format, Callable[[Any, str, KindOptions], Iterator[Found]]] = {
    "json": json_files.read,
    "jsonl": line_files.read,
    "csv": csv_files.read,
}


@dataclass(slots=True)
class Gathered:
    """Records and problems on their way to a page."""

    records: list[Record] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    size: int = 0

    @property
    def full(self) -> bool:
        return len(self.records) + len(self.problems) >= PAGE or self.size > PAGE_SIZE

    def page(self, after: Position | None) -> Page:
        made = Page(records=tuple(self.records), after=after, problems=tuple(self.problems))
        self.records, self.problems, self.size = [], [], 0
        return made


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one connection."""

    options: Options

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """Pages of the files that are new or changed; a file counts as read when all of it could be read."""
        options = self.options.kind(kind)
        names = {self._name(path): path for path in files_of(self.options.folder, kind, options)}
        done = {name: digest for name, digest in (after or {}).items() if name in names}
        gathered = Gathered()
        for name, path in names.items():
            digest = _digest(path, options)
            if digest is None or done.get(name) != digest:
                done.pop(name, None)
                wrong = yield from self._gather(kind, path, options, gathered)
                if digest is not None and not wrong:
                    done[name] = digest
                if gathered.full:
                    yield gathered.page(dict(done))
        if gathered.records or gathered.problems or done != (after or {}):
            yield gathered.page(dict(done))

    def get(self, pointer: Pointer) -> Record | None:
        """The newest edition of one record, wherever it is."""
        options = self.options.kind(pointer.kind)
        newest: Record | None = None
        for path in files_of(self.options.folder, pointer.kind, options):
            for found in self._records(pointer.kind, path, options):
                if isinstance(found, tuple) and found[0].id == pointer.id and _newer(found[0], newest):
                    newest = found[0]
        return newest

    def _gather(self, kind: str, path: Path, options: KindOptions, gathered: Gathered) -> Generator[Page, None, bool]:
        """What one file holds; a page that is full inside of it moves no position. Tells whether anything was wrong."""
        wrong = False
        for found in self._records(kind, path, options):
            if gathered.full:
                yield gathered.page(None)
            if isinstance(found, Diagnostic):
                gathered.problems.append(found)
                wrong = True
            else:
                gathered.records.append(found[0])
                gathered.size += found[1]
        return wrong

    def _records(self, kind: str, path: Path, options: KindOptions) -> Iterator[tuple[Record, int] | Diagnostic]:
        shown = _shown(path)
        try:
            form = format_of(path, options)
            with _opened(path, form, options) as file:
                for found in READERS[form](file, shown, options):
                    yield self._record(kind, found, options)
        except UnicodeDecodeError as problem:
            yield problems.not_readable(shown, f"it isn't {options.encoding} ({problem.reason})")
        except OSError as problem:
            yield problems.not_readable(shown, problem.strerror or str(problem))

    def _record(self, kind: str, found: Found, options: KindOptions) -> tuple[Record, int] | Diagnostic:
        if isinstance(found, Diagnostic):
            return found
        value = at(found.data, options.id)
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            return _no_id(found, options)
        version = _version(found.data, options)
        record = Record(connection=self.options.name, kind=kind, id=str(value), version=version, data=found.data)
        return record, found.size

    def _name(self, path: Path) -> str:
        folder = self.options.folder
        return path.name if folder.is_file() else path.relative_to(folder).as_posix()


def at(data: Any, path: tuple[str, ...]) -> Any:
    """The value at a path, or None."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _version(data: dict[str, Any], options: KindOptions) -> str:
    """What the record says of its edition, as text that orders; without it, a mark of its content behind `#`."""
    paths = [options.version] if options.version else [(name,) for name in VERSIONS]
    for path in paths:
        value = at(data, path)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:020d}"
    return "#" + hashlib.sha256(msgspec.json.encode(data, order="deterministic")).hexdigest()[:16]


def _newer(record: Record, than: Record | None) -> bool:
    return than is None or record.version.startswith("#") or record.version >= than.version


def _no_id(found: Raw, options: KindOptions) -> Diagnostic:
    path, value = ".".join(options.id), at(found.data, options.id)
    if value is not None:
        return problems.odd_id(found.span, path, "an empty text" if value == "" else json_files.shown(value))
    near = closest(path, [name for name, part in found.data.items() if isinstance(part, str | int) and part])
    return problems.no_id(found.span, path, f"is it {near!r}? Then: `id: {near}`" if near else None)


def _opened(path: Path, kind: Format, options: KindOptions) -> IO[Any]:
    """JSON is decoded piece by piece as it is read, the others by lines."""
    if kind == "json":
        return path.open("rb")
    encoding = with_mark(options.encoding)
    return path.open(encoding=encoding, errors=errors_of(encoding), newline="\n")


def _digest(path: Path, options: KindOptions) -> str | None:
    """A mark of the file's content and of how it is read: with other settings it is read anew."""
    mark = hashlib.sha256(repr(options).encode())
    try:
        with path.open("rb") as file:
            while piece := file.read(MEGABYTE):
                mark.update(piece)
    except OSError:
        return None
    return mark.hexdigest()


def _shown(path: Path) -> str:
    """The file as people see it: relative to where they stand, if it is below that."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
