"""Types of conditions, comparisons and numbers, and what can't be compared or reckoned with."""

from __future__ import annotations

from kontering.diagnostics import closest
from kontering.language import problems, tree
from kontering.language import types as t
from kontering.language.here import UNKNOWN, Here, kind_word
from kontering.language.problems import Wrong
from kontering.language.types import Type


def or_type(here: Here, node: tree.Or) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    if isinstance(left, t.Null):
        return right
    return t.union(t.without_missing(left), right)


def and_type(here: Here, node: tree.And) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    both = isinstance(left, t.Boolean) and isinstance(right, t.Boolean)
    return t.Boolean() if both else t.union(left, right)


def not_type(here: Here, node: tree.Not) -> Type:
    here.of(node.of)
    return t.Boolean()


def condition_type(here: Here, node: tree.Condition) -> Type:
    kind = t.without_missing(here.of(node.of))
    if not isinstance(kind, t.Boolean | t.Any):
        here.tell(problems.no_condition(kind_word(kind)), node.span)
    return t.Boolean()


def compare_type(here: Here, node: tree.Compare) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    wrong = _incomparable(node, t.without_missing(left), t.without_missing(right))
    if wrong is not None:
        here.tell(wrong, node.span)
    return t.Boolean()


def _incomparable(node: tree.Compare, left: Type, right: Type) -> Wrong | None:
    if isinstance(left, t.Null) or isinstance(right, t.Null):
        return None
    sides = [(one, other) for one in t.members(left) for other in t.members(right)]
    if not any(_comparable(one, other) for one, other in sides):
        return problems.no_order(node.op, kind_word(left), kind_word(right))
    if node.op in ("==", "!=") and isinstance(left, t.Text) and isinstance(right, t.Text):
        return _never_equal(left, right)
    return None


def _comparable(left: Type, right: Type) -> bool:
    if isinstance(left, t.Any | t.Null) or isinstance(right, t.Any | t.Null):
        return True
    if isinstance(left, t.NUMBERS) and isinstance(right, t.NUMBERS):
        return True
    texts = (t.Text, t.Id)
    return type(left) is type(right) or (isinstance(left, texts) and isinstance(right, texts))


def _never_equal(left: t.Text, right: t.Text) -> Wrong | None:
    """A text compared with a word that it can't be."""
    if not left.one_of or not right.one_of or set(left.one_of) & set(right.one_of):
        return None
    word, known = (right.one_of[0], left.one_of) if len(right.one_of) == 1 else (left.one_of[0], right.one_of)
    return problems.never_equal(word, known, closest(word, known))


def within_type(here: Here, node: tree.Within) -> Type:
    item, of = t.without_missing(here.of(node.item)), t.without_missing(here.of(node.of))
    if isinstance(of, t.ListOf):
        sides = [(one, other) for one in t.members(item) for other in t.members(of.item)]
        if not any(_comparable(one, other) for one, other in sides):
            here.tell(problems.not_in(kind_word(item), t.describe(of)), node.span)
        elif isinstance(item, t.Text) and isinstance(of.item, t.Text) and (wrong := _never_in(item, of.item)):
            here.tell(wrong, node.of.span)
    elif not isinstance(of, t.Any | t.Text | t.Object | t.Either):
        here.tell(problems.not_in(kind_word(item), kind_word(of)), node.span)
    return t.Boolean()


def _never_in(item: t.Text, listed: t.Text) -> Wrong | None:
    """A list of words of which the text can't be one, or that names one it can't be."""
    if not item.one_of or not listed.one_of:
        return None
    strange = [word for word in listed.one_of if word not in item.one_of]
    return problems.never_equal(strange[0], item.one_of, closest(strange[0], item.one_of)) if strange else None


def is_none_type(here: Here, node: tree.IsNone) -> Type:
    here.of(node.of)
    return t.Boolean()


def arithmetic_type(here: Here, node: tree.Arithmetic) -> Type:
    left, right = t.without_missing(here.of(node.left)), t.without_missing(here.of(node.right))
    if isinstance(left, t.Any) or isinstance(right, t.Any):
        return UNKNOWN if not _reckonable(left) or not _reckonable(right) else _whole_or_not(node, left, right)
    if not _reckonable(left) or not _reckonable(right):
        return here.tell(_unreckonable(node, left, right), node.span)
    if node.op in ("/", "//", "%") and _is_zero(node.right):
        return here.tell(problems.division_by_zero(), node.span)
    return _whole_or_not(node, left, right)


def _is_zero(node: tree.Tree) -> bool:
    return isinstance(node, tree.Literal) and node.value == 0 and not isinstance(node.value, bool)


def _reckonable(kind: Type) -> bool:
    return isinstance(kind, t.Any) or all(isinstance(member, t.NUMBERS) for member in t.members(kind))


def _unreckonable(node: tree.Arithmetic, left: Type, right: Type) -> Wrong:
    if isinstance(left, t.Text) or isinstance(right, t.Text):
        return problems.text_in_sum(node.op, kind_word(left), kind_word(right))
    return problems.no_number(kind_word(right if _reckonable(left) else left))


def _whole_or_not(node: tree.Arithmetic, left: Type, right: Type) -> Type:
    whole = isinstance(left, t.Integer) and isinstance(right, t.Integer) and node.op != "/"
    return t.Integer() if whole else t.Decimal()


def negate_type(here: Here, node: tree.Negate) -> Type:
    kind = t.without_missing(here.of(node.of))
    if _reckonable(kind):
        return kind
    return here.tell(problems.no_number(kind_word(kind)), node.span)


def choose_type(here: Here, node: tree.Choose) -> Type:
    here.of(node.condition)
    return t.union(here.of(node.then), here.of(node.otherwise))


def listing_type(here: Here, node: tree.Listing) -> Type:
    return t.ListOf(t.union(*map(here.of, node.items)) if node.items else UNKNOWN)
