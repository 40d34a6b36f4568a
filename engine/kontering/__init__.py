"""Kontering: moves what a business sells into its books."""

__version__ = "0.1.0"
