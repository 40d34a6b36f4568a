"""What is only inferred or unknown about e-conomic, and how it can be had the other way."""

from __future__ import annotations

FACTS: tuple[str, ...] = (
    "Unknown: whether an invoice's VAT is rounded once per rate or line by line, and how a half is rounded. The totals "
    "of the draft are read back and compared before booking, so a difference shows; simulator: vat_per, half.",
    "Unknown: the limit behind a 429. Fair use is 50,000 calls in 24 hours; Retry-After is obeyed.",
    "Unknown: whether bookdraftentries takes {entryNumbers: [...]} or the bare array in your version; "
    "setting book_entries; simulator: book_body.",
    "Inferred: a journal entry's journalEntryNumber is the entry number that the newer service asks for.",
    "Unknown: the code with which the classic service refuses a closed period. The newer services' names and the words "
    "«period … closed» (also in Danish) are taken for it.",
    "Inferred: refusals (4xx) are replayed to the same idempotency key too; simulator: refusals_kept.",
    "Inferred: VAT follows from product, its group, the group's account in the recipient's VAT zone, and that "
    "account's VAT code. A line with a price needs a product; simulator: bare_price.",
    "Inferred: a payment is a negative customerPayments entry, and names its invoice, which closes it when it is "
    "booked; simulator: matching.",
    "Inferred: a credit note is a draft with negative prices and positive quantities.",
    "Inferred: One Stop Shop needs a zone, or a product group, for each country and rate; tables zones and "
    "line_products of the payload mapping.",
    "Unknown: whether an e-invoice still asks for a contact on customer and invoice (it did in 2019); "
    "simulator: ean_contact.",
    "Inferred: terms of the types paidInCash, creditcard and prepaid settle the invoice as it is booked; "
    "simulator: cash_terms. Use terms of the type net where payments are registered.",
    "Unknown: whether a line with quantity 0 is refused (the newer service does); simulator: zero_quantity.",
    "Unknown: how long a fresh invoice is missing from filtered lists. A minute is waited before a lost answer is "
    "looked up; simulator: lag_seconds.",
    "Inferred: properties that e-conomic doesn't know are ignored in a body, and a PUT may repeat read only ones.",
)
