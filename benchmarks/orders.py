"""WooCommerce orders to measure with: drawn from a seed, as the bytes of their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice

from kontering.connectors.woocommerce.sample import drawn, made


def orders(count: int, seed: int = 7) -> list[bytes]:
    """So many orders of an ordinary shop."""
    cases = made.Maker(first_refund=9_000_000).made(drawn.drawn(count, seed))
    return [json.dumps(one.order, ensure_ascii=False, separators=(",", ":")).encode() for one in cases]


def endless(count: int) -> Iterator[bytes]:
    """So many orders, one after the other, with numbers of their own; a thousand are drawn, and come again."""
    drawn_once = orders(1000)
    for number, order in enumerate(islice(cycle(drawn_once), count)):
        yield order.replace(b'"number":"', b'"number":"%d-' % number, 1)
