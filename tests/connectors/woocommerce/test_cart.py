"""The arithmetic of a WooCommerce cart, against published and hand-made figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontering.connectors.woocommerce.simulator.cart import Cart, Coupon, Fee, Item, Rate, Rules, Shipping, Sums, reckon


def rate(percent: str, country: str = "DK", id_: int = 1, tax_class: str = "") -> Rate:
    return Rate(id=id_, country=country, name="Moms", percent=Decimal(percent), tax_class=tax_class)


def item(price: str, quantity: str = "1", tax_class: str = "") -> Item:
    return Item(price=Decimal(price), quantity=Decimal(quantity), tax_class=tax_class)


def reckoned(*items: Item, rules: Rules, **more: object) -> Sums:
    return reckon(Cart(country="DK", items=items, **more), rules)  # type: ignore[arg-type]


def gross(percent: str = "25", **more: object) -> Rules:
    return Rules(rates=(rate(percent),), prices_include_tax=True, **more)  # type: ignore[arg-type]


def net(*percents: str, **more: object) -> Rules:
    classes = ("", "reduced-rate")
    rates = tuple(rate(percent, id_=n + 1, tax_class=classes[n]) for n, percent in enumerate(percents))
    return Rules(rates=rates, prices_include_tax=False, **more)  # type: ignore[arg-type]


def test_a_line_keeps_its_tax_exactly_and_shows_it_rounded() -> None:
    (line,) = reckoned(item("99.99", "12"), rules=gross()).items

    assert line.total == Decimal("959.904")
    assert line.taxes == {1: Decimal("239.976")}
    assert line.total_tax == Decimal("239.98")


def test_half_a_cent_of_included_tax_is_rounded_down() -> None:
    sums = reckoned(item("49.95"), rules=gross("20"))

    assert (sums.items[0].total, sums.items[0].total_tax, sums.total) == (
        Decimal("41.625"),
        Decimal("8.32"),
        Decimal("49.95"),
    )


def test_half_a_cent_of_added_tax_is_rounded_up_on_each_line() -> None:
    sums = reckoned(*[item("1.02")] * 5, rules=net("25"))

    assert sums.cart_taxes == {1: Decimal("1.30")}
    assert sums.total == Decimal("6.40")


@pytest.mark.parametrize(
    ("at_subtotal", "tax", "total"),
    [(False, "37.65", "208.75"), (True, "37.642", "208.74")],
    ids=["per line", "on the sum"],
)
def test_two_lines_at_22_percent(at_subtotal: bool, tax: str, total: str) -> None:
    sums = reckoned(item("50.35"), item("120.75"), rules=net("22", round_at_subtotal=at_subtotal))

    assert (sums.cart_taxes[1], sums.total) == (Decimal(tax), Decimal(total))


def test_two_rates_rounded_once_on_the_sum() -> None:
    sums = reckoned(
        item("161.28"), item("27.75", tax_class="reduced-rate"), rules=net("19", "7", round_at_subtotal=True)
    )

    assert sums.cart_taxes == {1: Decimal("30.6432"), 2: Decimal("1.9425")}
    assert sums.total == Decimal("221.62")


def test_shipping_and_fees_are_entered_without_tax() -> None:
    sums = reckoned(
        item("100"),
        rules=gross(),
        shipping=(Shipping(title="GLS", cost=Decimal("31.20")),),
        fees=(Fee(name="Gift", amount=Decimal(20)),),
    )

    assert sums.shipping_total == Decimal("31.20")
    assert sums.shipping_taxes == {1: Decimal("7.80")}
    assert sums.total == Decimal("164.00")


def test_a_rebate_is_taxed_in_the_mix_of_the_cart() -> None:
    sums = reckoned(
        item("300"),
        item("100", tax_class="reduced-rate"),
        rules=net("25", "10"),
        fees=(Fee(name="Rebate", amount=Decimal(-40)),),
    )

    (fee,) = sums.fees
    assert fee.taxes == {1: Decimal("-7.5"), 2: Decimal("-1")}
    assert sums.total == Decimal("400") - 40 + Decimal("75") + 10 - Decimal("8.5")


def test_a_rebate_never_makes_an_order_negative() -> None:
    sums = reckoned(item("30"), rules=net("25"), fees=(Fee(name="Rebate", amount=Decimal(-500)),))

    assert sums.fees[0].total == Decimal("-30")
    assert sums.total == 0


def test_a_fixed_coupon_is_shared_by_pieces() -> None:
    sums = reckoned(
        item("149.50", "2"),
        item("35", "3"),
        rules=gross(),
        coupons=(Coupon(code="m", kind="fixed_cart", amount=Decimal(50)),),
    )

    off = [line.subtotal + line.subtotal_tax - line.total - line.total_tax for line in sums.items]
    assert off == [Decimal("20.00"), Decimal("30.00")]
    assert sums.total == Decimal("354.00")


def test_what_a_percentage_leaves_over_goes_to_the_line_of_most_price_times_pieces() -> None:
    sums = reckoned(
        item("119.95"),
        item("79.95"),
        item("29.95", "3"),
        rules=gross(),
        coupons=(Coupon(code="k", kind="percent", amount=Decimal(10)),),
    )

    off = [
        line.subtotal + sum(line.subtotal_taxes.values()) - line.total - sum(line.taxes.values()) for line in sums.items
    ]
    assert off == [Decimal("11.99"), Decimal("7.99"), Decimal("8.99")]


def test_a_coupon_takes_no_more_than_there_is() -> None:
    sums = reckoned(item("20"), rules=gross(), coupons=(Coupon(code="m", kind="fixed_cart", amount=Decimal(50)),))

    assert sums.total == 0


def test_a_buyer_elsewhere_pays_the_same_net_price() -> None:
    rules = Rules(rates=(rate("25"), rate("19", "DE", 2)), prices_include_tax=True)
    sums = reckon(Cart(country="DE", items=(item("79.95"),)), rules)

    assert sums.items[0].total == Decimal("63.96")
    assert sums.items[0].taxes == {2: Decimal("12.1524")}
    assert sums.total == Decimal("76.11")


def test_or_the_same_gross_price_where_the_shop_wants_it() -> None:
    rules = Rules(rates=(rate("25"), rate("19", "DE", 2)), prices_include_tax=True, adjust_prices=False)

    assert reckon(Cart(country="DE", items=(item("79.95"),)), rules).total == Decimal("79.95")


@pytest.mark.parametrize(("country", "exempt"), [("NO", False), ("DK", True)], ids=["export", "exempt"])
def test_without_tax_the_included_one_is_taken_out(country: str, exempt: bool) -> None:
    sums = reckon(Cart(country=country, items=(item("100"),), exempt=exempt), gross())

    assert (sums.total, sums.cart_taxes) == (Decimal("80"), {})


def test_a_currency_without_decimals() -> None:
    sums = reckoned(item("3333", "3"), rules=gross("10", decimals=0))

    assert sums.total == 9999
    assert sums.items[0].total_tax == 909


PRICES = st.decimals("0.01", "5000", places=2)
ITEMS = st.lists(st.builds(Item, price=PRICES, quantity=st.integers(1, 20).map(Decimal)), min_size=1, max_size=8)
COUPONS = st.lists(
    st.builds(
        Coupon,
        code=st.just("c"),
        kind=st.sampled_from(["percent", "fixed_cart"]),
        amount=st.integers(0, 100).map(Decimal),
    ),
    max_size=2,
)


@given(items=ITEMS, coupons=COUPONS, percent=st.sampled_from(["25", "19", "25.5", "6"]))
def test_with_included_tax_the_total_is_the_prices_less_the_coupons(
    items: list[Item], coupons: list[Coupon], percent: str
) -> None:
    sums = reckoned(*items, rules=gross(percent), coupons=tuple(coupons))

    whole = sum(one.price * one.quantity for one in items)
    off = sum(one.total + one.total_tax for one in sums.coupons)
    assert abs(sums.total - (whole - off)) <= Decimal("0.01") * len(coupons)
    assert sums.total >= 0


@given(items=ITEMS, percent=st.sampled_from(["25", "19", "6"]))
def test_a_lines_net_and_exact_tax_are_its_price(items: list[Item], percent: str) -> None:
    for one, line in zip(items, reckoned(*items, rules=gross(percent)).items, strict=True):
        assert line.total + sum(line.taxes.values()) == one.price * one.quantity
