"""How logic, arithmetic, functions and templates are written as code."""

from __future__ import annotations

from dataclasses import replace

from kontering.language import tree as t
from kontering.language import values
from kontering.language.emit_reading import element_of, enter
from kontering.language.emitter import IS_MISSING, IS_NUMBER, Emitter, never_missing
from kontering.language.interpret import MAX_ROUNDS
from kontering.language.known import (
    ADDED,
    ANY,
    BOOLEAN,
    DECIMAL,
    DECIMALS,
    INTEGER,
    NEVER_EMPTY,
    NUMBERS,
    SUM,
    TEXT,
    TEXTS,
    Known,
)
from kontering.language.known import joined as one_of
from kontering.language.library import MAX_PLACES
from kontering.language.tree import Tree


def or_(e: Emitter, tree: t.Or) -> str:
    left = e.tolerant().atom(tree.left)
    made = e.writer.set(left, replace(e.knows(tree.left, left), words=frozenset()))
    with e.writer.block(f"if {e.empty(made)}:"):
        right = e.atom(tree.right)
        e.writer.line(f"{made} = {right}")
    e.writer.known[made] = one_of(e.knows(tree.left, left), e.knows(tree.right, right))
    return made


def and_(e: Emitter, tree: t.And) -> str:
    made = e.writer.set(e.of(tree.left))
    with e.writer.block(f"if not ({e.empty(made)}):"):
        e.writer.line(f"{made} = {e.atom(tree.right)}")
    return made


def not_(e: Emitter, tree: t.Not) -> str:
    of = e.of(tree.of)
    if e.writer.knows(of).kind == "boolean":
        return e.truth(f"not {of}")
    return e.truth(e.empty(of))


def condition(e: Emitter, tree: t.Condition) -> str:
    of = e.of(tree.of)
    if e.writer.knows(of).kind != "boolean" or not (e.forgives or e.writer.is_sure(of)):
        e.guard(f"type({of}) is not bool{f' and {of} is not None' if e.forgives else ''}")
    return of


def compare(e: Emitter, tree: t.Compare) -> str:
    left, right = e.atom(tree.left), e.atom(tree.right)
    if quick := _quick_equality(e, tree, left, right):
        return e.truth(quick)
    if e.is_number(tree.left, left) and e.is_number(tree.right, right):
        return e.truth(f"{left} {tree.op} {right}")
    if e.forgives:
        left, right = _or_null(e, left, tree.left), _or_null(e, right, tree.right)
    compared = f"values.compared({tree.op!r}, {left}, {right})"
    if tree.loose:
        return e.writer.set(compared)
    ordered = f"values.ordered({tree.op!r}, {left}, {right})"
    if not e.forgives:
        return e.truth(_quick_order(tree, left, right) or ordered)
    nulls = [f"{side} is None" for side in (left, right) if side[0] in "vn"]
    return e.writer.set(f"{compared} if {' or '.join(nulls)} else {ordered}" if nulls else ordered)


def _or_null(e: Emitter, local: str, tree: Tree) -> str:
    if isinstance(tree, t.Literal):
        return "None" if tree.value == "" else local
    return e.writer.set(f"None if {local} == '' else {local}")


def _quick_equality(e: Emitter, tree: t.Compare, left: str, right: str) -> str | None:
    """Beside a literal text (that isn't empty) or number: Python's own equality, but true isn't 1."""
    if tree.op not in ("==", "!="):
        return None
    for literal, other in ((tree.left, right), (tree.right, left)):
        value = literal.value if isinstance(literal, t.Literal) else None
        if values.is_number(value) and e.writer.knows(other).kind in NUMBERS:
            return f"{left} {tree.op} {right}"
        if isinstance(value, str) and value:
            return f"{left} {tree.op} {right}"
        if values.is_number(value):
            test = f"type({other}) is not bool and {left} == {right}"
            return test if tree.op == "==" else f"not ({test})"
    return None


def _quick_order(tree: t.Compare, left: str, right: str) -> str | None:
    """A number beside a literal number: Python's own comparison."""
    for literal, other in ((tree.left, right), (tree.right, left)):
        if isinstance(literal, t.Literal) and values.is_number(literal.value):
            slow = f"values.ordered({tree.op!r}, {left}, {right})"
            return f"{left} {tree.op} {right} if {IS_NUMBER.format(other)} else {slow}"
    return None


def within(e: Emitter, tree: t.Within) -> str:
    item = e.of(tree.item)
    words = _words(tree.of)
    if words is not None:
        test = f"{item} in {e.writer.constant(words)}"
        is_text = e.writer.knows(item).kind in TEXTS
        return _sure(e, e.unless_null([item], test if is_text else f"type({item}) is str and {test}", BOOLEAN))
    of = e.of(tree.of)
    return _sure(e, e.unless_null([item, of], f"values.contains({of}, {item})", BOOLEAN))


def _sure(e: Emitter, local: str) -> str:
    """A local that isn't null, but in a tolerant place."""
    if not e.forgives:
        e.writer.make_sure(local)
    return local


