"""A test aid: `KONTERING_KILL=<point>[:<n>]` makes this process SIGKILL itself at the n-th passing of a point.

The points are the moments at which a delivery can be cut in two; see tests/crash. Without the variable they do nothing.
"""

from __future__ import annotations

import os
import signal
from itertools import count
from typing import Literal

Point = Literal[
    "before_intent", "after_intent", "after_call", "before_receipt", "after_receipt", "before_page", "after_page"
]
VARIABLE = "KONTERING_KILL"

_passed = count(1)


def point(name: Point) -> None:
    """Passes a point; a process that is to die here dies here, without any clearing up."""
    wanted, _, number = os.environ.get(VARIABLE, "").partition(":")
    if name == wanted and next(_passed) == int(number or 1):
        os.kill(os.getpid(), signal.SIGKILL)
