"""The proof of totals before booking: what is wanted against what was seen."""

from __future__ import annotations

import pytest
from tests.accounting.made import d

from kontering.accounting.totals import Beyond, Equal, Within, prove
from kontering.model.plan import Totals

WANTED = Totals(net=d("959.90"), vat=d("239.98"), gross=d("1199.88"))
TOLERANCE = d("0.05")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (WANTED, Equal()),
        (Totals(gross=d("1199.88")), Equal()),
        (Totals(), Equal()),
        (Totals(net=d("959.88"), vat=d("239.97"), gross=d("1199.85")), Within(d("0.03"))),
        (
            Totals(net=d("959.91"), vat=d("239.97"), gross=d("1199.88")),
            Equal("the same gross with net -0.01, vat +0.01"),
        ),
        (Totals(gross=d("1199.93")), Within(d("-0.05"))),
    ],
)
def test_equal_or_within(seen: Totals, expected: object) -> None:
    assert prove(WANTED, seen, TOLERANCE) == expected


def test_beyond_says_all_sides() -> None:
    assert prove(WANTED, Totals(net=d("900.00"), gross=d("1139.98")), TOLERANCE) == Beyond(
        ("net: 959.90 wanted, 900.00 seen, +59.90", "gross: 1199.88 wanted, 1139.98 seen, +59.90")
    )


def test_vat_that_is_too_far_off_is_beyond_though_the_gross_agrees() -> None:
    seen = Totals(net=d("959.80"), vat=d("240.08"), gross=d("1199.88"))

    assert isinstance(prove(WANTED, seen, TOLERANCE), Beyond)
