"""A year of a subscription business through the engine, each month recognised and closed when it is over.

All reports are then held against one another, against the postings, and against what the business itself knows.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from beancount import loader
from click.testing import CliRunner
from tests.accounting.engine import Engine
from tests.accounting.subscription_year import FIRST, ZERO, SubscriptionYear, earned_in, later, worth, øre

from kontering.accounting.bridge import ELSEWHEN, OTHER
from kontering.accounting.roles import REVENUE
from kontering.accounting.settings import Settings
from kontering.cli import figures, report, reporting
from kontering.cli.main import cli
from kontering.cli.reporting import Asked
from kontering.connectors.ledger import deferred, exports, periods, reads, returns
from kontering.project.project import Project
from kontering.store.store import Tx

DOCUMENTS = int(os.environ.get("KONTERING_YEAR", "5000"))
SETTINGS = Settings(recognition="daily", on_cancel="refund_unused")
YEAR_END = dt.date(2026, 12, 31)
Postings = list[reads.Voucher]


def ends() -> Iterator[dt.date]:
    for month in range(1, 13):
        yield dt.date(2026 + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def year() -> SubscriptionYear:
    return SubscriptionYear(
        DOCUMENTS * 2 // 5
    )  # each makes two or three: its months, payouts and bank lines come along


@pytest.fixture(scope="module")
def engine(year: SubscriptionYear, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The books after the year: twelve months, each of them run, recognised, and closed."""
    made = Engine(folder=tmp_path_factory.mktemp("year"), settings=SETTINGS, config={}, today=FIRST)
    for month in sorted(year.months):
        over = dt.date(2026 + month // 12, month % 12 + 1, 1)
        made.today = over + dt.timedelta(days=2)
        for source in ("subs", "gateway", "bank"):
            made.add_lines(year.months[month][source], part=month)
            made.run()
        _close(made, over - dt.timedelta(days=1))
    return made


def _close(engine: Engine, until: dt.date) -> None:
    with engine.store(engine.project()) as store, store.begin() as tx:
        at = dt.datetime.combine(until + dt.timedelta(days=3), dt.time(), tzinfo=dt.UTC)
        done = periods.close(tx.connection, until, by="bookkeeper", at=at)
        assert done.closed, done.obstacles


@pytest.fixture
def tx(engine: Engine) -> Iterator[Tx]:
    with engine.store(engine.project()) as store, store.look() as found:
        yield found


@pytest.fixture
def postings(tx: Tx) -> Postings:
    return list(reads.vouchers(tx.connection))


def asked(tx: Tx, project: Project, until: dt.date = YEAR_END, since: dt.date = FIRST) -> Asked:
    return report.ask(tx, project, "books", since=since, until=until)


def on_role(postings: Postings, role: str, until: dt.date, since: dt.date = dt.date(1900, 1, 1)) -> Decimal:
    entries = (line for one in postings if since <= one.date <= until for line in one.entries)
    return sum((line.amount for line in entries if line.role == role), ZERO)


pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_year_is_as_large_as_was_asked(engine: Engine) -> None:
    assert len(engine.look()) >= DOCUMENTS


def test_nothing_is_put_aside(engine: Engine) -> None:
    assert [(one.key, one.code, one.reason) for one in engine.look() if one.state not in ("done", "skipped")] == []


def test_every_voucher_balances_and_the_trial_balance_is_their_sum(tx: Tx, postings: Postings) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in postings:
        assert sum((line.amount for line in voucher.entries), ZERO) == 0
        for line in voucher.entries:
            sums[line.account] += line.amount

    assert {row.account: row.balance for row in reads.trial_balance(tx.connection)} == dict(sums)


def test_the_outside_lists_are_met(year: SubscriptionYear, postings: Postings) -> None:
    last = dt.date(2027, 12, 31)

    assert on_role(postings, "bank", last) == year.bank
    assert on_role(postings, "psp_clearing", last) == 0
    assert on_role(postings, "deferred_revenue", YEAR_END) == -sum(
        (one.amount - _back(one, YEAR_END) - one.by(YEAR_END) for one in year.earnings if one.booked <= YEAR_END), ZERO
    )


def _back(one: Any, day: dt.date) -> Decimal:
    return sum((amount for when, amount in one.back if when <= day), ZERO)


def test_each_month_earns_what_its_days_are_worth(year: SubscriptionYear, tx: Tx, postings: Postings) -> None:
    rows = deferred.waterfall(tx.connection, since=FIRST, until=YEAR_END)

    for row in rows:
        last = later(row.month) - dt.timedelta(days=1)
        months = [one for one in postings if one.kind == "recognition" and row.month <= one.date <= last]
        own = [line for one in months for line in one.entries]
        assert row.recognised == earned_in(year, row.month)
        assert row.recognised == sum((line.amount for line in own if line.role == "deferred_revenue"), ZERO)
        assert row.closing == -on_role(postings, "deferred_revenue", last)
        assert row.other == 0
    assert len(rows) == 12


def test_deferred_revenue_is_the_sum_of_its_documents(tx: Tx, postings: Postings) -> None:
    for last in ends():
        rows = deferred.deferred(tx.connection, at=last)
        assert sum((row.left for row in rows), ZERO) == -on_role(postings, "deferred_revenue", last)
        assert [row.key for row in rows if row.late] == []


def test_vat_is_reported_as_it_was_posted(year: SubscriptionYear, tx: Tx, postings: Postings) -> None:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in (line for one in postings if one.date <= YEAR_END for line in one.entries if line.code):
        sums[str(line.code)][line.role.startswith("vat_")] -= line.amount

    rows = {row.code: row for row in reads.vat(tx.connection, since=FIRST, until=YEAR_END)}
    assert {code: [row.base, row.owed] for code, row in rows.items()} == {
        code: own for code, own in sums.items() if any(own)
    }
    for code in {"DK25", "OSS-SE-25", "EUS"} & rows.keys():
        assert [rows[code].base, rows[code].owed] == year.vat[code]


def test_returns_and_lists_agree_with_the_vat_report(tx: Tx, postings: Postings) -> None:
    for first in (dt.date(2026, month, 1) for month in (1, 4, 7, 10)):
        last = later(first, 3) - dt.timedelta(days=1)
        days: dict[str, Any] = {"since": first, "until": last}
        codes = {row.code: row for row in reads.vat(tx.connection, **days)}
        boxes = {box.name: box.amount for box in returns.vat_return(tx.connection, **days)}
        oss = returns.oss_return(tx.connection, **days).all
        abroad = [row for code, row in codes.items() if code.startswith("OSS-")]

        assert boxes["sales_vat"] == codes["DK25"].owed == -on_role(postings, "vat_out", last, first)
        assert boxes["C"] == sum((row.base for row in oss), ZERO) == sum((row.base for row in abroad), ZERO)
        assert sum((row.vat for row in oss), ZERO) == sum((row.owed for row in abroad), ZERO)
        listed = sum((row.services for row in returns.eu_sales(tx.connection, **days)), ZERO)
        assert listed == boxes["B_services"] == (codes["EUS"].base if "EUS" in codes else ZERO)


def test_open_items_are_what_is_on_receivable(tx: Tx, postings: Postings) -> None:
    for last in ends():
        owed = sum((item.base for item in reads.open_items(tx.connection, at=last)), ZERO)
        assert owed == on_role(postings, "receivable", last)


def test_payouts_and_bank_lines_are_on_the_bank(engine: Engine, year: SubscriptionYear, tx: Tx) -> None:
    question = asked(tx, engine.project(), until=dt.date(2027, 12, 31))

    payouts = {row["number"]: row["amount"] for row in reporting.payouts(question)}
    given = [one for month in year.months.values() for one in month["gateway"]]
    assert payouts == {one.id: Decimal(one.data["amount"]) for one in given}
    assert sum(1 for row in reporting.payouts(question) if row["not_found"]) == 0
    lines = [one for month in year.months.values() for one in month["bank"]]
    assert len(list(reporting.bank(question))) == len(lines)


def test_recurring_revenue_is_what_customers_pay(engine: Engine, year: SubscriptionYear, tx: Tx) -> None:
    rows = list(figures.figures(asked(tx, engine.project())))

    before: dict[str, Decimal] = {}
    for row, last in zip(rows, ends(), strict=True):
        after = worth(year.plans, last)
        gains = [after[name] - before[name] for name in after if name in before]
        assert row["mrr"] == øre(sum(after.values(), ZERO))
        assert row["customers"] == len(after)
        assert row["churn"] == øre(sum((amount for name, amount in before.items() if name not in after), ZERO))
        assert row["expansion"] == øre(sum((gain for gain in gains if gain > 0), ZERO))
        assert row["contraction"] == øre(-sum((gain for gain in gains if gain < 0), ZERO))
        before = after


def test_recurring_and_booked_revenue_are_bridged(
    engine: Engine, year: SubscriptionYear, tx: Tx, postings: Postings
) -> None:
    months: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in figures.causes(asked(tx, engine.project())):
        months[row["month"]].append((row["what"], row["amount"]))

    for last in ends():
        (_, mrr), *causes, (_, revenue) = months[f"{last:%Y-%m}"]
        assert mrr + sum((amount for _, amount in causes), ZERO) == revenue
        booked = [on_role(postings, role, last, last.replace(day=1)) for role in REVENUE]
        assert revenue == -sum(booked, ZERO) == earned_in(year, last.replace(day=1)) + year.at_once[f"{last:%Y-%m}"]
        named = dict(causes)
        assert OTHER not in named
        assert ELSEWHEN not in named


def test_sources_documents_and_books_agree(engine: Engine) -> None:
    done = CliRunner().invoke(cli, ["reconcile", "-C", str(engine.folder), "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["differences"] == []


def test_beancount_reads_the_books(tx: Tx) -> None:
    written = io.StringIO()
    exports.beancount(tx.connection, written)

    _, errors, _ = loader.load_string(written.getvalue())

    assert errors == []
