"""Danish payment slips: the number inside a payment id, if its check digit holds.

The line `+71<000000000123455+81234567<` carries an id of 15 digits (`+75`: 16), whose last one is a check digit.
"""

from __future__ import annotations

import re

_SLIP = re.compile(r"\+?(?:71|75)\s*<?\s*(\d{15,16})(?:\s*\+\s*\d{8}\s*<?)?")
_BARE = re.compile(r"(?<!\w)(\d{15,16})(?!\w)")


def numbers(text: str) -> tuple[str, ...]:
    """The numbers that a text's payment ids stand for, without leading zeros and check digit.

    >>> numbers("+71<000000000123455+81234567<"), numbers("000000000123455"), numbers("000000000123456")
    (('12345',), ('12345',), ())
    """
    found = [*_SLIP.findall(text), *_BARE.findall(text)]
    return tuple(dict.fromkeys(one[:-1].lstrip("0") for one in found if is_id(one) and one[:-1].strip("0")))


def is_id(digits: str) -> bool:
    """Is this a payment id of +71 or +75 with the right check digit?

    >>> is_id("000000000000018"), is_id("004040400000669")
    (True, True)
    """
    return len(digits) in (15, 16) and check_digit(digits[:-1]) == int(digits[-1])


def check_digit(digits: str) -> int:
    """The digit that Luhn's rule puts behind.

    >>> check_digit("00000000012345"), check_digit("1"), check_digit("2")
    (5, 8, 6)
    """
    doubled = (int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return -sum(one // 10 + one % 10 for one in doubled) % 10
