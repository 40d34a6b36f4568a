"""A worker's log: plain lines for people, one JSON object a line for machines, with the delivery that it is about."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Any

from kontering.sync.progress import Ended, Event, Tell, Tick, Troubled, Unreadable

log = logging.getLogger("kontering.worker")
_ORDINARY = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def set_up(*, as_json: bool) -> None:
    """Everything of ours goes to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else Lines())
    ours = logging.getLogger("kontering")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "what": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Lines(logging.Formatter):
    """Time, what, and about what."""

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        about = "  ".join(f"{name}={value}" for name, value in _extra(record).items() if value not in ("", None))
        line = f"{at} {record.getMessage()}" + (f"  {about}" if about else "")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _ORDINARY}


def teller(project: str) -> Tell:
    """Writes what happens to a project's documents into the log."""

    def tell(event: Event) -> None:
        match event:
            case Ended(key=key, number=number, state=state, reason=reason):
                level = logging.WARNING if state in ("held", "failed") else logging.INFO
                about = {"project": project, "document": key, "number": number, "reason": reason}
                log.log(level, state, extra=about)
            case Troubled(connection=connection, trouble=trouble, due=due):
                log.warning(
                    "trouble", extra={"project": project, "connection": connection, "trouble": trouble, "due": due}
                )
            case Unreadable(flow=flow, problem=problem):
                log.warning("unreadable", extra={"project": project, "flow": flow, "problem": problem.message})
            case Tick():
                pass

    return tell
