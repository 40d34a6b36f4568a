"""Laws of reading files: however a JSON file is cut into pieces, what is read is what is in it, exactly."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from kontering.connectors.files import json_files, line_files
from kontering.connectors.files.found import Found, Raw
from kontering.connectors.files.options import MEGABYTE, KindOptions
from kontering.diagnostics import Diagnostic

OPTIONS = KindOptions(columns={})
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(st.integers(-(10**20), 10**20), st.decimals(-1000, 1000, places=3))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), texts, numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
records = st.lists(st.dictionaries(texts, values, max_size=5), min_size=1, max_size=8)
layouts = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}])


class Dribble(io.BytesIO):
    """A file that gives a few bytes at a time, as a slow pipe does."""

    step = 3

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


def written(value: Any, ascii_only: bool, layout: dict[str, Any]) -> str:
    """JSON with decimals as numbers: the standard library would write them as texts."""
    marked = json.dumps(value, ensure_ascii=ascii_only, default=lambda number: f"@{number}@", **layout)
    return marked.replace('"@', "").replace('@"', "")


def read(text: str, step: int, limit: int = MEGABYTE) -> list[Found]:
    file = Dribble(text.encode())
    file.step = step
    return list(json_files.read(cast(io.BufferedReader, file), "x.json", KindOptions(columns={}, limit=limit)))


def data(found: list[Found]) -> list[dict[str, Any]]:
    assert [each for each in found if isinstance(each, Diagnostic)] == []
    return [each.data for each in found if isinstance(each, Raw)]


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str), parse_float=Decimal)


@given(records, st.integers(1, 50), st.booleans(), layouts)
def test_a_list_is_read_as_it_was_written(
    wanted: list[dict[str, Any]], step: int, ascii_only: bool, layout: dict[str, Any]
) -> None:
    text = written(wanted, ascii_only, layout)
    if "@" not in json.dumps(wanted, default=str):
        assert plain(data(read(text, step))) == plain(wanted)


@given(records, st.integers(1, 50))
def test_a_list_inside_is_found_wherever_it_stands(wanted: list[dict[str, Any]], step: int) -> None:
    around = {"a": wanted[0], "orders": "]}", "b": {"orders": wanted, "c": [1]}, "d": 1}
    file = Dribble(json.dumps(plain(around)).encode())
    file.step = step
    options = KindOptions(columns={}, list=("b", "orders"))

    assert data(list(json_files.read(cast(io.BufferedReader, file), "x.json", options))) == plain(wanted)


@given(records, st.integers(0, 7), st.sampled_from(["{,}", '{"id": NaN}', '{"a":1,"a":2}', "{]", "[1", '"x"']))
def test_one_broken_record_spoils_no_other_one(wanted: list[dict[str, Any]], where: int, broken: str) -> None:
    parts = [json.dumps(plain(each)) for each in wanted]
    at = min(where, len(parts))
    text = f"[{','.join([*parts[:at], broken, *parts[at:]])}]"
    found = read(text, 7)

    good = [each.data for each in found if isinstance(each, Raw)]
    assert any(isinstance(each, Diagnostic) for each in found)
    assert good[:at] == plain(wanted[:at])
    if broken not in ("[1", "{]"):  # an open bracket may swallow what follows it
        assert good == plain(wanted)


@given(st.text(max_size=60), st.integers(1, 9))
def test_whatever_is_in_a_file_it_is_told_and_not_raised(text: str, step: int) -> None:
    file = Dribble(text.encode("utf-8", "surrogatepass"))
    file.step = step
    found = list(json_files.read(cast(io.BufferedReader, file), "x.json", OPTIONS))
    found += line_files.read(io.StringIO(text), "x.jsonl", OPTIONS)

    for each in found:
        if isinstance(each, Diagnostic):
            assert each.span is not None
            assert each.span.line >= 1
            assert each.span.column >= 1


@given(records, st.integers(1, 40))
def test_a_record_above_the_limit_is_left_out_and_no_other(wanted: list[dict[str, Any]], limit: int) -> None:
    parts = [json.dumps(plain(each)) for each in wanted]
    found = read(f"[{', '.join(parts)}]", 5, limit)

    fitting = [json.loads(part, parse_float=Decimal) for part in parts if len(part) <= limit]
    assert [each.data for each in found if isinstance(each, Raw)] == fitting
    assert len(found) == len(parts)
