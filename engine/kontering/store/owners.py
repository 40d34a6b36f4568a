"""Who holds a lease: a machine, a process and a slot; on one machine one can see that a process is gone."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def machine() -> str:
    """This machine as processes see each other: host name, boot, and the namespace of process ids (a container's)."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return "/".join(part for part in (socket.gethostname(), boot()[:8], namespace) if part)


@cache
def boot() -> str:
    """The start of this machine since which its processes run; unknown where there is no /proc."""
    return _read("/proc/sys/kernel/random/boot_id").strip()


def me(slot: int = 0) -> str:
    """The owner's name of this process: two processes never share one, even if the process id is used again."""
    return f"{machine()}|{os.getpid()}|{_started(os.getpid())}|{slot}"


def is_gone(owner: str) -> bool:
    """Has the owner's process ended? Never said of another machine's.

    >>> is_gone(me()), is_gone("elsewhere|1|5|0")
    (False, False)
    """
    where, pid, started, _ = owner.rsplit("|", 3)
    return where == machine() and not (_alive(int(pid)) and _started(int(pid)) == started)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    return _stat(pid)[:1] == ["Z"]


def _started(pid: int) -> str:
    """When a process was started, in ticks since boot; unknown where there is no /proc."""
    return next(iter(_stat(pid)[19:20]), "")


def _stat(pid: int) -> list[str]:
    # the command's name is in brackets and may hold blanks and brackets itself
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
