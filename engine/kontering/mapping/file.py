"""Reads a mapping file's nodes into typed parts. It knows the file's shape; what the names in it mean is check's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from kontering.diagnostics import Span, closest
from kontering.mapping import problems
from kontering.mapping.extend import PARAM
from kontering.mapping.forms import expression, is_path, lets, made, part
from kontering.mapping.parts import (
    NONE,
    MappingFile,
    OnMiss,
    Outcome,
    Param,
    ParamType,
    RowsSpec,
    Stop,
    TableSpec,
)
from kontering.mapping.reading import ID, NAME, Out, element_id, kind_of, known_keys, list_of, map_of, misspelt, text_of
from kontering.yaml.nodes import Entry, Map, Node, Scalar, plain

KEYS = (
    "kontering", "mapping", "doc", "extends", "from", "as", "to", "strict",
    "params", "tables", "let", "stop", "fields", "override", "tests",
)  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
PARAM_TYPES: tuple[ParamType, ...] = get_args(ParamType)
STOP = ("id", "when", *OUTCOMES)
TABLE = ("keys", "gives", "rows", "rows+", "on_miss", "doc")
EXAMPLES = {
    "kontering": "kontering: 1",
    "mapping": "mapping: and the file's name, acme/order-to-invoice",
    "from": "from: and what it reads, woocommerce/order",
    "to": "to: and what it makes, invoice",
    "fields": "fields: {number: order.number}",
}


def read_file(
    merged: Map, own: Map, path: Path, files: Mapping[str, Path], chain: tuple[Map, ...], out: Out
) -> MappingFile | None:
    """The file's parts, as far as they can be read; None if not even its names can be."""
    known_keys(own, KEYS, "a mapping file", out)
    _version(own, out)
    out.extend(
        problems.missing_key(Span(own.span.file), key, "a mapping file", example)
        for key, example in EXAMPLES.items()
        if merged.get(key) is None and own.get(key) is None and not misspelt(own, (key,), KEYS)
    )
    name, source, target = (text_of(merged.get(key), f"{key!r}", out) for key in ("mapping", "from", "to"))
    fields = map_of(merged.get("fields"), "'fields'", out)
    body = made(fields, NONE, fields.span, out) if fields else None
    if not (name and source and target and body):
        return None
    return MappingFile(
        name=name,
        doc=text_of(merged.get("doc"), "'doc'", out) or "",
        source=source,
        record=_record(merged, source, out),
        target=target,
        params=_params(merged.get("params"), out),
        let=lets(merged.get("let"), out),
        stops=_stops(merged.get("stop"), out),
        tables=_tables(merged.get("tables"), out),
        made=body,
        strict=_strict(merged.get("strict"), out),
        places={entry.key.text: entry.value.span for entry in merged.entries},
        path=path,
        files=files,
        own=own,
        merged=merged,
        chain=chain,
    )


def _version(own: Map, out: Out) -> None:
    version = own.get("kontering")
    if version is not None and (
        not isinstance(version, Scalar) or version.value != 1 or isinstance(version.value, bool)
    ):
        out.append(problems.wrong_version(version.span, kind_of(version)))


def _record(merged: Map, source: str, out: Out) -> str:
    """The name at which every path starts: the last part of `from`, or what `as` says."""
    node = merged.get("as")
    return text_of(node, "'as'", out) or source.rsplit("/", 1)[-1]


def _strict(node: Node | None, out: Out) -> bool:
    if node is None:
        return True
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    out.append(problems.wrong_kind(node.span, "'strict'", "true or false", kind_of(node)))
    return True


def _params(node: Node | None, out: Out) -> tuple[Param, ...]:
    params = map_of(node, "'params'", out)
    return tuple(_param(entry, out) for entry in (params.entries if params else ()))


