"""Reads values: which form a node has, its options, and the expressions in it. The key says it; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.language import jinja, jmespath, source, template
from kontering.language.problems import Bad
from kontering.language.tree import Tree
from kontering.mapping import problems
from kontering.mapping.parts import (
    NONE,
    Block,
    Broken,
    Computed,
    Constant,
    Expression,
    Field,
    Language,
    Let,
    Listed,
    LookUp,
    Made,
    OnMissing,
    Options,
    Part,
    Setting,
    Use,
)
from kontering.mapping.reading import NAME, Out, element_id, kind_of, known_keys, list_of, map_of, misspelt, text_of
from kontering.yaml.nodes import Entry, Map, Node, Scalar, Sequence, plain

FORMS = ("path", "calc", "text", "const", "lookup", "use", "fields")
OPTIONS = ("missing", "when", "zone", "type")
BESIDE = {"lookup": ("with", "column"), "use": ("of", "with")}
BLOCK = ("id", "each", "as", "let", "when", "fields")
TYPES = ("text", "integer", "decimal", "boolean", "date", "instant")
RESERVED = ("param", "let", "loop")


_PARSERS: dict[Language, Callable[[source.Source], Tree]] = {
    "path": jmespath.parse_path,
    "calc": jinja.parse_calc,
    "text": template.parse_text,
}


def expression(node: Node | None, language: Language, where: str, out: Out) -> Expression | None:
    """The expression that a text holds."""
    if text_of(node, where, out) is None or not isinstance(node, Scalar):
        return None
    known = _parsed.get((id(node), language))
    if known is not None and known[0] is node:
        return known[1]
    try:
        tree = _PARSERS[language](source.of_scalar(node))
    except Bad as wrong:
        out.append(wrong.diagnostic)
        return None
    found = Expression(language=language, text=node.text, tree=tree, span=node.span)
    if len(_parsed) > MOST_PARSED:
        _parsed.clear()
    _parsed[id(node), language] = (node, found)
    return found


_parsed: dict[tuple[int, Language], tuple[Scalar, Expression]] = {}
"""Expressions by the very node they stand in: files that extend the same one share its nodes."""
MOST_PARSED = 20_000


def part(node: Node, out: Out) -> Part:
    """The value that a node describes; `Broken` if it can't be read, and `out` says why."""
    match node:
        case Scalar(value=str()):
            return _computed("path", node, NONE, node.span, "a path", out)
        case Scalar():
            out.append(problems.bare_literal(node.span, node.text or "null"))
            return Broken(span=node.span)
        case Sequence():
            return listed(node, out)
        case Map():
            return _formed(node, out)


def _formed(node: Map, out: Out) -> Part:
    """A map: one of the forms, or an object."""
    forms = [entry for entry in node.entries if entry.key.text in FORMS]
    if not forms:
        return _bare_object(node, out)
    if len(forms) > 1:
        out.append(problems.two_forms(forms[1].key.span, forms[0].key.text, forms[1].key.text))
        return Broken(span=node.span)
    form = forms[0].key.text
    beside = (form, *BESIDE.get(form, ()), *OPTIONS)
    out.extend(_stranger(entry, form, beside) for entry in node.entries if entry.key.text not in beside)
    options = read_options(node, form, out)
    return _READERS[form](node, forms[0], options, out)


def _stranger(entry: Entry, form: str, beside: tuple[str, ...]) -> Diagnostic:
    name = entry.key.text
    if closest(name, beside) or form not in ("path", "calc", "text"):
        return problems.unknown_key(entry.key.span, name, f"a value with {form!r}", beside)
    return problems.mixed_forms(entry.key.span, form, name)


def _bare_object(node: Map, out: Out) -> Part:
    if node.entries and all(_is_option(entry) for entry in node.entries):
        first = node.entries[0].key
        out.append(problems.only_options(first.span, first.text))
        return Broken(span=node.span)
    return made(node, NONE, node.span, out)


def _is_option(entry: Entry) -> bool:
    """An option rather than a field: `type` is a field's name too, unless a type stands behind it."""
    return entry.key.text in OPTIONS and (entry.key.text != "type" or plain(entry.value) in TYPES)


