"""Runs the command line of this checkout."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "engine"))
from kontering.cli import main

if __name__ == "__main__":
    main()
