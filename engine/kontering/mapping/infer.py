"""Infers the type of each part and holds it against the place that it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.language import types as t
from kontering.language.types import Type
from kontering.mapping import cells, dates, lookups, problems, refusals
from kontering.mapping.context import (
    PARAM_TYPES,
    UNKNOWN,
    Context,
    Seen,
    check_condition,
    evaluated,
    joined,
    looks_like_a_path,
    param_type,
    params_type,
    with_let,
)
from kontering.mapping.fit import Fitting, dotted, fitted, types_of
from kontering.mapping.forms import RESERVED
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.naming import block_let_names, element_names
from kontering.mapping.parts import (
    Block,
    Broken,
    Computed,
    Constant,
    Let,
    Listed,
    LookUp,
    Made,
    Part,
    Stop,
    Use,
)
from kontering.mapping.reading import Out
from kontering.mapping.schemas import ANYTHING, Schema
from kontering.mapping.targets import compare, type_of

# What a party needs as a document of its own only: as a part of an order it may be a guest.
ALONE = {"customer": ("external_id",), "supplier": ("external_id",)}


"""Is told of each expression and the types of the names that it may use."""


def infer_mapping(mapping: Compiled, out: Out, seen: Seen | None = None) -> None:
    """Goes through a mapping as a run does: let, stops, fields."""
    file = mapping.file
    names = {file.record: type_of(mapping.schema), "param": params_type(mapping.params), "let": t.Object(name="let")}
    elements, block_lets = frozenset(element_names(file)), frozenset(block_let_names(file))
    context = _lets(file.let, Context(mapping, names, out, elements=elements, block_lets=block_lets, seen=seen))
    for number, stop in enumerate(file.stops):
        _stop(stop, file.stops[:number], context)
    _misses(context)
    infer_made(file.made, mapping.wanted, "", context)


def _misses(context: Context) -> None:
    """The forms that tables take where no row fits: they see the mapping's own names."""
    for table in context.mapping.tables:
        if not isinstance(table.on_miss, str):
            infer_part(table.on_miss, None, "", context)


def _lets(lets: tuple[Let, ...], context: Context) -> Context:
    """The context with these lets made, in order."""
    for number, let in enumerate(lets):
        later = {each.name: each.span for each in lets[number:]}
        before = len(context.out)
        made = infer_part(let.part, None, f"let.{let.name}", replace(context, later=later))
        if let.part.options.missing == "skip":
            place = let.part.options.places["missing"]
            context.out.append(problems.bad_option(place, "missing", "can't be skip: a let is no field", "write null"))
        made = UNKNOWN if len(context.out) > before else made
        context = context.named(let=with_let(context.names["let"], let.name, made))
    return context


def _stop(stop: Stop, before: tuple[Stop, ...], context: Context) -> None:
    check_condition(stop.when, f"the condition of stop {stop.id!r}", context)
    evaluated(stop.reason, "", context)
    same = next((each for each in before if each.when.text == stop.when.text), None)
    if same is not None:
        why = f"stop {same.id!r} has the same condition and comes first"
        context.out.append(problems.unreachable(stop.span, f"stop {stop.id!r}", why))


def infer_part(part: Part, wanted: Schema | None, place: str, context: Context) -> Type:
    """The type of what a part gives, held against what its place wants (None: anything will do)."""
    options = part.options
    if options.when is not None:
        check_condition(options.when, "'when'", context)
    kind = _typed(part, _core(part, wanted, place, context), context)
    kind = t.without_missing(kind) if context.mapping.file.strict or options.missing is not None else kind
    kind = _zoned(part, kind, context)
    if wanted is not None and isinstance(part, Use):
        _compare_use(part, kind, wanted, place, context)
    elif wanted is not None and isinstance(part, Computed | LookUp):
        compare(kind, wanted, part.span, place, context.out)
    return _instead(part, kind, wanted, place, context)


def _core(part: Part, wanted: Schema | None, place: str, context: Context) -> Type:
    match part:
        case Computed():
            return evaluated(part.expression, place, context)
        case Constant():
            return _constant(part, wanted, place, context)
        case LookUp():
            return _look_up(part, wanted, place, context)
        case Use():
            return _use(part, context)
        case Made():
            return infer_made(part, wanted, place, context)
        case Listed():
            return _listed(part, wanted, place, context)
        case Broken():
            return UNKNOWN


