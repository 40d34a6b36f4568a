"""What can be wrong with a YAML file: every message in one list."""

from __future__ import annotations

import re

from kontering.diagnostics import Diagnostic, Span


def not_utf8(span: Span, byte: int) -> Diagnostic:
    return Diagnostic("K100", f"the byte 0x{byte:02X} is not UTF-8", span, "save the file as UTF-8")


def broken(span: Span, message: str, began: Span | None, depth: int) -> Diagnostic:
    """The parser's own message, in words that help; `began` is where the thing starts that isn't finished."""
    if "nesting depth" in message:
        return too_deep(span, depth)
    words, hint = next((rest for pattern, *rest in _WORDS if re.search(pattern, message)), (message, None))
    if began and words == _NO_END:
        return Diagnostic("K101", f"this is not YAML: {words}", began, hint)
    if began and began.line != span.line and "no end" in words:
        hint = f"{hint}; it starts on line {began.line}"
    return Diagnostic("K101", f"this is not YAML: {words}", span, hint)


def doubled_key(span: Span, key: str, first: Span) -> Diagnostic:
    return Diagnostic("K102", f"the key {key!r} is written twice", span, f"the first is on line {first.line}")


def tag(span: Span, name: str) -> Diagnostic:
    return Diagnostic("K103", f"the tag {name} has no meaning here", span, "leave it out; a text stands in quotes")


def merge_key(span: Span) -> Diagnostic:
    return Diagnostic("K104", "the merge key `<<` has no meaning here", span, "a file extends another with `extends:`")


def unknown_alias(span: Span, name: str, near: str | None) -> Diagnostic:
    hint = f"did you mean *{near}?" if near else "an anchor is written before its aliases, `&name`"
    return Diagnostic("K105", f"there is no anchor &{name} above this alias", span, hint)


def alias_in_itself(span: Span, name: str) -> Diagnostic:
    return Diagnostic("K105", f"the alias *{name} stands inside its own anchor", span, "it would never end")


def too_many_nodes(span: Span, bound: int) -> Diagnostic:
    message = f"with all aliases written out this is more than {bound:,} values"
    return Diagnostic("K106", message, span, "use fewer aliases, or several files")


def too_deep(span: Span, bound: int) -> Diagnostic:
    return Diagnostic("K107", f"more than {bound} levels inside one another", span, "write it flatter")


def too_large(file: str, bound: int) -> Diagnostic:
    message = f"the file has more than {bound:,} characters"
    return Diagnostic("K108", message, Span(file), "long tables belong into CSV files, records into JSON files")


def control_character(span: Span, character: str) -> Diagnostic:
    message = f"the control character U+{ord(character):04X} can't stand in a file"
    return Diagnostic("K109", message, span, 'leave it out, or write it as an escape in double quotes: "\\u…"')


def byte_order_mark(span: Span) -> Diagnostic:
    message = "the file starts with a byte order mark (U+FEFF)"
    return Diagnostic("K110", message, span, "save it as UTF-8 without a byte order mark")


def tab(span: Span) -> Diagnostic:
    return Diagnostic("K111", "a tab can't indent or separate", span, "write blanks")


def key_not_text(span: Span, what: str) -> Diagnostic:
    hint = 'a template stands in quotes: "{{ … }}"' if what == "a map" else "write a name, in quotes if it is odd"
    return Diagnostic("K112", f"a key must be a text, not {what}", span, hint)


def several_documents(span: Span) -> Diagnostic:
    return Diagnostic("K113", "a second document starts here", span, "write it into a file of its own")


def directive(span: Span) -> Diagnostic:
    return Diagnostic("K113", "directives (`%…`) have no meaning here", span, "leave them out")


def tilde(span: Span) -> Diagnostic:
    return Diagnostic("K114", "`~` may mean null or a text", span, "write null, or '~' in quotes")


def number_too_long(span: Span, bound: int) -> Diagnostic:
    return Diagnostic("K115", f"a number with more than {bound} digits", span, "a text stands in quotes")


def empty(file: str) -> Diagnostic:
    return Diagnostic("K116", "the file is empty", Span(file), None)


def too_many(span: Span | None, bound: int) -> Diagnostic:
    return Diagnostic("K117", f"{bound} problems up to here; the rest isn't looked at", span, "mend these first")


_NO_END = "this quoted text has no end"
_WORDS = (
    (r"quoted scalar: .*(stream|document)", _NO_END, "write the closing quote"),
    (r"unknown escape", "an unknown escape", r"in double quotes a backslash is written \\; or use single quotes"),
    (r"quoted scalar: .*hex", "an escape is cut short", r"write all of its digits, as in \u00e6"),
    (r"mapping values are not allowed", "`: ` can't stand here", "put the value in quotes, or mend the indentation"),
    (r"simple key: ", "a key without `:`", "write `key: value`"),
    (
        r"flow sequence: ",
        "a list in brackets has no end",
        "write `,` or `]`; a text with brackets or commas stands in quotes",
    ),
    (
        r"flow mapping: ",
        "a map in braces has no end",
        "write `,` or `}`; a text with brackets or commas stands in quotes",
    ),
    (
        r"block (mapping|collection|sequence): ",
        "this doesn't fit what stands above",
        "mend the indentation, or the quotes",
    ),
    (r"scanning an? (alias|anchor): ", "a name is missing after the sign", "write a name, or put the value in quotes"),
    (r"node content", "a value is missing here", "write a value, in quotes if it starts with a sign"),
    (r"sequence entries are not allowed", "a list can't start here", "start it on a line of its own"),
    (r"cannot start any token", "a value can't start with this character", "put the value in quotes"),
    (r"block scalar: ", "`|` and `>` stand alone at the end of a line", "the text starts on the next line"),
    (r"tag handle|scanning a tag", "a tag has no meaning here", "put the value in quotes"),
    (r"directive|incompatible YAML", "directives (`%…`) have no meaning here", "leave them out"),
    (r"document start", "there is something behind the end of the document", "leave `...` out"),
)
