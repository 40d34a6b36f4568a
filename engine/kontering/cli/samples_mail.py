"""Made-up documents of the kind `store/booked`, to look at mails before anything is booked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CUSTOMER = {
    "name": "Ida Prøve",
    "email": "ida@example.com",
    "address": {"country": "DK", "street": "Prøvegade 7", "postcode": "2100", "city": "København Ø"},
}

_INVOICE: Mapping[str, Any] = {
    "id": "invoice/sample",
    "books": "books",
    "kind": "invoice",
    "key": "sample",
    "number": "1021",
    "order": "W-5121",
    "in_books": "1021",
    "date": "2026-03-02",
    "due": "2026-03-16",
    "currency": "DKK",
    "delivery": "mail",
    "language": "da",
    "customer": _CUSTOMER,
    "lines": [
        {
            "kind": "goods",
            "description": "Kaffebønner, Morgenrøde, 500 g",
            "sku": "KAF-500",
            "quantity": "2",
            "net": "191.92",
            "vat": "47.98",
            "gross": "239.90",
            "rate": "25",
        },
        {
            "kind": "shipping",
            "description": "GLS pakkeshop",
            "quantity": "1",
            "net": "31.20",
            "vat": "7.80",
            "gross": "39.00",
            "rate": "25",
        },
    ],
    "totals": {"net": "223.12", "vat": "55.78", "gross": "278.90"},
    "vat": [{"rate": "25", "base": "223.12", "vat": "55.78"}],
    "payments": [],
    "open": "278.90",
}

_CREDIT: Mapping[str, Any] = {"id": "credit_note/sample", "kind": "credit_note", "number": "1022", "credits": "1021"}

SAMPLES: Mapping[str, Mapping[str, Any]] = {"invoice": _INVOICE, "credit_note": {**_INVOICE, **_CREDIT}}
