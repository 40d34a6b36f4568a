"""The simulated shop: what it holds, its clock's two times, and the switches for what differs from host to host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from kontering.connectors.woocommerce.simulator.cart import Rate, Rules
from kontering.connectors.woocommerce.simulator.checkout import VERSION, Json

Scope = Literal["read", "write", "read_write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key of the shop."""

    key: str
    secret: str
    scope: Scope = "read_write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What differs between versions, plugins and hosts, or isn't known for certain.

    `deletion_touches`: deleting a refund changes its order's date (unknown). `all_refunds`: the list of all refunds
    exists (newer versions). `limit`: the failure count above which a webhook is disabled.
    """

    subscriptions: bool = True
    all_refunds: bool = True
    strips_authorization: bool = False
    deletion_touches: bool = False
    total_headers: bool = True
    limit: int = 5


@dataclass(slots=True, kw_only=True)
class Shop:
    """All that the shop holds, by id. Orders are kept with six decimals; each answer is written from them."""

    zone: ZoneInfo
    keys: tuple[Key, ...]
    site: str = "https://shop.example"
    habits: Habits = Habits()
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    orders: dict[int, Json] = field(default_factory=dict)
    refunds: dict[int, Json] = field(default_factory=dict)
    products: dict[int, Json] = field(default_factory=dict)
    variations: dict[int, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    subscriptions: dict[int, Json] = field(default_factory=dict)
    taxes: dict[int, Json] = field(default_factory=dict)
    classes: list[Json] = field(default_factory=list)
    webhooks: dict[int, Json] = field(default_factory=dict)
    queue: list[tuple[int, str, int]] = field(default_factory=list)
    pings: list[int] = field(default_factory=list)
    nonces: dict[str, float] = field(default_factory=dict)
    last: int = 0

    def option(self, name: str) -> str:
        return next((group[name] for group in self.options.values() if name in group), "")

    @property
    def decimals(self) -> int:
        return int(self.option("woocommerce_price_num_decimals") or 2)

    def free(self) -> int:
        """The next id; orders, refunds, products and their lines share one row of numbers, as posts do."""
        self.last = (self.last or max(self._ids())) + 1
        return self.last

    def _ids(self) -> Iterable[int]:
        tables = (self.orders, self.refunds, self.products, self.variations, self.subscriptions, self.webhooks)
        return [max(table, default=0) for table in tables]

    def touch(self, thing: Json, now: datetime) -> None:
        thing["date_modified_gmt"] = stamp(now)

    def local(self, gmt: str | None) -> str | None:
        """A UTC time of the database in the shop's zone, summer time and all."""
        if not gmt:
            return gmt
        return stamp(datetime.fromisoformat(gmt).replace(tzinfo=UTC).astimezone(self.zone))

    def refunds_of(self, order: int) -> list[Json]:
        return sorted((one for one in self.refunds.values() if one["parent_id"] == order), key=_id, reverse=True)

    def rules(self) -> Rules:
        """The settings as the checkout's arithmetic wants them."""
        return Rules(
            rates=tuple(_rate(row) for row in self.taxes.values()),
            prices_include_tax=self.option("woocommerce_prices_include_tax") == "yes",
            round_at_subtotal=self.option("woocommerce_tax_round_at_subtotal") == "yes",
            decimals=self.decimals,
            country=self.option("woocommerce_default_country").partition(":")[0] or "DK",
        )


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def options(
    *, prices_include_tax: bool, round_at_subtotal: bool, decimals: int, currency: str, country: str
) -> dict[str, dict[str, str]]:
    """The options that bear on amounts, in the groups in which the shop keeps them."""
    return {
        "general": {
            "woocommerce_default_country": country,
            "woocommerce_calc_taxes": "yes",
            "woocommerce_currency": currency,
            "woocommerce_currency_pos": "left",
            "woocommerce_price_thousand_sep": ".",
            "woocommerce_price_decimal_sep": ",",
            "woocommerce_price_num_decimals": str(decimals),
        },
        "tax": {
            "woocommerce_prices_include_tax": "yes" if prices_include_tax else "no",
            "woocommerce_tax_based_on": "shipping",
            "woocommerce_shipping_tax_class": "inherit",
            "woocommerce_tax_round_at_subtotal": "yes" if round_at_subtotal else "no",
            "woocommerce_tax_display_shop": "incl",
            "woocommerce_tax_display_cart": "incl",
            "woocommerce_tax_total_display": "itemized",
        },
        "products": {"woocommerce_weight_unit": "kg", "woocommerce_manage_stock": "yes"},
    }


def version() -> str:
    return VERSION


def _rate(row: Json) -> Rate:
    slug = "" if row["class"] == "standard" else str(row["class"])
    return Rate(
        id=row["id"],
        country=row["country"],
        name=row["name"],
        percent=Decimal(row["rate"]),
        tax_class=slug,
        shipping=row["shipping"],
    )


def _id(row: Any) -> int:
    return int(row["id"])