def _param(entry: Entry, out: Out) -> Param:
    name = entry.key.text
    if not NAME.fullmatch(name):
        out.append(problems.bad_name(entry.key.span, name, "a param"))
    spec = map_of(entry.value, f"param {name!r}", out)
    if spec is None:
        return Param(name=name, type=None, span=entry.key.span)
    known_keys(spec, PARAM, f"param {name!r}", out)
    kind = _param_type(entry, spec, out)
    default, words = spec.get("default"), list_of(spec.get("one_of"), f"one_of of param {name!r}", out)
    text_of(spec.get("doc"), f"doc of param {name!r}", out)
    if kind is None:
        return Param(name=name, type=None, span=entry.key.span)
    before = len(out)
    one_of = tuple(plain(item) for item in words.items) if words else None
    for item in words.items if words else ():
        _fits(name, kind, item, out)
    if words is not None and not words.items:
        out.append(problems.bad_param(words.span, name, "may be one of nothing", "list the words that it may be"))
    if default is not None and _fits(name, kind, default, out) and one_of and plain(default) not in one_of:
        message = f"has the default {plain(default)!r}, which is none of {', '.join(map(str, one_of))}"
        out.append(problems.bad_param(default.span, name, message))
    return Param(
        name=name,
        type=kind if len(out) == before else None,
        default=plain(default) if default is not None else None,
        has_default=default is not None,
        one_of=one_of or None,
        doc=str(plain(spec.get("doc") or Scalar("", "", "plain", spec.span))),
        span=entry.key.span,
        default_span=default.span if default is not None else None,
    )


def _param_type(entry: Entry, spec: Map, out: Out) -> ParamType | None:
    node = spec.get("type")
    if node is None:
        if misspelt(spec, ("type",), PARAM):
            return None
        where = f"param {entry.key.text!r}"
        out.append(problems.missing_key(entry.key.span, "type", where, f"type: {', '.join(PARAM_TYPES)}"))
        return None
    word = text_of(node, "'type'", out)
    found = next((kind for kind in PARAM_TYPES if kind == word), None)
    if word and found is None:
        near = closest(word, PARAM_TYPES)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(PARAM_TYPES)}"
        out.append(problems.bad_param(node.span, entry.key.text, f"can't be of type {word!r}", hint))
    return found


def _fits(name: str, kind: ParamType, node: Node, out: Out) -> bool:
    if why := value_problem(plain(node), kind):
        out.append(problems.bad_param(node.span, name, f"is {why}", _how(kind, node)))
        return False
    return True


def _how(kind: ParamType, node: Node) -> str | None:
    if kind == "boolean":
        return "write true or false, without quotes"
    if not isinstance(node, Scalar):
        return None
    return f'a text stands in quotes: "{node.text}"' if kind == "text" else "a number stands without quotes"


def value_problem(value: Any, kind: ParamType) -> str | None:
    """Why a value isn't of a param's type; None if it is."""
    match kind, value:
        case ("text", str()) if value:
            return None
        case ("boolean", bool()):
            return None
        case ("integer", int()) | ("decimal", int() | Decimal()) if not isinstance(value, bool):
            return None
    shown = "null" if value is None else repr(value) if isinstance(value, str) else str(value).lower()
    return f"{'an' if kind == 'integer' else 'a'} {kind}, not {shown}"


def _stops(node: Node | None, out: Out) -> tuple[Stop, ...]:
    stops = list_of(node, "'stop'", out)
    found: list[Stop] = []
    for item in stops.items if stops else ():
        stop = _stop(item, out)
        first = next((other.span for other in found if stop and other.id == stop.id), None)
        if stop and first:
            out.append(problems.doubled_id(stop.span, "stops", stop.id, first))
        elif stop:
            found.append(stop)
    return tuple(found)


def _stop(node: Node, out: Out) -> Stop | None:
    rule = map_of(node, "a stop", out)
    if rule is None:
        return None
    known_keys(rule, STOP, "a stop", out)
    name = element_id(rule, "a stop", out)
    ends = [entry for entry in rule.entries if entry.key.text in OUTCOMES]
    if rule.get("when") is None and not misspelt(rule, ("when",), STOP):
        out.append(problems.missing_key(rule.span, "when", "a stop", "when: and the condition on which it stops"))
    when = expression(rule.get("when"), "calc", "'when'", out)
    if not ends and all(entry.key.text in STOP for entry in rule.entries):
        out.append(problems.stop_without_outcome(rule.span, name or "?"))
    if len(ends) > 1:
        out.append(problems.stop_with_two(ends[1].key.span, name or "?", ends[0].key.text, ends[1].key.text))
    reason = expression(ends[0].value, "text", f"the reason of {ends[0].key.text!r}", out) if ends else None
    if name is None or when is None or reason is None:
        return None
    outcome = next(word for word in OUTCOMES if word == ends[0].key.text)
    entry = rule.entry("id")
    assert entry is not None
    return Stop(id=name, when=when, outcome=outcome, reason=reason, span=entry.value.span)