def read_options(node: Map, form: str, out: Out) -> Options:
    places = {entry.key.text: entry.key.span for entry in node.entries if entry.key.text in OPTIONS}
    if not places:
        return NONE
    return Options(
        missing=_missing(node.get("missing"), out),
        when=expression(node.get("when"), "calc", "'when'", out),
        zone=_zone(node.get("zone"), out),
        type=_type(node.get("type"), out),
        places=places,
    )


_ZONE = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_/+-]+", re.ASCII)


def _zone(node: Node | None, out: Out) -> Part | None:
    if isinstance(node, Scalar) and _ZONE.fullmatch(node.text):
        out.append(
            problems.bad_option(
                node.span, "zone", f"is a path, and {node.text} is none", f"write {{const: {node.text}}}"
            )
        )
        return Broken(span=node.span)
    return part(node, out) if node is not None else None


def _missing(node: Node | None, out: Out) -> OnMissing:
    match node:
        case None:
            return None
        case Scalar(value=None):
            return "null"
        case Scalar(value="skip"):
            return "skip"
        case Scalar(value="hold"):
            return "hold"
        case Map():
            return part(node, out)
        case Scalar(value=str()) if is_path(node.text):
            return part(node, out)
    found = node.text if isinstance(node, Scalar) else kind_of(node)
    near = closest(found, ("skip", "null", "hold"))
    hint: str | None = (
        f"did you mean {near}?"
        if near
        else f"a form to take instead is written {{const: {found}}} or {{path: {found}}}"
    )
    hint = hint if isinstance(node, Scalar) else None
    out.append(problems.bad_option(node.span, "missing", f"is skip, null, hold or a form, not {found}", hint))
    return None


def is_path(text: str) -> bool:
    """Whether a text in a place of words (skip, hold, error) is a path: `param.country`, not a word mistyped."""
    return not re.fullmatch(r"[A-Za-z_-]*", text)


def _type(node: Node | None, out: Out) -> str | None:
    name = text_of(node, "'type'", out)
    if name is None or name in TYPES:
        return name
    near = closest(name, TYPES)
    hint = f"did you mean {near!r}?" if near else f"there are {', '.join(TYPES)}"
    assert node is not None
    out.append(problems.bad_option(node.span, "type", f"can't be {name!r}", hint))
    return None


def _computed(language: Language, node: Node, options: Options, span: Span, where: str, out: Out) -> Part:
    found = expression(node, language, where, out)
    return Computed(expression=found, options=options, span=span) if found else Broken(span=span)


def _read_path(node: Map, form: Entry, options: Options, out: Out) -> Part:
    return _computed("path", form.value, options, form.value.span, "a path", out)


def _read_calc(node: Map, form: Entry, options: Options, out: Out) -> Part:
    return _computed("calc", form.value, options, form.value.span, "a calculation", out)


def _read_text(node: Map, form: Entry, options: Options, out: Out) -> Part:
    return _computed("text", form.value, options, form.value.span, "a template", out)


def _read_const(node: Map, form: Entry, options: Options, out: Out) -> Part:
    return Constant(value=plain(form.value), node=form.value, options=options, span=form.value.span)


def _read_lookup(node: Map, form: Entry, options: Options, out: Out) -> Part:
    table = text_of(form.value, "the table's name", out)
    column = node.get("column")
    if node.get("with") is None and not misspelt(node, ("with",), ("lookup", "column", *OPTIONS)):
        out.append(problems.missing_key(form.key.span, "with", "a look-up", "with: [the path of each key]"))
    keys = _keys(node.get("with"), out)
    parts = [part(item, out) for item in keys.items] if keys else []
    if table is None or keys is None:
        return Broken(span=node.span)
    return LookUp(
        table=table,
        keys=tuple(parts),
        column=text_of(column, "'column'", out),
        options=options,
        table_span=form.value.span,
        column_span=column.span if column else None,
        span=form.value.span,
    )


def _keys(node: Node | None, out: Out) -> Sequence | None:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        out.append(problems.keys_in_a_list(node.span, node.text))
        return None
    return list_of(node, "'with' of a look-up", out)


