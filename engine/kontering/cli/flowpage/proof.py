"""How a flow's page tells of the proof of totals, of what is held, and of the mapping itself."""

from __future__ import annotations

from collections.abc import Iterator

from kontering import resources
from kontering.accounting import roles
from kontering.cli.flowpage import lines
from kontering.cli.flowpage.page import Section, Table, section
from kontering.cli.flowpage.subject import Subject
from kontering.diagnostics import Span
from kontering.project.policy import EVERY

# --- totals


def totals_section(of: Subject) -> Section:
    words, settings, rule = of.words, of.settings, of.flow.policy.totals
    account = of.places.account("rounding", roles.OUT)
    within = words(
        "totals within",
        tolerance=rule.tolerance,
        product=of.flow.policy.products.rounding,
        account=f", {account}" if account else "",
    )
    return section(
        words("totals"),
        words("totals intro"),
        within if rule.within == "rounding_line" else words("totals hold"),
        words("vat tolerance", tolerance=settings.vat_tolerance),
        words(f"vat {settings.vat_method}"),
        words(f"zero {settings.zero_total}"),
    )


# --- held


def held_section(of: Subject) -> Section:
    words = of.words
    rows = [[words(f"hold {code}", **values), f"`{code}`"] for code, values in _reasons(of)]
    own = [[f"«{stop.reason.text}»", f"`{stop.id}`"] for stop in of.mapping.file.stops if stop.outcome == "hold"]
    return section(words("held"), words("held intro"), Table(head=[words("why"), words("word")], rows=[*own, *rows]))


def _reasons(of: Subject) -> Iterator[tuple[str, dict[str, object]]]:
    policy, settings = of.flow.policy, of.settings
    target: dict[str, object] = {"target": of.flow.target}
    yield "VAT_MISMATCH", {}
    if settings.on_invalid_vat_number == "error":
        yield "VAT_NUMBER_INVALID", {}
    yield "MIXED_VAT_COUNTRIES", {}
    yield "UNKNOWN_COUNTRY", {}
    yield "TOTAL_MISMATCH", {"tolerance": policy.totals.tolerance}
    yield "TOTALS_DIFFER", target
    if not policy.customers.single:
        yield "AMBIGUOUS", target
        if policy.customers.missing == "hold":
            yield "CUSTOMER_MISSING", target
    if policy.products.missing == "hold":
        yield "PRODUCT_MISSING", target
    if not policy.products.fallback:
        yield "NO_PRODUCT", {}
    if stops := [spec.name for spec in of.places.specs.values() if spec.stops]:
        yield "PAYLOAD", {**target, "tables": ", ".join(f"`{name}`" for name in stops)}
    if of.mapping.target == "credit_note":
        yield "ORIGINAL_UNKNOWN", {}
        yield "REFUND_EXCEEDS_REMAINING", {}
    yield from _by_policy(of)
    yield "REFUSED", target


def _by_policy(of: Subject) -> Iterator[tuple[str, dict[str, object]]]:
    policy = of.flow.policy
    if policy.closed_period == "hold":
        yield "PERIOD_CLOSED", {}
    if policy.edited_after_booking == "hold":
        yield "EDITED_AFTER_BOOKING", {}
    if held := [f"`{state}`" for state, action in policy.states.items() if action == "hold"]:
        yield "STATE", {"states": ", ".join(held)}
    if EVERY not in policy.states:
        yield "STATE_UNKNOWN", {}


# --- the mapping itself


def params_section(of: Subject) -> Section:
    words, settled = of.words, of.mapping.settled_params(of.flow.params)
    rows = [[f"`{param.name}`", f"`{settled[param.name]}`", param.doc] for param in of.mapping.params]
    return section(words("params"), Table(head=[words("param"), words("value"), words("for")], rows=rows))


def fields_section(of: Subject) -> Section:
    words = of.words
    rows = [[f"`{row.field}`", row.source, _place(of, row.place)] for row in lines.rows(of.mapping, words)]
    head = [words("field"), words("from"), words("place")]
    return section(words("fields"), Table(head=head, rows=rows, folded=words("fields title")))


def _place(of: Subject, span: Span) -> str:
    """A line of a mapping, as its file is found in the project or among the shipped ones."""
    path = of.mapping.file.files.get(span.file)
    for root in (of.project.folder, resources.shipped("mappings").parent):
        if path is not None and path.resolve().is_relative_to(root.resolve()):
            return f"{path.resolve().relative_to(root.resolve()).as_posix()}:{span.line}"
    return f"{span.file}:{span.line}"
