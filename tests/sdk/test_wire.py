"""JSON over the wire."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontering.sdk.masks import masked
from kontering.sdk.wire import NotJson, read_json, write_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read_json(write_json(value)) == value


@given(VALUES)
def test_what_is_read_back_is_written_with_the_same_bytes(value: object) -> None:
    assert write_json(read_json(write_json(value))) == write_json(value)


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", '{"a": NaN}', "[1,]", "<html>", "Infinity", '"\ud800"'.encode("utf-8", "surrogatepass")]
)
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(NotJson):
        read_json(text)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(NotJson, match="nested too deep"):
        read_json("[" * 200_000)


def test_size_is_bounded() -> None:
    with pytest.raises(NotJson, match="11 bytes are more than the 10"):
        read_json('"123456789"', largest=10)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), [{"a": Decimal("-Infinity")}]])
def test_a_number_that_is_none_isnt_written(value: object) -> None:
    with pytest.raises(NotJson):
        write_json(value)


def test_a_text_that_reads_like_one_is_written() -> None:
    assert read_json(write_json({"NaN": "Infinity"})) == {"NaN": "Infinity"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a.test/?consumer_key=ck_1&page=2", "http://a.test/?consumer_key=***&page=2"),
        (
            "http://a.test/?page=2&oauth_signature=a%2Bb&oauth_nonce=x",
            "http://a.test/?page=2&oauth_signature=***&oauth_nonce=***",
        ),
        ("token of hunter22 is wrong", "token of *** is wrong"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert masked(text, ["hunter22"]) == shown
