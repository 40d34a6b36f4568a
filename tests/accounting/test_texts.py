"""Texts cleaned by the rules that are set and cut to the target's length, with nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.accounting.made import SETTINGS, held, line, party, planned, sale

from kontering.accounting.settings import TextRule
from kontering.accounting.texts import clean

ALL: frozenset[TextRule] = frozenset(["nfc", "no_bidi", "basic_plane", "single_blanks"])
LONG = party(name="Foreningen til Fremme af Børns Sprog")


@pytest.mark.parametrize(
    ("text", "rules", "expected"),
    [
        ("Zoe\u0301", {"nfc"}, "Zoé"),
        ("\u202eabc\u202c\u200f", {"no_bidi"}, "abc"),
        ("pen \U0001f58a box", {"basic_plane"}, "pen  box"),
        (" a \t b\n", {"single_blanks"}, "a b"),
        ("Zoe\u0301 \U0001f600 \u2066x", ALL, "Zoé x"),
        ("Zoe\u0301", set(), "Zoe\u0301"),
    ],
)
def test_rules(text: str, rules: set[str], expected: str) -> None:
    assert clean(text, frozenset(rules)) == expected  # type: ignore[arg-type]


def test_words_are_cleaned_and_ids_are_not() -> None:
    settings = replace(SETTINGS, text_rules=ALL)
    order = sale(
        line(id="L \U0001f600", description="Pen \U0001f58a  box"),
        customer=party(name="\U0001f600", external_id="7 \U0001f600"),
        note="\U0001f600",
        reference="PO  1",
    )

    found = planned(order, settings)

    assert (found.customer.name, found.customer.external_id, found.note, found.reference) == (
        "?",
        "7 \U0001f600",
        None,
        "PO 1",
    )
    assert (found.lines[0].id, found.lines[0].description) == ("L \U0001f600", "Pen box")
    assert [one.code for one in found.warnings] == ["TEXT_SANITIZED"]
    assert planned(sale(), settings).warnings == ()


def test_what_is_too_long_is_cut_and_kept_in_the_note() -> None:
    settings = replace(SETTINGS, target_limits={"customer.name": 11, "lines.description": 3})

    found = planned(sale(line(description="Mug with a handle"), customer=LONG, note="Ring the bell"), settings)

    assert (found.customer.name, found.lines[0].description) == ("Foreningen", "Mug")
    assert found.note == "Ring the bell\nForeningen til Fremme af Børns Sprog\nMug with a handle"
    assert [one.message for one in found.warnings] == [
        "customer.name was cut to 11 characters",
        "lines.description was cut to 3 characters",
    ]


def test_length_is_counted_in_characters_after_composing() -> None:
    settings = replace(SETTINGS, target_limits={"customer.name": 3})

    assert planned(sale(customer=party(name="Zoe\u0301")), settings).warnings == ()
    assert planned(sale(customer=party(name="Zoe\u0301y")), settings).customer.name == "Zoé"


def test_the_note_itself_is_cut_last() -> None:
    settings = replace(SETTINGS, target_limits={"note": 12, "customer.name": 11})

    assert planned(sale(customer=LONG), settings).note == "Foreningen t"


def test_what_may_not_be_cut_is_held() -> None:
    hold = held(sale(customer=LONG), replace(SETTINGS, target_limits={"customer.name": 11}, on_too_long="error"))

    assert (hold.code, hold.details) == ("FIELD_TOO_LONG", {"length": 36, "limit": 11})