def _constant(part: Constant, wanted: Schema | None, place: str, context: Context) -> Type:
    if part.value is not None and part.options.missing is not None:
        span = part.options.places["missing"]
        context.out.append(problems.idle_option(span, "missing", "a literal is never missing"))
    if wanted is not None:
        into = Fitting()
        fitted(part.value, wanted, (), into)
        for misfit in into.misfits:
            where = f"{place}{'.' if misfit.path else ''}{dotted(misfit.path)}"
            hint = _quotes(part.value, wanted) or misfit.hint
            context.out.append(replace(refusals.wrong_type(part.span, where, misfit.message, hint), code=misfit.code))
    if isinstance(part.value, str) and looks_like_a_path(part.value, context):
        context.out.append(problems.path_as_text(part.span, part.value))
    return lookups.literal_type(part.value)


def _quotes(value: object, wanted: Schema) -> str | None:
    """A number in quotes, or a text without."""
    if isinstance(value, str) and cells.readable(value, "decimal") and {"number", "integer"} & set(types_of(wanted)):
        return f"a number stands without quotes: {{const: {value}}}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and "string" in types_of(wanted):
        return f'a text stands in quotes: {{const: "{value}"}}'
    return None


def _typed(part: Part, kind: Type, context: Context) -> Type:
    """`type:` reads what the schema leaves open, and cells; nothing else needs it."""
    wanted, span = part.options.type, part.options.places.get("type")
    if wanted is None:
        return kind if span is None else UNKNOWN
    if span is not None and not isinstance(part, LookUp) and not _leaves_open(kind):
        why = f"the schema says what it is, {t.describe(t.without_missing(kind))}"
        context.out.append(problems.idle_option(span, "type", why))
        return kind
    if isinstance(kind, t.Text) and isinstance(part, LookUp) and wanted == "text":
        return kind
    return PARAM_TYPES[wanted]


def _leaves_open(kind: Type) -> bool:
    return any(isinstance(member, t.Any) for member in t.members(kind))


def _zoned(part: Part, kind: Type, context: Context) -> Type:
    """`zone:` makes an instant a date."""
    zone = part.options.zone
    if zone is None:
        return kind
    _check_zone(zone, context)
    span = part.options.places["zone"]
    timed = any(isinstance(member, t.Instant | t.Any) for member in t.members(kind))
    if not timed:
        why = f"it makes an instant a date, and this is {t.describe(kind)}"
        context.out.append(problems.idle_option(span, "zone", why))
    times = t.Instant | t.LocalTime
    return t.union(*(t.Date() if isinstance(member, times) else member for member in t.members(kind)))


def _check_zone(zone: Part, context: Context) -> None:
    """A zone is a text, and as far as it is known here a zone that exists."""
    kind = infer_part(zone, {"type": "string"}, "zone", context)
    for name, span in _known_zones(zone, kind, context.mapping):
        try:
            dates.zone_of(name)
        except dates.UnknownZone:
            near = closest(name, dates.zone_names())
            context.out.append(refusals.unknown_zone(span, name, near))


def _known_zones(zone: Part, kind: Type, mapping: Compiled) -> Iterable[tuple[str, Span]]:
    """Names that a zone may have, each with the place where it is written."""
    if isinstance(zone, Constant):
        return [(zone.value, zone.span)] if isinstance(zone.value, str) else []
    if isinstance(kind, t.Text) and kind.one_of:
        return [(name, zone.span) for name in kind.one_of]
    text = zone.expression.text if isinstance(zone, Computed) else ""
    meant = [param for param in mapping.params if text == f"param.{param.name}" and isinstance(param.default, str)]
    return [(param.default, param.default_span or zone.span) for param in meant]


