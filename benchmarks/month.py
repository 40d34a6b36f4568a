"""A month at scale on simulated time: many projects, each behind its vendor's rate limit, and slots that take turns.

Each step of five minutes hands the calls that the slots can make to the projects in turns, as the rota does; what the
processors can do is a second bound. A document is late only by what it waits beyond what its project's own limit would
have made it wait in any case. The limits are those of the installed connectors.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kontering.connectors import registry

STEP = 300
DAYS = 30
CALLS = 5
"""Customer, product, draft, booking, payment: most documents need less, since customers and products are known."""

USUAL = 3.0
"""Calls of such a document: what a worker manages is measured with them."""

DAY = (2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 14, 13, 13, 13, 13, 13, 12, 13, 15, 16, 14, 9, 4)
"""How much is sold in each hour."""


def limits() -> dict[str, float]:
    """Calls a second that the vendors grant an agreement, by connector; bursts are left out, which is a little hard."""
    found = {"none stated": math.inf}
    for name in registry.names():
        connector = registry.load(name)
        if connector.target is not None and connector.limits:
            found[name] = min(limit.calls / limit.per.total_seconds() for limit in connector.limits)
    return found


LIMITS = limits()


@dataclass(slots=True)
class Shop:
    """A project: documents a month, its target's limit, and what waits, in calls."""

    monthly: float
    limit: str
    waiting: float = 0.0
    alone: float = 0.0
    """What would wait, if it had all slots for itself."""
    late: float = 0.0
    own: float = 0.0
    """The longest that its limit alone makes a call wait, in seconds."""


@dataclass(frozen=True, slots=True)
class Month:
    """What came of it: seconds of waiting beyond the own limit, how busy the slots were, and what limits alone cost."""

    projects: int
    documents: int
    slots: int
    workers: int
    latency: float
    late: float
    late_projects: int
    busiest: float
    average: float
    own: float


def shops(projects: int, documents: int, seed: int = 1) -> list[Shop]:
    """Projects of very different size: the largest tenth sells two thirds."""
    chance = random.Random(seed)
    sizes = [chance.lognormvariate(0, 1.4) for _ in range(projects)]
    scale = documents / sum(sizes)
    names = list(LIMITS)
    made = [Shop(size * scale, chance.choice(names)) for size in sizes]
    for shop in made:
        if shop.monthly * CALLS > LIMITS[shop.limit] * 86_400 * DAYS * 0.6:
            shop.limit = "none stated"  # whoever sells that much has bought a larger limit
    return made


def arriving(monthly: float, step: int, chance: random.Random) -> float:
    hour = step * STEP // 3600 % 24
    peak = 3.0 if step * STEP // 86_400 == 27 else 1.0  # one day of sales
    mean = monthly / (DAYS + 2) * peak * DAY[hour] / sum(DAY) * STEP / 3600
    return max(0.0, chance.gauss(mean, math.sqrt(mean)))


def month(
    projects: int = 500,
    documents: int = 3_000_000,
    slots: int = 8,
    latency: float = 0.15,
    workers: int = 1,
    per_worker: float = 200.0,
) -> Month:
    """Runs the month; `latency` is what a call takes, `per_worker` how many documents a second one process manages."""
    some, chance = shops(projects, documents), random.Random(2)
    can = min(workers * slots / latency, workers * per_worker * USUAL) * STEP
    busy, done = [], 0.0
    for step in range(DAYS * 86_400 // STEP):
        wants = [_wants(shop, step, chance) for shop in some]
        given = in_turns(wants, can)
        for shop, calls in zip(some, given, strict=True):
            shop.waiting -= calls
            _late(shop)
        busy.append(sum(given) / can)
        done += sum(given)
    return Month(
        projects=projects,
        documents=round(done / CALLS),
        slots=slots,
        workers=workers,
        latency=latency,
        late=max(shop.late for shop in some),
        late_projects=sum(shop.late > STEP for shop in some),
        busiest=max(busy),
        average=sum(busy) / len(busy),
        own=max(shop.own for shop in some),
    )


def _wants(shop: Shop, step: int, chance: random.Random) -> float:
    """Calls that it may make in this step by its own limit."""
    new = arriving(shop.monthly, step, chance) * CALLS
    shop.waiting += new
    shop.alone += new
    most = LIMITS[shop.limit] * STEP
    shop.alone -= min(shop.alone, most)
    shop.own = max(shop.own, shop.alone / LIMITS[shop.limit])
    return min(shop.waiting, most)


def _late(shop: Shop) -> None:
    """Waiting beyond what its limit explains, in seconds of its own pace."""
    beyond = shop.waiting - shop.alone
    if beyond > 1e-6:
        pace = min(LIMITS[shop.limit], max(shop.monthly * CALLS / (DAYS * 86_400), 0.01) * 10)
        shop.late = max(shop.late, beyond / pace)


def in_turns(wants: Sequence[float], can: float) -> list[float]:
    """Shares what can be done so that nobody gets more while somebody wants as much.

    >>> in_turns([100.0, 3.0, 5.0], 20.0)
    [12.0, 3.0, 5.0]
    """
    given = [0.0] * len(wants)
    order, left = sorted(range(len(wants)), key=wants.__getitem__), can
    for place, number in enumerate(order):
        given[number] = min(wants[number], left / (len(order) - place))
        left -= given[number]
    return given


def figures() -> Iterator[Month]:
    for slots in (2, 4, 8, 16):
        yield month(slots=slots)
    yield month(projects=2_000, documents=12_000_000, slots=16, workers=2)