def _words(tree: Tree) -> frozenset[str] | None:
    if not isinstance(tree, t.Listing):
        return None
    words = [item.value for item in tree.items if isinstance(item, t.Literal) and type(item.value) is str]
    return frozenset(words) if len(words) == len(tree.items) else None


def is_none(e: Emitter, tree: t.IsNone) -> str:
    of = e.tolerant().of(tree.of)
    kind = e.writer.knows(of).kind
    return e.truth(f"{of} is None" if kind in NEVER_EMPTY else f"not {of}" if kind in TEXTS else IS_MISSING.format(of))


def choose(e: Emitter, tree: t.Choose) -> str:
    condition = e.of(tree.condition)
    made = e.writer.set("None")
    with e.writer.block(f"if {condition}:"):
        then = e.atom(tree.then)
        e.writer.line(f"{made} = {then}")
    with e.writer.block("else:"):
        otherwise = e.atom(tree.otherwise)
        e.writer.line(f"{made} = {otherwise}")
    e.writer.known[made] = one_of(e.knows(tree.then, then), e.knows(tree.otherwise, otherwise))
    return made


def arithmetic(e: Emitter, tree: t.Arithmetic) -> str:
    left, right = e.atom(tree.left), e.atom(tree.right)
    if tree.op not in ("+", "-", "*"):
        return e.unless_null([left, right], f"values.reckoned({tree.op!r}, {left}, {right})")
    sides = ((tree.left, left), (tree.right, right))
    wrong = [f"not {IS_NUMBER.format(local)}" for side, local in sides if not e.is_number(side, local)]
    known = _result(tree, *(e.knows(side, local).kind for side, local in sides))
    if e.forgives and wrong:
        return e.unless_null([left, right], f"values.reckoned({tree.op!r}, {left}, {right})", known)
    if wrong:
        e.guard(" or ".join(wrong))
    made = _reckoned(e, f"{left} {tree.op} {right}", known)
    e.writer.make_sure(made)
    return made


def _reckoned(e: Emitter, value: str, known: Known) -> str:
    """A result; a decimal is bounded by the context, and only lacks the sign of a zero."""
    if known.kind not in DECIMALS:
        return e.writer.set(f"number({value})", known)
    made = e.writer.set(value, known)
    e.writer.line(f"if not {made}: {made} = abs({made})")
    return made


def _result(tree: t.Arithmetic, left: str, right: str) -> Known:
    """What adding, subtracting and multiplying makes of two kinds."""
    if left == right == "integer":
        return INTEGER
    if tree.op != "*" and (left in ADDED or right in ADDED) and {left, right} <= ADDED | {"integer"}:
        return SUM
    return DECIMAL if left in DECIMALS or right in DECIMALS else Known("number")


def negate(e: Emitter, tree: t.Negate) -> str:
    of = e.of(tree.of)
    return e.unless_null([of], f"negated({of})")


def call(e: Emitter, tree: t.Call) -> str:
    if tree.name == "not_null" and not tree.filter:
        return _not_null(e, tree)
    args = [lambda_(e, arg) if isinstance(arg, t.Lambda) else _argument(e, tree, arg) for arg in tree.args]
    plain = [local for local, arg in zip(args, tree.args, strict=True) if not isinstance(arg, t.Lambda)]
    if e.demands and (quick := _quicker_call(e, tree, args)):
        return quick
    made = e.unless_null(plain, _quick_call(tree, args) or _any_call(tree, args), _CALLED.get(tree.name, ANY))
    if e.demands and not never_missing(tree):
        e.guard(f"{made} is None", "Missing")
    return made


_CALLED = {"string": TEXT, "length": INTEGER, "upper": TEXT, "lower": TEXT, "sum": Known("number")}
_CALLED |= dict.fromkeys(("contains", "starts_with", "ends_with"), BOOLEAN)


def _argument(e: Emitter, tree: t.Call, arg: Tree) -> str:
    """Functions take plain data; how long a list is can be told of any."""
    return e.shaped(arg) if tree.name == "length" and not tree.filter else e.of(arg)


def _quicker_call(e: Emitter, tree: t.Call, args: list[str]) -> str | None:
    """What is demanded, where the kinds of its arguments are known and right."""
    known = [e.knows(arg, local) for arg, local in zip(tree.args, args, strict=True)]
    kinds = [each.kind for each in known]
    match tree.name, args:
        case "sum", [of] if _item_kind(known[0]) in ADDED:
            made = _reckoned(e, f"sum({of})", SUM)
        case "string", [of] if kinds[0] == "integer":
            made = e.writer.set(f"str(number({of}))", TEXT)
        case "length", [of] if kinds[0] == "list":
            made = e.writer.set(f"len({of})", INTEGER)
        case ("starts_with" | "ends_with") as name, [of, part] if set(kinds) <= TEXTS:
            made = e.writer.set(f"{of}.{name.replace('_', '')}({part})", BOOLEAN)
        case _:
            return None
    e.writer.make_sure(made)
    return made


def _item_kind(known: Known) -> str:
    return known.item.kind if known.item is not None else "any"


