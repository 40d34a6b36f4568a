"""How a flow's page tells of payments and their accounts, of buyers with their terms, and of products."""

from __future__ import annotations

from kontering.accounting import payments as money
from kontering.cli.flowpage import lines
from kontering.cli.flowpage.page import Section, Table, section
from kontering.cli.flowpage.subject import Subject, role_words
from kontering.project.policy import EVERY, registers

# --- payments


def payments_section(of: Subject) -> Section:
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


def terms_section(of: Subject) -> Section:
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


def products_section(of: Subject) -> Section:
    words, products = of.words, of.flow.policy.products
    keys = ", ".join(f"`{key}`" for key in products.match)
    missing = words(f"product {products.missing}", number=products.fallback)
    return section(
        words("products"),
        f"{words('product match', keys=keys)} {missing}",
        words("no product", number=products.fallback) if products.fallback else None,
        words("update", fields=", ".join(products.update)) if products.update else None,
    )
