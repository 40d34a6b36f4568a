"""Measures Kontering beside others, in one run."""