def _any_call(tree: t.Call, args: list[str]) -> str:
    return f"{'filtered' if tree.filter else 'called'}({tree.name!r}, [{', '.join(args)}])"


def _quick_call(tree: t.Call, args: list[str]) -> str | None:
    """What nearly every mapping uses, where it is plain that the arguments are right; else the way around."""
    slow = _any_call(tree, args)
    match tree.name, args:
        case "sum", [of]:
            return f"summed({of})"
        case "string", [of]:
            return f"values.text_of({of})"
        case "length", [of]:
            return f"len({of}) if type({of}) is list or type({of}) is str else {slow}"
        case "abs", [of]:
            return f"number(abs({of})) if {IS_NUMBER.format(of)} else {slow}"
        case "round", [of, _] if _places(tree.args[1]) is not None:
            return f"values.rounded({of}, {_places(tree.args[1])})"
        case ("upper" | "lower") as name, [of]:
            return f"{of}.{name}() if type({of}) is str else {slow}"
        case _:
            return None


def _places(tree: Tree) -> int | None:
    """A literal number of places that can be rounded to."""
    places = tree.value if isinstance(tree, t.Literal) else None
    return places if type(places) is int and abs(places) <= MAX_PLACES else None


def _not_null(e: Emitter, tree: t.Call) -> str:
    inner = e.tolerant()
    args = [lambda_(e, arg) if isinstance(arg, t.Lambda) else inner.of(arg) for arg in tree.args]
    if inner.forgives:
        args = [f"(None if {arg} == '' else {arg})" for arg in args]
    made = e.writer.set(f"called('not_null', [{', '.join(args)}])")
    if e.demands:
        e.guard(f"{made} is None", "Missing")
    return made


def lambda_(e: Emitter, tree: t.Lambda) -> str:
    name, item = e.writer.fresh(), e.writer.fresh(inner=True)
    with e.writer.block(f"def {name}({item}):"):
        e.writer.line(f"return {e.at(item).of(tree.body)}")
    return name


def joined(e: Emitter, tree: t.Joined) -> str:
    parts = [e.atom(part) for part in tree.parts]
    return e.unless_null(parts, f"printed([{', '.join(_as_text(e, part) for part in parts)}])", TEXT)


def _as_text(e: Emitter, local: str) -> str:
    if local[0] in "'\"":
        return local
    if e.writer.knows(local).kind in TEXTS and e.writer.is_sure(local):
        return local
    return f"({local} if type({local}) is str else values.text_of({local}))"


def text(e: Emitter, tree: t.Text) -> str:
    rounds = e.writer.set("0") if any(isinstance(node, t.Loop) for node in t.walk(tree)) else "0"
    pieces = e.writer.set("[]")
    _body(e, tree.parts, pieces, rounds)
    return e.writer.set(f"tidied({pieces})", TEXT)


def _body(e: Emitter, parts: tuple[Tree, ...], pieces: str, rounds: str) -> None:
    """Adds what a template's parts write to the pieces of the text."""
    for part in parts:
        match part:
            case t.Literal():
                e.writer.line(f"{pieces}.append({part.value!r})")
            case t.Print():
                e.writer.line(f"{pieces}.append({_as_text(e, e.of(part.of))})")
            case t.Branch():
                _branch(e, part, pieces, rounds)
            case t.Loop():
                _loop(e, part, pieces, rounds)


def _branch(e: Emitter, tree: t.Branch, pieces: str, rounds: str) -> None:
    condition = e.of(tree.condition)
    with e.writer.block(f"if {condition}:"):
        _body(e, tree.then, pieces, rounds)
    with e.writer.block("else:"):
        _body(e, tree.otherwise, pieces, rounds)


def _loop(e: Emitter, tree: t.Loop, pieces: str, rounds: str) -> None:
    over = e.tolerant().shaped(tree.over)
    item = element_of(e, over)
    number, loop = (e.writer.fresh(inner=True) for _ in range(2))
    if e.writer.knows(over).kind != "list":
        e.guard(f"{over} is not None and {over} != '' and type({over}) is not list")
    with e.writer.block(f"if {over}:"):
        e.writer.line(f"{rounds} += len({over})")
        e.guard(f"{rounds} > {MAX_ROUNDS}")
        with e.writer.block(f"for {number}, {item} in enumerate({over}):"):
            enter(e, item)
            last = f"{number} == len({over}) - 1"
            e.writer.line(f"{loop} = {{'index': {number} + 1, 'first': {number} == 0, 'last': {last}}}")
            _inside_loop(e, tree, {tree.name: item, "loop": loop}, pieces, rounds)
    with e.writer.block("else:"):
        _body(e, tree.otherwise, pieces, rounds)


def _inside_loop(e: Emitter, tree: t.Loop, names: dict[str, str], pieces: str, rounds: str) -> None:
    outside, parts = e.writer.names, e.writer.parts
    e.writer.names = {**outside, **names}
    e.writer.parts = {name: locals_ for name, locals_ in parts.items() if name not in names}
    _body(e, tree.body, pieces, rounds)
    e.writer.names, e.writer.parts = outside, parts
