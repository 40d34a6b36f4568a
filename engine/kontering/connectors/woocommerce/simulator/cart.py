"""WooCommerce's own arithmetic of a cart: coupons, taxes, fees, shipping, and where each of them is rounded.

Amounts are reckoned in the currency's smallest unit, as WooCommerce does. Its rules, read from its cart classes:
item taxes are kept exact and only their sums rounded; a tax of exactly half a unit is rounded down where prices are
entered with tax, else up; a fixed coupon is shared by pieces, not by price; left-over units go to the line whose price,
times its pieces once more, is the highest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

ZERO = Decimal(0)
EXACT = Decimal("0.000001")
"""Taxes are cut to six decimals of the smallest unit before anything else is done with them."""

Taxes = dict[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A row of the shop's tax table."""

    id: int
    country: str
    name: str
    percent: Decimal
    tax_class: str = ""
    shipping: bool = True

    @property
    def code(self) -> str:
        return f"{self.country}-{self.name.upper()}-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product in the cart; `price` is of one piece, with or without tax as the shop enters prices."""

    price: Decimal
    quantity: Decimal = Decimal(1)
    tax_class: str = ""
    taxable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    code: str
    kind: Literal["percent", "fixed_cart"]
    amount: Decimal
    free_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee, without tax; below zero it is a rebate, and is taxed in the mix of the cart."""

    name: str
    amount: Decimal
    tax_class: str = ""
    taxable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """A way of shipping; its cost is always entered without tax, and taxed as the goods are."""

    title: str
    cost: Decimal = ZERO
    method: str = "flat_rate"
    instance: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of a shop that bear on amounts.

    With `adjust_prices` a buyer elsewhere pays the same net price; without, the same gross price.
    """

    rates: tuple[Rate, ...]
    prices_include_tax: bool = True
    round_at_subtotal: bool = False
    decimals: int = 2
    country: str = "DK"
    adjust_prices: bool = True

    def taxed(self, tax_class: str, country: str) -> tuple[Rate, ...]:
        return tuple(rate for rate in self.rates if (rate.country, rate.tax_class) == (country, tax_class))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What is bought, and where it goes."""

    country: str
    items: tuple[Item, ...]
    coupons: tuple[Coupon, ...] = ()
    fees: tuple[Fee, ...] = ()
    shipping: tuple[Shipping, ...] = ()
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A line reckoned: amounts without tax, the tax rounded, and exactly by rate."""

    total: Decimal
    total_tax: Decimal
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    subtotal: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    subtotal_taxes: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A cart reckoned, in units of the currency (kroner, not øre)."""

    items: tuple[Sum, ...]
    shipping: tuple[Sum, ...]
    fees: tuple[Sum, ...]
    coupons: tuple[Sum, ...]
    cart_taxes: Mapping[int, Decimal]
    shipping_taxes: Mapping[int, Decimal]
    discount: Sum
    shipping_total: Decimal
    total: Decimal


def reckon(cart: Cart, rules: Rules) -> Sums:
    """The cart's amounts as a WooCommerce checkout stores them."""
    return _Reckoning(cart, rules).sums()


