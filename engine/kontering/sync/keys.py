"""Identity: the keys of what a document needs and of what hangs below it, its lane, and the UUID of an attempt."""

from __future__ import annotations

from uuid import UUID, uuid5

from kontering.model.document import NAMESPACE, Item, Planned
from kontering.model.state import State
from kontering.model.voucher import Document, PlannedVoucher

Thing = tuple[str, str]
"""Kind and key of something that a target has, or shall have."""


def source_of(key: str) -> str:
    """The connection that a key begins with.

    >>> source_of("shop/order/5121")
    'shop'
    """
    return key.partition("/")[0]


def full_key(source: str, reference: str) -> str:
    """A reference as a mapping writes it, with the connection in front that it leaves out.

    >>> full_key("shop", "order/5121")
    'shop/order/5121'
    """
    return f"{source}/{reference}"


def customer_key(document: Planned) -> str:
    """The buyer's key; a guest is a customer of its own document, also where that is credited."""
    if document.customer.external_id:
        return f"{source_of(document.key)}/customer/{document.customer.external_id}"
    return document.credits or document.key


def product_key(source: str, item: Item) -> str:
    """
    >>> product_key("shop", Item(name="Coffee", sku="KAF-500")), product_key("shop", Item(name="Tea", external_id="7"))
    ('shop/product/KAF-500', 'shop/product/#7')
    """
    return f"{source}/product/{item.sku or f'#{item.external_id}'}"


def payment_key(document: str, number: int) -> str:
    return f"{document}#payment/{number}"


def voucher_key(document: str, kind: str) -> str:
    return f"{document}#{kind}"


def lane_of(connection: str, document: Document) -> str:
    """Deliveries of one customer keep their order; a voucher is a lane of its own, and waits for what it closes.

    A state goes where its thing goes: a customer's card before the invoices that come after it. Mails of a connection
    go one after another, so that a crash leaves one of which nobody knows, and not many.
    """
    match document:
        case State(kind="mail"):
            own = "mail"
        case PlannedVoucher():
            own = document.key
        case State():
            own = document.thing[1]
        case _:
            own = customer_key(document)
    return f"{connection}/{own}"


def open_items(connection: str) -> Thing:
    """What is expected on the bank, as something that may be waited for."""
    return "open items", connection


def attempt(project: str, connection: str, kind: str, key: str, action: str, number: int = 1) -> UUID:
    """The same step has the same attempt on every machine; a new one only after the target said a clear no."""
    parts = [project, connection, kind, key, action, *([str(number)] if number > 1 else [])]
    return uuid5(NAMESPACE, "|".join(parts))
