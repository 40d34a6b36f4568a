"""What is known at a point of a mapping before it runs, and what an expression gives there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from kontering.diagnostics import Diagnostic, Span, errors
from kontering.language import types as t
from kontering.language.infer import infer
from kontering.language.types import Type
from kontering.mapping import problems
from kontering.mapping.conditions import constant
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.naming import let_places
from kontering.mapping.parts import Expression, Param
from kontering.mapping.reading import Out

Seen = Callable[[Expression, Mapping[str, Type]], None]
UNKNOWN = t.Any()


PARAM_TYPES: dict[str, Type] = {
    "text": t.Text(),
    "integer": t.Integer(),
    "decimal": t.Decimal(),
    "boolean": t.Boolean(),
    "date": t.Date(),
    "instant": t.Instant(),
}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known at some point of a mapping: the types of names, and the lets that come later."""

    mapping: Compiled
    names: Mapping[str, Type]
    out: Out
    later: Mapping[str, Span] = field(default_factory=dict)
    elements: frozenset[str] = frozenset()
    block_lets: frozenset[str] = frozenset()
    seen: Seen | None = None
    nameless: bool = False  # an element around has no usable name, so any unknown name may be meant for it

    def named(self, **more: Type) -> Context:
        return replace(self, names={**self.names, **more})


def params_type(params: Iterable[Param]) -> t.Object:
    fields = {param.name: param_type(param) for param in params}
    return t.Object(fields=fields, required=frozenset(fields), name="param")


def param_type(param: Param) -> Type:
    if param.type is None:
        return UNKNOWN
    if param.type == "text" and param.one_of:
        return t.Text(tuple(str(word) for word in param.one_of))
    return PARAM_TYPES[param.type]


def with_let(known: Type, name: str, made: Type) -> t.Object:
    fields = {**known.fields, name: made} if isinstance(known, t.Object) else {name: made}
    return t.Object(fields=fields, required=frozenset(fields), name="let")


def check_condition(expression: Expression, what: str, context: Context) -> None:
    """A condition is true or false, and not always the same."""
    kind = evaluated(expression, "", context)
    always = constant(expression.tree)
    if isinstance(always, bool):
        outcome = "true" if always else "false"
        why = "it asks nothing of the record" if always else "what hangs on it is never reached"
        context.out.append(problems.always(expression.span, what, outcome, why))
    elif not isinstance(t.without_missing(kind), t.Boolean | t.Any):
        found = t.describe(t.without_missing(kind))
        context.out.append(problems.not_boolean(expression.span, what, found))


def evaluated(expression: Expression, place: str, context: Context) -> Type:
    """The type of an expression; unknown if something is wrong with it, so that nothing more is said."""
    early = [(name, span) for name, span in let_places(expression.tree) if is_early(name, context)]
    for name, span in early:
        context.out.append(problems.too_early(span, name, context.later[name]))
    names = dict(context.names)
    for name, _ in early:
        names["let"] = with_let(names["let"], name, UNKNOWN)
    if context.seen is not None:
        context.seen(expression, names)
    kind, found = infer(expression.tree, names)
    if context.nameless and any(each.code == "K201" for each in found):
        return UNKNOWN
    context.out.extend(worded(replace(each, field=each.field or place or None), context) for each in found)
    if expression.language == "text" and looks_like_a_path(expression.text, context):
        context.out.append(problems.path_as_text(expression.span, expression.text.strip()))
    return UNKNOWN if errors(found) or early else kind


def worded(problem: Diagnostic, context: Context) -> Diagnostic:
    """What the mapping knows of an unknown name: it is a block's, or there are no such names at all."""
    found = re.match(r"unknown name (\w+);", problem.message) if problem.code == "K201" else None
    if found and (found.group(1) == "loop" or found.group(1) in context.elements):
        return replace(problem, hint=f"{found.group(1)} is a block's, and this isn't in that block")
    found = re.match(r"(let|param) has no field '(\w+)'", problem.message) if problem.code == "K202" else None
    if found is None:
        return problem
    space, name = found.groups()
    hint = problem.hint if problem.hint and problem.hint.startswith("did you mean") else f"add it under {space}:"
    if space == "let" and name in context.block_lets:
        hint = "it is made in a block, and this isn't in that block"
    return replace(problem, message=f"there is no {space} {name!r}", hint=hint)


def is_early(name: str, context: Context) -> bool:
    made = context.names["let"]
    return name in context.later and isinstance(made, t.Object) and name not in made.fields


def looks_like_a_path(text: str, context: Context) -> bool:
    """`item.name` where the letters would be written: nobody's text begins with the record's name and a point."""
    return any(re.fullmatch(rf"{re.escape(name)}(\.[A-Za-z_]\w*)+", text.strip(), re.ASCII) for name in context.names)


def joined(kind: Type, other: Type) -> Type:
    """Two types as one; an empty list says nothing of its elements."""
    if isinstance(kind, t.ListOf) and isinstance(other, t.ListOf):
        known = [each.item for each in (kind, other) if each.item != UNKNOWN]
        return t.ListOf(t.union(*known) if known else UNKNOWN)
    return t.union(kind, other)
