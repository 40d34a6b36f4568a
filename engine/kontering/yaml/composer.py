"""Composes the events of PyYAML's parser into nodes; nothing nests too deep, grows too large, or is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml import events

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.yaml import problems, resolve
from kontering.yaml.nodes import Entry, Map, Node, Plain, Scalar, Sequence, Style

MAX_DEPTH = 50
MAX_NODES = 100_000
MAX_PROBLEMS = 50

_STYLES: dict[str | None, Style] = {None: "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}
_KEYS: dict[type, str] = {Sequence: "a list", Map: "a map"}
_LOADER = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader


class _Stop(Exception):
    """What follows can't be read."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A list or map whose end isn't reached yet; a map's children are keys and values in turn."""

    event: events.CollectionStartEvent
    children: list[Node] = field(default_factory=list)
    size: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class _Whole:
    """A finished node with its size and depth, aliases written out."""

    node: Node
    size: int
    depth: int


class Composer:
    """Composes one text, once."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Diagnostic] = []
        self.anchors: dict[str, _Whole] = {}
        self.open: list[_Open] = []
        self.root: Node | None = None

    def compose(self) -> tuple[Node | None, tuple[Diagnostic, ...]]:
        try:
            for event in self._events():
                self._take(event)
        except _Stop as stop:
            return None, self._in_order(stop.problem)
        return self.root, self._in_order(*([] if self.root else [problems.empty(self.file)]))

    def _in_order(self, *more: Diagnostic) -> tuple[Diagnostic, ...]:
        return tuple(sorted((*self.problems, *more), key=lambda problem: problem.span or Span(self.file)))

    def _tell(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if len(self.problems) == MAX_PROBLEMS:
            raise _Stop(problems.too_many(problem.span, MAX_PROBLEMS))

    def _events(self) -> Iterator[events.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            raise _Stop(self._broken(error)) from error

    def _broken(self, error: yaml.MarkedYAMLError) -> Diagnostic:
        start, mark = error.context_mark, error.problem_mark
        if mark is None:
            return problems.broken(Span(self.file), str(error), None, MAX_DEPTH)
        span = self._span(mark.line, mark.column, mark.line, mark.column + 1)
        if self.text[mark.index : mark.index + 1] == "\t":
            return problems.tab(span)
        began = self._span(start.line, start.column, start.line, start.column + 1) if start else None
        return problems.broken(span, f"{error.context}: {error.problem}", began, MAX_DEPTH)

    def _take(self, event: events.Event) -> None:
        match event:
            case events.ScalarEvent():
                self._scalar(event)
            case events.AliasEvent():
                self._alias(event)
            case events.CollectionStartEvent():
                self._start(event)
            case events.CollectionEndEvent():
                self._end(event)
            case events.DocumentStartEvent():
                self._document(event)

    def _document(self, event: events.DocumentStartEvent) -> None:
        if self.root is not None:
            raise _Stop(problems.several_documents(self._place(event)))
        if event.version or event.tags:
            self._tell(problems.directive(self._place(event)))

    def _scalar(self, event: events.ScalarEvent) -> None:
        style = _STYLES[event.style or None]
        span = self._place(event)
        self._tag(event, span)
        value = self._value(event.value, span) if style == "plain" else event.value
        node = Scalar(value, event.value, style, span, self._raw(event))
        self._finish(event.anchor, _Whole(node, 1, 0))

    def _raw(self, event: events.ScalarEvent) -> str:
        start, end = event.start_mark, event.end_mark
        return self.text[start.index : end.index] if start and end else ""

    def _value(self, text: str, span: Span) -> Plain:
        if text == "~":
            self._tell(problems.tilde(span))
        try:
            return resolve.resolved(text)
        except resolve.TooLong:
            self._tell(problems.number_too_long(span, resolve.MAX_DIGITS))
            return text

    def _alias(self, event: events.AliasEvent) -> None:
        name, span = event.anchor or "", self._place(event)
        if any(part.event.anchor == name for part in self.open):
            raise _Stop(problems.alias_in_itself(span, name))
        if name not in self.anchors:
            raise _Stop(problems.unknown_alias(span, name, closest(name, self.anchors)))
        self._finish(None, self.anchors[name], span)

    def _start(self, event: events.CollectionStartEvent) -> None:
        self._tag(event, self._place(event))
        self.open.append(_Open(event))
        self._bounds(self._place(event), 0, len(self.open))

    def _end(self, event: events.CollectionEndEvent) -> None:
        part = self.open.pop()
        span = self._between(part.event, event)
        is_map = isinstance(part.event, events.MappingStartEvent)
        node = self._map(part, span) if is_map else Sequence(tuple(part.children), span)
        self._finish(part.event.anchor, _Whole(node, part.size, part.depth))

    def _finish(self, anchor: str | None, whole: _Whole, span: Span | None = None) -> None:
        if anchor:
            self.anchors[anchor] = whole
        if not self.open:
            self.root = whole.node
            return
        part = self.open[-1]
        part.children.append(whole.node)
        part.size += whole.size
        part.depth = max(part.depth, whole.depth + 1)
        self._bounds(span or whole.node.span, part.size, len(self.open) + whole.depth)

    def _bounds(self, span: Span, size: int, depth: int) -> None:
        if size > MAX_NODES:
            raise _Stop(problems.too_many_nodes(span, MAX_NODES))
        if depth > MAX_DEPTH:
            raise _Stop(problems.too_deep(span, MAX_DEPTH))

    def _map(self, part: _Open, span: Span) -> Map:
        entries: dict[str, Entry] = {}
        for node, value in zip(part.children[::2], part.children[1::2], strict=True):
            key = self._key(node)
            if key is None:
                continue
            if key.text in entries:
                self._tell(problems.doubled_key(key.span, key.text, entries[key.text].key.span))
            else:
                entries[key.text] = Entry(key, value)
        return Map(tuple(entries.values()), span)

    def _key(self, node: Node) -> Scalar | None:
        """A key is the text that was written; `NO:` is NO, `5:` is 5."""
        if not isinstance(node, Scalar) or node.value is None:
            self._tell(problems.key_not_text(node.span, _KEYS.get(type(node), "null")))
            return None
        if node.style == "plain" and node.text == "<<":
            self._tell(problems.merge_key(node.span))
            return None
        return Scalar(node.text, node.text, node.style, node.span, node.raw)

    def _tag(self, event: events.ScalarEvent | events.CollectionStartEvent, span: Span) -> None:
        if event.tag is not None:
            self._tell(problems.tag(span, _shown(event.tag)))

    def _place(self, event: events.Event) -> Span:
        return self._between(event, event)

    def _between(self, first: events.Event, last: events.Event) -> Span:
        start, end = first.start_mark, last.end_mark
        if start is None or end is None:
            return Span(self.file)
        return self._span(start.line, start.column, end.line, end.column)

    def _span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        return Span(self.file, line + 1, column + 1, end_line + 1, end_column + 1)


def _shown(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!") if tag.startswith("tag:") else tag
