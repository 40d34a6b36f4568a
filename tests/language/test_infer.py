"""Types are inferred through paths, and what can't be right is said with its place and the way on."""

from __future__ import annotations

import pytest

from kontering.language import types as t
from kontering.language.infer import infer
from kontering.language.jmespath import parse_path
from kontering.language.source import Source

TAX = t.Object({"id": t.Integer(), "total": t.Decimal()}, frozenset({"id", "total"}))
ORDER = t.Object(
    {
        "total": t.Decimal(),
        "paid": t.union(t.Instant(), t.Null()),
        "status": t.Text(("pending", "paid")),
        "taxes": t.ListOf(TAX),
        "billing": t.Object({"email": t.Text()}, frozenset({"email"})),
        "meta": t.Any(said=True),
    },
    frozenset({"total", "status", "taxes", "billing", "meta"}),
)
PARAM = t.Object({"word": t.Text(("email",)), "free": t.Text()}, frozenset({"word", "free"}))
NAMES = {"order": ORDER, "param": PARAM, "tax": TAX}


def inferred(path: str) -> tuple[t.Type, list[str]]:
    kind, found = infer(parse_path(Source(path)), NAMES)
    return kind, [f"{each.span.column if each.span else 0} {each.code} {each.message} | {each.hint}" for each in found]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("order.total", t.Decimal()),
        ("order.paid", t.union(t.Instant(), t.Null())),
        ("order.taxes[].total", t.ListOf(t.Decimal())),
        ("sum(order.taxes[?total].total)", t.Decimal()),
        ("order.taxes[?id == $tax.id].total | [0]", t.union(t.Decimal(), t.Null())),
        ("order.billing.email || 'none'", t.Text()),
        ("get(order.billing, param.word)", t.Text()),
        ("length(order.taxes)", t.Integer()),
        ("order.meta.anything[0]", t.Any(said=True)),
        ("max_by(order.taxes, &total)", t.union(TAX, t.Null())),
        ("[order.total, order.status][]", t.ListOf(t.union(t.Decimal(), t.Text(("pending", "paid"))))),
    ],
)
def test_a_path_has_the_type_of_its_schema(path: str, kind: t.Type) -> None:
    assert inferred(path) == (kind, [])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("DKK", "1 K201 unknown name DKK; the record is `order`; a literal is written {const: DKK} | write {const: DKK}"),
        ("ordr.total", "1 K201 unknown name ordr; the record is `order` | did you mean 'order'?"),
        ("order.totl", "7 K202 order has no field 'totl' | did you mean 'total'?"),
        ("order.taxes.total", "13 K215 order.taxes is a list, it has no field 'total' | [] goes into each element: order.taxes[].total"),
        ("order.taxes[?tax.id == id]", "14 K202 the element has no field 'tax', but 'tax' is a name outside | inside [? ] write $tax"),
        ("order.status == 'payd'", "1 K211 this is never 'payd' | did you mean 'paid'?"),
        ("order.total == 'x'", "1 K205 `==` can't compare a number with a text | both sides must be of one kind"),
        ("sum(order.billing)", "5 K209 sum takes a list of numbers as argument 1, not an object | None"),
        ("sum(order.total, order.total)", "1 K208 2 arguments are too many or too few | write sum(…) with 1 argument"),
        ("summ(order.taxes[].total)", "1 K207 there is no function 'summ' | did you mean 'sum'?"),
        ("order.status[0]", "1 K215 order.status is a text, not a list | None"),
    ],
)  # fmt: skip
def test_what_cant_be_right_is_said(path: str, said: str) -> None:
    assert inferred(path)[1] == [said]


def test_one_problem_is_told_once() -> None:
    assert len(inferred("sum(order.taxs[].total) > ordr.total")[1]) == 2
