"""What is stored comes back as it was: a body that is sent again is the same bytes."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.sync.samples import credit_note, invoice

from kontering.model.plan import Found, Step, Totals
from kontering.sdk.wire import write_json
from kontering.store import codec

numbers = st.integers(-(10**9), 10**9) | st.decimals(
    allow_nan=False, allow_infinity=False, places=2, min_value=-(10**6), max_value=10**6
)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=20)
bodies = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.recursive(leaves, lambda inner: st.lists(inner, max_size=3), max_leaves=8),
    max_size=6,
)


@given(bodies)
def test_a_step_that_is_read_back_is_written_as_the_same_bytes(body: dict[str, object]) -> None:
    step = Step(action="create", kind="invoice", key="k", document="k", body=body, attempt=UUID(int=7))
    stored = codec.step(codec.packed(step))

    assert write_json(codec.step(codec.packed(stored)).body) == write_json(stored.body)
    assert stored.attempt == step.attempt


def test_documents_come_back_as_they_were() -> None:
    for document in (invoice(), credit_note(), invoice(fx=Decimal("7.4605"), note="Råd og dåd 🎁")):
        assert codec.planned(codec.packed(document)) == document


def test_an_answer_comes_back_as_it_was() -> None:
    found = Found(
        id="7",
        done=frozenset({"create"}),
        totals=Totals(gross=Decimal("1.10")),
        terms={"email": "a@b"},
        data={"x": Decimal("0.10")},
    )

    assert codec.found(codec.packed(found)) == found


def test_a_digest_is_of_what_is_said_not_of_the_order_it_is_said_in() -> None:
    assert codec.digest({"a": 1, "b": [1, 2]}) == codec.digest({"b": [1, 2], "a": 1})
    assert codec.digest({"a": [1, 2]}) != codec.digest({"a": [2, 1]})