def _read_use(node: Map, form: Entry, options: Options, out: Out) -> Part:
    name = text_of(form.value, "the mapping's name", out)
    of = node.get("of")
    if of is None and misspelt(node, ("of",), ("use", "with", *OPTIONS)):
        return Broken(span=node.span)
    whole = part(of, out) if of is not None else None
    given = map_of(node.get("with"), "'with' of a use", out)
    if name is None:
        return Broken(span=node.span)
    return Use(
        mapping=name,
        of=whole,
        settings=tuple(
            Setting(name=entry.key.text, part=part(entry.value, out), span=entry.key.span)
            for entry in (given.entries if given else ())
        ),
        options=options,
        mapping_span=form.value.span,
        span=form.value.span,
    )


def _read_fields(node: Map, form: Entry, options: Options, out: Out) -> Part:
    fields = map_of(form.value, "'fields'", out)
    return made(fields, options, form.key.span, out) if fields else Broken(span=node.span)


_READERS: dict[str, Callable[[Map, Entry, Options, Out], Part]] = {
    "path": _read_path,
    "calc": _read_calc,
    "text": _read_text,
    "const": _read_const,
    "lookup": _read_lookup,
    "use": _read_use,
    "fields": _read_fields,
}


def made(node: Map, options: Options, span: Span, out: Out) -> Made:
    """An object: here every key is the name of a field."""
    if not node.entries:
        out.append(problems.wrong_kind(node.span, "an object", "made of fields", "empty"))
    fields = (Field(name=entry.key.text, part=part(entry.value, out), span=entry.key.span) for entry in node.entries)
    return Made(fields=tuple(fields), options=options, span=span)


def lets(node: Node | None, out: Out) -> tuple[Let, ...]:
    names = map_of(node, "'let'", out)
    entries = names.entries if names else ()
    out.extend(_bad_let(entry) for entry in entries if not NAME.fullmatch(entry.key.text))
    return tuple(Let(name=entry.key.text, part=part(entry.value, out), span=entry.key.span) for entry in entries)


def _bad_let(entry: Entry) -> Diagnostic:
    return problems.bad_name(entry.key.span, entry.key.text, "a let")


def listed(node: Sequence, out: Out) -> Listed | Broken:
    blocks = [_block(item, out) for item in node.items]
    ids: dict[str, Span] = {}
    for block in blocks:
        if block is not None and (first := ids.setdefault(block.id, block.span)) is not block.span:
            out.append(problems.doubled_id(block.span, "blocks", block.id, first))
    if blocks and not any(blocks):
        return Broken(span=node.span)
    return Listed(blocks=tuple(block for block in blocks if block is not None), span=node.span)


def _block(node: Node, out: Out) -> Block | None:
    if not isinstance(node, Map) or not any(entry.key.text in BLOCK for entry in node.entries):
        out.append(problems.not_a_block(node.span, "objects" if isinstance(node, Map) else kind_of(node)))
        return None
    known_keys(node, BLOCK, "a block", out)
    name = element_id(node, "a block", out)
    fields = map_of(node.get("fields"), "'fields'", out)
    if node.get("fields") is None and not misspelt(node, ("fields",), BLOCK):
        out.append(problems.missing_key(node.span, "fields", "a block", "fields: {name: path}"))
    each, loop = _each(node, out)
    let = lets(node.get("let"), out)
    when = expression(node.get("when"), "calc", "'when'", out)
    whole = made(fields, NONE, fields.span, out) if fields else None
    if name is None or whole is None or (each is None and node.get("each") is not None):
        return None
    entry = node.entry("id")
    span = entry.value.span if entry else node.span
    named = node.get("as")
    return Block(
        id=name, each=each, name=loop, name_span=named.span if named else None,
        let=let, when=when, made=whole, span=span,
    )  # fmt: skip


def _each(node: Map, out: Out) -> tuple[Part | None, str | None]:
    """What a block goes through, and the name of each element."""
    each, name = node.entry("each"), node.entry("as")
    if each is None:
        if name is not None:
            out.append(problems.idle_option(name.key.span, "as", "the block has no each"))
        return None, None
    if name is None and not misspelt(node, ("as",), BLOCK):
        out.append(problems.missing_key(each.key.span, "as", "a block with each", "as: and a name for the element"))
    word = text_of(name.value, "'as'", out) if name else None
    if name and word and not NAME.fullmatch(word):
        out.append(problems.bad_name(name.value.span, word, "an element"))
    return part(each.value, out), word
