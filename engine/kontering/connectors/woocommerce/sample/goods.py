"""What the sample shop sells, and its tax table: Nordlys Kaffe of Odense, an invented shop."""

from __future__ import annotations

from decimal import Decimal

from kontering.connectors.woocommerce.simulator.cart import Rate, Rules
from kontering.connectors.woocommerce.simulator.checkout import Product

SITE = "https://shop.example"
ZONE = "Europe/Copenhagen"

RATES = (
    Rate(id=1, country="DK", name="Moms", percent=Decimal(25)),
    Rate(id=2, country="DK", name="Nulmoms", percent=Decimal(0), tax_class="zero-rate"),
    Rate(id=3, country="DE", name="MwSt", percent=Decimal(19)),
    Rate(id=4, country="SE", name="Moms", percent=Decimal(25)),
    Rate(id=5, country="FI", name="ALV", percent=Decimal("25.5")),
    Rate(id=6, country="NL", name="BTW", percent=Decimal(21)),
    Rate(id=7, country="FR", name="TVA", percent=Decimal(20)),
)

GROSS = Rules(rates=RATES, prices_include_tax=True)
"""The shop as it is: prices are entered with tax."""

NET = Rules(rates=RATES, prices_include_tax=False)
"""Its wholesale side: prices are entered without."""

YEN = Rules(rates=RATES, prices_include_tax=True, decimals=0, adjust_prices=False)
"""Its price list in yen, in whole yen, the same wherever the goods go."""


def _product(id_: int, sku: str, name: str, price: str, tax_class: str = "") -> Product:
    return Product(id=id_, name=name, sku=sku, price=Decimal(price), tax_class=tax_class)


BEANS = _product(201, "KAF-500", "Kaffebønner, Morgenrøde, 500 g", "119.95")
BEANS_1KG = _product(202, "KAF-1000", "Kaffebønner, Morgenrøde, 1 kg", "209.00")
TEA = _product(203, "TE-GRN", "Grøn te, Fjordbris, 100 g", "79.95")
FILTERS = _product(204, "FILT-100", "Papirfiltre, 100 stk.", "29.95")
KETTLE = _product(205, "KEDEL", "Elkedel med svanehals", "649.00")
GRINDER = _product(206, "KVAERN", "Håndkværn, keramisk", "449.50")
PAPER = _product(207, "AVIS-KB", "Kaffebladet, ugeavis", "35.00", "zero-rate")
SYRUP = _product(208, "SIRUP-V", "Vaniljesirup, 25 cl", "49.95")
SPOON = _product(209, "SKE-10G", "Måleske, 10 g", "1.02")
ROPE = _product(210, "SNOR", "Hampesnor, pr. meter", "12.40")
GIFT_CARD = Product(id=211, name="Gavekort 500 kr.", sku="GAVE-500", price=Decimal(500), taxable=False)
PLATE = _product(212, "FAD", "Stentøjsfad", "3333")
MUG_BLUE = Product(
    id=220,
    name="Krus - Blå",
    sku="KRUS-BL",
    price=Decimal("89.00"),
    variation=221,
    parent="Krus",
    options={"farve": "Blå"},
)
MUG_GREY = Product(
    id=220,
    name="Krus - Grå",
    sku="KRUS-GR",
    price=Decimal("89.00"),
    variation=222,
    parent="Krus",
    options={"farve": "Grå"},
)

SIMPLE = (BEANS, BEANS_1KG, TEA, FILTERS, KETTLE, GRINDER, PAPER, SYRUP, SPOON, ROPE, GIFT_CARD, PLATE)
MUGS = (MUG_BLUE, MUG_GREY)
EVERYDAY = (BEANS, BEANS_1KG, TEA, FILTERS, SYRUP, GRINDER, KETTLE, MUG_BLUE, MUG_GREY)
STOCK = {"KAF-500": 140, "KAF-1000": 60, "TE-GRN": 35, "KEDEL": 4, "KVAERN": 0}
COST = {"KAF-500": "48.20", "KAF-1000": "91.00", "TE-GRN": "26.40", "KEDEL": "310.00", "KVAERN": "188.00"}
