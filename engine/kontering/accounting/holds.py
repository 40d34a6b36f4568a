"""Why a document is held: one small function for each reason, with what was found, what would fit, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontering.diagnostics import Diagnostic
from kontering.model.money import percent
from kontering.model.plan import Hold


def _hold(
    word: str, code: str, key: str, reason: str, hint: str, field: str, details: Mapping[str, Any], *notes: str
) -> Hold:
    problem = Diagnostic(code, reason, hint=hint, field=field, record=key, notes=notes)
    return Hold(code=word, reason=reason, details=details, problems=(problem,))


def unknown_country(key: str, country: str, field: str) -> Hold:
    reason = f"{country!r} is no country"
    hint = "write a two-letter code of ISO 3166; UK, EL, IC and XI are understood too"
    return _hold("UNKNOWN_COUNTRY", "K400", key, reason, hint, field, {"country": country})


def currency_not_enabled(key: str, currency: str, enabled: Sequence[str]) -> Hold:
    reason = f"the target doesn't take {currency}"
    hint = f"switch {currency} on in the target and in `enabled_currencies` ({', '.join(enabled) or 'none yet'})"
    return _hold("CURRENCY_NOT_ENABLED", "K401", key, reason, hint, "currency", {"currency": currency})


def no_exchange_rate(key: str, currency: str, base: str, day: dt.date) -> Hold:
    reason = f"there is no rate from {currency} to {base} for {day}"
    hint = "let the mapping write `fx`, or give the project a rate that holds on that day"
    return _hold("FX_MISSING", "K402", key, reason, hint, "fx", {"currency": currency, "base": base, "date": day})


def period_closed(key: str, day: dt.date, until: dt.date) -> Hold:
    reason = f"{day} lies in a period that is closed until {until}"
    hint = "give it a later day in the source, or set `on_closed_period: next_open_day`"
    return _hold("PERIOD_CLOSED", "K403", key, reason, hint, "date", {"date": day, "closed_until": until})


def vat_number_invalid(key: str, number: str) -> Hold:
    reason = f"the buyer's VAT number {number} can't be right"
    hint = "correct the number in the source, or set `on_invalid_vat_number: charge_as_consumer`"
    return _hold("VAT_NUMBER_INVALID", "K404", key, reason, hint, "customer.vat_number", {"vat_number": number})


def ean_invalid(key: str, ean: str) -> Hold:
    reason = f"the buyer's EAN number {ean} can't be right: it has 13 digits, the last of which is a check digit"
    hint = "correct the number in the source; without it no electronic invoice can be sent"
    return _hold("EAN_INVALID", "K405", key, reason, hint, "customer.ean", {"ean": ean})


def vat_misfit(key: str, field: str, line: str, charged: str, supply: str, fits: Sequence[str]) -> Hold:
    """The VAT that was charged is none that this supply can have."""
    right = ", ".join(fits) or "no VAT at all"
    reason = f"line {line}: the source charged {charged}, but it is {supply}, which takes {right}"
    hint = "correct the tax settings of the source and the document there, or the seller's settings; then try again"
    note = "nothing is taxed anew here: the buyer has paid what was charged"
    return _hold(
        "VAT_MISMATCH", "K406", key, reason, hint, field, {"line": line, "charged": charged, "fits": tuple(fits)}, note
    )


def vat_amount_misfit(key: str, field: str, line: str, vat: Decimal, rate: Decimal, expected: Decimal) -> Hold:
    reason = f"line {line}: the source charged VAT of {vat}, but {percent(rate)} % would be {expected}"
    hint = "look whether part of the line is taxed otherwise (then the mapping writes `base`), or correct the source"
    details = {"line": line, "charged": vat, "rate": rate, "expected": expected}
    return _hold("VAT_MISMATCH", "K425", key, reason, hint, field, details)


def untaxed(key: str, field: str, line: str, supply: str) -> Hold:
    reason = f"line {line}: the source names no VAT, but it is {supply}"
    hint = "if it is zero-rated, let the mapping write a rate of 0, or set `untaxed_domestic: zero_rated`"
    return _hold("VAT_MISMATCH", "K407", key, reason, hint, field, {"line": line, "charged": "no VAT"})


def card_with_vat(key: str, field: str, line: str, charged: str) -> Hold:
    reason = f"line {line}: the source charged {charged} on a gift card that may be used for anything"
    hint = "sell such cards without VAT, or set `gift_card_kind: single_purpose` if all that they buy has one rate"
    return _hold("VAT_MISMATCH", "K424", key, reason, hint, field, {"line": line, "charged": charged, "fits": ("OUT",)})


def mixed_rates(key: str, field: str, line: str, found: Sequence[str]) -> Hold:
    reason = f"line {line}: {' and '.join(found)} on the same amount is no VAT of the EU"
    hint = "let the mapping write the `base` of each rate, and the line is split"
    return _hold("MIXED_RATES", "K408", key, reason, hint, field, {"line": line, "rates": tuple(found)})


def base_misfit(key: str, field: str, line: str, bases: Decimal, amount: Decimal) -> Hold:
    reason = f"line {line}: its VAT was charged on {bases}, more than its amount of {amount}"
    hint = "a `base` is on the same side as `amount`: with VAT where prices are gross"
    return _hold("MIXED_RATES", "K426", key, reason, hint, field, {"line": line, "base": bases, "amount": amount})


def two_countries(key: str, found: Sequence[str]) -> Hold:
    reason = f"the document would be taxed in two ways at once: {' and '.join(found)}"
    hint = "split it in the source: one document has one VAT country"
    return _hold("MIXED_VAT_COUNTRIES", "K409", key, reason, hint, "lines", {"found": tuple(found)})


def total_mismatch(
    key: str, field: str, own: Decimal, claimed: Decimal, tolerance: Decimal, rows: Sequence[str] = ()
) -> Hold:
    """The lines don't come to what the source claims."""
    difference = claimed - own
    reason = f"the source says {claimed}, its lines come to {own}: {difference:+} is more than {tolerance}"
    hint = "look for a line, fee or discount that the mapping leaves out, or for a wrong `prices` or `rounding`"
    details = {"claimed": claimed, "own": own, "difference": difference, "tolerance": tolerance}
    return _hold("TOTAL_MISMATCH", "K410", key, reason, hint, field, details, *rows)


