"""Runs a mapping on a record, part by part: the reference of what a mapping file means.

All problems of a record are gathered, each with the mapping's line, the record's path and the target's field.
Stops are asked before anything is said about a `let` that failed, unless they need it: a deleted record is skipped,
whatever else it lacks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kontering.diagnostics import Diagnostic, Span
from kontering.language.interpret import Scope, evaluate
from kontering.language.problems import Bad, Missing
from kontering.language.tree import Field as FieldTree
from kontering.language.tree import Name, Tree, walk
from kontering.mapping import cells, problems, refusals
from kontering.mapping.course import Course, Ended, Here, Left, keyed, note, told
from kontering.mapping.dates import UnknownZone, day_in
from kontering.mapping.fit import Fitting, Misfit, Path, dotted, fitted
from kontering.mapping.outcomes import Failed, Held, LeftOut, Mapped, Outcome, Skipped
from kontering.mapping.parts import (
    NONE,
    Block,
    Broken,
    Computed,
    Constant,
    Expression,
    Let,
    Listed,
    LookUp,
    Made,
    Options,
    Part,
    Stop,
    TableSpec,
    Use,
    described,
    expressions,
)
from kontering.mapping.tables import Rows, find_row

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled


def run(mapping: Compiled, data: Any, params: Mapping[str, Any], course: Course) -> Outcome:
    """What a decoded record becomes."""
    made = _through(mapping, data, params, course, (), {})
    if isinstance(made, Held | Skipped):
        return made
    if course.problems:
        return Failed(diagnostics=tuple(course.problems))
    if course.ends:
        return course.ends[0]
    fitting = Fitting(cutting="/" in mapping.target, zone=course.zone)
    whole = fitted(made, mapping.wanted, (), fitting)
    if fitting.misfits:
        return Failed(diagnostics=tuple(_placed(misfit, mapping, course) for misfit in fitting.misfits))
    cuts = tuple(
        refusals.cut(_place(path, mapping, course), cut.field, cut.length, cut.most, cut.full)
        for path, cut in fitting.cuts
    )
    return Mapped(data=whole, warnings=cuts, cuts=tuple(cut for _, cut in fitting.cuts))


def _through(
    mapping: Compiled, data: Any, params: Mapping[str, Any], course: Course, path: Path, wheres: Mapping[str, str]
) -> Any:
    """Let, stops and fields of one mapping; the object it makes, or the end that a stop or a let brings."""
    file = mapping.file
    names = {file.record: data, "param": params, "let": {}}
    recorder = course.watch if course.watch is not None and course.watch.reads else None
    here = Here(course, mapping, names, Scope(names, file.strict, recorder, wheres))
    pending = _lets(file.let, here, path)
    for stop in file.stops:
        if needed := _needs(stop, pending):
            return _give_up(needed, course)
        if (end := _stopped(stop, here, path)) is not None:
            return end
    if pending:
        return _give_up(pending, course)
    return _fields(file.made, here, path)


def _lets(lets: tuple[Let, ...], here: Here, path: Path) -> dict[str, Diagnostic | Held | Skipped]:
    """Makes the values of `let` in order; gives what went wrong, by name, once: what builds on it is silent."""
    values = here.names["let"]
    pending: dict[str, Diagnostic | Held | Skipped] = {}
    for let in lets:
        if reads_let(expressions(let.part), pending):
            pending[let.name] = pending[next(iter(pending))]
            continue
        try:
            values[let.name] = value(let.part, here, path)
            if here.course.watch is not None:
                here.course.watch.reached(let)
        except Left:
            values[let.name] = None
        except Ended as end:
            pending[let.name] = end.outcome
        except (Missing, Bad) as wrong:
            pending[let.name] = told(wrong, here, path)
    return pending


def reads_let(found: Any, names: Any) -> bool:
    """Whether any of the expressions reads one of these names of `let`."""
    return bool(names) and any(read in names for expression in found for read in let_reads(expression.tree))


def let_reads(tree: Tree) -> set[str]:
    """The names of `let` that a tree reads."""
    return {node.name for node in walk(tree) if isinstance(node, FieldTree) and node.of == Name("let", node.of.span)}


def _needs(stop: Stop, pending: Mapping[str, Any]) -> dict[str, Any]:
    read = let_reads(stop.when.tree) | let_reads(stop.reason.tree) if pending else ()
    return {name: pending[name] for name in read if name in pending}


def _give_up(pending: Mapping[str, Diagnostic | Held | Skipped], course: Course) -> Held | Skipped | None:
    """Errors weigh more than holds; the same problem is told once."""
    wrong = [each for each in pending.values() if isinstance(each, Diagnostic)]
    course.problems.extend(each for each in dict.fromkeys(wrong) if each not in course.problems)
    ends = [each for each in pending.values() if not isinstance(each, Diagnostic)]
    return None if wrong else ends[0]


def _stopped(stop: Stop, here: Here, path: Path) -> Held | Skipped | None:
    course = here.course
    try:
        if not condition(stop.when, here):
            return None
        if course.watch is not None:
            course.watch.reached(stop)
        reason = str(evaluate(stop.reason.tree, here.scope))
    except (Missing, Bad) as wrong:
        note(told(wrong, here, path), course)
        return None
    if stop.outcome == "skip":
        return Skipped(id=stop.id, reason=reason)
    problem = keyed(refusals.stopped(stop.span, stop.id, reason), course)
    if stop.outcome == "hold":
        return Held(reason=reason, id=stop.id, diagnostic=problem)
    note(problem, course)
    return None


def condition(expression: Expression, here: Here) -> bool:
    outcome = evaluate(expression.tree, here.scope)
    if not isinstance(outcome, bool):
        raise Bad(problems.not_boolean(expression.span, "a condition", cells.described(outcome)))
    if here.course.watch is not None:
        here.course.watch.tested(expression, outcome)
    return outcome


def _fields(made: Made, here: Here, path: Path) -> dict[str, Any]:
    course = here.course
    values = {}
    for each in made.fields:
        place = (*path, each.name)
        course.places[place] = each.part.span
        try:
            values[each.name] = value(each.part, here, place)
        except Left:
            pass
        except Ended as end:
            course.ends.append(end.outcome)
        except (Missing, Bad) as wrong:
            note(told(wrong, here, place), course)
    return values


def value(part: Part, here: Here, path: Path) -> Any:
    """What a part gives, with its options; raises Left, Ended, Missing or Bad."""
    watch = here.course.watch
    if watch is None:
        return _with_options(part, here, path) if part.options is not NONE else _KINDS[type(part)](part, here, path)
    watch.begins(path, part)
    try:
        result = _with_options(part, here, path)
    except Left as left:
        watch.ends(path, part, LeftOut(left.why))
        raise
    except (Ended, Missing, Bad) as stop:
        watch.ends(path, part, LeftOut(str(stop)))
        raise
    watch.ends(path, part, result)
    return result


def _with_options(part: Part, here: Here, path: Path) -> Any:
    options = part.options
    if options.when is not None and not condition(options.when, here):
        raise Left("when is false")
    try:
        result = _KINDS[type(part)](part, here, path)
        if options.type is not None:
            result = cells.typed(result, options.type, part.span)
        if options.missing is not None and (result is None or result == ""):
            raise Missing(part.span, described(part))
    except Missing as missing:
        result = _instead(options, missing, here, path)
    if options.zone is not None and isinstance(result, dt.datetime):
        return _day(result, options.zone, here, path)
    return result


def _instead(options: Options, missing: Missing, here: Here, path: Path) -> Any:
    match options.missing:
        case None:
            raise missing
        case "skip":
            raise Left(f"{missing.path} is missing")
        case "null":
            return None
        case "hold":
            problem = replace(refusals.held_missing(missing.span, missing.path), field=dotted(path) or None)
            raise Ended(Held(reason=f"{missing.path} is missing", diagnostic=keyed(problem, here.course)))
    return value(options.missing, here, path)


def _day(at: dt.datetime, zone: Part, here: Here, path: Path) -> dt.date:
    name = value(zone, here, path)
    try:
        return day_in(at, str(name))
    except UnknownZone:
        raise Bad(refusals.unknown_zone(zone.span, str(name), None)) from None


def _computed(part: Computed, here: Here, path: Path) -> Any:
    return evaluate(part.expression.tree, here.scope)


def _constant(part: Constant, here: Here, path: Path) -> Any:
    return part.value


def _looked_up(part: LookUp, here: Here, path: Path) -> Any:
    table = here.mapping.table(part.table)
    keys = tuple(_key(each, here, path) for each in part.keys)
    watch = here.course.watch
    for rows in _row_sets(part, table, here):
        number = find_row(rows, table.keys, keys)
        if number is not None:
            if watch is not None:
                watch.looked_up(table, rows, number, keys)
            return _cell(part, table, rows, number)
    if watch is not None:
        watch.looked_up(table, None, None, keys)
    return _missed(part, table, keys, here, path)


def _key(part: Part, here: Here, path: Path) -> Any:
    try:
        return value(part, here, path)
    except Left:
        return None


def _row_sets(part: LookUp, table: TableSpec, here: Here) -> tuple[Rows, ...]:
    """The rows to look in, in order: those an extending file put in front, then the table's own or the connection's."""
    own = here.mapping.rows.get(table.name, ())
    if table.rows.kind != "connection":
        return own
    given = here.course.tables.get(table.name)
    if given is None:
        raise Bad(problems.no_connection_table(part.table_span, table.name))
    return (*own, given)


def _cell(part: LookUp, table: TableSpec, rows: Rows, number: int) -> Any:
    column = part.column or table.gives[0]
    cell = rows.rows[number][rows.columns.index(column)]
    if cell is None or cell == "":
        raise Missing(part.table_span, f"{table.name}.{column}")
    return cell


def _missed(part: LookUp, table: TableSpec, keys: tuple[Any, ...], here: Here, path: Path) -> Any:
    if not isinstance(table.on_miss, str):
        return value(table.on_miss, here, path)
    shown = ", ".join(f"{name} {cells.described(key)}" for name, key in zip(table.keys, keys, strict=True))
    problem = refusals.table_missed(part.table_span, table.name, shown)
    if table.on_miss == "error":
        raise Bad(problem)
    problem = replace(problem, field=dotted(path) or None)
    raise Ended(Held(reason=problem.message, diagnostic=keyed(problem, here.course)))


def _used(part: Use, here: Here, path: Path) -> Any:
    """What the other mapping makes of it, with its problems and stops as if they were this one's."""
    here.course.count(part.span)
    mapping = here.mapping.uses[part.mapping]
    data = value(part.of, here, path) if part.of is not None else here.names[here.mapping.file.record]
    where = here.scope.path(data) or (part.of and described(part.of)) or here.mapping.file.record
    given = {setting.name: value(setting.part, here, path) for setting in part.settings}
    params = mapping.settled_params(given)
    before = len(here.course.problems)
    if here.course.watch is not None:
        here.course.watch.uses(mapping, {mapping.file.record: where})
    made = _through(mapping, data, params, here.course, path, {mapping.file.record: where})
    if isinstance(made, Held | Skipped):
        raise Ended(made)
    if len(here.course.problems) > before:
        raise Left("it has problems")
    return made