def _instead(part: Part, kind: Type, wanted: Schema | None, place: str, context: Context) -> Type:
    """What `missing` adds: null, or the type of the form that it gives."""
    missing = part.options.missing
    if missing == "null":
        if wanted is not None:
            compare(t.Null(), wanted, part.options.places["missing"], place, context.out)
        return t.union(kind, t.Null())
    if missing is None or isinstance(missing, str):
        return t.union(kind, t.Null()) if missing == "skip" else kind
    zone = part.options.zone if not isinstance(missing, Constant) else None
    if zone is not None and missing.options.zone is None:
        missing = replace(
            missing,
            options=replace(
                missing.options, zone=zone, places={**missing.options.places, "zone": part.options.places["zone"]}
            ),
        )
    before = len(context.out)
    other = infer_part(missing, wanted, place, context)
    context.out[before:] = [
        each for each in context.out[before:] if each not in context.out[:before] and not _idle_zone(each)
    ]
    return joined(kind, other)


def _idle_zone(problem: Diagnostic) -> bool:
    return problem.code == "K125" and problem.message.startswith("'zone'")


def _look_up(part: LookUp, wanted: Schema | None, place: str, context: Context) -> Type:
    keys = [_key(each, context) for each in part.keys]
    if lookups.table_of(part, context.mapping, context.out) is None:
        return UNKNOWN
    if not lookups.check_look_up(part, keys, context.mapping, context.out):
        return UNKNOWN
    kind = lookups.result_type(part, context.mapping)
    if wanted is None:
        return kind
    lookups.check_cells(part, wanted, place, context.mapping, context.out)
    table = context.mapping.table(part.table)
    if not isinstance(table.on_miss, str):
        infer_part(table.on_miss, wanted, place, context)
    return UNKNOWN  # each cell was looked at


def _key(part: Part, context: Context) -> Type:
    before = len(context.out)
    kind = infer_part(part, None, "", context)
    return kind if len(context.out) == before else UNKNOWN


def _use(part: Use, context: Context) -> Type:
    settings = {setting.name: setting for setting in part.settings}
    kinds = {name: infer_part(setting.part, None, "", context) for name, setting in settings.items()}
    of = infer_part(part.of, None, "", context) if part.of is not None else context.names[context.mapping.file.record]
    mapping = context.mapping.uses.get(part.mapping)
    if mapping is None:
        return UNKNOWN
    _check_settings(part, kinds, mapping, context)
    reads = type_of(mapping.schema)
    if t.fits(of, reads) is not None or (part.of is None and mapping.source != context.mapping.source):
        found = t.describe(of) if part.of is not None else context.mapping.source
        context.out.append(problems.use_reads(part.mapping_span, part.mapping, mapping.source, found))
        return UNKNOWN
    return type_of(mapping.wanted)


def _compare_use(part: Use, kind: Type, wanted: Schema, place: str, context: Context) -> None:
    goal = type_of(wanted)
    mapping = context.mapping.uses.get(part.mapping)
    if mapping is not None and t.fits(kind, goal) is not None:
        named = wanted.get("title") or t.describe(goal)
        problem = problems.use_makes(part.mapping_span, part.mapping, mapping.target, named)
        context.out.append(replace(problem, field=place))


def _check_settings(part: Use, kinds: Mapping[str, Type], mapping: Compiled, context: Context) -> None:
    known = {param.name: param for param in mapping.params}
    for setting in part.settings:
        if setting.name not in known:
            context.out.append(problems.unknown_param(setting.span, setting.name, mapping.name, known))
        elif t.fits(kinds[setting.name], (goal := param_type(known[setting.name]))) is not None:
            message = f"must be {t.describe(goal)}, not {t.describe(t.without_missing(kinds[setting.name]))}"
            context.out.append(problems.param_value(setting.part.span, setting.name, message))
    given = {setting.name for setting in part.settings}
    for name, param in known.items():
        if not param.has_default and name not in given:
            context.out.append(problems.param_missing(part.mapping_span, name, mapping.name))


