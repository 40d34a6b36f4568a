"""Types of functions' results and of texts, and what functions don't take and templates can't print."""

from __future__ import annotations

from dataclasses import replace

from kontering.diagnostics import closest
from kontering.language import calls, functions, problems, signatures, tree
from kontering.language import types as t
from kontering.language.here import UNKNOWN, Here, elements_of, kind_word
from kontering.language.problems import Wrong
from kontering.language.tree import Tree
from kontering.language.types import Type


def call_type(here: Here, node: tree.Call) -> Type:
    known = calls.FILTERS if node.filter else calls.FUNCTIONS
    signature = known.get(node.name)
    if signature is None:
        what = "filter" if node.filter else "function"
        return here.tell(problems.unknown_function(what, node.name, closest(node.name, known)), node.at)
    if (wanted := signature.miscounted(len(node.args))) is not None:
        return here.tell(problems.wrong_count(f"{node.name}(…) with {wanted}", len(node.args)), node.span)
    return _checked(here, node, signature)


def _checked(here: Here, node: tree.Call, signature: calls.Signature) -> Type:
    args: list[Type] = []
    for number, arg in enumerate(node.args):
        wanted = signature.wanted(number)
        kind = _applied_type(here, node, arg) if isinstance(arg, tree.Lambda) else here.of(arg)
        if isinstance(arg, tree.Lambda) is not wanted.applied:
            return here.tell(problems.wrong_argument(node.name, number + 1, wanted.says, kind_word(kind)), arg.span)
        if not wanted.takes(t.without_missing(kind)):
            return here.tell(problems.wrong_argument(node.name, number + 1, wanted.says, t.describe(kind)), arg.span)
        args.append(kind)
    if (wrong := _refused(node)) is not None:
        return here.tell(wrong, node.span)
    return signature.gives(*args)


def _refused(node: tree.Call) -> Wrong | None:
    """Why literals can't be taken, as a run would word it: `'abc' | int`, and the places of a round."""
    given = [arg.value if isinstance(arg, tree.Literal) else None for arg in node.args]
    if node.filter and node.name == "round" and len(given) > 1:
        given[0] = given[0] if given[0] is not None else 0
    if any(value is None for value in given):
        return None
    try:
        signatures.call(functions.OF_CALCULATIONS if node.filter else functions.OF_PATHS, node.name, given)
    except Wrong as wrong:
        return wrong
    return None


def _applied_type(here: Here, node: tree.Call, applied: tree.Lambda) -> Type:
    """`&x` is applied to the elements of the list that the function was given beside it."""
    lists = [t.without_missing(here.of(arg)) for arg in node.args if not isinstance(arg, tree.Lambda)]
    item = next((kind.item for kind in lists if isinstance(kind, t.ListOf)), UNKNOWN)
    return here.at(item).of(applied.body)


def lambda_type(here: Here, node: tree.Lambda) -> Type:
    return here.of(node.body)


def joined_type(here: Here, node: tree.Joined) -> Type:
    for part in node.parts:
        _printable(here, part)
    return t.Text()


def text_type(here: Here, node: tree.Text) -> Type:
    _parts(here, node.parts)
    return t.Text()


def _parts(here: Here, parts: tuple[Tree, ...]) -> None:
    for part in parts:
        here.of(part)


def print_type(here: Here, node: tree.Print) -> Type:
    _printable(here, node.of)
    return t.Text()


def _printable(here: Here, node: Tree) -> None:
    kind = t.without_missing(here.of(node))
    bad = [member for member in t.members(kind) if isinstance(member, t.ListOf | t.Object | t.Id)]
    if bad:
        here.tell(problems.no_text(kind_word(bad[0])), node.span)


def branch_type(here: Here, node: tree.Branch) -> Type:
    here.of(node.condition)
    _parts(here, node.then)
    _parts(here, node.otherwise)
    return t.Text()


COUNTER = t.Object(
    {"index": t.Integer(), "first": t.Boolean(), "last": t.Boolean()},
    frozenset({"index", "first", "last"}),
    name="loop",
)
"""What `loop` is inside a template's own loop."""


def loop_type(here: Here, node: tree.Loop) -> Type:
    over = here.of(node.over)
    item = elements_of(here, over, node.over, node.over.span)
    inner = replace(here, names={**here.names, node.name: item, "loop": COUNTER})
    _parts(inner, node.body)
    _parts(here, node.otherwise)
    return t.Text()