def _tables(node: Node | None, out: Out) -> tuple[TableSpec, ...]:
    tables = map_of(node, "'tables'", out)
    found = [_table(entry, out) for entry in (tables.entries if tables else ())]
    return tuple(table for table in found if table is not None)


def _table(entry: Entry, out: Out) -> TableSpec | None:
    name, where = entry.key.text, f"table {entry.key.text!r}"
    spec = map_of(entry.value, where, out)
    if not ID.fullmatch(name):
        out.append(problems.bad_name(entry.key.span, name, "a table"))
    if spec is None:
        return None
    known_keys(spec, TABLE, where, out)
    keys = _columns(entry, spec, "keys", out)
    gives = _columns(entry, spec, "gives", out) if spec.get("gives") is not None else ("value",)
    rows = _rows(spec.get("rows"), name, entry.key.span, out) if not misspelt(spec, ("rows",), TABLE) else None
    on_miss = _on_miss(entry, spec, out)
    if keys is None or gives is None or rows is None or on_miss is None:
        return None
    first = _rows(spec.get("rows+"), name, entry.key.span, out) if spec.get("rows+") is not None else None
    return TableSpec(
        name=name, keys=keys, gives=gives, rows=rows, first=first, on_miss=on_miss, span=entry.key.span
    )  # fmt: skip


def _columns(table: Entry, spec: Map, key: str, out: Out) -> tuple[str, ...] | None:
    where = f"table {table.key.text!r}"
    node = spec.get(key)
    if node is None:
        if not misspelt(spec, (key,), TABLE):
            out.append(problems.missing_key(table.key.span, key, where, f"{key}: [name, name]"))
        return None
    names = list_of(node, f"{key!r} of {where}", out)
    texts = [text_of(item, f"a name in {key!r}", out) for item in (names.items if names else ())]
    if names is not None and not texts:
        out.append(problems.wrong_kind(node.span, f"{key!r} of {where}", "a list of names", "an empty list"))
    return tuple(text for text in texts if text) if texts and all(texts) else None


def _rows(node: Node | None, name: str, span: Span, out: Out) -> RowsSpec | None:
    match node:
        case None:
            hint = "rows: [[key, value]], rows: {file: tables/name.csv} or rows: connection"
            out.append(problems.missing_key(span, "rows", f"table {name!r}", hint))
            return None
        case Scalar(value="connection"):
            return RowsSpec(kind="connection", span=node.span)
        case Map():
            known_keys(node, ("file",), f"rows of table {name!r}", out)
            file = text_of(node.get("file"), "the file's path", out)
            return RowsSpec(kind="file", file=file, span=node.span) if file else None
        case Scalar():
            wanted = "a list, {file: path} or connection"
            out.append(problems.wrong_kind(node.span, f"rows of table {name!r}", wanted, kind_of(node)))
            return None
    return RowsSpec(kind="inline", lists=node.items, span=node.span)


def _on_miss(table: Entry, spec: Map, out: Out) -> OnMiss | None:
    match node := spec.get("on_miss"):
        case None:
            out.extend(
                [] if misspelt(spec, ("on_miss",), TABLE) else [problems.no_on_miss(table.key.span, table.key.text)]
            )
        case Scalar(value="error"):
            return "error"
        case Scalar(value="hold"):
            return "hold"
        case Map():
            return part(node, out)
        case Scalar(value=str()) if is_path(node.text):
            return part(node, out)
        case _:
            found = node.text if isinstance(node, Scalar) else kind_of(node)
            out.append(problems.bad_on_miss(node.span, found))
    return None
