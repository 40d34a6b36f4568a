"""Prints how many lines of code each room has, beside the budget that the house was planned with."""

from __future__ import annotations

import sys
from pathlib import Path

ENGINE = Path(__file__).parents[1] / "engine" / "kontering"
BUDGET = {
    "(top)": 400,
    "model": 550,
    "accounting": 1000,
    "yaml": 300,
    "language": 1800,
    "sdk": 550,
    "testing": 350,
    "mapping": 1000,
    "store": 550,
    "connectors": 0,
    "project": 400,
    "sync": 950,
    "cli": 750,
}


def code_lines(path: Path) -> int:
    """Lines that are neither blank nor a comment of their own."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sum(1 for line in lines if line and not line.startswith("#"))


def room(path: Path) -> str:
    parts = path.relative_to(ENGINE).parts
    return parts[0] if len(parts) > 1 else "(top)"


def main() -> None:
    counted: dict[str, int] = dict.fromkeys(BUDGET, 0)
    long_files = []
    for path in sorted(ENGINE.rglob("*.py")):
        lines = code_lines(path)
        counted[room(path)] = counted.get(room(path), 0) + lines
        if lines > 400:
            long_files.append(f"{path.relative_to(ENGINE)}: {lines}")
    rows = [f"{name:<12}{lines:>7}{BUDGET.get(name) or '-':>9}" for name, lines in counted.items()]
    engine = sum(lines for name, lines in counted.items() if name != "connectors")
    sys.stdout.write(
        "room          lines   budget\n"
        + "\n".join(rows)
        + f"\n{'engine':<12}{engine:>7}{9000:>9}  (without connectors)\n"
    )
    if long_files:
        sys.stdout.write("over 400 lines, ask for a look: " + ", ".join(long_files) + "\n")


if __name__ == "__main__":
    main()
