"""VAT rates of the EU that simulated books know: what a seller under One Stop Shop has set up in them."""

from __future__ import annotations

from collections.abc import Mapping

OSS: Mapping[str, tuple[str, str]] = {
    "AT": ("20", "10"),
    "BE": ("21", "6"),
    "BG": ("20", "9"),
    "CY": ("19", "5"),
    "CZ": ("21", "12"),
    "DE": ("19", "7"),
    "EE": ("24", "9"),
    "ES": ("21", "10"),
    "FI": ("25.5", "13.5"),
    "FR": ("20", "5.5"),
    "GR": ("24", "6"),
    "HR": ("25", "5"),
    "HU": ("27", "5"),
    "IE": ("23", "9"),
    "IT": ("22", "4"),
    "LT": ("21", "12"),
    "LU": ("17", "3"),
    "LV": ("21", "12"),
    "MT": ("18", "5"),
    "NL": ("21", "9"),
    "PL": ("23", "5"),
    "PT": ("23", "6"),
    "RO": ("21", "11"),
    "SE": ("25", "6"),
    "SI": ("22", "9.5"),
    "SK": ("23", "5"),
}
"""Standard rate and one reduced rate by country, in the order of their codes, as of 2026."""
