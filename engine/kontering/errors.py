"""Exceptions, named for what the caller does next.

KonteringError
+ Problems              files or input are wrong: show the report, exit 1
+ Misuse                the command was used wrongly: say how, exit 2
+ SystemFailed          a system or the store failed: exit 3, nothing is half-done
  + StoreUnusable       the store can't be opened, is newer than this version, or its disk is full
    + StoreAway         its database doesn't answer: a worker waits and goes on
    + StoreBusy         two wanted the same rows, nothing was changed: do it again
+ NotOurs               the lease of a lane was lost: send nothing more
+ WouldWrite            a dry run was about to write: a mistake in a connector, nothing was sent
+ ConnectorError
  + Denied              credentials are wrong: stop this connection
  + Refused             the target says no to this document: a person must look
    + Closed            the period is closed: the flow's `closed_period` may answer
  + TryLater            nothing happened: wait `after` seconds, send again
  + Unsure              the answer was lost, or isn't final: look it up before sending again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


class KonteringError(Exception):
    """Everything this package raises on purpose."""


class Problems(KonteringError):
    """Files or input are wrong; `diagnostics` says where and what to write instead."""

    def __init__(self, diagnostics: Sequence[object]) -> None:
        super().__init__("\n".join(str(item) for item in diagnostics))
        self.diagnostics = tuple(diagnostics)


class Misuse(KonteringError):
    """The command was used wrongly."""


class SystemFailed(KonteringError):
    """A system that we need doesn't answer."""


class StoreUnusable(SystemFailed):
    """The store can't be opened, is newer than this version, or its disk is full."""


class StoreAway(StoreUnusable):
    """The store's database doesn't answer; nothing is half-written."""


class StoreBusy(StoreUnusable):
    """Others had the rows that were wanted; nothing was changed, and it can be done again at once."""


class NotOurs(KonteringError):
    """The lease of the lane was lost: another worker has it now."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a target says is wrong: `path` leads into the payload (`/lines/0/product/productNumber`)."""

    message: str
    path: str = ""
    code: str = ""


class WouldWrite(KonteringError):
    """A dry run was about to write; nothing was sent."""


class ConnectorError(KonteringError):
    """A system answered something else than yes."""


class Denied(ConnectorError):
    """Credentials are wrong or lack a right: the connection stops until a person has mended it."""


class Refused(ConnectorError):
    """The target says no to this document."""

    def __init__(self, problems: Sequence[Refusal]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems))
        self.problems = tuple(problems)


class Closed(Refused):
    """The period of the document's date is closed; `until` is the last closed day, if the target says so."""

    def __init__(self, problems: Sequence[Refusal], until: date | None = None) -> None:
        super().__init__(problems)
        self.until = until


class TryLater(ConnectorError):
    """Nothing happened; send the same again after `after` seconds (None: the caller's own pace)."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Unsure(ConnectorError):
    """The answer to a writing call was lost, or isn't final; look before sending again."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after
