"""What is only inferred or unknown about Rackbeat, and how it can be had the other way."""

from __future__ import annotations

FACTS: tuple[str, ...] = (
    "Inferred: the official number of calls a minute isn't published; 480 is what another integration keeps to. "
    "Retry-After on a 429 is inferred and obeyed; simulator: per_minute.",
    "Unknown: whether a list takes updated_at as a filter everywhere. Each round reads all of a list, and what hasn't "
    "changed falls out by its version; setting changed_since; simulator: filters.",
    "Inferred: VAT zones are domestic, eu, abroad and domestic_exempt; simulator: vat_zones.",
    "Inferred: an address has the fields address_street, address_street2, address_zipcode, address_city and "
    "address_country on customers as it has on suppliers.",
    "Inferred: times have no zone and are Copenhagen's; setting timezone.",
    "Unknown: how often an item's number is encoded in an address; setting encoded; simulator: encoded.",
    "Inferred: a PUT may hold only what changes; setting put; simulator: put.",
    "Inferred: a number that is sent along with a new customer or supplier is kept, and one that is taken is refused.",
    "Inferred: a supplier must name a group that is there, and an item a group that is there.",
    "Inferred: a group is made by its name, with the four VAT settings for items; what these hold isn't known, so "
    "they are params of the payload mapping.",
    "Inferred: names of an invoice's fields (is_booked, booked_at, invoice_date, due_date, total_subtotal, total_vat, "
    "total_total, and of its lines line_price, discount_percentage, vat_percentage); they stand in one place of the "
    "simulator.",
    "Inferred: line_price is the price of one piece without VAT.",
    "Inferred: a credit note is a customer invoice with negative quantities, in the same series of numbers. Whether it "
    "names its invoice isn't known: without it the credit note waits for a person; simulator: names_credited.",
    "Unknown: events beside those of terms and employees; the singular (order.created) is taken for it. Settings "
    "events and schedule: a flow is read by the clock too.",
    "Unknown: whether a change of stock moves a product's updated_at; the version of a stock record holds the "
    "quantity.",
)
