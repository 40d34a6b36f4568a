"""Writes a Python function line by line: locals, constants, blocks, and what was computed already.

Names of fields and texts enter the source only through `repr`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from types import CodeType
from typing import Any

from kontering.diagnostics import Span
from kontering.language import runtime
from kontering.language import tree as t
from kontering.language.known import ANY, Known
from kontering.language.tree import Tree

MAX_INDENT = 60
MAX_LOOPS = 15
MAX_LINES = 20_000


class TooDeep(Exception):
    """Python takes no code that is nested so deep: the interpreter does this one."""


@dataclass(frozen=True, slots=True)
class Code:
    """A written function: its source, and the constants that the source names."""

    name: str
    source: str
    constants: Mapping[str, object]

    def compiled(self) -> CodeType:
        return compile(self.source, f"<generated {self.name}>", "exec", dont_inherit=True)

    def function(self) -> Any:
        """The function itself; the source was written here, from a tree, and sees nothing but what is named below."""
        names: dict[str, object] = {"__builtins__": {}, **_BUILTINS, **self.constants}
        exec(self.compiled(), names)
        return names[self.name]


_BUILTINS: dict[str, object] = {
    **{name: getattr(runtime, name) for name in runtime.__all__},
    **{each.__name__: each for each in (abs, bool, dict, enumerate, int, len, list, str, sum, type)},
}


@dataclass(slots=True)
class Block:
    """An open block: where its head stands, and what is known inside."""

    head: int
    is_function: bool = False
    known: dict[object, str] = field(default_factory=dict)


@dataclass(slots=True)
class Writer:
    """One function under construction."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, object] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=lambda: [Block(0)])
    levels: dict[str, int] = field(default_factory=dict)
    loops: int = 0
    last_head: int = 0

    @property
    def level(self) -> int:
        return len(self.blocks) - 1

    def line(self, text: str) -> None:
        if len(self.lines) > MAX_LINES:
            raise TooDeep
        self.lines.append("    " * len(self.blocks) + text)

    def fresh(self, inner: bool = False) -> str:
        """A name for a new local; `inner` if the block that is opened next sets it."""
        name = f"v{len(self.levels)}"
        self.levels[name] = self.level + inner
        return name

    def set(self, value: str, known: Known = ANY) -> str:
        """A new local with the value of a Python expression."""
        name = self.fresh()
        self.line(f"{name} = {value}")
        self.known[name] = known
        return name

    def knows(self, local: str) -> Known:
        return self.known.get(local, ANY)

    def is_sure(self, local: str) -> bool:
        """Whether a local can't be missing here."""
        return local in self.objects or bool(self.knows(local).words) or self.remembered(("sure", local)) is not None

    def make_sure(self, local: str) -> None:
        """From here to the end of the block the local isn't missing."""
        self.remember(("sure", local), local)

    def level_of(self, local: str) -> int:
        """How far inside a local was set, within the function that is being written."""
        inner = (place for place, block in enumerate(self.blocks) if block.is_function)
        return max(self.levels.get(local, 0), *inner, 0)

    def is_sure_always(self, local: str) -> bool:
        """Whether a local can't be missing from where it was set."""
        return local in self.objects or ("sure", local) in self.blocks[self.level_of(local)].known

    def outside(self, of: str, value: str = "None", known: Known = ANY) -> str:
        """A new local, set as far outside as the local that its value is made of."""
        level = self.level_of(of)
        if level == self.level:
            return self.set(value, known)
        name = f"v{len(self.levels)}"
        self.levels[name], self.known[name] = level, known
        at = self.blocks[level + 1].head
        self.lines.insert(at, "    " * (level + 1) + f"{name} = {value}")
        for block in self.blocks[level + 1 :]:
            block.head += 1
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """An indented block; what is computed inside is known inside only."""
        is_loop = head.startswith(("for ", "try"))
        goes_on = head.startswith(("else", "except"))
        opened = Block(self.last_head if goes_on else len(self.lines), head.startswith("def "))
        self.line(head)
        self.loops += is_loop
        self.blocks.append(opened)
        if len(self.blocks) > MAX_INDENT or self.loops > MAX_LOOPS:
            raise TooDeep
        before = self.lines[-1]
        yield
        if self.lines[-1] is before:
            self.line("pass")
        self.blocks.pop()
        self.last_head = opened.head
        self.loops -= is_loop

    def constant(self, value: object) -> str:
        """The name of a value that the source can't or needn't spell out."""
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def bind(self, name: str, local: str, is_object: bool = False) -> None:
        """From here on the mapping's name is this local, which is surely an object if so said."""
        self.names[name] = local
        if is_object:
            self.objects.add(local)

    def remembered(self, key: object) -> str | None:
        return next((block.known[key] for block in reversed(self.blocks) if key in block.known), None)

    def remember(self, key: object, local: str) -> None:
        self.blocks[-1].known[key] = local

    def once(self, line: str) -> None:
        """A line that changes nothing when it comes again: a check."""
        if self.remembered(("line", line)) is None:
            self.line(line)
            self.remember(("line", line), line)

    def finish(self, name: str, params: tuple[str, ...]) -> Code:
        head = f"def {name}({', '.join(params)}):"
        return Code(name, "\n".join([head, *self.lines]) + "\n", self.constants)

    def key(self, tree: Tree, mode: object, here: str) -> object:
        """What makes two expressions the same: their parts, the locals of their names, the value at hand."""
        return mode, here if uses_current(tree) else None, self._shape(tree)

    def _shape(self, part: object) -> object:
        match part:
            case t.Field(of=t.Name(name=name), name=field) if name in self.parts:
                return "local", self.parts[name].get(field)
            case t.Name(name=name) if name in self.parts:
                return "parts", tuple(self.parts[name].items())
            case t.Name():
                return "name", self.names.get(part.name, part.name)
            case tuple():
                return tuple(map(self._shape, part))
            case Span():
                return None
            case _ if isinstance(part, Tree):
                return type(part), *(self._shape(getattr(part, each.name)) for each in fields(part))
            case _:
                return type(part), repr(part)


def uses_current(tree: Tree) -> bool:
    """Whether an expression reads the value at hand where it stands."""
    return isinstance(tree, t.Pick | t.Make) or _current_in(tree, uses_current)


def reads_current(tree: Tree) -> bool:
    """As `uses_current`, where only the value itself counts, and not whether it is null."""
    return _current_in(tree, reads_current)


def _current_in(tree: Tree, inside: Callable[[Tree], bool]) -> bool:
    match tree:
        case t.Current():
            return True
        case t.Project() | t.Values() | t.Filter():
            return inside(tree.of)
        case t.Then():
            return inside(tree.first)
        case t.Lambda():
            return False
        case _:
            return any(map(inside, t.children(tree)))
