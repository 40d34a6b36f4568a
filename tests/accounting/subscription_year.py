"""A year of a subscription business, made with a seed: what shop, gateway and bank say, and what a bookkeeper knows of it.

What is known beside the records (who pays what a month, what each period earns) is kept as plain figures of its own, so
that the books can be held against it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from tests.accounting.neutral import Neutral

ZERO, CENT = Decimal(0), Decimal("0.01")
FIRST, AFTER = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
DAY = dt.timedelta(days=1)
PRICES = [Decimal(price) for price in ("99.00", "149.00", "249.00", "399.00")]
FX = Decimal("7.46")
COUNTRIES = {"DK": "25", "DE": "19", "SE": "25", "FI": "25.5", "NL": "21"}
"""Buyers' countries and what digital services are taxed there."""


def øre(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def later(day: dt.date, months: int = 1) -> dt.date:
    """The same day some months on; all days here are below 29."""
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


@dataclass
class Earning:
    """Net revenue that is earned by days: base currency, from its first day until the first without, less what went back.

    `booked` is the day of its invoice: what was given before is earned in that month.
    """

    amount: Decimal
    start: dt.date
    until: dt.date
    booked: dt.date
    back: list[tuple[dt.date, Decimal]] = field(default_factory=list)

    def by(self, day: dt.date) -> Decimal:
        """What is earned at the end of a day, told by hand: running totals over days, spread anew after each credit."""
        whole = (self.until - self.start).days
        done, left, gone = ZERO, self.amount, 0
        for last in sorted({when for when, _ in self.back}):
            if last >= day:
                break
            passed = min(max((last - self.start).days + 1, 0), whole)
            done, left, gone = self._to(done, left, gone, passed, whole), left, passed
            left = self.amount - done - sum((part for d, part in self.back if d <= last), ZERO)
        return self._to(done, left, gone, min(max((day - self.start).days + 1, 0), whole), whole)

    @staticmethod
    def _to(done: Decimal, left: Decimal, gone: int, passed: int, whole: int) -> Decimal:
        return done if passed <= gone else done + øre(left * (passed - gone) / (whole - gone))


@dataclass
class Customer:
    """Somebody who pays for a plan."""

    name: str
    country: str
    price: Decimal
    yearly: bool
    paid_by: str
    currency: str = "DKK"
    number: str | None = None
    """The VAT number of a firm."""
    since: dt.date = FIRST
    until: dt.date = FIRST
    """Paid up to, but not on that day."""

    @property
    def fx(self) -> Decimal:
        return FX if self.currency == "EUR" else Decimal(1)

    @property
    def rate(self) -> str:
        return "0" if self.number else COUNTRIES[self.country]

    @property
    def code(self) -> str:
        if self.number:
            return "EUS"
        return "DK25" if self.country == "DK" else f"OSS-{self.country}-{self.rate}"

    @property
    def monthly(self) -> Decimal:
        return self.price / 12 if self.yearly else self.price


class SubscriptionYear:
    """Everything that happens, month by month: `months[m][source]` are the records that come in month m."""

    def __init__(self, documents: int, seed: int = 11) -> None:
        self.random = random.Random(seed)
        self.wanted = documents
        self.months: dict[int, dict[str, list[Neutral]]] = defaultdict(lambda: defaultdict(list))
        self.count = 0
        self.earnings: list[Earning] = []
        self.plans: dict[str, list[tuple[dt.date, dt.date, Decimal]]] = defaultdict(list)
        """What each customer's plan is worth a month, from a day until a day."""
        self.vat: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        """Base and VAT by code, in base currency, as far as no invoice in euro rounds them."""
        self.at_once: dict[str, Decimal] = defaultdict(Decimal)
        """Revenue that is nobody's time, by month."""
        self.due: dict[int, list[dict[str, str]]] = defaultdict(list)
        self.bank = ZERO
        self._customers()
        self._payouts()

    # --- customers

    def _customers(self) -> None:
        number = 0
        while self.count < self.wanted * 19 // 20:
            number += 1
            begins = FIRST + dt.timedelta(days=self.random.randint(0, 300) if number > self.wanted // 40 else 0)
            self._lives(self._customer(number, begins.replace(day=min(begins.day, 28))))

    def _customer(self, number: int, begins: dt.date) -> Customer:
        country = self.random.choice(["DK"] * 12 + ["DE", "DE", "SE", "FI", "NL"])
        firm = country == "SE" and self.random.random() < 0.5
        euro = country in ("DE", "FI", "NL") and self.random.random() < 0.4
        by = "bank_transfer" if euro or self.random.random() < 0.1 else "card"
        return Customer(
            name=f"C{number}",
            country=country,
            price=self.random.choice(PRICES) * (10 if number % 7 == 0 else 1),
            yearly=number % 7 == 0,
            paid_by=by,
            currency="EUR" if euro else "DKK",
            number="SE556677889901" if firm else None,
            since=begins,
            until=begins,
        )

    def _lives(self, one: Customer) -> None:
        """From the first invoice until somebody leaves, or the year is over."""
        while one.until < AFTER and self.count < self.wanted * 19 // 20:
            start, until = one.until, later(one.until, 12 if one.yearly else 1)
            ident = self._renews(one, start, until)
            if one.yearly:
                self._may_end(one, ident, start, until)
                return
            if not self._may_change(one, ident, start, until):
                self._may_refund(one, ident, start, until)
            if self.random.random() < 0.04 or one.until <= start:
                return

    def _renews(self, one: Customer, start: dt.date, until: dt.date) -> str:
        self.count += 1
        ident = f"{10_000 + self.count}"
        lines = [_line("PLAN", "subscription", one.price, one.rate, start, until)]
        if one.currency == "EUR":
            pass
        elif start == one.since and self.random.random() < 0.3:
            lines.append(_line("SETUP", "fee", Decimal("50.00"), one.rate))
            self.at_once[f"{start:%Y-%m}"] += Decimal("50.00")
        elif start != one.since and self.random.random() < 0.3:
            used = Decimal(self.random.randint(100, 9900)) / 100
            lines.append(_line("USAGE", "fee", used, one.rate, later(start, -1), start))
            self.earnings.append(Earning(used, later(start, -1), start, start))
        self._sells(one, ident, start, lines)
        self.earnings.append(Earning(_in_base(one), start, until, start))
        self.plans[one.name].append((start, until, one.monthly * one.fx))
        one.until = until
        return ident

    def _sells(self, one: Customer, ident: str, day: dt.date, lines: list[dict[str, Any]]) -> None:
        net = sum((Decimal(line["unit"]) for line in lines), ZERO)
        vat = sum((øre(Decimal(line["unit"]) * Decimal(one.rate) / 100) for line in lines), ZERO)
        gross = str(net + vat)
        paid = [{"method": "card", "date": str(day), "amount": gross}] if one.paid_by == "card" else []
        data = {"number": ident, "event": "renewal", "date": str(day), "currency": one.currency}
        more = {"prices_include_vat": False, "customer": _buyer(one), "lines": lines, "payments": paid}
        fx = {"fx": str(FX)} if one.currency == "EUR" else {}
        self._add(day, "subs", "order", ident, data | more | fx | {"totals": {"gross": gross}})
        self._taxed(one, net, vat)
        if paid:
            self.due[_week(day)].append({"type": "charge", "ref": ident, "amount": gross, "fee": "2.10"})
        elif self.random.random() < 0.9:
            self._transfer(one, ident, day + dt.timedelta(days=self.random.randint(3, 20)), Decimal(gross))

    def _taxed(self, one: Customer, net: Decimal, vat: Decimal, sign: int = 1) -> None:
        if one.currency == "DKK":
            self.vat[one.code][0] += sign * net
            self.vat[one.code][1] += sign * vat

    # --- what happens to a period

    def _may_change(self, one: Customer, ident: str, start: dt.date, until: dt.date) -> bool:
        """Another plan in the middle of a period: dearer, or cheaper and then mostly a credit note."""
        if self.random.random() > 0.08 or one.currency == "EUR":
            return False
        day = start + dt.timedelta(days=self.random.randint(2, (until - start).days - 2))
        if day >= AFTER:
            return False
        new = self.random.choice([price for price in PRICES if price != one.price])
        whole, left = (until - start).days, (until - day).days
        unused, part = øre(one.price * left / whole), øre(new * left / whole)
        self.count += 1
        key = f"{10_000 + self.count}"
        tax = Decimal(one.rate) / 100
        vat = øre(part * tax) - øre(unused * tax)
        gross = part - unused + vat
        named = {"invoice": f"order/{ident}"} if gross < 0 and self.random.random() < 0.5 else {}
        paid = [{"method": "card", "date": str(day), "amount": str(abs(gross)), "reference": f"P{key}"}]
        pays = one.paid_by == "card" and (gross > 0 or self.random.random() < 0.5)
        data = {"number": key, "event": "change", "date": str(day), "currency": one.currency, "customer": _buyer(one)}
        period = {"start": str(start), "end": str(until - DAY)}
        old, fresh = {"ref": "PLAN", "price": str(one.price)}, {"ref": "PLAN-NEW", "price": str(new)}
        what = {"date": str(day), "period": period, "old": old, "new": fresh, "rate": one.rate}
        more = {"change": what, "payments": paid if pays else [], "totals": {"gross": str(gross)}} | named
        self._add(day, "subs", "change", key, data | more)
        self._taxed(one, part - unused, vat)
        if pays:
            kind = "charge" if gross > 0 else "refund"
            self.due[_week(day)].append({"type": kind, "ref": f"P{key}", "amount": str(gross), "fee": "0"})
        elif gross > 0:
            self._transfer(one, key, day + dt.timedelta(days=5), gross)
        self._changed(one, day, until, new, part - unused, unused, part, named=bool(named))
        return True

    def _changed(
        self, one: Customer, day: dt.date, until: dt.date, new: Decimal, net: Decimal, *parts: Decimal, named: bool
    ) -> None:
        if named:  # taken out of the invoice's own schedule
            self.earnings[-1].back.append((day - DAY, -net))
        else:
            unused, part = parts
            self.earnings += [Earning(-unused, day, until, day), Earning(part, day, until, day)]
        start, _, worth = self.plans[one.name][-1]
        self.plans[one.name][-1] = (start, day, worth)
        self.plans[one.name].append((day, until, new))
        one.price = new

    def _may_refund(self, one: Customer, ident: str, start: dt.date, until: dt.date) -> None:
        """Some money back for a bad week, or all of it and the customer leaves."""
        if self.random.random() > 0.04 or one.paid_by != "card":
            return
        day = start + dt.timedelta(days=self.random.randint(1, (until - start).days - 1))
        if day >= AFTER:
            return
        everything = self.random.random() < 0.4
        net = one.price if everything else øre(one.price * Decimal("0.2"))
        vat = øre(net * Decimal(one.rate) / 100)
        self.count += 1
        line = _line("PLAN", "subscription", net, one.rate)
        self._credits(ident, day, line, net + vat)
        self._taxed(one, net, vat, -1)
        plan = self.earnings[-1]
        left = plan.amount - plan.by(day)
        plan.back.append((day, min(net, left)))
        self.at_once[f"{day:%Y-%m}"] -= net - min(net, left)
        if everything:
            begun, _, worth = self.plans[one.name][-1]
            self.plans[one.name][-1] = (begun, day, worth)
            one.until = start

    def _may_end(self, one: Customer, ident: str, start: dt.date, until: dt.date) -> None:
        """A year that is cancelled: what is unused goes back, or nothing does and it runs on."""
        day = start + dt.timedelta(days=self.random.randint(20, 300))
        if self.random.random() > 0.25 or day >= AFTER or one.paid_by != "card":
            return
        plan = self.earnings[-1]
        unused = plan.amount - plan.by(day)
        vat = øre(unused * Decimal(one.rate) / 100)
        self.count += 1
        data = {"invoice": f"order/{ident}", "last_day": str(day), "date": str(day), "method": "card"}
        self._add(day, "subs", "cancellation", f"E{ident}", data)
        self._goes_back(ident, day, unused + vat)
        self._taxed(one, unused, vat, -1)
        plan.back.append((day, unused))
        begun, _, worth = self.plans[one.name][-1]
        self.plans[one.name][-1] = (begun, day + DAY, worth)

    def _credits(self, of: str, day: dt.date, line: dict[str, Any], gross: Decimal) -> None:
        paid = [{"method": "card", "date": str(day), "amount": str(gross)}]
        data = {"event": "refund", "credits": f"order/{of}", "number": of, "date": str(day), "currency": "DKK"}
        more = {"prices_include_vat": False, "lines": [line], "payments": paid, "totals": {"gross": str(gross)}}
        self._add(day, "subs", "refund", f"R{of}", data | more)
        self._goes_back(of, day, gross)

    def _goes_back(self, of: str, day: dt.date, gross: Decimal) -> None:
        self.due[_week(day)].append({"type": "refund", "ref": of, "amount": str(-gross), "fee": "0"})

    # --- money

    def _payouts(self) -> None:
        """Every week the gateway pays out what it has; the last payout of the year is on the bank in January."""
        for week, entries in sorted(self.due.items()):
            day = FIRST + dt.timedelta(days=week * 7 + 9)
            amount = sum((Decimal(one["amount"]) - Decimal(one["fee"]) for one in entries), ZERO)
            numbered = [one | {"id": str(at)} for at, one in enumerate(entries)]
            data = {"date": str(day), "currency": "DKK", "amount": str(amount), "entries": numbered}
            self._add(day, "gateway", "payout", f"PO-{week}", data)
            self._bank(day, f"P{week}", amount, "DKK", f"GATEWAY PO-{week}")

    def _transfer(self, one: Customer, ident: str, day: dt.date, gross: Decimal) -> None:
        self._bank(day, f"T{ident}", gross, one.currency, f"Faktura {ident}")

    def _bank(self, day: dt.date, ident: str, amount: Decimal, currency: str, text: str) -> None:
        fx = {"fx": str(FX + Decimal("0.02"))} if currency == "EUR" else {}
        data = {"date": str(day), "currency": currency, "amount": str(amount), "text": text} | fx
        self._add(day, "bank", "tx", ident, data)
        self.bank += øre(amount * Decimal(fx.get("fx", "1")))

    def _add(self, day: dt.date, source: str, kind: str, ident: str, data: dict[str, Any]) -> None:
        month = (day.year - 2026) * 12 + day.month
        self.months[month][source].append(Neutral(source=source, kind=kind, id=ident, data=data))


def _in_base(one: Customer) -> Decimal:
    """A plan's net price in the books' currency: the gross is converted once, net and VAT share it."""
    vat = øre(one.price * Decimal(one.rate) / 100)
    gross = øre((one.price + vat) * one.fx)
    low = [(part * one.fx).quantize(CENT, ROUND_DOWN) for part in (one.price, vat)]
    rests = [part * one.fx - floor for part, floor in zip((one.price, vat), low, strict=True)]
    return low[0] + (CENT if gross > sum(low, ZERO) and rests[0] >= rests[1] else ZERO)


def earned_in(year: SubscriptionYear, month: dt.date) -> Decimal:
    """What is recognised in a month: its own days, and for invoices of the month all days before."""
    last, before = later(month) - DAY, month - DAY
    own = [one for one in year.earnings if one.booked <= last]
    new = sum((one.by(last) for one in own if one.booked > before), ZERO)
    return new + sum((one.by(last) - one.by(before) for one in own if one.booked <= before), ZERO)


def worth(plans: dict[str, list[tuple[dt.date, dt.date, Decimal]]], day: dt.date) -> dict[str, Decimal]:
    """What each customer pays a month on a day."""
    found = {
        name: sum((amount for start, until, amount in own if start <= day < until), ZERO) for name, own in plans.items()
    }
    return {name: amount for name, amount in found.items() if amount}


def _line(
    ref: str, kind: str, net: Decimal, rate: str, start: dt.date | None = None, until: dt.date | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {"ref": ref, "kind": kind, "text": ref, "qty": "1", "unit": str(net), "rate": rate}
    found |= {"supply": "digital"}
    return found | ({"period": {"start": str(start), "end": str(until - DAY)}} if start and until else {})


def _buyer(one: Customer) -> dict[str, Any]:
    kind = {"type": "business", "vat_number": one.number} if one.number else {"type": "consumer"}
    return kind | {"external_id": one.name, "name": f"Buyer {one.name}", "address": {"country": one.country}}


def _week(day: dt.date) -> int:
    return (day - FIRST).days // 7
