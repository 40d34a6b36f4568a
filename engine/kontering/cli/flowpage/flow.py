"""Puts a flow's page together: each section from the policy, the mapping, the seller's settings and the target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from kontering import __version__, resources
from kontering.accounting import payments as money
from kontering.accounting import roles
from kontering.accounting.settings import Settings
from kontering.cli.flowpage import lines, vat
from kontering.cli.flowpage.page import OPEN, Page, Section, Table, section
from kontering.cli.flowpage.places import Places, places_of
from kontering.cli.flowpage.words import Words
from kontering.connectors import registry
from kontering.diagnostics import Span
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import Computed
from kontering.model.document import LineKind, Supply
from kontering.project.parts import Flow, Project
from kontering.project.policy import EVERY, registers

DIGITS = 12  # of a digest: enough to tell two apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A flow with everything that its page is made from; `day` decides which VAT rates there are."""

    project: Project
    flow: Flow
    mapping: Mapping
    settings: Settings
    places: Places
    words: Words
    day: dt.date

    @property
    def kinds(self) -> list[LineKind]:
        found = [kind for block in lines.blocks(self.mapping, "lines") for kind in lines.kinds_of(block)]
        return list(dict.fromkeys(found))

    @property
    def supplies(self) -> list[Supply]:
        return lines.supplies_of(self.mapping, self.flow.params, self.flow.policy.supply)

    @property
    def cases(self) -> list[vat.Case]:
        return vat.cases(self.supplies, self.kinds, self.day, self.settings)


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
    made = (_when, _lines, _vat, _payments, _terms, _products, _totals, _held, _params, _fields)
    return Page(
        name=flow.name,
        title=words(f"title {_kind(subject)}", flow=flow.name, target=flow.target),
        lead=_lead(subject),
        sections=[make(subject) for make in made],
        foot=_foot(subject),
    )


def _kind(of: Subject) -> str:
    """What the flow makes, as far as the page has a word for it."""
    return of.mapping.target if of.mapping.target in ("invoice", "credit_note") else "other"


def _lead(of: Subject) -> str:
    source = of.project.connections[of.flow.source]
    said = of.words(
        "lead",
        record=of.flow.kind,
        source=of.flow.source,
        source_title=registry.load(source.connector).title,
        document=of.words({"invoice": "an invoice", "credit_note": "a credit_note"}.get(_kind(of), "a document")),
        target=of.flow.target,
        target_title=of.places.connector.title,
    )
    return f"{said} {of.words('mapping says', mapping=of.mapping.name, doc=of.mapping.file.doc)}"


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


def role_words(role: str, words: Words) -> str:
    """What a role is for."""
    general = "vat_oss" if role.startswith("vat_oss_") else role
    return words.known(f"role {general}", roles.ROLES.get(role, ""))


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


# --- payments


def _payments(of: Subject) -> Section:
    words, settings, policy = of.words, of.settings, of.flow.policy
    owed = of.places.account("receivable")
    step = settings.cash_rounding
    return section(
        words("payments"),
        words("receivable intro", account=words("account is", account=owed) if owed else ""),
        Table(
            head=[words("method"), words("registered"), words("role"), words("for"), words("give account")],
            rows=[_method(of, method) for method in _methods(of)],
        ),
        words("credit intro") if of.mapping.target == "credit_note" or "refunded" in policy.states else None,
        words("prepaid") if settings.prepayments == "customer_prepayment" else None,
        words("cash rounding", step=step) if step is not None else None,
        words("currency", currency=settings.base_currency),
    )


def _methods(of: Subject) -> list[str]:
    """Methods that somebody names, and `*` for all others."""
    policy = of.flow.policy
    named = [*lines.methods_of(of.mapping), *of.settings.clearing, *policy.terms.by_method, *policy.payments.register]
    return [*(name for name in dict.fromkeys(named) if name != EVERY), EVERY]


def _method(of: Subject, method: str) -> list[str]:
    words = of.words
    role = money.role_of(method, of.settings)
    registered = registers(of.flow.policy.payments, method)
    shown = words("own methods") if method == EVERY else f"`{method}`"
    return [
        shown,
        words("yes" if registered else "no"),
        f"`{role}`",
        role_words(role, words),
        of.places.account(role),
    ]


# --- buyers, terms, products


def _terms(of: Subject) -> Section:
    words, customers, terms = of.words, of.flow.policy.customers, of.flow.policy.terms
    groups = (("consumer", customers.consumer), ("business", customers.business), ("public", customers.public))
    rows = [
        [words(name), group.group or "", *_days(of, terms.default if group.terms is None else group.terms)]
        for name, group in groups
    ]
    rows += [[words("paid by", method=f"`{name}`"), "", *_days(of, days)] for name, days in terms.by_method.items()]
    found = words(f"missing {customers.missing}")
    match = words("match", keys=", ".join(f"`{key}`" for key in customers.match))
    head = [words("buyer"), words("group", target=of.flow.target), words("days"), *of.places.heads("days")]
    return section(
        words("terms"),
        words("single", number=customers.single) if customers.single else f"{match} {found}",
        words("update", fields=", ".join(customers.update)) if customers.update else None,
        Table(head=head, rows=rows),
    )


def _days(of: Subject, days: int) -> list[str]:
    return [of.words("otherwise", days=days), *of.places.cells(days=days)]


def _products(of: Subject) -> Section:
    words, products = of.words, of.flow.policy.products
    keys = ", ".join(f"`{key}`" for key in products.match)
    missing = words(f"product {products.missing}", number=products.fallback)
    return section(
        words("products"),
        f"{words('product match', keys=keys)} {missing}",
        words("no product", number=products.fallback) if products.fallback else None,
        words("update", fields=", ".join(products.update)) if products.update else None,
    )


# --- totals


def _totals(of: Subject) -> Section:
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


def _held(of: Subject) -> Section:
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


def _params(of: Subject) -> Section:
    words, settled = of.words, of.mapping.settled_params(of.flow.params)
    rows = [[f"`{param.name}`", f"`{settled[param.name]}`", param.doc] for param in of.mapping.params]
    return section(words("params"), Table(head=[words("param"), words("value"), words("for")], rows=rows))


def _fields(of: Subject) -> Section:
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
