"""Reports as pictures: what is drawn is what the rows say, and the same rows give the same file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kontering.cli import pictures
from kontering.cli.pictures import Row
from kontering.errors import Misuse


def figures(months: int = 12) -> list[Row]:
    names = ("mrr", "new", "reactivation", "expansion", "contraction", "churn")
    values = {name: Decimal(100 * at) for at, name in enumerate(names, start=1)}
    return [
        values | {"month": f"{2026 + at // 12}-{at % 12 + 1:02}", "mrr": Decimal(1000 + at)} for at in range(months)
    ]


def waterfall() -> list[Row]:
    parts = {"added": Decimal(300), "recognised": Decimal(100), "credited": Decimal(20), "other": Decimal(0)}
    return [parts | {"month": f"2026-{at:02}", "closing": Decimal(180 * at)} for at in range(1, 13)]


def owed() -> list[Row]:
    rows = [("not due", "250.00"), ("1-30", "1234.50"), ("1-30", "10.00"), ("over 90", "-99.00")]
    return [{"age": age, "base": Decimal(amount)} for age, amount in rows]


ROWS = {"metrics": figures(), "recognition": waterfall(), "open-items": owed()}


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_the_same_rows_give_the_same_picture(tmp_path: Path, name: str) -> None:
    for at in ("one", "two"):
        pictures.write(name, ROWS[name], tmp_path / f"{at}.svg", "acme")
        pictures.write(name, ROWS[name], tmp_path / f"{at}.png", "acme")

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_amounts_and_names_are_text_in_an_svg(tmp_path: Path) -> None:
    pictures.write("metrics", figures(), tmp_path / "mrr.svg", "acme, 2026-12-31")
    pictures.write("open-items", owed(), tmp_path / "owed.svg", "acme")

    mrr, age = ((tmp_path / name).read_text(encoding="utf-8") for name in ("mrr.svg", "owed.svg"))
    for text in ("Recurring revenue, acme, 2026-12-31", "1,011", "Reactivation", "Dec"):
        assert text in mrr
    for text in ("Owed in all: 1,395.50", "1,244.50   2 open", "nothing"):
        assert text in age


def test_what_did_not_happen_is_not_in_the_legend(tmp_path: Path) -> None:
    pictures.write("recognition", waterfall(), tmp_path / "w.svg", "acme")

    assert "Other" not in (tmp_path / "w.svg").read_text(encoding="utf-8")


def test_of_many_months_every_third_is_named(tmp_path: Path) -> None:
    pictures.write("metrics", figures(30), tmp_path / "mrr.svg", "acme")

    drawn = (tmp_path / "mrr.svg").read_text(encoding="utf-8")
    assert "Apr" in drawn
    assert "Mar" not in drawn


@pytest.mark.parametrize(
    ("name", "rows", "file", "says"),
    [
        ("vat", owed(), "a.svg", "no picture of vat"),
        ("metrics", figures(), "a.pdf", "ends neither in .svg nor in .png"),
        ("metrics", [], "a.svg", "nothing to draw"),
    ],
)
def test_what_can_not_be_drawn_is_said(tmp_path: Path, name: str, rows: list[Row], file: str, says: str) -> None:
    with pytest.raises(Misuse, match=says):
        pictures.write(name, rows, tmp_path / file, "acme")
