"""The values of the languages and what may be done with them: exact, and without guessing.

Everything here is called by the interpreter and by generated code alike.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeAlias, Union

from kontering.model.plan import Link

Value: TypeAlias = Union[bool, int, Decimal, str, date, Link, "list[Value]", "dict[str, Value]", None]
"""An instant is a `datetime` with a zone, a local time one without."""
