"""The command line: `kontering check`, `plan`, `run` and the rest, each in a file of its own."""

from kontering.cli.main import main

__all__ = ["main"]
