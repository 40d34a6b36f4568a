"""What can be wrong with a bank file: every message of this connector, each with its place and the way on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kontering.diagnostics import Diagnostic, Span

AGAIN = "have the bank write the file again; nothing of it was read"


def not_readable(file: str, why: str) -> Diagnostic:
    return Diagnostic("K550", f"the file can't be read: {why}", Span(file))


def wrong_encoding(span: Span, tried: Sequence[str]) -> Diagnostic:
    hint = "save it as UTF-8, or name its encoding in a profile of your own"
    return Diagnostic("K551", f"this isn't {' or '.join(tried)}", span, hint)


def broken(span: Span, why: str, hint: str = AGAIN) -> Diagnostic:
    return Diagnostic("K552", why, span, hint)


def empty(file: str) -> Diagnostic:
    return Diagnostic("K552", "the file is empty", Span(file), "was the download broken off?")


def no_number(span: Span, found: str) -> Diagnostic:
    return Diagnostic("K553", f"{_short(found)} is no amount that can be booked", span, AGAIN)


def no_date(span: Span, found: str, wanted: Sequence[str] = ()) -> Diagnostic:
    hint = f"the profile reads {' or '.join(wanted)}" if wanted else AGAIN
    return Diagnostic("K553", f"{_short(found)} is no day", span, hint)


def too_large(file: str, limit: int) -> Diagnostic:
    message = f"the file is larger than {limit // (1024 * 1024)} MB"
    return Diagnostic("K556", message, Span(file), "`file_limit` sets how large a statement may be")


def other_length(span: Span, cells: int, header: int) -> Diagnostic:
    return Diagnostic("K557", f"the row has {cells} cells, the header {header}", span, "is a quote missing?")


def wrong_columns(
    span: Span, profile: str, missing: Sequence[str], found: Sequence[str], fits: Sequence[str]
) -> Diagnostic:
    message = f"the profile {profile} needs {', '.join(missing)}; the file has {', '.join(found) or 'none'}"
    hint = f"its columns are those of `profile: {fits[0]}`" if fits else "write a profile of your own: `profile_file`"
    return Diagnostic("K558", message, span, hint)


def no_profile(span: Span, fits: Sequence[str], known: Sequence[str]) -> Diagnostic:
    hint = f"its columns would fit {' or '.join(fits)}" if fits else f"there are {', '.join(known)}"
    return Diagnostic("K562", "a CSV file needs the connection's `profile`: whose bank is it?", span, hint)


def not_balanced(span: Span, statement: str, currency: str, sums: tuple[Decimal, Decimal, Decimal]) -> Diagnostic:
    opening, moved, closing = sums
    message = f"{statement}: {opening} {currency} and lines of {moved} make {opening + moved}, not {closing}"
    return Diagnostic("K560", message, span, AGAIN)


def no_balance(span: Span, statement: str, which: str, currency: str) -> Diagnostic:
    message = f"{statement}: there is no {which} balance in {currency}, so nothing proves that no line is missing"
    return Diagnostic("K560", message, span, AGAIN)


def gap(span: Span, before: Decimal, amount: Decimal, after: Decimal) -> Diagnostic:
    message = f"a balance of {before} and {amount} don't make {after}: a row is missing, or was changed"
    return Diagnostic("K560", message, span, "export whole days, without a filter, and don't edit the file")


def unsafe(span: Span, what: str) -> Diagnostic:
    return Diagnostic(
        "K561", f"the file isn't read: {what}", span, "no bank writes this; find out where the file is from"
    )


def unknown_format(file: str) -> Diagnostic:
    hint = "say what it is with `format`, or move it out of the folder"
    return Diagnostic("K562", "this is neither CAMT.053 nor MT940 nor CSV", Span(file), hint)


def other_message(span: Span, found: str) -> Diagnostic:
    message = f"this is {found}, and no account statement"
    return Diagnostic("K562", message, span, "ask the bank for camt.053, or move the file out of the folder")


def no_library(file: str) -> Diagnostic:
    return Diagnostic("K562", "MT940 needs a library", Span(file), "install `kontering[mt940]`")


def two_formats(file: str, account: str, before: str, now: str) -> Diagnostic:
    message = f"the account {account} was read from {before} files before, and this one is {now}: which lines are new?"
    hint = "keep one format an account; other files go into another folder, for another account"
    return Diagnostic("K563", message, Span(file), hint)


def bad_profile(span: Span | None, why: str) -> Diagnostic:
    return Diagnostic("K564", why, span, "schemas/bank-profile.schema.json says what a profile has")


def _short(text: str) -> str:
    return repr(text if len(text) < 40 else f"{text[:37]}…")
