"""The sample orders that go through: at home, without tax in the price, abroad."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kontering.connectors.woocommerce.sample import goods, people
from kontering.connectors.woocommerce.sample.cases import (
    ABROAD,
    FREE,
    MOBILEPAY,
    ON_ACCOUNT,
    Case,
    order,
)
from kontering.connectors.woocommerce.simulator.cart import Coupon, Fee, Shipping

AT_HOME = (
    Case(
        slug="plain-dk",
        shows="A private buyer in Denmark, two bags of coffee and shipping at 25 %, paid by card.",
        purchase=order(people.IDA, "2026-03-02T09:12:44", (goods.BEANS, 2)),
    ),
    Case(
        slug="two-rates-coupon",
        shows="Coffee at 25 % and a newspaper at 0 %, a coupon of 50 kr. over both, taxed shipping.",
        purchase=order(
            people.CARLA,
            "2026-03-03T18:40:02",
            (goods.BEANS_1KG, 1),
            (goods.PAPER, 3),
            coupons=(Coupon(code="marts50", kind="fixed_cart", amount=Decimal(50)),),
        ),
    ),
    Case(
        slug="percent-coupon",
        shows="Ten percent off three lines; the øre that is left over goes to the filters.",
        purchase=order(
            people.JONAS,
            "2026-03-04T07:03:10",
            (goods.BEANS, 1),
            (goods.TEA, 1),
            (goods.FILTERS, 3),
            coupons=(Coupon(code="kaffe10", kind="percent", amount=Decimal(10)),),
        ),
    ),
    Case(
        slug="fee",
        shows="A fee of 25 kr. with tax for gift wrapping.",
        purchase=order(
            people.SOFIE,
            "2026-03-05T20:15:31",
            (goods.GRINDER, 1),
            fees=(Fee(name="Gaveindpakning", amount=Decimal(20)),),
        ),
    ),
    Case(
        slug="negative-fee",
        shows="A rebate that the shop books as a negative fee.",
        purchase=order(
            people.CAFE,
            "2026-03-06T11:30:00",
            (goods.BEANS_1KG, 6),
            fees=(Fee(name="Mængderabat", amount=Decimal("-100.32")),),
            meta=((people.VAT, "29384754"),),
        ),
    ),
    Case(
        slug="free-shipping",
        shows="Free shipping by coupon: a shipping line of 0.00.",
        purchase=order(
            people.MADS,
            "2026-03-09T06:55:48",
            (goods.KETTLE, 1),
            shipping=FREE,
            coupons=(Coupon(code="gratisfragt", kind="percent", amount=Decimal(0), free_shipping=True),),
        ),
    ),
    Case(
        slug="collected",
        shows="Collected in the shop: no shipping line, no shipping address, paid with MobilePay.",
        purchase=order(
            replace(people.NANNA, ship_to={}), "2026-03-10T15:22:09", (goods.TEA, 2), shipping=None, payment=MOBILEPAY
        ),
    ),
    Case(
        slug="other-address",
        shows="A present: billed to Kolding, shipped to Aarhus.",
        purchase=order(people.GIVER, "2026-03-11T12:01:27", (goods.MUG_BLUE, 1), (goods.BEANS, 1)),
    ),
    Case(
        slug="twelve-of-a-kind",
        shows="12 pieces at 99.99: the unit price without tax has three decimals.",
        purchase=order(people.OFFICE, "2026-03-12T08:44:50", (replace(goods.BEANS, price=Decimal("99.99")), 12)),
    ),
)


WITHOUT_TAX = (
    Case(
        slug="prices-without-tax",
        shows="The wholesale side, prices entered without tax, to a firm with a CVR number.",
        purchase=order(
            people.CAFE,
            "2026-03-13T10:10:10",
            (replace(goods.BEANS_1KG, price=Decimal("149.00")), 8),
            (replace(goods.SYRUP, price=Decimal("31.95")), 4),
            meta=((people.VAT, "DK29384754"), (people.REFERENCE, "PO-4471")),
        ),
        rules=goods.NET,
    ),
    Case(
        slug="rounded-per-line",
        shows="Five lines of 1.02 without tax: 5 x 0.26 is 1.30 of tax, on the sum it would be 1.28.",
        purchase=order(people.OFFICE, "2026-03-16T13:37:00", *((goods.SPOON, 1),) * 5, shipping=None),
        rules=goods.NET,
    ),
    Case(
        slug="without-tax-coupon",
        shows="Prices without tax, five percent off, to a firm.",
        purchase=order(
            people.OFFICE,
            "2026-03-17T09:05:33",
            (replace(goods.GRINDER, price=Decimal("312.45")), 3),
            coupons=(Coupon(code="erhverv5", kind="percent", amount=Decimal(5)),),
            meta=((people.VAT, "DK31415926"),),
        ),
        rules=goods.NET,
    ),
)


TO_ABROAD = (
    Case(
        slug="oss-germany",
        shows="One Stop Shop: a private buyer in Germany, 19 %, same net price as at home.",
        purchase=order(people.GRETA, "2026-03-18T17:20:00", (goods.TEA, 2), shipping=ABROAD),
    ),
    Case(
        slug="oss-germany-many",
        shows="One Stop Shop: nine pieces to Germany, registered customer.",
        purchase=order(people.LUKAS, "2026-03-19T05:58:12", (goods.SYRUP, 9), (goods.BEANS, 1), shipping=ABROAD),
    ),
    Case(
        slug="oss-finland",
        shows="One Stop Shop: Finland with its 25.5 %.",
        purchase=order(people.AINO, "2026-03-20T14:45:59", (goods.BEANS_1KG, 1), shipping=ABROAD),
    ),
    Case(
        slug="oss-netherlands-euro",
        shows="One Stop Shop in euro: the Netherlands, 21 %.",
        purchase=order(
            people.PIETER,
            "2026-03-21T19:31:40",
            (replace(goods.BEANS, price=Decimal("16.50")), 2),
            currency="EUR",
            shipping=Shipping(title="Pakket", cost=Decimal("8.00"), instance="5"),
        ),
    ),
    Case(
        slug="eu-business-sweden",
        shows="A business in Sweden with a valid VAT number: no tax charged, is_vat_exempt is yes.",
        purchase=order(
            people.STORSJO,
            "2026-03-23T08:00:21",
            (goods.BEANS_1KG, 10),
            exempt=True,
            shipping=ABROAD,
            meta=((people.VAT, "SE556677889901"), (people.REFERENCE, "Inköp 2231")),
        ),
    ),
    Case(
        slug="invalid-vat-number",
        shows="A Swedish VAT number with a wrong check digit; the shop charged 25 % as to a consumer.",
        purchase=order(
            people.NORRSKEN,
            "2026-03-24T16:12:05",
            (goods.MUG_GREY, 4),
            shipping=ABROAD,
            meta=((people.VAT, "SE556677889001"),),
        ),
    ),
    Case(
        slug="export-norway",
        shows="Export of goods to Norway: no tax.",
        purchase=order(people.INGRID, "2026-03-25T10:41:18", (goods.GRINDER, 1), (goods.FILTERS, 2), shipping=ABROAD),
    ),
    Case(
        slug="canary-islands",
        shows="Las Palmas: Spain by its country, outside the VAT area by its postcode; no tax.",
        purchase=order(people.CANARY, "2026-03-26T09:09:09", (goods.TEA, 1), shipping=ABROAD),
    ),
    Case(
        slug="yen-japan",
        shows="Whole yen: export to Japan in JPY, a currency without decimals.",
        purchase=order(
            people.HARUKA,
            "2026-03-27T03:14:15",
            (goods.PLATE, 3),
            currency="JPY",
            shipping=Shipping(title="Air parcel", cost=Decimal(1500), instance="6"),
        ),
        rules=goods.YEN,
    ),
    Case(
        slug="public-ean",
        shows="A municipality with an EAN number and a reference, on account: nothing has been paid by card.",
        purchase=order(
            people.MUNICIPALITY,
            "2026-03-27T08:30:00",
            (replace(goods.BEANS_1KG, price=Decimal("149.00")), 12),
            payment=ON_ACCOUNT,
            meta=((people.VAT, "29384754"), (people.EAN, "5798000000117"), (people.REFERENCE, "PO-88213")),
        ),
        rules=goods.NET,
    ),
)
