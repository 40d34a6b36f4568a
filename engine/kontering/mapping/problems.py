"""Every message about mapping files, tables, tests, records and documents, in one list."""

from __future__ import annotations

from collections.abc import Iterable

from kontering.diagnostics import Diagnostic, Span, closest


def unknown_key(span: Span, name: str, where: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("K120", f"{where} has no key {name!r}", span, near(name, known, "known are"))


def missing_key(span: Span, name: str, where: str, example: str) -> Diagnostic:
    return Diagnostic("K121", f"{where} needs {name!r}", span, f"write {example}")


def wrong_kind(span: Span, where: str, wanted: str, found: str) -> Diagnostic:
    return Diagnostic("K122", f"{where} must be {wanted}, not {found}", span)


def wrong_version(span: Span, found: str) -> Diagnostic:
    hint = "this version of Kontering reads version 1"
    return Diagnostic("K123", f"the language version must be 1, not {found}", span, hint)


def mixed_forms(span: Span, form: str, other: str) -> Diagnostic:
    hint = f"an object with a field called {form!r} is written {{fields: {{{form}: …}}}}"
    return Diagnostic("K124", f"{form!r} makes this one value, but {other!r} stands beside it", span, hint)


def two_forms(span: Span, form: str, other: str) -> Diagnostic:
    return Diagnostic("K124", f"{form!r} and {other!r} both say what the value is", span, "keep one of them")


def only_options(span: Span, option: str) -> Diagnostic:
    hint = "add path, calc, text, const, lookup, use or fields; a field of that name goes into {fields: {…}}"
    return Diagnostic("K124", f"{option!r} is an option, but there is no value here", span, hint)


def idle_option(span: Span, option: str, why: str) -> Diagnostic:
    return Diagnostic("K125", f"{option!r} has no effect here: {why}", span, "leave it out")


def bad_option(span: Span, option: str, message: str, hint: str | None) -> Diagnostic:
    return Diagnostic("K125", f"{option!r} {message}", span, hint)


def no_id(span: Span, what: str) -> Diagnostic:
    return Diagnostic("K126", f"{what} needs an id", span, "write {id: …}: extending files find it by that name")


def doubled_id(span: Span, what: str, name: str, first: Span) -> Diagnostic:
    return Diagnostic("K126", f"there are two {what} {name!r}", span, f"the first is at line {first.line}")


def not_a_block(span: Span, found: str) -> Diagnostic:
    hint = "write {id: …, fields: {…}}; a fixed list is {const: […]}"
    return Diagnostic("K127", f"a list is made of blocks, not of {found}", span, hint)


def bad_name(span: Span, name: str, what: str) -> Diagnostic:
    hint = "use letters, digits and _, beginning with a letter"
    return Diagnostic("K128", f"{name!r} can't be the name of {what}", span, hint)


def name_taken(span: Span, name: str, by: str) -> Diagnostic:
    return Diagnostic("K128", f"the name {name!r} is taken: {by}", span, "choose another name")


def bare_literal(span: Span, literal: str) -> Diagnostic:
    return Diagnostic("K129", f"{literal} is no path", span, f"a literal is written {{const: {literal}}}")


def no_mapping(span: Span | None, name: str, names: Iterable[str]) -> Diagnostic:
    hint = near(name, names, "there are", "a mapping's name is its file's path below mappings/, without .yaml")
    return Diagnostic("K130", f"there is no mapping {name!r}", span, hint)


def unreadable(span: Span, why: str) -> Diagnostic:
    return Diagnostic("K130", f"the file can't be read: {why}", span)


def circle(span: Span, word: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic("K131", f"{word!r} goes round in a circle: {' → '.join(names)}", span, "break the circle")


def too_many_steps(span: Span, word: str, bound: int) -> Diagnostic:
    return Diagnostic("K131", f"more than {bound} files follow one another by {word!r}", span, "make it flatter")


def override_misses(span: Span, path: str, step: str, known: Iterable[str]) -> Diagnostic:
    hint = near(step, known, "there are", "an override changes what the extended file has")
    return Diagnostic("K132", f"the override {path!r} hits nothing: there is no {step!r}", span, hint)


def nothing_to_remove(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near(name, known, "there are", "remove only what the extended file has")
    return Diagnostic("K133", f"there is no {name!r} to remove", span, hint)


def needs_extends(span: Span, word: str) -> Diagnostic:
    return Diagnostic("K133", f"{word!r} needs a file to extend", span, "add extends:, or leave it out")


def no_table_before(span: Span, table: str, names: Iterable[str]) -> Diagnostic:
    hint = near(table, names, "it has", "rows+ puts rows in front of those of a table that the extended file has")
    return Diagnostic("K133", f"the extended file has no table {table!r} to put rows in front of", span, hint)


def no_param_before(span: Span, param: str, names: Iterable[str]) -> Diagnostic:
    hint = near(param, names, "it has", "write type: text, integer, decimal or boolean")
    return Diagnostic("K133", f"the extended file has no param {param!r} to give another default", span, hint)


def other_record(span: Span, found: str, base: str, word: str) -> Diagnostic:
    hint = (
        f"extend a mapping that reads {found}, or leave out 'from'; another schema of the same record needs as: {word}"
    )
    return Diagnostic("K133", f"the extended file reads {base}: its paths begin with {word!r}", span, hint)


def misnamed(span: Span, name: str, expected: str) -> Diagnostic:
    hint = f"by its place the file is {expected!r}: name and path must agree, or it isn't found"
    return Diagnostic("K134", f"the mapping calls itself {name!r}", span, hint)


def no_schema(span: Span, kind: str, name: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic("K135", f"there is no {kind} {name!r}", span, near(name, names, "there are"))


def broken_schema(span: Span, why: str) -> Diagnostic:
    return Diagnostic("K135", f"the schema can't be used: {why}", span)


def schema_word(span: Span, message: str, near: str | None) -> Diagnostic:
    return Diagnostic("K135", message, span, f"did you mean {near!r}?" if near else None)


def bad_param(span: Span, name: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K136", f"param {name!r} {message}", span, hint)


def unknown_param(span: Span | None, name: str, mapping: str, known: Iterable[str]) -> Diagnostic:
    hint = near(name, known, "it has", "it has none")
    return Diagnostic("K137", f"mapping {mapping!r} has no param {name!r}", span, hint)


def param_missing(span: Span | None, name: str, mapping: str) -> Diagnostic:
    return Diagnostic(
        "K138", f"mapping {mapping!r} needs the param {name!r}", span, f"set it with {{with: {{{name}: …}}}}"
    )


def param_value(span: Span | None, name: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K138", f"param {name!r} {message}", span, hint)


def stop_without_outcome(span: Span, name: str) -> Diagnostic:
    hint = "write skip, hold or error with the reason as its text"
    return Diagnostic("K139", f"stop {name!r} doesn't say what happens", span, hint)


def stop_with_two(span: Span, name: str, first: str, second: str) -> Diagnostic:
    return Diagnostic("K139", f"stop {name!r} says both {first!r} and {second!r}", span, "keep one of them")


def no_on_miss(span: Span, table: str) -> Diagnostic:
    hint = "write on_miss: error, hold, or a form to take instead"
    return Diagnostic("K140", f"table {table!r} doesn't say what happens when no row fits", span, hint)


def bad_on_miss(span: Span, found: str) -> Diagnostic:
    meant = closest(found, ("error", "hold"))
    hint = f"did you mean {meant}?" if meant else "a form to take instead is written {const: …} or {path: …}"
    return Diagnostic("K140", f"on_miss must be error, hold or a form, not {found!r}", span, hint)


def unknown_table(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near(name, known, "there are", "tables are listed under 'tables:'")
    return Diagnostic("K141", f"there is no table {name!r}", span, hint)


def no_connection_table(span: Span, name: str) -> Diagnostic:
    hint = f"give it one in the project file: connections: … tables: {{{name}: tables/{name}.csv}}"
    return Diagnostic(
        "K141", f"the rows of table {name!r} come from the connection, which has no such table", span, hint
    )


def row_length(span: Span, table: str, found: int, columns: Iterable[str]) -> Diagnostic:
    wanted = list(columns)
    message = f"a row of table {table!r} has {len(wanted)} cells ({', '.join(wanted)}), this one has {found}"
    return Diagnostic("K142", message, span)


def no_csv(span: Span, name: str, near: str | None) -> Diagnostic:
    hint = f"did you mean {near!r}?" if near else "the path is relative to the mapping file"
    return Diagnostic("K143", f"there is no file {name!r}", span, hint)


def outside(span: Span, name: str) -> Diagnostic:
    message = f"{name!r} lies outside of the project"
    return Diagnostic("K143", message, span, "a mapping reads files of its own project only")


def bad_csv(span: Span, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("K143", message, span, hint)


def csv_column(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    meant = closest(name, known := list(known))
    hint = f"is it the one that is called {meant!r} there?" if meant else f"it has {', '.join(known)}"
    return Diagnostic("K143", f"the file has no column {name!r}", span, hint)


def hidden_row(span: Span, table: str, first: Span) -> Diagnostic:
    message = f"this row of table {table!r} is never reached"
    return Diagnostic("K144", message, span, f"line {first.line} takes all that it would take; put it above", "warning")


def key_count(span: Span, table: str, keys: Iterable[str], found: int) -> Diagnostic:
    wanted = list(keys)
    many = "1 key" if len(wanted) == 1 else f"{len(wanted)} keys"
    message = f"table {table!r} is looked up by {many} ({', '.join(wanted)}), not by {found}"
    return Diagnostic("K145", message, span)


def keys_in_a_list(span: Span, path: str) -> Diagnostic:
    message = "'with' of a look-up must be a list, with a value for each key"
    return Diagnostic("K122", message, span, f"write [{path}]")


def unknown_column(span: Span, table: str, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("K146", f"table {table!r} gives no {name!r}", span, near(name, known, "it gives"))


def which_column(span: Span, table: str, columns: Iterable[str]) -> Diagnostic:
    hint = f"write column: {' or '.join(columns)}"
    return Diagnostic("K146", f"table {table!r} gives several columns", span, hint)


def never_found(span: Span, table: str, key: str, message: str) -> Diagnostic:
    return Diagnostic("K147", f"looking up {key!r} in table {table!r} never finds a row: {message}", span)


def will_miss(span: Span, table: str, words: Iterable[str]) -> Diagnostic:
    hint = "add rows, or say what to take with on_miss"
    return Diagnostic("K147", f"table {table!r} has no row for {', '.join(words)}", span, hint, "warning")


def bad_cell(span: Span, table: str, column: str, message: str) -> Diagnostic:
    return Diagnostic("K148", f"column {column!r} of table {table!r}: {message}", span)


def use_reads(span: Span, mapping: str, wanted: str, found: str) -> Diagnostic:
    return Diagnostic("K149", f"mapping {mapping!r} reads {wanted}, not {found}", span, "say what it reads with of:")


def use_makes(span: Span, mapping: str, made: str, wanted: str) -> Diagnostic:
    return Diagnostic(
        "K149", f"mapping {mapping!r} makes {made}, but {wanted} belongs here", span, "use another mapping"
    )


def cannot_fail(span: Span, name: str) -> Diagnostic:
    hint = "write expect, expect_hold, expect_error or expect_skip with something in it"
    return Diagnostic("K190", f"test {name!r} can't fail: it expects nothing", span, hint)


def expects_two(span: Span, name: str, first: str, second: str) -> Diagnostic:
    return Diagnostic("K190", f"test {name!r} has both {first!r} and {second!r}", span, "make two tests of it")


def hits_nothing(span: Span, path: str, step: str, known: Iterable[str]) -> Diagnostic:
    hint = near(step, known, "there are", "a path changes what the given record has")
    return Diagnostic("K191", f"{path!r} hits nothing in the given record: there is no {step!r}", span, hint)


def no_fixture(span: Span, name: str, near: str | None) -> Diagnostic:
    hint = f"did you mean {near!r}?" if near else "the path is relative to the mapping file"
    return Diagnostic("K192", f"there is no file {name!r}", span, hint)


def bad_fixture(span: Span, name: str, why: str) -> Diagnostic:
    return Diagnostic("K192", f"{name} is no record: {why}", span)


def bad_given(span: Span, path: str, why: str) -> Diagnostic:
    hint = "a test about a wrong record says expect_error"
    return Diagnostic("K192", f"the given record doesn't fit its schema: {path}: {why}", span, hint)


def unknown_expected(span: Span, path: str, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near(name, known, "it has", "the target has no such field")
    return Diagnostic("K193", f"the test expects {path!r}, which can't come out", span, hint)


def unexpected_word(span: Span, path: str, word: str, known: Iterable[str]) -> Diagnostic:
    message = f"the test expects {path!r} to be {word!r}, which can't come out"
    return Diagnostic("K193", message, span, near(word, known, "it is one of"))


def unexpected_value(span: Span, path: str, why: str, hint: str | None) -> Diagnostic:
    return Diagnostic("K193", f"what the test expects of {path!r} can't come out: {why}", span, hint)


def doubled_test(span: Span, name: str, first: Span) -> Diagnostic:
    return Diagnostic("K194", f"there are two tests {name!r}", span, f"the first is at line {first.line}")


def unknown_base(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near(name, known, "there are", "a base is an alias or the name of a test above")
    return Diagnostic("K194", f"there is no test {name!r} to start from", span, hint)


def unknown_code(span: Span, code: str, known: Iterable[str]) -> Diagnostic:
    hint = None if code in known else "kontering docs codes lists them"
    return Diagnostic("K195", f"there is no code {code!r}", span, hint)


def unknown_stop(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("K195", f"there is no stop {name!r}", span, near(name, known, "there are"))


def failed_test(span: Span, name: str, message: str, notes: tuple[str, ...]) -> Diagnostic:
    return Diagnostic("K196", f"test {name!r} failed: {message}", span, notes=notes)


def not_covered(span: Span, what: str) -> Diagnostic:
    return Diagnostic("K197", f"no test reaches {what}", span, severity="warning")


def too_little_covered(file: str, reached: int, of: int, wanted: int) -> Diagnostic:
    message = f"the tests reach {reached} of {of} places, {100 * reached // max(of, 1)} %, wanted are {wanted} %"
    return Diagnostic("K198", message, Span(file))


def unused(span: Span, what: str, name: str) -> Diagnostic:
    return Diagnostic("K230", f"{what} {name!r} is never used", span, "leave it out", "warning")


def too_early(span: Span, name: str, made: Span) -> Diagnostic:
    return Diagnostic("K231", f"let.{name} is made later, at line {made.line}", span, "let goes in order: move it up")


def always(span: Span, what: str, outcome: str, why: str) -> Diagnostic:
    return Diagnostic("K232", f"{what} is always {outcome}", span, why)


def not_boolean(span: Span, what: str, found: str) -> Diagnostic:
    return Diagnostic("K233", f"{what} must be true or false, not {found}", span, "compare it, or write `is not none`")


def unreachable(span: Span, what: str, why: str) -> Diagnostic:
    return Diagnostic("K234", f"{what} is never reached: {why}", span)


def path_as_text(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "K236", f"this writes the letters {text!r}, not what they name", span, f"a path is written {{path: {text}}}"
    )


def each_no_list(span: Span, found: str) -> Diagnostic:
    return Diagnostic("K235", f"each goes through a list, not through {found}", span, "give the path of a list")


def proves_nothing(span: Span, why: str) -> Diagnostic:
    hint = "give the total that the source claims; the engine adds the lines up itself"
    return Diagnostic("K237", f"this total proves nothing: {why}", span, hint, "warning")


def near(name: str, known: Iterable[str], list_as: str, otherwise: str | None = None) -> str | None:
    """The hint for a wrong name: the one that was probably meant, or all that there are."""
    names = list(known)
    found = closest(name, names)
    if found:
        return f"did you mean {found!r}?"
    if names and list_as and len(names) <= 12:
        return f"{list_as} {', '.join(names)}"
    return otherwise