class _Reckoning:
    """One cart on its way: everything in the smallest unit."""

    def __init__(self, cart: Cart, rules: Rules) -> None:
        self.cart = cart
        self.rules = rules
        self.unit = Decimal(10) ** rules.decimals
        self.half = ROUND_HALF_DOWN if rules.prices_include_tax else ROUND_HALF_UP
        self.rates = [self._rates(item.tax_class) if item.taxable else () for item in cart.items]
        self.prices = [self._price(item, rates) for item, rates in zip(cart.items, self.rates, strict=True)]

    def sums(self) -> Sums:
        taken = self._discounts()
        items = [self._item(index, sum((row[index] for row in taken), ZERO)) for index in range(len(self.prices))]
        shipping = [self._shipping(one) for one in self.cart.shipping]
        fees = self._fees(items, shipping)
        coupons = [self._coupon(row) for row in taken]
        cart_taxes, shipping_taxes = self._merged((*items, *fees)), self._merged(shipping)
        rounded = [self._net(one.total) for one in (*items, *shipping, *fees)]
        total = _round(sum(rounded) + sum(cart_taxes.values()) + sum(shipping_taxes.values()), ROUND_HALF_UP)
        discount = Sum(total=sum((c.total for c in coupons), ZERO), total_tax=sum((c.total_tax for c in coupons), ZERO))
        return Sums(
            items=self._out(items),
            shipping=self._out(shipping),
            fees=self._out(fees),
            coupons=self._out(
                Sum(total=_round(c.total, ROUND_HALF_DOWN), total_tax=_round(c.total_tax, ROUND_HALF_DOWN))
                for c in coupons
            ),
            cart_taxes=self._shown(cart_taxes),
            shipping_taxes=self._shown(shipping_taxes),
            discount=self._out([discount])[0],
            shipping_total=sum((self._net(one.total) for one in shipping), ZERO) / self.unit,
            total=total / self.unit,
        )

    def _rates(self, tax_class: str) -> tuple[Rate, ...]:
        return () if self.cart.exempt else self.rules.taxed(tax_class, self.cart.country)

    def _price(self, item: Item, rates: tuple[Rate, ...]) -> Decimal:
        """The line's price before coupons. Where it has another tax in it than this buyer's, that is taken out."""
        price = item.price * item.quantity * self.unit
        home = self.rules.taxed(item.tax_class, self.rules.country)
        if not (self.rules.prices_include_tax and item.taxable and rates != home):
            return price
        if not (self.rules.adjust_prices or self.cart.exempt):
            return price
        net = price - sum(_inside(price, home).values())
        return net + sum(_outside(net, rates).values())

    def _item(self, index: int, discount: Decimal) -> Sum:
        price, rates = self.prices[index], self.rates[index]
        before, after = self._tax(price, rates), self._tax(price - discount, rates)
        inside = self.rules.prices_include_tax
        return Sum(
            subtotal=price - (sum(before.values()) if inside else 0),
            subtotal_tax=self._rounded(before),
            subtotal_taxes=before,
            total=price - discount - (sum(after.values()) if inside else 0),
            total_tax=self._rounded(after),
            taxes=after,
        )

    def _shipping(self, one: Shipping) -> Sum:
        classes = [item.tax_class for item in self.cart.items]
        inherited = "" if "" in classes or not classes else classes[0]
        rates = tuple(rate for rate in self._rates(inherited) if rate.shipping)
        cost = one.cost * self.unit
        return self._charged(cost, _outside(cost, rates))

    def _fees(self, items: Sequence[Sum], shipping: Sequence[Sum]) -> list[Sum]:
        done: list[Sum] = []
        room = sum((self._net(one.total) for one in (*items, *shipping)), ZERO)
        for fee in self.cart.fees:
            amount = (
                max(fee.amount * self.unit, -_round(room, ROUND_HALF_UP)) if fee.amount < 0 else fee.amount * self.unit
            )
            room += amount
            done.append(self._charged(amount, self._fee_taxes(fee, amount, items, shipping)))
        return done

    def _fee_taxes(self, fee: Fee, amount: Decimal, items: Sequence[Sum], shipping: Sequence[Sum]) -> Taxes:
        if amount >= 0:
            return _outside(amount, self._rates(fee.tax_class)) if fee.taxable else {}
        taxes: Taxes = {}
        costs = self._costs(items, shipping)
        whole = sum(costs.values())
        for tax_class, cost in costs.items():
            if tax_class is not None:
                _add(taxes, _outside(amount * cost / whole, self._rates(tax_class)))
        return taxes

    def _costs(self, items: Sequence[Sum], shipping: Sequence[Sum]) -> dict[str | None, Decimal]:
        """The cart by tax class, in whose mix a rebate is taxed; None is what isn't taxed."""
        costs: dict[str | None, Decimal] = {}
        for item, one in zip(self.cart.items, items, strict=True):
            tax_class = item.tax_class if item.taxable else None
            costs[tax_class] = costs.get(tax_class, ZERO) + max(ZERO, one.total)
        if self.cart.items:
            first = self.cart.items[0].tax_class
            costs[first] = costs.get(first, ZERO) + sum((one.total for one in shipping), ZERO)
        return {tax_class: cost for tax_class, cost in costs.items() if cost}

    def _charged(self, amount: Decimal, taxes: Taxes) -> Sum:
        return Sum(total=amount, total_tax=self._rounded(taxes), taxes=taxes)

    def _discounts(self) -> list[list[Decimal]]:
        """What each coupon takes off each line, in whole units."""
        left = list(self.prices)
        rows = []
        for coupon in self.cart.coupons:
            row = self._percent(coupon, left) if coupon.kind == "percent" else self._fixed(coupon, left)
            left = [price - off for price, off in zip(left, row, strict=True)]
            rows.append(row)
        return rows

    def _percent(self, coupon: Coupon, left: list[Decimal]) -> list[Decimal]:
        share = coupon.amount / 100
        row = [
            min(price, _round(_round(full, ROUND_HALF_UP) * share, ROUND_DOWN))
            for full, price in zip(self.prices, left, strict=True)
        ]
        wanted = _round(sum((_round(full, ROUND_HALF_UP) for full in self.prices), ZERO) * share, ROUND_HALF_DOWN)
        return self._remainder(wanted - sum(row), row, left)

    def _fixed(self, coupon: Coupon, left: list[Decimal]) -> list[Decimal]:
        row = [ZERO for _ in left]
        rest = min(coupon.amount * self.unit, _round(sum(left, ZERO), ROUND_DOWN))
        while rest > 0:
            pieces = sum((item.quantity for i, item in enumerate(self.cart.items) if left[i] > row[i]), ZERO)
            each = _round(rest / pieces, ROUND_DOWN) if pieces else ZERO
            if each == 0:
                break
            offs = [min(left[i] - row[i], each * item.quantity) for i, item in enumerate(self.cart.items)]
            row = [off + more for off, more in zip(row, offs, strict=True)]
            rest -= sum(offs)
        return self._remainder(rest, row, left)

    def _remainder(self, rest: Decimal, row: list[Decimal], left: list[Decimal]) -> list[Decimal]:
        """Left-over units go a unit a piece to the lines, those with the highest price times pieces first."""
        order = sorted(range(len(row)), key=lambda i: -self.prices[i] * self.cart.items[i].quantity)
        for index in order:
            for _ in range(int(self.cart.items[index].quantity)):
                if rest < 1 or left[index] - row[index] < 1:
                    break
                row = [*row[:index], row[index] + 1, *row[index + 1 :]]
                rest -= 1
        return row

    def _coupon(self, row: Sequence[Decimal]) -> Sum:
        taxes = [sum(self._tax(off, rates).values(), ZERO) for off, rates in zip(row, self.rates, strict=True)]
        inside = sum(taxes, ZERO) if self.rules.prices_include_tax else ZERO
        return Sum(total=sum(row, ZERO) - inside, total_tax=sum(taxes, ZERO))

    def _tax(self, amount: Decimal, rates: tuple[Rate, ...]) -> Taxes:
        return _inside(amount, rates) if self.rules.prices_include_tax else _outside(amount, rates)

    def _merged(self, lines: Iterable[Sum]) -> Taxes:
        taxes: Taxes = {}
        for line in lines:
            _add(taxes, {rate: self._line(tax) for rate, tax in line.taxes.items()})
        return taxes

    def _rounded(self, taxes: Taxes) -> Decimal:
        return sum((self._line(tax) for tax in taxes.values()), ZERO)

    def _line(self, tax: Decimal) -> Decimal:
        return tax if self.rules.round_at_subtotal else _round(tax, self.half)

    def _net(self, amount: Decimal) -> Decimal:
        return amount if self.rules.round_at_subtotal else _round(amount, ROUND_HALF_UP)

    def _shown(self, taxes: Taxes) -> Taxes:
        return {rate: tax / self.unit for rate, tax in taxes.items()}

    def _out(self, lines: Iterable[Sum]) -> tuple[Sum, ...]:
        return tuple(
            Sum(
                total=line.total / self.unit,
                total_tax=line.total_tax / self.unit,
                taxes=self._shown(dict(line.taxes)),
                subtotal=line.subtotal / self.unit,
                subtotal_tax=line.subtotal_tax / self.unit,
                subtotal_taxes=self._shown(dict(line.subtotal_taxes)),
            )
            for line in lines
        )


def _inside(amount: Decimal, rates: Sequence[Rate]) -> Taxes:
    """The taxes that are in an amount."""
    whole = 100 + sum((rate.percent for rate in rates), ZERO)
    return {rate.id: (amount * rate.percent / whole).quantize(EXACT, ROUND_HALF_UP) for rate in rates}


def _outside(amount: Decimal, rates: Sequence[Rate]) -> Taxes:
    """The taxes that come on top of an amount."""
    return {rate.id: (amount * rate.percent / 100).quantize(EXACT, ROUND_HALF_UP) for rate in rates}


def _add(taxes: Taxes, more: Mapping[int, Decimal]) -> None:
    for rate, tax in more.items():
        taxes[rate] = taxes.get(rate, ZERO) + tax


def _round(amount: Decimal | int, mode: str) -> Decimal:
    return Decimal(amount).quantize(Decimal(1), mode)
