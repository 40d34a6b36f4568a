"""What is only inferred or unknown about Dynaccount, and how it can be had the other way."""

from __future__ import annotations

FACTS: tuple[str, ...] = (
    "Preview: the transport, the hash, the verbs, the tables' names, many columns and one way to post a webshop's "
    "order are known. The vendor's reference of tables, actions and reports isn't open.",
    "Unknown: the action that books a voucher; setting book_action, and book_by for the property that names it. "
    "Without it vouchers wait in the journal; simulator: book_action, book_by.",
    "Unknown: the types of a voucher's lines beside LEDGER and DEBTOR_INVOICE; params payment_type and credit_type; "
    "simulator: types.",
    "Inferred: a line that has only the account of the other side posts the opposite of its amount there; so a "
    "debtor's line is minus what is owed.",
    "Inferred: VAT is posted on its own account, with no VAT code on any line.",
    "Unknown: the status of an error, and of a wrong hash. Whatever has `error` is one, also with 200; simulator: "
    "error_status, auth_status.",
    "Unknown: whether lines that are sent together are taken all or none. What was left of them is taken out before "
    "they are sent again; simulator: bulk.",
    "Unknown: how a day in a closed year is refused. A message about the time that says closed or locked is taken for "
    "it; the closed years say until when.",
    "Unknown: rate limits. Retry-After is obeyed; 600 calls are made at once, then 120 a minute.",
    "Unknown: whether a text is compared exactly. A voucher's text is its mark and nothing else.",
    "Inferred: a put with an id changes the columns that are sent, and leaves the others.",
    "Unknown: columns that nobody has documented; simulator: unknown_columns.",
    "Unknown: webhooks and what changed since; each round reads all.",
)
