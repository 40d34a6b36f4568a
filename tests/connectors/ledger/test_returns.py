"""Reports to the tax agency, on cases worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.connectors.ledger.books import booked, customer, line, opened, posting, sale, step, totals

from kontering.connectors.ledger import returns
from kontering.connectors.ledger.target import Ledger
from kontering.model.plan import Found

Q1 = (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
Q2 = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))


def sell(ledger: Ledger, number: int, net: str, vat: str, code: str, role: str, country: str, **more: Any) -> Found:
    """A sale of one line, posted as it is."""
    day = more.pop("date", dt.date(2026, 3, 2))
    kind = more.pop("kind", "invoice")
    own = more.pop("line", {})
    sign = 1 if kind == "invoice" else -1
    gross = sign * (Decimal(net) + Decimal(vat))
    vat_role = f"vat_oss_{country}" if code.startswith("OSS") else "vat_out"
    roles = {"receivable": f"{gross}", role: f"{-sign * Decimal(net)}/{code}"}
    roles |= {vat_role: f"{-sign * Decimal(vat)}/{code}"} if Decimal(vat) else {}
    body = sale(
        "1",
        number=str(number),
        date=day,
        country=country,
        open=0,
        lines=[line(net, vat, code=code, role=role) | own],
        totals=totals(net, vat),
        postings=[posting(kind, day, **roles)],
    )
    return booked(ledger, f"shop/{kind}/{number}", body | more, kind)


def boxes(ledger: Ledger, period: tuple[dt.date, dt.date] = Q1) -> dict[str, str]:
    since, until = period
    found = returns.vat_return(ledger.connection, since=since, until=until)
    return {box.name: f"{box.amount}" for box in found if box.amount}


def test_sales_go_to_their_boxes() -> None:
    with opened() as ledger:
        customer(ledger)
        sell(ledger, 1, "80.00", "20.00", "DK25", "revenue", "DK")
        sell(ledger, 2, "92.00", "0.00", "DK0", "revenue", "DK")
        sell(ledger, 3, "10000.00", "0.00", "DKRC", "revenue", "DK")
        sell(ledger, 4, "5000.00", "0.00", "EUG", "revenue_eu_goods", "SE")
        sell(ledger, 5, "700.00", "0.00", "EUS", "revenue_eu_services", "DE")
        sell(ledger, 6, "1200.00", "0.00", "EXP", "revenue_export", "NO")
        sell(ledger, 7, "300.00", "0.00", "EXS", "revenue_export", "US")
        sell(ledger, 8, "500.00", "0.00", "OUT", "gift_card_liability", "DK")
        sell(ledger, 9, "100.00", "19.00", "OSS-DE-19", "revenue_oss", "DE")
        sell(ledger, 10, "60.00", "15.00", "OSS-SE-25", "revenue_oss", "SE", line={"supply": "digital"})

        assert boxes(ledger) == {
            "sales_vat": "20.00",
            "total": "20.00",
            "B_goods": "5000.00",
            "B_goods_other": "100.00",
            "B_services": "700.00",
            "C": "11652.00",  # 92 + 10,000 + 1,200 + 300 + digital services to Sweden 60
        }
        assert boxes(ledger, Q2) == {}


def test_purchases_are_deducted_and_what_the_buyer_accounts_for_is_on_both_sides() -> None:
    with opened() as ledger:
        customer(ledger)
        bills = {
            "dk": posting("bill", cost="400.00/DK25-IN", vat_in="100.00/DK25-IN", payable="-500.00"),
            "goods": _self_assessed("EUG-IN", "1000.00", "250.00"),
            "services": _self_assessed("EUS-IN", "600.00", "150.00"),
            "import": _self_assessed("IMP-IN", "200.00", "50.00"),
            "abroad": _self_assessed("EXS-IN", "40.00", "10.00"),
            "phones": _self_assessed("DKRC-IN", "80.00", "20.00"),
        }
        for key, bill in bills.items():
            body = {"date": "2026-03-05", "reference": key, "postings": [bill]}
            ledger.send(step("create", "voucher", f"p/bill/{key}", body))

        assert boxes(ledger) == {
            "sales_vat": "20.00",
            "goods_abroad_vat": "300.00",
            "services_abroad_vat": "160.00",
            "purchase_vat": "580.00",
            "total": "-100.00",
            "A_goods": "1000.00",
            "A_services": "600.00",
        }


def test_the_eu_sales_list_has_one_line_for_each_number() -> None:
    with opened() as ledger:
        customer(ledger)
        swede = {"name": "Storsjö Handel AB", "vat_number": "SE556677889901"}
        german = {"name": "Kaffeehaus GmbH", "vat_number": "DE136695976"}
        first = sell(ledger, 1, "5000.00", "0.00", "EUG", "revenue_eu_goods", "SE", buyer=swede)
        sell(ledger, 2, "700.00", "0.00", "EUS", "revenue_eu_services", "SE", buyer=swede)
        sell(ledger, 3, "900.00", "0.00", "EUG", "revenue_eu_goods", "DE", buyer=german)
        sell(ledger, 4, "50.00", "0.00", "EUG", "revenue_eu_goods", "FR")
        sell(
            ledger,
            5,
            "200.00",
            "0.00",
            "EUG",
            "revenue_eu_goods",
            "SE",
            buyer=swede,
            kind="credit_note",
            credits=first.id,
        )

        told = [
            (row.country, row.vat_number, row.name, f"{row.goods}", f"{row.services}")
            for row in returns.eu_sales(ledger.connection, since=Q1[0], until=Q1[1])
        ]
        assert told == [
            ("DE", "DE136695976", "Kaffeehaus GmbH", "900.00", "0.00"),
            ("FR", None, "", "50.00", "0.00"),
            ("SE", "SE556677889901", "Storsjö Handel AB", "4800.00", "700.00"),
        ]


def test_one_stop_shop_is_told_by_country_supply_and_rate_in_both_currencies() -> None:
    with opened() as ledger:
        customer(ledger)
        sell(ledger, 1, "746.00", "141.74", "OSS-DE-19", "revenue_oss", "DE")
        sell(ledger, 2, "74.60", "5.22", "OSS-DE-7", "revenue_oss", "DE")
        sell(ledger, 3, "238.40", "60.80", "OSS-FI-25.5", "revenue_oss", "FI", line={"supply": "digital"})

        report = returns.oss_return(ledger.connection, since=Q1[0], until=Q1[1], euro=Decimal("7.46"))
        told = [
            (row.country, row.supply, f"{row.rate}", f"{row.base}", f"{row.vat}", f"{row.vat_eur}")
            for row in report.lines
        ]
        assert told == [
            ("DE", "goods", "7", "74.60", "5.22", "0.70"),
            ("DE", "goods", "19", "746.00", "141.74", "19.00"),
            ("FI", "services", "25.5", "238.40", "60.80", "8.15"),
        ]
        without = returns.oss_return(ledger.connection, since=Q1[0], until=Q1[1])
        assert without.lines[0].vat_eur is None


def test_goods_and_services_of_one_document_are_told_apart() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        lines = [
            line("100.00", "19.00", code="OSS-DE-19", role="revenue_oss", supply="goods"),
            line("50.00", "9.50", id="2", code="OSS-DE-19", role="revenue_oss", supply="digital"),
        ]
        voucher = posting(
            "invoice", receivable="178.50", revenue_oss="-150.00/OSS-DE-19", vat_oss_DE="-28.50/OSS-DE-19"
        )
        body = sale(buyer.id, lines=lines, totals=totals("150.00", "28.50"), country="DE", postings=[voucher])
        booked(ledger, "shop/order/1", body)

        report = returns.oss_return(ledger.connection, since=Q1[0], until=Q1[1])
        told = [(row.supply, f"{row.base}", f"{row.vat}") for row in report.lines]
        assert told == [("goods", "100.00", "19.00"), ("services", "50.00", "9.50")]


def test_a_refund_of_an_earlier_quarter_is_a_correction_of_that_quarter() -> None:
    with opened() as ledger:
        customer(ledger)
        first = sell(ledger, 1, "100.00", "19.00", "OSS-DE-19", "revenue_oss", "DE")
        sell(ledger, 2, "200.00", "38.00", "OSS-DE-19", "revenue_oss", "DE", date=dt.date(2026, 5, 1))
        april = dt.date(2026, 4, 2)
        sell(
            ledger,
            3,
            "40.00",
            "7.60",
            "OSS-DE-19",
            "revenue_oss",
            "DE",
            date=april,
            kind="credit_note",
            credits=first.id,
        )

        report = returns.oss_return(ledger.connection, since=Q2[0], until=Q2[1])
        assert [(row.country, f"{row.base}", f"{row.vat}") for row in report.lines] == [("DE", "200.00", "38.00")]
        [correction] = report.corrections
        assert (correction.year, correction.quarter, correction.country) == (2026, 1, "DE")
        assert (correction.base, correction.vat) == (Decimal("-40.00"), Decimal("-7.60"))
        assert boxes(ledger, Q2) == {"B_goods_other": "160.00"}


def _self_assessed(code: str, base: str, vat: str) -> Any:
    lines = {"cost": f"{base}/{code}", "vat_in": f"{vat}/{code}", "vat_reverse_charge": f"-{vat}/{code}"}
    return posting("bill", **lines, payable=f"-{base}")
