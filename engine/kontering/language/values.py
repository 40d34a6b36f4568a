"""The values of the languages and what may be done with them: exact, and without guessing.

Interpreter and generated code both call this; it knows what is wrong (`Wrong`), the caller adds the place.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Any, TypeAlias, TypeVar, Union

from kontering.language import problems
from kontering.model.plan import Link

Value: TypeAlias = Union[bool, int, Decimal, str, date, Link, "list[Value]", "dict[str, Value]", None]
"""An instant is a `datetime` with a zone, a local time one without."""
Number = int | Decimal
T = TypeVar("T")

MAX_DIGITS = 100
MAX_POWER = 30
MAX_TEXT = 100_000
QUOTIENT_DIGITS = 40

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
EXACT = Context(prec=MAX_DIGITS, Emin=0, Emax=MAX_DIGITS - 1, traps=[*_TRAPS, Inexact])
"""In this context whatever can't be exact is refused; generated code reckons in it throughout."""
_QUOTIENT = Context(prec=QUOTIENT_DIGITS, Emin=-MAX_DIGITS, Emax=MAX_DIGITS, traps=_TRAPS)
_LIMIT = 10**MAX_DIGITS

_ROUNDING = Context(prec=MAX_DIGITS + 20, Emin=-MAX_DIGITS, Emax=MAX_DIGITS, rounding=ROUND_HALF_UP, traps=_TRAPS)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_missing(value: Value) -> bool:
    """Absent, null and the empty text are one thing."""
    return value is None or value == ""


def or_null(value: T) -> T | None:
    """A value, but null for the empty text."""
    return None if value == "" else value


def is_empty(value: Value) -> bool:
    """What `or` steps over: missing, false, an empty list or object; never 0."""
    return value is None or value is False or (type(value) in (str, list, dict) and not value)


def is_number(value: Value) -> bool:
    return type(value) in (int, Decimal)


def is_list(value: Value) -> bool:
    return type(value) is list


def is_object(value: Value) -> bool:
    return type(value) is dict


def word(value: Value) -> str:
    """What a value is, in a mapping author's words.

    >>> word(Decimal("1.5")), word([]), word(None)
    ('a number', 'a list', 'null')
    """
    if isinstance(value, datetime):
        return "an instant" if value.tzinfo else "a local time"
    return _WORDS.get(type(value), "a date")


_WORDS: dict[type, str] = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    Link: "an id of the target",
}


def equal(left: Value, right: Value) -> bool:
    """Equality in depth; a boolean equals no number, 1 equals 1.0.

    >>> equal([1, True], [Decimal("1.0"), True]), equal(1, True)
    (True, False)
    """
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def order_of(value: Value) -> str | None:
    """Values of the same order can be sorted and compared; None has no order."""
    if isinstance(value, datetime):
        return "instant" if value.tzinfo else "local time"
    return _ORDERED.get(type(value))


_ORDERED: dict[type, str] = {int: "number", Decimal: "number", str: "text", date: "date"}


def compared(op: str, left: Value, right: Value) -> bool | None:
    """The outcome of a comparison; None where the two have no order.

    >>> compared("<", Decimal("0.3"), 1), compared("<", 1, "x"), compared("!=", 1, "x")
    (True, None, True)
    """
    if op == "==":
        return equal(left, right)
    if op == "!=":
        return not equal(left, right)
    kind = order_of(left)
    return _ORDER[op](left, right) if kind is not None and kind == order_of(right) else None


def ordered(op: str, left: Value, right: Value) -> bool:
    """As `compared`, where it is wrong to compare what has no order."""
    outcome = compared(op, left, right)
    if outcome is None:
        raise problems.no_order(op, word(left), word(right))
    return outcome


def truth(value: Value) -> bool:
    """A condition's value, which must be true or false."""
    if not isinstance(value, bool):
        raise problems.no_condition(word(value))
    return value


def number(value: Value) -> Number:
    """A number of a reasonable size, or what is wrong with it."""
    if type(value) is int:
        if -_LIMIT < value < _LIMIT:
            return value
    elif type(value) is Decimal:
        if value.is_finite() and (not value or -MAX_DIGITS < value.adjusted() < MAX_DIGITS):
            return value
    else:
        raise problems.no_number(word(value))
    raise problems.number_too_long(MAX_DIGITS)


def reckoned(op: str, left: Value, right: Value) -> Number:
    """Two numbers reckoned with; sums, differences and products are exact.

    >>> reckoned("+", Decimal("0.1"), Decimal("0.2")), reckoned("/", 1, 8), reckoned("//", -7, 2)
    (Decimal('0.3'), Decimal('0.125'), -4)
    """
    if isinstance(left, str) or isinstance(right, str):
        raise problems.text_in_sum(op, word(left), word(right))
    try:
        return number(without_sign_of_zero(_OPERATIONS[op](_operand(left), _operand(right))))
    except (Inexact, Overflow, InvalidOperation):
        raise problems.number_too_long(MAX_DIGITS) from None


