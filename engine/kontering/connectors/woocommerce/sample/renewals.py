"""The sample of a subscription business: renewals that were paid, failed, or paid at a later try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from kontering.connectors.woocommerce.sample import goods, people
from kontering.connectors.woocommerce.sample.cases import sold
from kontering.connectors.woocommerce.sample.made import settings
from kontering.connectors.woocommerce.simulator import rows
from kontering.connectors.woocommerce.simulator.checkout import Buyer, Json, Payment, Product, Purchase, Till, placed
from kontering.connectors.woocommerce.simulator.shop import stamp

FIRST_RENEWAL = 8101
FIRST_PARENT = 7001
FIRST_SUBSCRIPTION = 7501
MONTHS = {"month": 1, "year": 12}
NUMBERS = {people.CAFE.billing["company"]: "29384754", people.OFFICE.billing["company"]: "31415926"}

WENT = {"p": "paid at once", "f": "failed, not paid since", "r": "failed, paid at the second try"}

CLUB = Product(id=301, name="Kaffeklub, 2 poser hver måned", sku="KLUB-2", price=Decimal("199.00"))
OFFICE = Product(id=302, name="Kontorkaffe, 6 kg hver måned", sku="KONTOR-6", price=Decimal("1150.00"))
SCHOOL = Product(id=303, name="Kaffeskolen, adgang i et år", sku="SKOLE-12", price=Decimal("600.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A subscription: what, for whom, since when; and how each renewal of spring went."""

    buyer: Buyer
    product: Product
    start: str
    went: str
    period: str = "month"
    quantity: int = 1


PLANS = (
    Plan(buyer=people.IDA, product=CLUB, start="2025-09-03T08:00:00", went="ppp"),
    Plan(buyer=people.MADS, product=CLUB, start="2025-11-15T09:30:00", went="ppr"),
    Plan(buyer=people.CARLA, product=CLUB, start="2026-01-31T10:15:00", went="pfp"),
    Plan(buyer=people.NANNA, product=CLUB, start="2025-12-20T11:45:00", went="ff"),
    Plan(buyer=people.CAFE, product=OFFICE, start="2025-10-01T06:00:00", went="ppp"),
    Plan(buyer=people.OFFICE, product=OFFICE, start="2026-02-01T06:00:00", went="rpp", quantity=2),
    Plan(buyer=people.LUKAS, product=CLUB, start="2026-01-10T12:00:00", went="ppp"),
    Plan(
        buyer=replace(people.SOFIE, customer=41), product=SCHOOL, start="2025-04-14T07:20:00", went="p", period="year"
    ),
    Plan(
        buyer=replace(people.JONAS, customer=42), product=SCHOOL, start="2025-05-02T07:20:00", went="r", period="year"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A renewal order with its subscription, the period it pays for, and how often payment was tried."""

    order: Json
    subscription: Json
    start: datetime
    until: datetime
    attempts: int
    went: str


def renewals() -> list[Renewal]:
    """In the order in which they fell due."""
    made = sorted((due for place, plan in enumerate(PLANS) for due in _due(place, plan)), key=lambda due: due[2])
    till = Till(rules=goods.GROSS, zone=ZoneInfo(goods.ZONE), site=goods.SITE)
    parents = {place: placed(_parent(place, plan), till) for place, plan in enumerate(PLANS)}
    return [_renewal(n, *due, parents, till) for n, due in enumerate(made)]


def _due(place: int, plan: Plan) -> Iterator[tuple[int, Plan, datetime, str]]:
    """The dates on which it fell due from March on (a yearly one: in its month), each with how that went."""
    start = datetime.fromisoformat(plan.start).replace(tzinfo=UTC)
    first = start if plan.period == "year" else start.replace(year=2026, month=3, day=min(start.day, 31))
    for n, went in enumerate(plan.went):
        yield place, plan, _months_after(first, 12 if plan.period == "year" else n), went


def _renewal(n: int, place: int, plan: Plan, due: datetime, went: str, parents: dict[int, Json], till: Till) -> Renewal:
    purchase = _purchase(FIRST_RENEWAL + n, plan, due)
    paid = {"p": due + timedelta(seconds=4), "r": due + timedelta(days=3, hours=1), "f": None}[went]
    payment = Payment(transaction=str(960_000 + 13 * n) if paid else "")
    renewed = ("_subscription_renewal", str(FIRST_SUBSCRIPTION + place))
    tried = (("_retry_count", "1"),) if went == "r" else ()
    purchase = replace(
        purchase,
        via="subscription",
        status="completed" if paid else "failed",
        paid=paid,
        completed=paid,
        modified=paid or due + timedelta(seconds=6),
        payment=payment,
        meta=(renewed, *purchase.meta, *tried),
    )
    until = _months_after(due, MONTHS[plan.period])
    subscription = rows.subscription(
        parents[place],
        FIRST_SUBSCRIPTION + place,
        status="active" if paid else "on-hold",
        billing_period=plan.period,
        next_payment_date_gmt=stamp(until),
        last_payment_date_gmt=stamp(paid or _months_after(due, -MONTHS[plan.period])),
    )
    order = {**placed(purchase, till), "related": {"settings": settings(goods.GROSS), "subscription": subscription}}
    attempts = {"p": 1, "r": 2, "f": 1}[went]
    return Renewal(order=order, subscription=subscription, start=due, until=until, attempts=attempts, went=WENT[went])


def _parent(place: int, plan: Plan) -> Purchase:
    start = datetime.fromisoformat(plan.start).replace(tzinfo=UTC)
    return replace(_purchase(FIRST_PARENT + place, plan, start), paid=start, completed=start, status="completed")


def _purchase(id_: int, plan: Plan, at: datetime) -> Purchase:
    number = NUMBERS.get(plan.buyer.billing["company"])
    meta = ((people.VAT, number),) if number else ()
    return Purchase(
        id=id_,
        number=str(id_),
        buyer=plan.buyer,
        sold=sold((plan.product, plan.quantity)),
        created=at,
        meta=meta,
    )


def _months_after(day: datetime, months: int) -> datetime:
    """The same day of a later month, or its last one: 31 January, 28 February, 31 March."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month, day=min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"no day like {day.day} in {year}-{month}")
