"""The prompt of `kontering eval`: expressions one after the other, with completion and history where there is readline.

Lines that come through a pipe are read the same way, without either.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from kontering.cli import output
from kontering.cli.expressions import FILE, PARSE, Around, evaluated, shown, type_of
from kontering.diagnostics import Diagnostic
from kontering.errors import Misuse, Problems
from kontering.language import types
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.problems import Bad
from kontering.language.source import Source
from kontering.lsp.expressions import proposals_in
from kontering.lsp.marked import MARK, closed

HELP = """\
  order.total              an expression, in the language of the prompt
  :path  :calc  :text      another language; with an expression only for that one: :calc 1 + 2
  :let NAME EXPRESSION     gives a value a name; it is read as let.NAME
  :type EXPRESSION         the type of an expression
  :names                   what an expression may begin with
  :functions               functions of paths, filters of calculations
  :quit                    or Ctrl-D"""

_LET = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s+(.+)", re.ASCII)
_DELIMITERS = " \t\n()[]{}|,=&?!<>+-*/%~'\"$@"
_COMMANDS = (":path", ":calc", ":text", ":let", ":type", ":names", ":functions", ":help", ":quit")
_KEPT = 1000  # lines of history


@dataclass(slots=True)
class Session:
    """What the prompt knows from line to line."""

    around: Around
    language: str
    failed: bool = False
    over: bool = False
    found: list[str] = field(default_factory=list)

    def take(self, line: str) -> str:
        """What is answered to a line."""
        said = line.strip()
        if not said or said.startswith("#"):
            return ""
        if not said.startswith(":"):
            return shown(evaluated(said, self.language, self.around))
        word, _, rest = said[1:].partition(" ")
        return self._command(word, rest.strip())

    def _command(self, word: str, rest: str) -> str:
        match word:
            case "path" | "calc" | "text" if rest:
                return shown(evaluated(rest, word, self.around))
            case "path" | "calc" | "text":
                self.language = word
                return ""
            case "let":
                return self._let(rest)
            case "type":
                return types.describe(type_of(rest, self.language, self.around))
            case "names":
                return "\n".join(f"{name}: {types.describe(kind)}" for name, kind in self.around.types().items())
            case "functions":
                return "\n".join(f"{one.signature}: {one.line}" for one in [*FUNCTIONS.values(), *FILTERS.values()])
            case "help":
                return HELP
            case "quit" | "q" | "exit":
                self.over = True
                return ""
        raise Misuse(f"There is no :{word}; :help says what there is.")

    def _let(self, rest: str) -> str:
        named = _LET.fullmatch(rest)
        if named is None:
            raise Misuse("It is :let NAME EXPRESSION.")
        value = evaluated(named[2], self.language, self.around)
        self.around = replace(self.around, lets={**self.around.lets, named[1]: value})
        return f"let.{named[1]} = {shown(value)}"


def ask(session: Session) -> int:
    """Asks until the input ends; 1 if something piped in went wrong."""
    is_person = sys.stdin.isatty()
    with _edited(session) if is_person else _plain():
        if is_person:
            output.say(f"{session.around.name}: {_about(session)}; :help for help, Ctrl-D to end")
        while not session.over:
            try:
                line = input(f"{session.language}> " if is_person else "")
            except EOFError:
                break
            except KeyboardInterrupt:
                output.say()
                continue
            _answer(session, line)
    if is_person and not session.over:
        output.say()
    return 1 if session.failed and not is_person else 0


def _about(session: Session) -> str:
    if session.around.record is None:
        return "no record; --record FILE gives one"
    return session.around.kind or "a record without a schema; --kind SYSTEM/KIND reads it by one"


def _answer(session: Session, line: str) -> None:
    try:
        if said := session.take(line):
            output.say(said)
    except Problems as wrong:
        session.failed = True
        for problem in wrong.diagnostics:
            output.say(output.painted(problem) if isinstance(problem, Diagnostic) else str(problem))
    except Misuse as wrong:
        session.failed = True
        output.say(output.bad(str(wrong)))


# --- completion


def completions(session: Session, before: str) -> list[str]:
    """Whole words that may stand at the end of a line: `order.bil` becomes `order.billing`."""
    if before.startswith(":") and " " not in before:
        return [command for command in _COMMANDS if command.startswith(before)]
    text, language = _expression(before, session.language)
    word = re.search(rf"[^{re.escape(_DELIMITERS)}]*$", text)
    head, _, last = (word[0] if word else "").rpartition(".")
    start = f"{head}." if head or (word and word[0].startswith(".")) else ""
    return [f"{start}{name}" for name in _proposed(text, language, session) if name.startswith(last)]


def _expression(before: str, language: str) -> tuple[str, str]:
    """The expression on a line, behind a command if there is one."""
    command = re.match(r":(path|calc|text|type|let\s+\w+)\s+", before)
    if command is None:
        return before, language
    return before[command.end() :], command[1] if command[1] in PARSE else language


def _proposed(text: str, language: str, session: Session) -> Iterable[str]:
    cut = re.sub(r"\w*$", "", text)
    names = session.around.types()
    try:
        tree = PARSE[language](Source(closed(f"{cut}{MARK}"), file=FILE))
    except Bad:
        return [one.name for one in FILTERS.values()] if language != "path" and "|" in text else []
    return [one.insert or one.label for one in proposals_in(tree, language, names)]


@contextmanager
def _plain() -> Iterator[None]:
    yield


@contextmanager
def _edited(session: Session) -> Iterator[None]:
    """Editing, completion and history, if this Python has them."""
    readline = _readline()
    if readline is None:
        yield
        return
    file = _history_file()
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_completer_delims(_DELIMITERS)
    readline.set_completer(_completer(session, readline))
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    try:
        yield
    finally:
        with suppress(OSError):
            _keep(readline, file)


def _readline() -> ModuleType | None:
    try:
        import readline
    except ModuleNotFoundError:  # Windows has none: lines are read as they come
        return None
    return readline


def _completer(session: Session, readline: ModuleType) -> Callable[[str, int], str | None]:
    def complete(word: str, number: int) -> str | None:
        if number == 0:
            session.found = completions(session, readline.get_line_buffer()[: readline.get_endidx()])
        return session.found[number] if number < len(session.found) else None

    return complete


def _history_file() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "kontering" / "eval_history"


def _keep(readline: ModuleType, file: Path) -> None:
    """What was asked may name customers: nobody else reads it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    readline.set_history_length(_KEPT)
    readline.write_history_file(file)
