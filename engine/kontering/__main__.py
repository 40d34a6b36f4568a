"""Runs the command line as `python -m kontering`."""

from kontering.cli import main

main()
