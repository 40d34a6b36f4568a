"""Nothing that can be written as an expression hangs, eats memory, or reaches anything but the record."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from kontering.diagnostics import Diagnostic
from kontering.language.interpret import Scope, evaluate
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Tree
from kontering.language.values import Value

LIST: list[Value] = [{"text": "x" * 1000}] * 200
ORDER: dict[str, Value] = {
    "name": "x",
    "lines": LIST,
    "huge": Decimal("1E+999999"),
    "tiny": Decimal("1E-999999"),
    "nan": Decimal("NaN"),
    "long": 10**5000,
}
NAMES: dict[str, Value] = {"order": ORDER}

CALCS = [
    "range(10**9)",
    "9**9**9",
    "9**999999999",
    "'x' * 10**9",
    "order.name * 1000000000",
    "(((9**30)**30)**30)**30",
    "(" * 10_000 + "1" + ")" * 10_000,
    "(" * 4_000 + "1" + ")" * 4_000,
    "[" * 4_000 + "]" * 4_000,
    "not " * 2_000 + "order.flag",
    "-" * 9_000 + "1",
    "1" + "+1" * 4_000,
    "1 if true else " * 600 + "1",
    "order" + ".a" * 4_000,
    "order" + "[0]" * 3_000,
    "order.name" + " | upper" * 1_000,
    "1" * 9_000,
    "0." + "1" * 9_000,
    "'" + "a" * 20_000 + "'",
    "order.huge + 1",
    "order.huge // 3",
    "order.huge % 3",
    "order.huge | int",
    "order.huge | round",
    "order.huge | string",
    "order.tiny + 1",
    "order.tiny | string",
    "order.nan + 1",
    "order.nan | round",
    "order.long + 1",
    "order.long | string",
    "order.long ** 30",
]
PATHS = [
    "(" * 4_000 + "a" + ")" * 4_000,
    "[" * 4_000 + "a" + "]" * 4_000,
    "{a: " * 2_000 + "a" + "}" * 2_000,
    "!" * 9_000 + "a",
    "a" + ".a" * 4_000,
    "a" + "[*]" * 3_000,
    "a" + "[]" * 3_000,
    "a" + "[?a" * 2_000 + "]" * 2_000,
    "a" + " | a" * 2_000,
    "a" + " || a" * 1_500,
    "length(" * 1_000 + "a" + ")" * 1_000,
    "map(&" * 1_000 + "a",
    "`" + "[" * 9_000 + "]" * 900 + "`",
    "`" + "9" * 9_000 + "`",
    "`1e999999999`",
    "a[" + "9" * 500 + "]",
    "a" * 20_000,
    "ceil(order.huge)",
    "floor(order.huge)",
    "sum([order.huge, `1`])",
    "avg([order.huge, `1`])",
    "ceil(order.nan)",
    "sum([order.long, `1`])",
    "join(order.lines[0].text, order.lines[].text)",
]
TEXTS = [
    "{% for a in order.lines %}{% for b in order.lines %}{{ a.text }}{% endfor %}{% endfor %}",
    "{% for a in order.lines %}{% for b in order.lines %}{% endfor %}{% endfor %}",
    "{% if true %}" * 1_000 + "{% endif %}" * 1_000,
    "{% for a in order.lines %}" * 500,
    "{% block a %}" * 1_000,
    "{{ '" + "a" * 200 + "' | replace('a', '" + "b" * 600 + "') }}",
    "{{ " + "(" * 2_000 + " }}",
    "{{ order.name " + "~ order.name " * 1_000 + "}}",
    "{{ order.huge }}",
    "{{ order.long }}",
    "{{ order.nan }}",
    "{{ order.name.__class__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "{{ '%s' % order }}",
    "{{ '{0.__class__}'.format(order) }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "x" * 30_000,
]
ALL = (
    [(parse_calc, text) for text in CALCS]
    + [(parse_path, text) for text in PATHS]
    + [(parse_text, text) for text in TEXTS]
)


@pytest.mark.parametrize(
    ("parse", "text"), ALL, ids=[f"{parse.__name__}-{place}" for place, (parse, _) in enumerate(ALL)]
)
def test_it_is_refused_with_a_message_at_once(parse: Callable[[Source], Tree], text: str) -> None:
    started = time.perf_counter()
    problem = refused(parse, text)

    assert time.perf_counter() - started < 1
    assert problem is not None
    assert 10 < len(problem.message) < 200
    assert problem.span is not None


def refused(parse: Callable[[Source], Tree], text: str) -> Diagnostic | None:
    try:
        evaluate(parse(Source(text)), Scope(NAMES))
    except (Bad, Missing) as problem:
        return problem.diagnostic
    return None


def test_what_is_merely_large_is_not_refused() -> None:
    assert evaluate(parse_calc(Source("1" + "+1" * 50)), Scope({})) == 51
    assert evaluate(parse_calc(Source("(" * 14 + "1" + ")" * 14)), Scope({})) == 1
    assert evaluate(parse_path(Source("order" + " | @" * 20)), Scope({"order": {"a": 1}})) == {"a": 1}
    assert evaluate(parse_calc(Source("9" * 99 + " + 0.5")), Scope({})) == Decimal("9" * 99 + ".5")