def _operand(value: Value) -> Number:
    """A number to reckon with; whether it is too long shows in the result."""
    if type(value) is int or (type(value) is Decimal and value.is_finite()):
        return value
    return number(value)


def without_sign_of_zero(value: Number) -> Number:
    """-1 times 0.00 is 0.00: nobody books a negative nothing."""
    if value:
        return value
    return value.copy_abs() if isinstance(value, Decimal) else 0


def negated(value: Value) -> Number:
    return reckoned("-", 0, _operand(value))


def _exact(op: Callable[[Number, Number], Number], exact: Callable[[Decimal, Decimal], Decimal]) -> _Operation:
    def operation(left: Number, right: Number) -> Number:
        if isinstance(left, int) and isinstance(right, int):
            return op(left, right)
        return exact(Decimal(left), Decimal(right))

    return operation


def _quotient(left: Number, right: Number) -> Number:
    if not right:
        raise problems.division_by_zero()
    return _QUOTIENT.divide(Decimal(left), Decimal(right))


def _floor(left: Number, right: Number) -> Number:
    """How often `right` goes into `left`, downwards: -7 // 2 is -4, for decimals too."""
    if not right:
        raise problems.division_by_zero()
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    whole = EXACT.divide_int(Decimal(left), Decimal(right))
    left_over = EXACT.subtract(Decimal(left), EXACT.multiply(whole, Decimal(right)))
    return whole - 1 if left_over and (left_over < 0) is not (right < 0) else whole


def _remainder(left: Number, right: Number) -> Number:
    return _OPERATIONS["-"](left, _OPERATIONS["*"](_floor(left, right), right))


def _power(left: Number, right: Number) -> Number:
    if right != int(right) or not 0 <= right <= MAX_POWER:
        raise problems.power(MAX_POWER)
    result: Number = 1
    for _ in range(int(right)):
        result = number(_OPERATIONS["*"](result, left))
    return result


_Operation = Callable[[Number, Number], Number]
_OPERATIONS: dict[str, _Operation] = {
    "+": _exact(operator.add, EXACT.add),
    "-": _exact(operator.sub, EXACT.subtract),
    "*": _exact(operator.mul, EXACT.multiply),
    "/": _quotient,
    "//": _floor,
    "%": _remainder,
    "**": _power,
}


def rounded(value: Number, digits: int) -> Decimal:
    """A number to so many places, a half away from zero."""
    try:
        result = Decimal(number(value)).quantize(Decimal(1).scaleb(-digits), context=_ROUNDING)
        return result if result else result.copy_abs()
    except InvalidOperation:
        raise problems.number_too_long(MAX_DIGITS) from None


def rounded_down(value: Number) -> int:
    """The whole number below: -1.5 is -2."""
    return int(Decimal(number(value)).to_integral_value(ROUND_FLOOR))


def contains(of: Value, item: Value) -> bool:
    """Whether a list has an element, a text a part, an object a name."""
    if isinstance(of, list):
        return any(equal(element, item) for element in of)
    if isinstance(of, str | dict) and isinstance(item, str):
        return item in of
    raise problems.not_in(word(item), word(of))


def text_of(value: Value) -> str:
    """A value written as text, as it would stand in a letter; lists, objects and links can't be.

    >>> text_of(Decimal("1E+2")), text_of(True), text_of(date(2026, 3, 1))
    ('100', 'true', '2026-03-01')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{number(value):f}" if isinstance(value, Decimal) else str(number(value))
    if isinstance(value, date):
        return value.isoformat()
    raise problems.no_text(word(value))


def joined(parts: list[str]) -> str:
    """Texts one after the other, within bounds."""
    if sum(map(len, parts)) > MAX_TEXT:
        raise problems.text_too_long(MAX_TEXT)
    return "".join(parts)


def json_of(value: Value) -> str:
    """A value as JSON text, numbers with the digits they have."""
    if isinstance(value, list):
        return "[" + ",".join(map(json_of, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_of(name)}:{json_of(part)}" for name, part in value.items()) + "}"
    if value is None:
        return "null"
    if isinstance(value, bool | int | Decimal):
        return text_of(value)
    return json.dumps(text_of(value), ensure_ascii=False)


def tidy(text: str) -> str:
    """A template's text without blanks at the ends of lines, doubled blanks and empty lines.

    >>> tidy("  Order  12 \\n\\n  paid ")
    'Order 12\\npaid'
    """
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
