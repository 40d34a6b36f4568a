"""Statements as a source: a file is read twice, first to see that all of it is right, then for its lines.

A file with anything wrong gives no line at all, and is read again until it is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from kontering.connectors.bank import camt, problems, profiles, swift, table
from kontering.connectors.bank.lines import Begins, Line, Read, records
from kontering.connectors.bank.options import MEGABYTE, Format, Options
from kontering.connectors.bank.profiles import Profile
from kontering.diagnostics import Diagnostic
from kontering.errors import Misuse
from kontering.model.record import Page, Pointer, Position, Record

PAGE = 200
ENDINGS = (".xml", ".csv", ".txt", ".sta", ".mt940", ".940", ".camt", ".camt053", ".swi")
VERSION = "1"
"""What is booked doesn't change: a line that is known is never read anew, whatever file it comes from."""

MOST_PROBLEMS = 20
Known = Profile | Diagnostic | None
"""A profile, what is wrong with it, or none at all."""


@dataclass(frozen=True, slots=True)
class Statements:
    """The bank files of one connection."""

    options: Options

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """Pages of the files that are new or changed."""
        before = after or {}
        done: dict[str, str] = dict(before.get("files") or {})
        accounts: dict[str, str] = dict(before.get("accounts") or {})
        profile = self._profile()
        names = {self._name(path): path for path in self._files()}
        done = {name: mark for name, mark in done.items() if name in names}
        for name, path in names.items():
            mark = _mark(path, self.options)
            if mark is not None and done.get(name) == mark:
                continue
            done.pop(name, None)
            wrong = self._wrong(path, profile, accounts)
            if wrong:
                yield Page(problems=tuple(wrong), after=None)
                continue
            yield from self._pages(kind, path, profile)
            done |= {name: mark} if mark is not None else {}
            yield Page(after={"files": dict(done), "accounts": dict(accounts)})

    def get(self, pointer: Pointer) -> Record | None:
        """One line, wherever it is."""
        profile = self._profile()
        for path in self._files():
            if self._wrong(path, profile, {}):
                continue
            for page in self._pages(pointer.kind, path, profile):
                for record in page.records:
                    if record.id == pointer.id:
                        return record
        return None

    def _files(self) -> list[Path]:
        folder = self.options.folder
        if folder.is_file():
            return [folder]
        if not folder.is_dir():
            raise Misuse(f"there is no folder {folder}")
        return sorted(path for path in folder.rglob("*") if path.is_file() and _finished(path, folder))

    def _name(self, path: Path) -> str:
        folder = self.options.folder
        return path.name if folder.is_file() else path.relative_to(folder).as_posix()

    def _profile(self) -> Known:
        if self.options.profile_file is not None:
            return profiles.read(self.options.profile_file)
        return profiles.shipped(self.options.profile) if self.options.profile else None

    def _wrong(self, path: Path, profile: Known, accounts: dict[str, str]) -> list[Diagnostic]:
        """Everything that is wrong with a file, up to a handful; else its accounts are noted with their format."""
        found: dict[str, Format] = {}
        wrong: list[Diagnostic] = []
        for one, form in self._read(path, profile):
            if isinstance(one, Diagnostic):
                wrong.append(one)
                if len(wrong) >= MOST_PROBLEMS:
                    return wrong
            elif isinstance(one, Line):
                found[one.account] = form
        for account, form in found.items():
            before = accounts.get(account, form)
            if before != form:
                wrong.append(problems.two_formats(_shown(path), account, before, form))
        if not wrong:
            accounts |= found
        return wrong

    def _pages(self, kind: str, path: Path, profile: Known) -> Iterator[Page]:
        lines = (one for one, _ in self._read(path, profile) if isinstance(one, Line | Begins))
        made = (
            Record(connection=self.options.name, kind=kind, id=id_, version=VERSION, data=data)
            for id_, data in records(lines)
        )
        while some := tuple(islice(made, PAGE)):
            yield Page(records=some, after=None)

    def _read(self, path: Path, profile: Known) -> Iterator[tuple[Read, Format]]:
        shown, limit = _shown(path), self.options.limit
        try:
            if path.stat().st_size > limit:
                yield problems.too_large(shown, limit), "camt"
                return
            with path.open("rb") as file:
                form = self.options.format or _format(file, self.options)
                for one in _lines(form, file, shown, profile, self.options):
                    yield one, form or "csv"
        except OSError as error:
            yield problems.not_readable(shown, error.strerror or str(error)), "camt"


def _lines(form: Format | None, file: BinaryIO, name: str, profile: Known, options: Options) -> Iterator[Read]:
    if form == "camt":
        yield from camt.read(file, name, options.limit)
    elif form == "mt940":
        yield from swift.read(file, name, options.limit)
    elif form is None:
        yield problems.unknown_format(name)
    elif isinstance(profile, Diagnostic):
        yield profile
    else:
        yield from table.read(file, name, options.limit, profile, options.account)


def _format(file: BinaryIO, options: Options) -> Format | None:
    """What a file is, by how it begins."""
    head = file.read(4096)
    file.seek(0)
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return "camt"
    if text.startswith((":20:", "{1:")) or "\n:20:" in text or "\n:60F:" in text:
        return "mt940"
    first = text.partition("\n")[0]
    profiled = options.profile is not None or options.profile_file is not None
    return "csv" if profiled or not text or any(mark in first for mark in ";,\t") else None


def _finished(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return path.suffix.lower() in ENDINGS and not any(part.startswith(".") for part in parts)


def _mark(path: Path, options: Options) -> str | None:
    """A mark of the file's content and of how it is read: with other settings it is read anew."""
    own = options.profile_file
    mark = hashlib.sha256(repr((options.format, options.profile, options.account)).encode())
    try:
        if own is not None:
            mark.update(own.read_bytes())
        if path.stat().st_size > options.limit:
            return None
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
