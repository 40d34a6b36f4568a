"""Mapping files: loaded, checked before they run, run, and explained after."""