def exceeds_remaining(key: str, requested: Decimal, remaining: Decimal, invoice: str, what: str = "") -> Hold:
    part = f" under {what}" if what else ""
    reason = f"it credits {requested}{part}, but only {remaining} of invoice {invoice} is left"
    hint = "look for a refund that was recorded twice, or one that belongs to another order"
    details = {"requested": requested, "remaining": remaining} | ({"code": what} if what else {})
    return _hold("REFUND_EXCEEDS_REMAINING", "K411", key, reason, hint, "totals.gross", details)


def no_invoice(key: str, number: str | None) -> Hold:
    named = f"invoice {number} isn't known here" if number else "it names no invoice"
    reason = f"a credit note is booked on its invoice's VAT codes and rates, and {named}"
    hint = "book the invoice first, or let the flow's credit notes stand alone (`credit_alone: book`)"
    return _hold("ORIGINAL_UNKNOWN", "K412", key, reason, hint, "credits", {"credits": number})


def not_on_invoice(key: str, field: str, line: str, charged: str, invoice: str, codes: Sequence[str]) -> Hold:
    reason = f"line {line}: it gives back {charged}, but invoice {invoice} has only {', '.join(codes)}"
    hint = "a credit note has the codes and rates of its invoice; correct the refund in the source"
    return _hold(
        "VAT_MISMATCH", "K413", key, reason, hint, field, {"line": line, "charged": charged, "fits": tuple(codes)}
    )


def other_currency(key: str, currency: str, invoice: str, expected: str) -> Hold:
    reason = f"it is in {currency}, but invoice {invoice} is in {expected}"
    hint = "a credit note is in its invoice's currency; let the mapping read the amounts in that one"
    return _hold(
        "CURRENCY_MISMATCH", "K414", key, reason, hint, "currency", {"currency": currency, "invoice": expected}
    )


def edited(key: str, number: str) -> Hold:
    reason = f"order {number} was changed after its invoice was booked"
    hint = "set `edit_after_booking: credit_and_rebill`, or make the correction in the books and skip this one"
    return _hold("EDITED_AFTER_BOOKING", "K415", key, reason, hint, "lines", {"number": number})


def below_zero(key: str, gross: Decimal) -> Hold:
    reason = f"an invoice can't come to {gross}"
    hint = "money that goes back is a credit note on the invoice that it is about"
    return _hold("NEGATIVE_TOTAL", "K416", key, reason, hint, "totals.gross", {"gross": gross})


def no_email(key: str, name: str) -> Hold:
    reason = f"{name} has no e-mail address"
    hint = "add it in the source, or set `require_email: false`"
    return _hold("CUSTOMER_NO_EMAIL", "K417", key, reason, hint, "customer.email", {"name": name})


def too_long(key: str, field: str, length: int, limit: int) -> Hold:
    reason = f"{field} has {length} characters, the target takes {limit}"
    hint = "shorten it in the source, or set `on_too_long: truncate`"
    return _hold("FIELD_TOO_LONG", "K418", key, reason, hint, field, {"length": length, "limit": limit})


def number_reused(key: str, number: str, other: str) -> Hold:
    reason = f"number {number} is already that of {other}"
    hint = "set `reference_collision: suffix_id`, and the record's id is put behind the number"
    return _hold("ORDER_NUMBER_REUSED", "K419", key, reason, hint, "number", {"number": number, "other": other})


def payout_mismatch(key: str, own: Decimal, amount: Decimal, rows: Sequence[str]) -> Hold:
    difference = amount - own
    reason = f"the entries come to {own}, the bank gets {amount}: {difference:+}"
    hint = "look for an entry that the gateway's report or the mapping leaves out; nothing is guessed"
    details = {"claimed": amount, "own": own, "difference": difference}
    return _hold("TOTAL_MISMATCH", "K420", key, reason, hint, "amount", details, *rows)


def loss_abroad(key: str, codes: Sequence[str]) -> Hold:
    reason = f"a loss on {', '.join(codes)} follows the rules of the buyer's country"
    hint = "let a person book it"
    return _hold("LOSS_ABROAD", "K421", key, reason, hint, "lines", {"codes": tuple(codes)})


def loss_too_large(key: str, loss: Decimal, left: Decimal) -> Hold:
    reason = f"a loss of {loss} is more than the {left} that is open"
    hint = "write off what is open at most"
    return _hold("LOSS_EXCEEDS_OPEN", "K422", key, reason, hint, "amount", {"requested": loss, "open": left})


def loss_as_credit(key: str, reason_given: str) -> Hold:
    reason = f"the source credits it as {reason_given!r}: what was never paid is a loss, no credit note"
    hint = "book it as a loss; a credit note only to get the VAT back is not accepted"
    return _hold("LOSS_NOT_CREDIT", "K423", key, reason, hint, "reason", {"reason": reason_given})
