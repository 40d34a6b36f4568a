"""Who a buyer is: the first key that says so, if no earlier key contradicts."""

from __future__ import annotations

from tests.accounting.made import party, planned, sale

from kontering.accounting import customers

BY = ("external_id", "vat_number", "email")
ALFA = party(name="Alfa ApS", email="Post@alfa.example", vat_number="DK31415926", external_id="77")


def test_a_known_buyer_by_each_key() -> None:
    by_id = party(external_id="77", email="new@alfa.example")
    by_number = party(vat_number="31 41 59 26", email=None)
    by_mail = party(email="post@ALFA.example ")

    found = [customers.identify(one, [ALFA], BY) for one in (by_id, by_number, by_mail)]

    assert [(one.action, one.by, one.known) for one in found] == [
        ("match", "external_id", ALFA),
        ("match", "vat_number", ALFA),
        ("match", "email", ALFA),
    ]


def test_a_later_key_does_not_override_a_conflict() -> None:
    other = party(vat_number="DK36912154", email="post@alfa.example")

    found = customers.identify(other, [ALFA], BY)

    assert found.action == "create"
    assert [one.code for one in found.warnings] == ["EMAIL_SHARED"]
    assert customers.identify(other, [ALFA], ("email", "vat_number")).action == "match"


def test_two_that_fit_are_for_a_person() -> None:
    assert customers.identify(party(email="post@alfa.example"), [ALFA, ALFA], BY).action == "ambiguous"


def test_nobody_is_known_by_what_is_absent() -> None:
    assert customers.identify(party(email=None), [party(email=None)], BY).action == "create"


def test_what_an_electronic_invoice_needs() -> None:
    buyer = party(ean="5798000000117", contact="Signe Holm")

    found = customers.einvoice(planned(sale(customer=buyer, reference="PO-88213")))

    assert found == customers.Einvoice(ean="5798000000117", buyer_reference="PO-88213", contact="Signe Holm")
    assert customers.einvoice(planned(sale())) is None
