"""Writes the sample: `python -m kontering.connectors.woocommerce.sample --out DIR [--orders 10000 --seed 7]`.

Without `--orders` it writes the example shop, a file an order; with it, JSON Lines with so many orders, of which the
named ones come first. `--subscriptions` writes the renewals instead.
"""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

from kontering.connectors.woocommerce.sample import drawn, made, named, written


def main(arguments: list[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    if given.subscriptions:
        written.subscriptions(given.out)
    elif given.orders is None:
        written.webshop(given.out)
    else:
        first = named.named()[: given.orders]
        rest = drawn.drawn(given.orders - len(first), given.seed)
        written.lines(made.Maker(first_refund=9_000_000).made(chain(first, rest)), given.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kontering.connectors.woocommerce.sample", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--orders", type=int, help="how many orders; without it, the named ones as single files")
    parser.add_argument("--seed", type=int, default=1, help="what the orders are drawn from (default 1)")
    parser.add_argument("--subscriptions", action="store_true", help="renewals of a subscription business instead")
    return parser


if __name__ == "__main__":
    main()