def infer_made(made: Made, wanted: Schema | None, place: str, context: Context) -> Type:
    """The fields of an object, each held against the target's; those that are needed and those that don't exist."""
    wanted = wanted if wanted is not None else ANYTHING
    known = wanted.get("properties", {})
    if wanted and not known and wanted.get("type") not in (None, "object"):
        context.out.append(
            refusals.wrong_type(made.span, place, f"{t.describe(type_of(wanted))} belongs here, not an object")
        )
        return t.Object()
    fields = {}
    for each in made.fields:
        inner = f"{place}.{each.name}" if place else each.name
        if known and each.name not in known and wanted.get("additionalProperties") is False:
            context.out.append(refusals.unknown_field(each.span, inner, _target(place, context), each.name, known))
            fields[each.name] = infer_part(each.part, None, inner, context)
        else:
            fields[each.name] = infer_part(each.part, known.get(each.name), inner, context)
    _check_needed(made, wanted, place, context)
    return t.Object(fields=fields, required=frozenset(fields))


def _target(place: str, context: Context) -> str:
    return f"{place!r}" if place else context.mapping.target


def _check_needed(made: Made, wanted: Schema, place: str, context: Context) -> None:
    target = _target(place, context)
    given = {each.name: each for each in made.fields}
    known = wanted.get("properties", {})
    meant = {closest(name, known) for name in given if name not in known}  # a misspelt field is told of already
    for name in wanted.get("required", ()) if given else ():
        inner = f"{place}.{name}" if place else name
        alone = not place and name in ALONE.get(context.mapping.target, ())
        if name not in given and name not in meant:
            problem = refusals.needed_alone if alone else refusals.required_field
            context.out.append(problem(made.span, inner, target, name))
        elif name in given and not alone and (how := _may_be_left_out(given[name].part)):
            span = given[name].part.options.places[how.split(":")[0]]
            context.out.append(refusals.may_be_left_out(span, inner, target, name, how))
    for word in ("anyOf", "oneOf"):
        _check_choice(wanted.get(word, ()), given, made, place, context)


def _may_be_left_out(part: Part) -> str | None:
    if part.options.when is not None:
        return "when"
    literal = isinstance(part, Constant) and part.value is not None  # never missing, as is told already
    return "missing: skip" if part.options.missing == "skip" and not literal else None


def _check_choice(
    choices: Iterable[Schema], given: Mapping[str, object], made: Made, place: str, context: Context
) -> None:
    """Where the target wants one field or another, at least one of them is made."""
    wants = [tuple(choice.get("required", ())) for choice in choices]
    if given and wants and all(wants) and not any(all(name in given for name in names) for names in wants):
        named = " or ".join(" and ".join(map(repr, names)) for names in wants)
        problem = refusals.required_field(made.span, place, _target(place, context), wants[0][0])
        context.out.append(replace(problem, message=f"{_target(place, context)} needs {named}", hint="add one of them"))


def _listed(part: Listed, wanted: Schema | None, place: str, context: Context) -> Type:
    items = wanted.get("items") if wanted else None
    if wanted and wanted.get("type") not in (None, "array"):
        context.out.append(
            refusals.wrong_type(part.span, place, f"{t.describe(type_of(wanted))} belongs here, not a list")
        )
        items = None
    made = [_block(block, items, f"{place}[]", context) for block in part.blocks]
    return t.ListOf(t.union(*made) if made else t.Any())


def _block(block: Block, items: Schema | None, place: str, context: Context) -> Type:
    element = check_each(block, context)
    inner = context.named(loop=t.Object(fields={"index": t.Integer()}, required=frozenset({"index"}), name="loop"))
    if block.each is not None and (block.name is None or block.name in (*RESERVED, *context.names)):
        inner = replace(inner, nameless=True)
    if block.name is not None and block.name not in RESERVED:
        inner = inner.named(**{block.name: element})
    inner = _lets(block.let, inner)
    if block.when is not None:
        check_condition(block.when, f"'when' of block {block.id!r}", inner)
    return infer_made(block.made, items, place, inner)


def check_each(block: Block, context: Context) -> Type:
    """The type of the elements that a block goes through."""
    if block.each is None:
        return UNKNOWN
    kind = t.without_missing(infer_part(block.each, None, "", context))
    if isinstance(kind, t.ListOf):
        return kind.item
    if not isinstance(kind, t.Any) or kind.said:
        context.out.append(problems.each_no_list(block.each.span, t.describe(kind)))
    return UNKNOWN
