"""Is it the same customer? By the flow's keys in their order, and never against a clearer one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.sync.samples import invoice

from kontering.model.plan import Found
from kontering.project.policy import Customers
from kontering.sync.facts import Nobody, Several
from kontering.sync.matching import all_terms, choose, covers, customer_terms

FINDS = frozenset({"external_id", "vat_number", "email"})
OWN = {"external_id": "77", "vat_number": "DK12345674", "email": "ada@example.dk"}


def books(*customers: Found):  # type: ignore[no-untyped-def]
    """Answers look-ups from a list, as a target does."""

    def ask(by: Mapping[str, str]) -> Sequence[Found]:
        return [one for one in customers if all(one.terms.get(name) == value for name, value in by.items())]

    return ask


def customer(id_: str, **terms: str) -> Found:
    return Found(id=id_, number=id_, terms=terms)


def test_the_flow_says_by_what_is_looked_for_and_in_which_order() -> None:
    policy = Customers(match=("vat_number", "phone", "email"))

    assert customer_terms(invoice(), policy, FINDS) == ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"})


def test_an_id_of_the_source_is_asked_for_with_its_source_where_that_matters() -> None:
    terms = customer_terms(invoice(), Customers(match=("external_id",)), FINDS | {"source"})

    assert terms == ({"external_id": "77", "source": "shop"},)


def test_the_first_key_that_finds_somebody_decides() -> None:
    ask = books(customer("1", vat_number="DK12345674"), customer("2", email="ada@example.dk"))

    found = choose(ask, ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"}), OWN)

    assert isinstance(found, Found)
    assert found.id == "1"


def test_the_same_email_with_another_vat_number_is_somebody_else() -> None:
    ask = books(customer("5012", email="ada@example.dk", vat_number="DK99999999"))

    found = choose(ask, ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"}), OWN)

    assert found == Nobody(remark="5012 has the same email, but is another", same_email=True)


def test_the_same_email_without_a_vat_number_contradicts_nothing() -> None:
    ask = books(customer("5012", email="ada@example.dk"))

    assert isinstance(choose(ask, ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"}), OWN), Found)


def test_one_of_several_with_an_email_may_be_told_by_its_number() -> None:
    ask = books(customer("1", email="ada@example.dk", vat_number="DK99999999"), customer("2", email="ada@example.dk"))

    found = choose(ask, ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"}), OWN)

    assert isinstance(found, Found)
    assert found.id == "2"


def test_several_that_fit_are_for_a_person() -> None:
    twins = (customer("1", email="ada@example.dk"), customer("2", email="ada@example.dk"))

    assert choose(books(*twins), ({"email": "ada@example.dk"},), OWN) == Several(found=twins, by="email")


def test_a_vat_number_is_the_same_with_and_without_its_country() -> None:
    ask = books(customer("1", email="ada@example.dk", vat_number="12 34 56 74"))

    assert isinstance(choose(ask, ({"vat_number": "DK12345674"}, {"email": "ada@example.dk"}), OWN), Found)


def test_who_numbers_customers_by_the_sources_id_finds_them_by_it() -> None:
    assert all_terms(invoice(), Customers(number="external_id"))["number"] == "77"
    assert "number" not in all_terms(invoice(), Customers())


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    )
)
def test_whatever_is_there_covers_itself(value: object) -> None:
    assert covers(value, value)
