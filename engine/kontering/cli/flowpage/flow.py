"""Puts a flow's page together: when, what is sold, its accounts and its VAT; the other sections are beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kontering import __version__
from kontering.accounting import roles
from kontering.accounting.settings import Settings
from kontering.cli.flowpage import lines, vat
from kontering.cli.flowpage.handling import payments_section, products_section, terms_section
from kontering.cli.flowpage.page import OPEN, Page, Section, Table, section
from kontering.cli.flowpage.places import places_of
from kontering.cli.flowpage.proof import fields_section, held_section, params_section, totals_section
from kontering.cli.flowpage.states import found_section, is_state, when_section
from kontering.cli.flowpage.subject import Subject, role_words
from kontering.cli.flowpage.words import Words
from kontering.connectors import registry
from kontering.mapping.load import load_mapping
from kontering.mapping.parts import Computed
from kontering.project.parts import Flow, Project
from kontering.project.policy import EVERY

DIGITS = 12  # of a digest: enough to tell two apart


def page_of(project: Project, flow: Flow, settings: Settings, words: Words, day: dt.date) -> Page:
    """The page of one flow."""
    subject = Subject(
        project=project,
        flow=flow,
        mapping=load_mapping(flow.mapping, project.roots),
        settings=settings,
        places=places_of(project.connections[flow.target], project, words),
        words=words,
        day=day,
    )
    own = (_when, _lines, _vat)
    others = (payments_section, terms_section, products_section, totals_section, held_section)
    mapping = (params_section, fields_section)
    made = (when_section, found_section) if is_state(subject) else (*own, *others)
    return Page(
        name=flow.name,
        title=words(f"title {_kind(subject)}", flow=flow.name, target=flow.target),
        lead=_lead(subject),
        sections=[make(subject) for make in (*made, *mapping)],
        foot=_foot(subject),
    )


def _kind(of: Subject) -> str:
    """What the flow makes, as far as the page has a word for it."""
    if is_state(of):
        return "state"
    return of.mapping.target if of.mapping.target in ("invoice", "credit_note") else "other"


def _lead(of: Subject) -> str:
    source = of.project.connections[of.flow.source]
    said = of.words(
        "lead",
        record=of.flow.kind,
        source=of.flow.source,
        source_title=registry.load(source.connector).title,
        document=of.words(_DOCUMENTS.get(_kind(of), "a document")),
        target=of.flow.target,
        target_title=of.places.connector.title,
    )
    return f"{said} {of.words('mapping says', mapping=of.mapping.name, doc=of.mapping.file.doc)}"


_DOCUMENTS = {"invoice": "an invoice", "credit_note": "a credit_note", "state": "a state"}


def _foot(of: Subject) -> str:
    return of.words(
        "foot",
        version=__version__,
        mapping=of.mapping.name,
        digest=of.mapping.digest[:DIGITS],
        project=of.project.name,
        project_digest=of.project.digest[:DIGITS],
    )


# --- when


def _when(of: Subject) -> Section:
    words, policy = of.words, of.flow.policy
    states = [
        [f"`{state}`" if state != EVERY else words("every other"), words(action)]
        for state, action in policy.states.items()
    ]
    rules = [
        [f"`{stop.id}`", f"`{stop.when.text}`", words(f"stop {stop.outcome}"), f"«{stop.reason.text}»"]
        for stop in of.mapping.file.stops
    ]
    return section(
        words("when"),
        _dated(of),
        Table(head=[words("state"), words("happens")], rows=states),
        Table(head=[words("rule"), words("condition"), words("happens"), words("reason")], rows=rules),
        words("schedule", schedule=words.schedule(policy.schedule)),
        words("needs", flows=", ".join(policy.needs)) if policy.needs else None,
        words(f"closed {policy.closed_period}"),
        words(f"edited {policy.edited_after_booking}"),
        words(f"mail {policy.mail.send}", target=of.flow.target),
    )


def _dated(of: Subject) -> str:
    part = lines.field(of.mapping.file.made, "date")
    if not isinstance(part, Computed):
        return ""
    zone = lines.param_value(part.options.zone, of.mapping, of.flow.params)
    return of.words(
        "dated", text=part.expression.text, zone=of.words("zoned", zone=zone) if isinstance(zone, str) else ""
    )


# --- lines and accounts


def _lines(of: Subject) -> Section:
    words, settings = of.words, of.settings
    rows = []
    for block in lines.blocks(of.mapping, "lines"):
        when = f" {words('when condition', text=block.when.text)}" if block.when is not None else ""
        kinds = ", ".join(words(kind) for kind in lines.kinds_of(block))
        source = lines.source_of(block.each, words)
        amount = lines.source_of(lines.field(block.made, "amount"), words)
        rows.append([f"`{block.id}`", kinds, f"{source}{when}".strip(), amount])
    accounts = list(_accounts(of))
    how = {"daily": words("daily"), "monthly": words("monthly")}.get(settings.recognition)
    return section(
        words("lines"),
        words("lines intro"),
        Table(head=[words("line"), words("kind"), words("of"), words("amount")], rows=rows),
        Table(
            head=[words("role"), words("for"), words("code"), *of.places.heads("role", "code")],
            rows=accounts,
        ),
        words("open accounts", target=of.flow.target) if _has_open(accounts) else None,
        words("discount_separate" if settings.discount_mode == "separate_line" else "discount_into"),
        words("deferred", how=how) if how else None,
        words("stock") if settings.stock == "consume_on_invoice" else None,
    )


def _has_open(rows: list[list[str]]) -> bool:
    return any(OPEN in row for row in rows)


def _accounts(of: Subject) -> Iterator[list[str]]:
    """A row for each role and VAT code that a document of this flow can have, One Stop Shop left to its own table."""
    found: dict[tuple[str, str], None] = {}
    for code in vat.codes(of.cases):
        if not code.startswith("OSS-"):
            found |= dict.fromkeys((role, code) for role in _roles(of, code))
    order = list(roles.ROLES)
    for role, code in sorted(found, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)):
        yield [f"`{role}`", role_words(role, of.words), f"`{code}`", *_cells(of, role, code)]


def _cells(of: Subject, role: str, code: str) -> list[str]:
    """VAT is on an account; product groups and the like are about what is sold."""
    sold = not role.startswith("vat_")
    columns = of.places.columns("role", "code")
    return [
        of.places.cell(*column, role=role, code=code) if sold or column[1] == "account" else "" for column in columns
    ]


def _roles(of: Subject, code: str) -> Iterator[str]:
    own_discount = of.settings.discount_mode == "separate_line"
    cards = of.settings.gift_card_kind == "multi_purpose"
    for kind in of.kinds:
        if (kind == "gift_card" and cards) != (code == roles.OUT) and kind != "rounding":
            continue
        yield roles.line_role(kind, code, own_discount=own_discount, tip=of.settings.tip_role)
    if code in (roles.OUT, *_FREE) or code.endswith("RC") or code == f"{of.settings.country}0":
        return
    yield roles.vat_role(code)


_FREE = (roles.EU_GOODS, roles.EU_SERVICES, roles.EXPORT_GOODS, roles.EXPORT_SERVICES)


# --- VAT


def _vat(of: Subject) -> Section:
    words, settings = of.words, of.settings
    supplies = ", ".join(words(f"supply {supply}") for supply in of.supplies)
    return section(
        words("vat"),
        words("vat intro", day=of.day.isoformat()),
        words("credit vat") if of.mapping.target == "credit_note" else None,
        words("supplies", supplies=supplies),
        vat.table(of.cases, of.places, words, settings),
        words("below", country=settings.country) if settings.oss == "below_threshold" else None,
        vat.oss_table(of.supplies, of.day, of.places, words, settings),
        words(f"number {settings.on_invalid_vat_number}"),
        words(f"abroad {settings.domestic_vat_abroad}"),
        words(f"untaxed {settings.untaxed_domestic}"),
    )
