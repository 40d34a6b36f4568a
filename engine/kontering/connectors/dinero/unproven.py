"""What is only inferred or unknown about Dinero, and how it can be had the other way."""

from __future__ import annotations

FACTS: tuple[str, ...] = (
    "Unknown: whether VAT is rounded once a rate or line by line, and how a half is rounded. Dinero is asked what a "
    "document comes to before it is drafted, and the draft's totals are read; simulator: vat_per, half.",
    "Unknown: how many decimals a price may have. An inexact price becomes one piece at the line's total; simulator: "
    "price_decimals.",
    "Unknown: whether a 429 says how long to wait. Without Retry-After a minute is waited; simulator: retry_after.",
    "Inferred: personal integrations have 60 calls a minute, others 100; setting calls_a_minute.",
    "Unknown: whether an external reference is unique on the server; simulator: unique_references.",
    "Inferred: booking a credit note that names its invoice settles it. Money that goes back is a negative payment of "
    "that invoice; setting credit_payments; simulator: linked_credit, credit_payments.",
    "Inferred: a draft credit note is changed by PUT as an invoice is, its trial totals are asked as an invoice's, and "
    "its read model says CreditNoteFor.",
    "Unknown: the code with which a closed period is refused. The words «period … closed» and «no accounting year» "
    "(also in Danish) are taken for it; simulator: closed_code.",
    "Inferred: a positive amount of a ledger item's line debits AccountNumber and credits BalancingAccountNumber.",
    "Unknown: how long a ledger item is pending until it is booked; setting poll_seconds; simulator: booking_polls.",
    "Unknown: whether a create may be answered without a body. Then what was made is read; simulator: empty_201.",
    "Inferred: refresh tokens are good for one use. They are renewed by one worker at a time; simulator: refresh_once.",
    "Unknown: how long what is fresh is missing from lists. A minute is waited before a product is looked up; "
    "simulator: lag_seconds.",
    "Unknown: whether VAT rates are given as fractions or percent; nothing is reckoned from them; simulator: "
    "fraction_rates.",
    "Inferred: RemainderIsFee books what a payment lacks as a fee; param remainder_is_fee.",
    "Unknown: names and longest texts of fields other than ExternalReference (128).",
    "Unknown: whether Dinero has VAT codes of other countries. Sales under One Stop Shop can't be booked.",
)
