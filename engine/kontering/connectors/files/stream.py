"""A text file read a piece at a time, with the line and column of every place in what is in memory."""

from __future__ import annotations

import codecs
import re
from io import BufferedReader

from kontering.diagnostics import Span

PIECE = 64 * 1024
WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
_HALF = re.compile("[\ud800-\udfff]")


def errors_of(encoding: str) -> str:
    """How wrong bytes are kept in sight: as half characters, where the encoding works byte by byte."""
    return "strict" if encoding.lower().startswith(WIDE) else "surrogateescape"


def with_mark(encoding: str) -> str:
    """The encoding, with a byte order mark at the beginning passed over."""
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def half(text: str, start: int = 0, end: int | None = None) -> int | None:
    """Where a wrong byte or a half character stands, if there is one."""
    if text.isascii():
        return None
    found = _HALF.search(text, start, len(text) if end is None else end)
    return found.start() if found else None


class Stream:
    """The unread rest of a file: `text` from `at` on; what lies before may be forgotten."""

    def __init__(self, file: BufferedReader, name: str, encoding: str) -> None:
        self.text = ""
        self.at = 0
        self.ended = False
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder(with_mark(encoding))(errors_of(encoding))
        self._line = 1
        self._column = 1

    def more(self) -> bool:
        """Reads on, the more the more is already in memory; False at the end."""
        if self.ended:
            return False
        piece = self._file.read(max(PIECE, len(self.text) - self.at))
        self.ended = not piece
        self.text += self._decoder.decode(piece, final=self.ended)
        return True

    def forget(self) -> None:
        """Lets go of what has been read."""
        self._line, self._column = self.place(self.at)
        self.text, self.at = self.text[self.at :], 0

    def tidy(self) -> None:
        """Lets go of what has been read once it is most of what is kept."""
        if self.at > PIECE and self.at > len(self.text) // 2:
            self.forget()

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a place in `text`."""
        lines = self.text.count("\n", 0, at)
        if not lines:
            return self._line, self._column + at
        return self._line + lines, at - self.text.rfind("\n", 0, at)

    def span(self, at: int, end: int | None = None) -> Span:
        line, column = self.place(at)
        end_line, end_column = self.place(end if end is not None else at + 1)
        return Span(self._name, line, column, end_line, end_column)

    def skip_blanks(self) -> str:
        """Moves to the next character that isn't blank, and gives it; empty at the end of the file."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            self.forget()
            if not self.more():
                return ""
