"""What a target does on an ordinary day: find, create, update, draft, prove, book, pay, credit, mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kontering.project.policy import Mail, Policy, TotalsRule
from kontering.testing.targets.bench import Bench, Count, bench, forgotten
from kontering.testing.targets.books import Books, NotTaken, Paper
from kontering.testing.targets.sales import buyer, line, refund, sale

FULL = Decimal("250.00")
EURO, IN_KRONER = "7.4605", Decimal("1865.13")


def a_sale_is_booked_once_with_its_customer_and_product(books: Books) -> None:
    """Create: one customer, one product, one booked invoice of the right amount; a second run writes nothing."""
    with bench(books) as here:
        done(here, sale())
        count, writes = here.count(), len(here.writes) if here.system else 0
        done(here, sale())
        assert [paper.gross for paper in count.booked] == [FULL], f"250.00 was sold, the books have {count.papers}"
        assert not count.drafts, f"a draft is left: {count.drafts}"
        assert_names(books, count)
        assert here.count() == count, f"a second run changed {count} to {here.count()}"
        assert not here.system or len(here.writes) == writes, "a second run wrote something, though nothing had changed"


def what_is_there_is_found(books: Books) -> None:
    """Find: another shop's sale of the same buyer and product makes neither anew."""
    finds = [kind for kind in ("customer", "product") if kind in books.connector.takes]
    asked = {"customer": {"email", "vat_number"}, "product": {"sku", "number"}}
    able = [kind for kind in finds if asked[kind] & books.connector.takes[kind].finds]
    if not able:
        raise NotTaken(f"{books.connector.name} can't be asked for customers or products")
    with bench(books) as here:
        done(here, sale())
        before = here.count()
        with forgotten(here) as other:
            done(other, sale("2001"))
            after = other.count()
        assert "customer" not in able or after.customers == before.customers, (
            f"the buyer {BUYER_IS} was there, and the books have {after.customers}"
        )
        assert "product" not in able or after.products == before.products, (
            f"the product was there, and the books have {after.products}"
        )


def a_customer_follows_the_source(books: Books) -> None:
    """Update: where the flow says so, a new name of the buyer is the customer's new name."""
    books.takes("customer", "change")
    policy = replace(books.policy, customers=replace(books.policy.customers, update=("name",)))
    with bench(books) as here:
        done(here, sale(), policy=policy)
        done(here, sale("1002", customer=buyer(name="Asta Holm")), policy=policy)
        names = here.count().customers
        assert names == ("Asta Holm",), f"Asta Lindgaard is called Asta Holm now, the books have {names}"


def a_product_follows_the_source(books: Books) -> None:
    """Update: where the flow says so, a new name in the shop is the product's new name."""
    books.takes("product", "change")
    policy = replace(books.policy, products=replace(books.policy.products, update=("name",)))
    with bench(books) as here:
        done(here, sale(), policy=policy)
        done(here, sale("1002", line(name="Tin mug", text="Tin mug")), policy=policy)
        names = here.count().products
        assert "Tin mug" in names, f"the product is called Tin mug now, the books have {names}"
        assert "Enamel mug" not in names, f"the product was made a second time: {names}"


def a_draft_stays_a_draft_until_it_is_to_be_booked(books: Books) -> None:
    """Draft: an open sale is a draft, changes with its sale, and is booked when that is paid; there is always one."""
    books.takes("invoice", "change")
    books.takes("invoice", "book")
    with bench(books) as here:
        done(here, sale(state="open", paid="0"))
        first = here.count()
        done(here, sale("1001", line("500.00"), state="open", paid="0", version="2"))
        second = here.count()
        done(here, sale("1001", line("500.00"), version="3"))
        third = here.count()
    for count, gross, booked in ((first, "250.00", False), (second, "500.00", False), (third, "500.00", True)):
        seen = [(paper.gross, paper.booked) for paper in count.papers]
        assert seen == [(Decimal(gross), booked)], f"{gross} {'booked' if booked else 'as a draft'} was due: {seen}"


def an_ore_gets_a_rounding_line(books: Books) -> None:
    """Prove: three times 0.99 is 2.97, however the target rounds VAT; what is missing is a line of its own."""
    with bench(books) as here:
        ended = here.run(small_change(3))
        grosses = [paper.gross for paper in here.count().booked]
        assert grosses == [Decimal("2.97")], f"2.97 was sold, {grosses} is booked; {ended}"


def a_difference_beyond_the_tolerance_is_held(books: Books) -> None:
    """Prove: where the target comes to another total than the shop and a person must look, nothing is booked."""
    strict = replace(books.policy, totals=TotalsRule(tolerance=Decimal(0)))
    with bench(books) as here:
        ended = here.run(small_change(3), policy=strict)
        count = here.count()
        right = [paper.gross for paper in count.booked] == [Decimal("2.97")] and not ended
        held = not count.booked and "TOTALS" in ended.get("invoice/1001", "")
        assert right or held, f"2.97 was sold: {[paper.gross for paper in count.booked]} is booked, and {ended}"


def a_payment_closes_its_invoice(books: Books) -> None:
    """Pay in full: the money is registered once, and nothing of the invoice is open."""
    books.takes("payment")
    with bench(books) as here:
        done(here, sale())
        assert_paid(here.count(), [FULL], Decimal(0))


def a_part_payment_leaves_the_rest_open(books: Books) -> None:
    """Pay in part."""
    books.takes("payment")
    with bench(books) as here:
        done(here, sale(paid="100.00"))
        assert_paid(here.count(), [Decimal("100.00")], Decimal("150.00"))


