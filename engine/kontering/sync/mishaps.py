"""Mishaps: what nobody foresaw, in our code or a connector's, costs the document that met it, and not the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeGuard

from kontering.errors import KonteringError

Told = Callable[[Exception], None]
log = logging.getLogger("kontering.mishap")


@dataclass(frozen=True, slots=True)
class Caught:
    """A block whose mishaps are told, and end there; what has a name of its own, or ails the process, goes on up.

    >>> with Caught(lambda error: print("told of", error)):
    ...     raise ValueError("three lines, two amounts")
    told of three lines, two amounts
    """

    told: Told
    but: tuple[type[Exception], ...] = ()

    def __enter__(self) -> None:
        """Nothing is set up."""

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> bool:
        if error is None or not is_one(error) or isinstance(error, self.but):
            return False
        self.told(error)
        return True


def is_one(error: BaseException) -> TypeGuard[Exception]:
    """Has nobody foreseen it?"""
    return isinstance(error, Exception) and not isinstance(error, (KonteringError, OSError, MemoryError))


def note(error: Exception, **about: object) -> None:
    """The whole trace goes into the log, with what it is about; people see the one line of `words`."""
    log.error("mishap", exc_info=error, extra=about)


def words(error: Exception) -> str:
    """
    >>> words(KeyError("bookedInvoiceNumber"))
    "KeyError: 'bookedInvoiceNumber'"
    """
    return f"{type(error).__name__}: {error}"
