"""An expression that would go through lists inside lists inside lists is refused before it runs."""

from __future__ import annotations

import pytest

from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad
from kontering.language.source import Source


@pytest.mark.parametrize(
    "path",
    [
        "order.lines[].taxes[].parts[].total",
        "order.tax_lines[?rate_id == $tax.id].rate_percent | [0]",
        "order.a[?b == $order.c[?d].e | [0]]",
        "sort_by(order.lines, &length(taxes))",
        "order.a[*].b[*].c[*].d[*].e",
    ],
)
def test_joins_and_depth_are_fine(path: str) -> None:
    parse_path(Source(path))


@pytest.mark.parametrize(
    "path",
    [
        "order.a[?length($order.a[?length($order.a[?x == y]) > `0`]) > `0`]",
        "order.a[].[$order.a[].[$order.a[].x]]",
        "map(&length($order.a[?length($order.b[?c]) > `0`]), order.a)",
    ],
)
def test_three_lists_inside_one_another_are_refused(path: str) -> None:
    with pytest.raises(Bad) as refused:
        parse_path(Source(path))

    assert refused.value.diagnostic.code == "K210"
    assert "let" in str(refused.value.diagnostic.hint)
