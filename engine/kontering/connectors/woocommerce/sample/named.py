"""All named sample orders; their ids and numbers never change, since documents and tests point to them."""

from __future__ import annotations

from dataclasses import replace

from kontering.connectors.woocommerce.sample import odd, ordinary
from kontering.connectors.woocommerce.sample.cases import Case

FIRST_ID = 5101
FIRST_NUMBER = 10332


def named() -> list[Case]:
    """In the order of their ids; new ones go to the end."""
    rows = (
        ordinary.AT_HOME,
        ordinary.WITHOUT_TAX,
        ordinary.TO_ABROAD,
        odd.STATES,
        odd.ODDITIES,
        odd.CARDS,
        odd.REFUNDS,
    )
    made = [case for row in rows for case in row]
    return [numbered(case, place) for place, case in enumerate(made)]


def numbered(case: Case, place: int) -> Case:
    """The case with its id, number, and the gateway's reference of a payment."""
    payment = case.purchase.payment
    if case.purchase.paid and payment.method in ("quickpay", "mobilepay"):
        payment = replace(payment, transaction=str(884211 + 37 * place))
    purchase = replace(case.purchase, id=FIRST_ID + place, number=f"W-{FIRST_NUMBER + place}", payment=payment)
    return replace(case, purchase=purchase)
