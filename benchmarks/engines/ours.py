"""The mapping by Kontering: decoded, made and checked by one generated function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kontering.mapping.accept import WARM, generated
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Mapped, Mapping

PROJECT = Path(__file__).parents[1] / "project"


def mapping_of(name: str) -> Mapping:
    """A mapping that has run often enough."""
    mapping = load_mapping(name, Roots(PROJECT))
    generated(mapping).runs = WARM
    return mapping


def engine(odd: bool) -> Any:
    """JSON bytes to JSON bytes by Kontering."""
    mapping = mapping_of("bench/odd" if odd else "woocommerce/order-to-invoice")
    encode = msgspec.json.Encoder().encode

    def run(data: bytes) -> bytes:
        outcome = mapping.run_json(data)
        assert isinstance(outcome, Mapped), outcome
        return encode(outcome.data)

    return run
