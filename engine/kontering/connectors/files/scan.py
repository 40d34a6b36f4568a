"""Finds the end of a JSON value by its brackets and quotes alone: however broken it is, the next one can be read."""

from __future__ import annotations

import re

from kontering.connectors.files.stream import Stream

_OUTSIDE = re.compile(r'["{}\[\],]')
_TEXT = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)


class Scan:
    """A value that begins where the stream is; reads on as long as it has not ended."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._at = stream.at
        self._depth = 0
        self._quoted = False

    def end(self, limit: int) -> int | None:
        """Where the value ends; None if the file does first, or if the value is larger than `limit`."""
        while (end := self._step()) is None:
            if len(self._stream.text) - self._stream.at > limit or not self._stream.more():
                return None
        return end

    def pass_over(self) -> None:
        """Moves the stream behind the value, letting go of it on the way."""
        while (end := self._step()) is None:
            self._stream.at = self._at
            self._stream.forget()
            self._at = 0
            if not self._stream.more():
                return
        self._stream.at = end

    def _step(self) -> int | None:
        """Goes through what is in memory; the end, if it is there."""
        text = self._stream.text
        while self._at < len(text):
            if self._quoted:
                if not self._unquoted(text):
                    return None
                if self._depth == 0:
                    return self._at
            mark = _OUTSIDE.search(text, self._at)
            if mark is None:
                self._at = len(text)
                return None
            end = self._taken(mark[0], mark.start())
            if end is not None:
                return end
        return None

    def _unquoted(self, text: str) -> bool:
        """Moves to the quote that ends a text; False where it isn't in memory yet."""
        found = _TEXT.match(text, self._at)
        self._at = found.end() if found else self._at
        if not text.startswith('"', self._at):
            return False
        self._quoted = False
        self._at += 1
        return True

    def _taken(self, mark: str, at: int) -> int | None:
        if mark in ",}]" and self._depth == 0:
            return at  # a number or a word: what stands here is the list's
        self._at = at + 1
        self._quoted = mark == '"'
        self._depth += (mark in "{[") - (mark in "}]")
        return self._at if mark in "}]" and self._depth == 0 else None
