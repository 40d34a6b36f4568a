"""Plans that change, end, or are paid by use, through the engine: documents, postings, and what is earned afterwards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.accounting.engine import Engine
from tests.accounting.neutral import Neutral
from tests.accounting.subscribing import change, credit, day, ending, plan, renewal

from kontering.accounting.settings import Settings
from kontering.model.document import Planned

DAILY = Settings(recognition="daily")
ZERO = Decimal(0)
APRIL = ("2026-04-01", "2026-04-30")
PLUS = renewal("1", "2026-04-01", plan("450.00", *APRIL, ref="PLUS"))


def books(folder: Path, today: str, *records: Neutral, settings: Settings = DAILY) -> Engine:
    engine = Engine(folder=folder, settings=settings, config={}, today=day(today))
    for one in records:
        engine.add([one])
        engine.run()
    return engine


def later(engine: Engine, today: str) -> Engine:
    engine.today = day(today)
    engine.run()
    return engine


def sold(engine: Engine) -> list[tuple[str, str, str, str]]:
    """Kind, what it credits, net and gross of each sale."""
    found = [one.document for one in engine.look() if isinstance(one.document, Planned)]
    return [(one.kind, one.credits or "", str(one.totals.net), str(one.totals.gross)) for one in found]


def balances(engine: Engine, *roles: str) -> list[str]:
    found = engine.balances()
    return [f"{found.get(role, ZERO):.2f}" for role in roles]


DOWN = change("2", "2026-04-16", APRIL, ("PLUS", "450.00"), ("BASIC", "300.00"), gross="-93.75")


def test_an_upgrade_is_one_invoice(tmp_path: Path) -> None:
    basic = renewal("1", "2026-04-01", plan("300.00", *APRIL, ref="BASIC"))
    up = change("2", "2026-04-16", APRIL, ("BASIC", "300.00"), ("PLUS", "450.00"), gross="93.75")
    engine = books(tmp_path, "2026-04-20", basic, up)

    assert sold(engine)[1] == ("invoice", "", "75.00", "93.75")
    later(engine, "2026-05-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-375.00"]


def test_a_downgrade_below_zero_is_a_credit_note(tmp_path: Path) -> None:
    engine = books(tmp_path, "2026-04-20", PLUS, DOWN)

    assert sold(engine)[1] == ("credit_note", "", "75.00", "93.75")
    assert balances(engine, "receivable", "vat_out", "deferred_revenue") == ["-93.75", "-93.75", "-375.00"]
    later(engine, "2026-05-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-375.00"]


def test_or_one_on_the_invoice_that_it_names(tmp_path: Path) -> None:
    named = replace(DOWN, data=DOWN.data | {"invoice": "order/1"})
    engine = books(tmp_path, "2026-04-20", PLUS, named)

    assert sold(engine)[1] == ("credit_note", "subs/order/1", "75.00", "93.75")
    later(engine, "2026-05-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-375.00"]


def test_a_source_may_write_what_goes_back_without_a_sign(tmp_path: Path) -> None:
    unsigned = replace(DOWN, data=DOWN.data | {"totals": {"gross": "93.75"}})

    assert sold(books(tmp_path, "2026-04-20", PLUS, unsigned))[1] == ("credit_note", "", "75.00", "93.75")


def test_a_downgrade_is_held_if_more_goes_back_than_is_left(tmp_path: Path) -> None:
    named = replace(DOWN, data=DOWN.data | {"invoice": "order/1"})
    engine = books(
        tmp_path, "2026-04-20", PLUS, credit("R1", "1", "2026-04-02", plan("400.00", "2026-04-03", "2026-04-30")), named
    )

    assert [(one.key, one.code) for one in engine.look() if one.state == "held"] == [
        ("subs/change/2", "REFUND_EXCEEDS_REMAINING")
    ]


def test_proration_lines_of_the_source_below_zero_are_a_credit_note(tmp_path: Path) -> None:
    rest = ("2026-04-16", "2026-04-30")
    given = renewal("2", "2026-04-16", plan("-225.00", *rest, ref="PLUS"), plan("150.00", *rest, ref="BASIC"))
    engine = books(tmp_path, "2026-04-20", PLUS, given)

    assert sold(engine)[1] == ("credit_note", "", "75.00", "93.75")
    later(engine, "2026-05-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-375.00"]


def test_what_was_used_is_earned_in_the_month_of_its_invoice(tmp_path: Path) -> None:
    usage = plan("80.00", "2026-04-01", "2026-04-30", ref="CALLS") | {"kind": "fee"}
    engine = books(
        tmp_path, "2026-05-02", renewal("3", "2026-05-01", plan("300.00", "2026-05-01", "2026-05-31"), usage)
    )

    later(engine, "2026-05-31")
    assert balances(engine, "deferred_revenue", "revenue") == ["-380.00", "0.00"]
    later(engine, "2026-06-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-380.00"]


def test_usage_without_a_period_is_revenue_at_once(tmp_path: Path) -> None:
    usage = {"ref": "CALLS", "kind": "fee", "text": "Calls", "qty": "40", "unit": "2.00", "rate": "25"}

    engine = books(tmp_path, "2026-05-02", renewal("3", "2026-05-01", usage))

    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-80.00"]


def test_a_plan_that_ends_gives_back_what_is_unearned(tmp_path: Path) -> None:
    settings = replace(DAILY, on_cancel="refund_unused")
    basic = renewal("1", "2026-04-01", plan("300.00", *APRIL, ref="BASIC"))
    engine = books(tmp_path, "2026-04-10", basic, ending("E", "1", "2026-04-20", "2026-04-20"), settings=settings)

    later(engine, "2026-05-01")

    assert balances(engine, "deferred_revenue", "revenue", "receivable") == ["0.00", "-200.00", "0.00"]


def test_after_an_upgrade_both_invoices_of_the_period_end(tmp_path: Path) -> None:
    settings = replace(DAILY, on_cancel="refund_unused")
    basic = renewal("1", "2026-04-01", plan("300.00", *APRIL, ref="BASIC"))
    up = change("2", "2026-04-16", APRIL, ("BASIC", "300.00"), ("PLUS", "450.00"), gross="93.75")
    ends = [ending("E1", "1", "2026-04-20", "2026-04-20"), ending("E2", "2", "2026-04-20", "2026-04-20")]
    ends[1] = replace(ends[1], data=ends[1].data | {"invoice": "change/2", "method": None})
    engine = books(tmp_path, "2026-04-20", basic, up, *ends, settings=settings)

    assert [net for _, _, net, _ in sold(engine)] == ["300.00", "75.00", "100.00", "50.00"]
    later(engine, "2026-05-01")
    assert balances(engine, "deferred_revenue", "revenue") == ["0.00", "-225.00"]