def _made(part: Made, here: Here, path: Path) -> Any:
    values = _fields(part, here, path)
    if not values and part.options.missing is not None:
        raise Missing(part.span, dotted(path))
    return values


def _listed(part: Listed, here: Here, path: Path) -> list[Any]:
    elements: list[Any] = []
    for block in part.blocks:
        items = [None] if block.each is None else _items(block, here, path)
        for number, item in enumerate(items, 1):
            place = (*path, len(elements))
            found = _element(block, item, number, here, place)
            if found is not None:
                elements.append(found)
    return elements


def _items(block: Block, here: Here, path: Path) -> list[Any]:
    assert block.each is not None
    try:
        items = value(block.each, here, path)
    except Left:
        return []
    if items is None:
        return []
    if not isinstance(items, list):
        raise Bad(problems.each_no_list(block.each.span, cells.described(items)))
    return items


def _element(block: Block, item: Any, number: int, here: Here, path: Path) -> dict[str, Any] | None:
    """One element, or None if the block's condition says no, or something is wrong with it."""
    here.course.count(block.span)
    names: dict[str, Any] = {"loop": {"index": number}}
    if block.name is not None:
        names[block.name] = item
    if block.let:
        names["let"] = dict(here.names["let"])
    inner = here.with_names(names)
    course = here.course
    pending = _lets(block.let, inner, path) if block.let else {}
    try:
        if pending:
            raise Ended(end) if (end := _give_up(pending, course)) is not None else Left("a let failed")
        if block.when is not None and not condition(block.when, inner):
            return None
    except Left:
        return None
    except (Missing, Bad) as wrong:
        note(told(wrong, inner, path), course)
        return None
    if course.watch is not None:
        course.watch.reached(block)
    return _fields(block.made, inner, path)


def _broken(part: Broken, here: Here, path: Path) -> Any:
    raise Bad(refusals.unfit(part.span, dotted(path), "this can't be read"))


_KINDS: dict[type, Callable[[Any, Here, Path], Any]] = {
    Computed: _computed,
    Constant: _constant,
    LookUp: _looked_up,
    Use: _used,
    Made: _made,
    Listed: _listed,
    Broken: _broken,
}


def _placed(misfit: Misfit, mapping: Compiled, course: Course) -> Diagnostic:
    problem = refusals.unfit(_place(misfit.path, mapping, course), dotted(misfit.path), misfit.message, misfit.hint)
    return keyed(replace(problem, code=misfit.code), course)


def _place(path: Path, mapping: Compiled, course: Course) -> Span:
    """The mapping's line that made a value: its own, or the nearest around it."""
    for end in range(len(path), 0, -1):
        if (span := course.places.get(path[:end])) is not None:
            return span
    return mapping.file.made.span
