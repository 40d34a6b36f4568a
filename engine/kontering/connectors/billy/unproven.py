"""What is only inferred or unknown about Billy, and how it can be had the other way."""

from __future__ import annotations

FACTS: tuple[str, ...] = (
    "Inferred: the server of today reckons as the vendor's own published rule: lines rounded to two decimals, tax once "
    "for the whole invoice. The draft's totals are read back and compared before it is approved.",
    "Unknown: how many decimals a unit price keeps; two are used, param price_decimals; simulator: line_decimals.",
    "Inferred: the lines of a draft can be replaced by a PUT (the documentation has them at creation only); "
    "simulator: draft_lines. Where they can't, a draft that needs a rounding line is held.",
    "Unknown: whether externalId and orderNo can be written on an invoice; setting reference, which is invoiceNo "
    "unless you change it; simulator: kept_references.",
    "Unknown: whether a draft has a number before it is approved; simulator: draft_numbers.",
    "Inferred: a credit note is an invoice of the type creditNote with positive prices.",
    "Inferred: a credit note that names its invoice closes it when it is approved; simulator: credit_settles.",
    "Unknown: whether the search q looks for e-mails, telephones and EAN numbers of contacts; setting search, which "
    "reads all contacts unless you change it; simulator: search.",
    "Unknown: the status of a refused body (422 or 400) and of a number that is taken; any of them is understood; "
    "simulator: invalid_status, duplicate_status.",
    "Unknown: how a date in a locked period is refused. A message about entryDate that says locked or closed is "
    "taken for it, in Danish and English.",
    "Unknown: rate limits. Retry-After is obeyed; 2,000 calls are made at once, then 600 a minute.",
    "Inferred: an invoice's exchangeRate and a payment's cashExchangeRate are in base currency for one unit.",
    "Inferred: balanceModifiers can be listed by subjectReference; if the filter is passed over, all are read.",
    "Unknown: whether an account's own tax rate is applied to a daybook line that names none; simulator: account_tax. "
    "Take accounts without a tax rate for vouchers.",
    "Inferred: an invoice that was mailed is marked as sent; a mail whose answer was lost is a person's to decide; "
    "simulator: mail_sends.",
    "Unknown: what a PUT is answered with; an empty answer is read again; simulator: put_answer.",
    "Unknown: how long a fresh record is missing from lists. 90 seconds are waited before a lost answer is looked up; "
    "simulator: lag_seconds.",
    "Unknown: webhooks; there are none here. There is no time of change either: every round reads all records.",
)