def a_refund_of_everything_is_a_credit_note(books: Books) -> None:
    """Credit in full: one credit note of the whole amount, booked, and the money goes back."""
    books.takes("credit_note")
    with bench(books) as here:
        done(here, sale(), refunds=[refund("88", "1001")])
        assert_credited(books, here.count(), FULL)


def a_refund_of_a_part_is_a_credit_note_of_that_part(books: Books) -> None:
    """Credit in part: one of two mugs."""
    books.takes("credit_note")
    with bench(books) as here:
        done(here, sale(), refunds=[refund("88", "1001", line("125.00", quantity="1"))])
        assert_credited(books, here.count(), Decimal("125.00"))


def a_credit_note_waits_for_its_invoice(books: Books) -> None:
    """Credit: a refund that comes first is held until its invoice is booked."""
    books.takes("credit_note")
    with bench(books) as here:
        ended = here.run(refunds=[refund("88", "1001")])
        assert ended, "a refund of an unknown sale was delivered"
        assert not here.count().papers, f"a refund of an unknown sale was delivered: {here.count().papers}"
        done(here, sale(), refunds=[refund("88", "1001")])
        assert_credited(books, here.count(), FULL)


def a_sale_in_another_currency_keeps_its_amount(books: Books) -> None:
    """250 euro are 250 euro or, in books of kroner only, what they are worth; or the sale is held."""
    with bench(books) as here:
        ended = here.run(sale(currency="EUR", fx=EURO))
        count = here.count()
        if ended:
            assert not count.booked, f"booked, and yet {ended}"
            raise NotTaken(f"{books.connector.name} holds a sale in euro: {ended['invoice/1001']}")
        grosses, left = [paper.gross for paper in count.booked], [paper.open for paper in count.booked]
        assert grosses in ([FULL], [IN_KRONER]), f"250 euro were sold, the books have {grosses}"
        assert left in ([None], [Decimal(0)]), f"250 euro were paid, and {left} is open"


def the_books_balance(books: Books) -> None:
    """After a sale, a part payment and a refund all entries add up to nothing."""
    balance = books.asked("balance")
    with bench(books) as here:
        back = [refund("88", "1001")] if "credit_note" in books.connector.takes else []
        done(here, sale(), sale("1002", paid="100.00"), refunds=back)
        with here.state() as state:
            left = balance(state)
        assert left == 0, f"the entries add up to {left}"


def the_target_sends_it_by_mail_once(books: Books) -> None:
    """Mail: where the flow lets the target send invoices, it does so once; else never."""
    if books.takes("invoice").mail is None:
        raise NotTaken(f"{books.connector.name} sends no mail")
    with bench(books) as here:
        done(here, sale())
        assert not any(paper.mailed for paper in here.count().papers), "an invoice was sent, though nobody asked for it"
        done(here, sale("1002"), policy=replace(books.policy, mail=Mail(send="target")))
        sent = [paper.reference for paper in here.count().papers if paper.mailed]
        assert sent == ["1002"], f"1002 was to be sent, {sent or 'nothing'} was"


ORDINARY = (
    a_sale_is_booked_once_with_its_customer_and_product,
    what_is_there_is_found,
    a_customer_follows_the_source,
    a_product_follows_the_source,
    a_draft_stays_a_draft_until_it_is_to_be_booked,
    an_ore_gets_a_rounding_line,
    a_difference_beyond_the_tolerance_is_held,
    a_payment_closes_its_invoice,
    a_part_payment_leaves_the_rest_open,
    a_refund_of_everything_is_a_credit_note,
    a_refund_of_a_part_is_a_credit_note_of_that_part,
    a_credit_note_waits_for_its_invoice,
    a_sale_in_another_currency_keeps_its_amount,
    the_books_balance,
    the_target_sends_it_by_mail_once,
)

BUYER_IS = "asta@example.dk"


def done(here: Bench, *sales: Any, refunds: Sequence[Any] = (), policy: Policy | None = None) -> None:
    """Delivered to the end: nothing is held, waiting or unsure."""
    ended = here.run(*sales, refunds=refunds, policy=policy)
    assert not ended, f"not done: {ended}{' after ' + here.troubles[-1] if here.troubles else ''}"


def small_change(lines: int) -> Any:
    """Lines whose VAT, rounded one by one, isn't the VAT of their sum."""
    return sale("1001", *(line("0.99", quantity="1") for _ in range(lines)))


def assert_names(books: Books, count: Count) -> None:
    """Customers and products, where the target keeps them."""
    if "customer" in books.connector.takes:
        assert count.customers == ("Asta Lindgaard",), f"Asta Lindgaard bought, the books have {count.customers}"
    if "product" in books.connector.takes:
        assert count.products.count("Enamel mug") == 1, f"an enamel mug was sold, the books have {count.products}"


def assert_paid(count: Count, payments: list[Decimal], open_: Decimal) -> None:
    assert list(count.payments) == payments, f"{payments} was paid, the books have {count.payments}"
    left = [paper.open for paper in count.booked if paper.open is not None]
    assert not left or left == [open_], f"{open_} is left to pay, the books say {left}"


def assert_credited(books: Books, count: Count, amount: Decimal) -> None:
    notes = [paper for paper in count.papers if paper.kind == "credit_note"]
    assert [(note.gross, note.booked) for note in notes] == [(amount, True)], f"{amount} was to be credited: {notes}"
    invoices: list[Paper] = [paper for paper in count.booked if paper.kind == "invoice"]
    assert [paper.gross for paper in invoices] == [FULL], f"the invoice isn't what it was: {invoices}"
    if "payment" in books.connector.takes:
        assert -amount in count.payments, f"{amount} went back, the books have {count.payments}"
