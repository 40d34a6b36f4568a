"""The sample orders with something odd: their state, their sums, their texts, gift cards, refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from kontering.connectors.woocommerce.sample import goods, people
from kontering.connectors.woocommerce.sample.cases import (
    ABROAD,
    FREE,
    TRANSFER,
    Case,
    Refunding,
    order,
)
from kontering.connectors.woocommerce.simulator.cart import Coupon
from kontering.connectors.woocommerce.simulator.checkout import Payment, Product


def many() -> list[tuple[Product, int]]:
    shelf = (goods.BEANS, goods.TEA, goods.FILTERS, goods.SYRUP, goods.MUG_BLUE)
    return [(replace(shelf[n % 5], price=shelf[n % 5].price + Decimal(n % 7) / 20), 1 + n % 3) for n in range(200)]


STATES = (
    Case(
        slug="unpaid",
        shows="Not paid: pending, without date_paid.",
        purchase=order(people.JONAS, "2026-03-28T21:04:37", (goods.KETTLE, 1), status="pending", paid=False),
    ),
    Case(
        slug="failed-payment",
        shows="The card was declined: failed.",
        purchase=order(people.SOFIE, "2026-03-28T22:10:00", (goods.BEANS, 1), status="failed", paid=False),
    ),
    Case(
        slug="on-hold-transfer",
        shows="Waits for a bank transfer: on-hold.",
        purchase=order(
            people.OFFICE, "2026-03-30T07:45:00", (goods.BEANS, 4), status="on-hold", paid=False, payment=TRANSFER
        ),
    ),
    Case(
        slug="cancelled",
        shows="Cancelled by the buyer before anything was paid.",
        purchase=order(people.MADS, "2026-03-30T12:00:01", (goods.TEA, 1), status="cancelled", paid=False),
    ),
    Case(
        slug="processing",
        shows="Paid, but not sent yet: processing.",
        purchase=order(people.IDA, "2026-04-01T16:05:00", (goods.BEANS, 1), status="processing"),
    ),
    Case(
        slug="plugins-own-status",
        shows="A status that a plugin has added: packed.",
        purchase=order(people.NANNA, "2026-04-02T06:30:00", (goods.FILTERS, 2), status="processing"),
        edits=(("status", "packed"),),
    ),
    Case(
        slug="zero",
        shows="A coupon of 100 %: the total is 0.",
        purchase=order(
            people.CARLA,
            "2026-04-03T13:13:13",
            (goods.TEA, 1),
            shipping=FREE,
            payment=Payment(method="", title=""),
            coupons=(Coupon(code="undskyld", kind="percent", amount=Decimal(100)),),
        ),
    ),
)


ODDITIES = (
    Case(
        slug="one-cent-off",
        shows="Handed in by a marketplace that rounds tax on the sum: the total is 0.01 under the lines.",
        purchase=order(people.JONAS, "2026-04-06T10:00:00", (goods.TEA, 1), (goods.SYRUP, 1), via="rest-api"),
        edits=(("total", "-0.01"), ("total_tax", "-0.01"), ("cart_tax", "-0.01")),
    ),
    Case(
        slug="one-krone-off",
        shows="A total changed by hand: 1.00 under the lines, more than any rounding.",
        purchase=order(people.SOFIE, "2026-04-07T11:11:11", (goods.BEANS, 2), via="admin"),
        edits=(("total", "-1.00"),),
    ),
    Case(
        slug="past-midnight",
        shows="Paid on 31 March at 22:30 in UTC: the first of April in Denmark.",
        purchase=order(people.IDA, "2026-03-31T22:29:53", (goods.BEANS, 1)),
    ),
    Case(
        slug="summer-time-night",
        shows="Made in the night of 29 March at 00:59:50 UTC, ten seconds before the clocks went forward.",
        purchase=order(people.MADS, "2026-03-29T00:59:50", (goods.SYRUP, 2)),
    ),
    Case(
        slug="emoji",
        shows="Emoji in the buyer's name and in the note.",
        purchase=order(people.EMOJI, "2026-04-08T19:00:00", (goods.MUG_GREY, 2)),
    ),
    Case(
        slug="hebrew",
        shows="A name written from right to left, in Hebrew.",
        purchase=order(people.HEBREW, "2026-04-09T08:20:00", (goods.TEA, 1)),
    ),
    Case(
        slug="arabic",
        shows="A name written from right to left, in Arabic.",
        purchase=order(people.ARABIC, "2026-04-09T09:40:00", (goods.BEANS_1KG, 1)),
    ),
    Case(
        slug="marks-in-names",
        shows="An ampersand and an apostrophe in the buyer's name.",
        purchase=order(people.ENTITY, "2026-04-10T14:00:00", (goods.FILTERS, 1)),
    ),
    Case(
        slug="without-mail",
        shows="Taken by telephone: the buyer has no mail address.",
        purchase=order(people.NO_MAIL, "2026-04-13T09:30:00", (goods.BEANS, 1), via="admin"),
    ),
    Case(
        slug="long-name",
        shows="An association whose name has 183 characters.",
        purchase=order(people.LONG, "2026-04-14T10:30:00", (goods.BEANS_1KG, 2)),
    ),
    Case(
        slug="two-lines",
        shows="Two lines, of which one is a variation of a product.",
        purchase=order(people.NANNA, "2026-04-15T17:17:17", (goods.MUG_BLUE, 2), (goods.BEANS, 1)),
    ),
    Case(
        slug="two-hundred-lines",
        shows="200 lines.",
        purchase=order(people.OFFICE, "2026-04-16T07:00:00", *many()),
    ),
    Case(
        slug="deleted-product",
        shows="The product was deleted since: sku is null, product_id 0.",
        purchase=order(people.IDA, "2026-04-17T12:12:12", (goods.SYRUP, 1)),
        forgotten=True,
    ),
    Case(
        slug="one-and-a-half",
        shows="1.5 metres: a quantity that isn't whole.",
        purchase=order(people.CARLA, "2026-04-20T15:50:00", (goods.ROPE, "1.5")),
    ),
)


CARDS = (
    Case(
        slug="gift-card-sold",
        shows="A gift card is sold: no tax, nothing shipped.",
        purchase=order(replace(people.MADS, ship_to={}), "2026-04-21T18:00:00", (goods.GIFT_CARD, 1), shipping=None),
    ),
    Case(
        slug="gift-card-used",
        shows="A gift card pays 500.00, a card the rest: total is after gift cards.",
        purchase=order(
            people.NANNA,
            "2026-04-22T19:25:00",
            (goods.KETTLE, 1),
            (goods.MUG_BLUE, 1),
            payment=Payment(gift_cards=(("GAVE-7K2P", Decimal(500)),)),
        ),
    ),
    Case(
        slug="gift-cards-pay-all",
        shows="Two gift cards pay everything: total is 0, but it isn't a free order.",
        purchase=order(
            people.JONAS,
            "2026-04-23T20:45:00",
            (goods.BEANS_1KG, 1),
            payment=Payment(method="", title="", gift_cards=(("GAVE-1A9X", Decimal(200)), ("GAVE-4C3M", Decimal(48)))),
        ),
    ),
)


REFUNDS = (
    Case(
        slug="partly-refunded",
        shows="One of two kettles came back.",
        purchase=order(people.CAFE, "2026-04-24T09:00:00", (goods.KETTLE, 2), (goods.FILTERS, 1)),
        refunds=(Refunding(reason="Defekt", items=((0, 1),)),),
    ),
    Case(
        slug="fully-refunded",
        shows="Everything was given back, shipping too: refunded.",
        purchase=order(people.IDA, "2026-04-27T10:00:00", (goods.GRINDER, 1)),
        refunds=(Refunding(reason="Fortrudt", items=((0, 1),), shipping=True),),
    ),
    Case(
        slug="amount-refunded",
        shows="40.00 given back without naming a line, on an order with two rates.",
        purchase=order(people.CARLA, "2026-04-28T11:00:00", (goods.BEANS, 1), (goods.PAPER, 2)),
        refunds=(Refunding(reason="For sen levering", amount="40.00"),),
    ),
    Case(
        slug="shipping-refunded",
        shows="Only the shipping was given back.",
        purchase=order(people.MADS, "2026-04-29T12:00:00", (goods.TEA, 3)),
        refunds=(Refunding(reason="Gratis fragt lovet", shipping=True),),
    ),
    Case(
        slug="refunded-twice",
        shows="Two refunds on different days, of different lines, at Germany's rate.",
        purchase=order(people.LUKAS, "2026-04-30T13:00:00", (goods.BEANS, 2), (goods.TEA, 1), shipping=ABROAD),
        refunds=(
            Refunding(reason="Zurückgeschickt", items=((0, 1),)),
            Refunding(reason="Zurückgeschickt", items=((1, 1),), after=timedelta(days=16)),
        ),
    ),
)
