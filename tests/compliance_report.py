"""Prints how many of the official JMESPath cases pass: on the interpreter, and on generated code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tests.language.test_compliance import FOLDER, cases, passes
from tests.language.test_emit import complies

JUDGES: dict[str, Callable[[Any, dict[str, Any]], bool]] = {"interpreter": passes, "generated code": complies}


def main() -> int:
    listed = list(cases())
    if not listed:
        sys.stdout.write(f"no compliance files in {FOLDER}: set KONTERING_COMPLIANCE to the folder that holds them\n")
        return 2
    passed = failed = 0
    for name, judge in JUDGES.items():
        wrong = [f"{file}: {case['expression']}" for file, given, case in listed if not judge(given, case)]
        sys.stdout.write(f"{name}: {len(listed) - len(wrong)} of {len(listed)}\n")
        sys.stdout.writelines(f"  failed {line}\n" for line in wrong)
        passed, failed = passed + len(listed) - len(wrong), failed + len(wrong)
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
