"""Deferred revenue recognised by a flow from `store/recognition`, month after month, through the whole engine."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.accounting.engine import Engine
from tests.accounting.subscribing import credit, day, ending, plan, renewal
from tests.postgres import Server

from kontering.accounting.settings import Settings
from kontering.cli.main import cli
from kontering.connectors.ledger import deferred, periods
from kontering.store import cursors
from kontering.store.store import Store
from kontering.sync import dry, wiring, worker
from kontering.sync.recognitions import Recognitions
from kontering.sync.turns import Desk

DAILY = Settings(recognition="daily")
ZERO = Decimal(0)
YEAR = renewal("1", "2026-01-01", plan("1200.00", "2026-01-01", "2026-12-31"))


def books(folder: Path, today: str, settings: Settings = DAILY, url: str = "sqlite:///cases.db") -> Engine:
    return Engine(folder=folder, settings=settings, config={}, today=day(today), url=url)


def on(engine: Engine, today: str) -> Engine:
    engine.today = day(today)
    engine.run()
    return engine


def recognised(engine: Engine) -> list[tuple[str, str]]:
    """Day and amount of each recognition, in the order of posting."""
    parts = [one for one in engine.vouchers() if one.kind == "recognition"]
    return [(str(one.date), str(-sum((e.amount for e in one.entries if e.role == "revenue"), ZERO))) for one in parts]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return "sqlite:///cases.db"
    server: Server = request.getfixturevalue("postgres")
    return server.fresh()


def test_each_month_that_is_over_is_recognised_once(tmp_path: Path, url: str) -> None:
    engine = books(tmp_path, "2026-03-14", url=url)
    engine.add([YEAR])

    engine.run()
    engine.run()
    assert recognised(engine) == [("2026-01-31", "101.92"), ("2026-02-28", "92.05")]
    on(engine, "2026-04-01")
    on(engine, "2026-04-30")

    assert recognised(engine)[2:] == [("2026-03-31", "101.92")]
    assert engine.balances()["deferred_revenue"] == Decimal("-904.11")


def test_the_whole_schedule_is_what_was_deferred(tmp_path: Path) -> None:
    engine = books(tmp_path, "2027-02-01")
    engine.add([YEAR])

    engine.run()

    assert len(recognised(engine)) == 12
    assert engine.balances().get("deferred_revenue", ZERO) == ZERO
    assert engine.balances()["revenue"] == Decimal("-1200.00")


def test_a_dry_run_shows_what_a_run_does(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-01-15")
    engine.add([YEAR])
    engine.run()
    engine.today = day("2026-03-01")
    project = engine.project()

    with engine.store(project) as store:
        found = dry.dry_run(store, wiring.wire(project))

    assert [(one.key, one.outcome) for one in found.items] == [
        ("store/recognition/subs/order/1@2026-01", "deliver"),
        ("store/recognition/subs/order/1@2026-02", "deliver"),
    ]
    assert recognised(engine) == []


def test_what_was_given_before_the_invoice_is_earned_in_its_month(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-04-01")
    engine.add([renewal("1", "2026-03-10", plan("1200.00", "2026-01-01", "2026-12-31"))])

    engine.run()

    assert recognised(engine) == [("2026-03-31", "295.89")]


def test_an_invoice_that_is_not_delivered_is_not_recognised(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-14", replace(DAILY, closed_until=day("2026-01-31")))
    engine.add([YEAR])

    engine.run()

    assert [one.state for one in engine.look()] == ["held"]


def close(engine: Engine, until: str) -> None:
    project = engine.project()
    with engine.store(project) as store, store.begin() as tx:
        done = periods.close(tx.connection, day(until), by="bookkeeper", at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
        assert done.closed


def test_a_month_that_was_closed_too_early_waits_for_a_person(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-01-15")
    engine.add([YEAR])
    engine.run()
    close(engine, "2026-02-28")

    on(engine, "2026-04-01")

    held = [(one.key.rpartition("@")[2], one.code) for one in engine.look() if one.state == "held"]
    assert held == [("2026-01", "PERIOD_CLOSED"), ("2026-02", "PERIOD_CLOSED")]
    assert recognised(engine) == [("2026-03-31", "101.92")]


def test_or_it_is_posted_on_the_first_open_day(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-01-15", replace(DAILY, on_closed_period="next_open_day"))
    engine.add([YEAR])
    engine.run()
    close(engine, "2026-02-28")

    on(engine, "2026-04-01")

    assert recognised(engine) == [("2026-03-01", "101.92"), ("2026-03-01", "92.05"), ("2026-03-31", "101.92")]


def test_days_that_the_seller_has_closed_are_told_of(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-01-15", replace(DAILY, on_closed_period="next_open_day"))
    engine.add([YEAR])
    engine.run()
    engine.settings = replace(engine.settings, closed_until=day("2026-02-10"))

    on(engine, "2026-03-01")

    assert recognised(engine) == [("2026-02-11", "101.92"), ("2026-02-28", "92.05")]
    late = [one.document for one in engine.look() if one.key.endswith("@2026-01")]
    assert [warned.code for one in late if one for warned in one.warnings] == ["RECOGNISED_LATE"]


def test_a_credit_note_stops_what_is_left(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-07-01")
    engine.add([YEAR])
    engine.run()
    engine.add([credit("R1", "1", "2026-07-10", plan("480.00", "2026-07-11", "2026-12-31"))])

    on(engine, "2027-02-01")

    assert sum((Decimal(amount) for _, amount in recognised(engine)), ZERO) == Decimal("720.00")
    assert engine.balances().get("deferred_revenue", ZERO) == ZERO
    assert engine.balances()["revenue"] == Decimal("-720.00")


def test_a_credit_note_that_comes_late_takes_back_what_was_recognised(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-04-01")
    engine.add([YEAR])
    engine.run()
    assert recognised(engine)[-1] == ("2026-03-31", "101.92")
    engine.add([credit("R1", "1", "2026-03-15", plan("956.71", "2026-03-16", "2026-12-31"))])

    on(engine, "2026-04-02")
    on(engine, "2026-04-03")

    assert recognised(engine)[3:] == [("2026-03-31", "-52.60")]
    assert engine.look()[-1].key == "store/recognition/subs/order/1@2026-03.2"
    on(engine, "2027-02-01")
    assert recognised(engine)[4:] == []
    assert engine.balances().get("deferred_revenue", ZERO) == ZERO
    assert engine.balances()["revenue"] == Decimal("-243.29")


def test_a_plan_that_ends_early_is_recognised_up_to_its_last_day(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-14", replace(DAILY, on_cancel="refund_unused"))
    engine.add([YEAR])
    engine.run()
    engine.add([ending("C1", "1", "2026-06-30", "2026-06-20")])

    on(engine, "2026-06-20")
    on(engine, "2027-02-01")

    assert [amount for _, amount in recognised(engine)] == ["101.92", "92.05", "101.92", "98.63", "101.92", "98.63"]
    assert engine.balances().get("deferred_revenue", ZERO) == ZERO


def test_one_that_is_not_refunded_runs_on_to_its_end(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-14", replace(DAILY, on_cancel="none"))
    engine.add([YEAR])
    engine.run()
    engine.add([ending("C1", "1", "2026-06-30", "2026-06-20")])

    on(engine, "2027-02-01")

    assert len(recognised(engine)) == 12
    assert engine.balances()["revenue"] == Decimal("-1200.00")


def test_an_order_that_is_invoiced_anew_is_recognised_anew(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-14", replace(DAILY, edit_after_booking="credit_and_rebill"))
    engine.add([YEAR])
    engine.run()
    engine.add([renewal("1", "2026-01-01", plan("2400.00", "2026-01-01", "2026-12-31"), version="2")])

    on(engine, "2026-03-15")
    on(engine, "2026-03-16")
    assert engine.balances()["revenue"] == Decimal("-387.95")
    on(engine, "2027-02-01")

    assert engine.balances().get("deferred_revenue", ZERO) == ZERO
    assert engine.balances()["revenue"] == Decimal("-2400.00")


def test_the_report_of_deferred_revenue_knows_whose_months_they_are(tmp_path: Path, url: str) -> None:
    engine = books(tmp_path, "2026-03-14", url=url)
    engine.add([YEAR])
    engine.run()
    project = engine.project()

    with engine.store(project) as store, store.look() as tx:
        (row,) = deferred.deferred(tx.connection, at=day("2026-12-31"))

    assert (row.key, row.recognised, row.left) == ("subs/order/1", Decimal("193.97"), Decimal("1006.03"))


def test_a_worker_reads_it_by_its_schedule(tmp_path: Path, url: str) -> None:
    engine = books(tmp_path, "2026-01-15", url=url)
    engine.add([YEAR])
    engine.run()
    engine.today = day("2026-03-01")
    project = engine.project()

    with engine.store(project) as store:
        work = worker.Work.of([Desk(store=store, wired=wiring.wire(project))], 1, threading.Event())
        thread = threading.Thread(target=worker.Inline(work).serve, args=(1,))
        thread.start()
        deadline = time.monotonic() + 25
        while len(recognised(engine)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        work.stop.set()
        thread.join(12)

    assert recognised(engine) == [("2026-01-31", "101.92"), ("2026-02-28", "92.05")]


@pytest.mark.parametrize(
    ("zone", "months"), [("UTC", ["2026-01", "2026-02"]), ("Europe/Copenhagen", ["2026-01", "2026-02", "2026-03"])]
)
def test_a_month_ends_where_the_books_are(tmp_path: Path, zone: str, months: list[str]) -> None:
    """Half past ten on the last evening of March in UTC is April in Denmark, which has summer time by then."""
    engine = books(tmp_path, "2026-01-15")
    engine.add([YEAR])
    engine.run()
    evening = round(dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC).timestamp() * 1000)

    with Store.open(f"sqlite:///{tmp_path}/cases.db", project="cases", clock=lambda: evening) as store:
        found = Recognitions(look=store.look, name="store", target="books", settings=DAILY, zone=zone)
        pages = list(found.read("recognition", None))

    assert [record.data["month"] for page in pages for record in page.records] == months


def test_what_is_read_already_is_not_reckoned_again(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-01")
    engine.add([YEAR])
    engine.run()
    engine.run()
    project = engine.project()

    with engine.store(project) as store:
        found = Recognitions(look=store.look, name="store", target="books", settings=project.accounting, zone="UTC")
        with store.look() as tx:
            position = cursors.position(tx, "earned")
        assert list(found.read("recognition", position)) == []


def test_one_that_is_due_is_explained_before_it_is_read(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-01-15")
    engine.add([YEAR])
    engine.run()

    told = CliRunner().invoke(cli, ["explain", "store/recognition/subs/order/1@2026-02", "-C", str(tmp_path)])

    assert told.exit_code == 0, told.output
    assert "recognition 2026-02-28  deferred_revenue   92.05" in told.output
    assert "59 of 365 days are over by 2026-02-28, 193.97 is earned, 92.05 of it after 2026-01-31" in told.output


def test_figures_and_their_bridge_are_the_same_on_both_databases(tmp_path: Path, url: str) -> None:
    engine = books(tmp_path, "2026-03-01", url=url)
    engine.add([YEAR])
    engine.run()
    months = ("-C", str(tmp_path), "--period", "2026-02", "--csv")

    figures = CliRunner().invoke(cli, ["report", "metrics", "--acquisition-cost", "50", "--margin", "0.5", *months])
    bridge = CliRunner().invoke(cli, ["report", "metrics", "--bridge", *months])

    named = dict(zip(*(line.split(",") for line in figures.output.splitlines()), strict=True))
    assert (named["mrr"], named["customers"], named["revenue"], named["difference"]) == (
        "100.00",
        "1",
        "92.05",
        "-7.95",
    )
    assert bridge.output == (
        "month,what,amount\n"
        "2026-02,recurring revenue at the month's end,100.00\n"
        '2026-02,"days of the month, and rounding",-7.95\n'
        "2026-02,revenue booked in the month,92.05\n"
    )


def test_what_customers_cost_to_win(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-03-01")
    engine.add([YEAR])
    engine.run()
    asked = ("--period", "2026-01", "--csv", "--acquisition-cost", "150", "--margin", "0.5", "-C", str(tmp_path))

    told = CliRunner().invoke(cli, ["report", "metrics", *asked])

    named = dict(zip(*(line.split(",") for line in told.output.splitlines()), strict=True))
    assert (named["new"], named["cac"], named["payback"]) == ("100.00", "150.00", "3.00")
