"""What preparing a document may know of other documents: those that are stored, and those of the page being read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kontering.accounting import bank
from kontering.model.bank import Decision, OpenItem
from kontering.model.document import Planned
from kontering.model.voucher import Document, PlannedVoucher, about

Sold = tuple[str, Planned]
"""A flow's name, and an invoice or credit note that it has settled."""

Registers = Callable[[str, str], str | None]
"""The role of the account that a flow puts payments of a method on; None: it doesn't register them, so that they are
still expected, say on the bank."""

Reckon = Callable[[Sequence[Sold], Sequence[PlannedVoucher], Registers], Sequence[OpenItem]]
"""What is expected on the bank by these sales and vouchers; for sales that aren't stored, as in a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Other documents of one target, as far as they are booked or will be.

    `invoice` is the newest edition of an invoice, `booked` the one that the target has booked; `about` are the
    vouchers that belong to a document or close it; `edition` is a sale by its very key, `recognitions` are what was
    taken to revenue of it; `sales` are all invoices and credit notes, `vouchers` all else, `open_items` what is
    expected on the bank, and `decided` what a person said of a bank line. `origin` is the record of the target that
    something in the source was made of, by its kinds and id or its printed number; `delivered` is the invoice that was
    delivered to the source.
    """

    invoice: Callable[[str], Planned | None]
    credits_of: Callable[[str, str], Sequence[Planned]]
    numbers: Callable[[str, str], Mapping[str, str]]
    booked: Callable[[str], Planned | None] = lambda key: None
    about: Callable[[str], Sequence[PlannedVoucher]] = lambda key: ()
    edition: Callable[[str], Planned | None] = lambda key: None
    recognitions: Callable[[str], Sequence[PlannedVoucher]] = lambda key: ()
    sales: Callable[[], Sequence[Sold]] = tuple
    vouchers: Callable[[], Sequence[PlannedVoucher]] = tuple
    open_items: Callable[[Registers], Sequence[OpenItem]] = lambda registers: ()
    reckon: Reckon | None = None
    decided: Callable[[str], Decision | None] = lambda key: None
    origin: Callable[[Sequence[str], str, str | None], str | None] = lambda kinds, id_, number: None
    delivered: Callable[[str], Planned | None] = lambda key: None


NOBODY = Others(invoice=lambda key: None, credits_of=lambda key, but: (), numbers=lambda kind, number: {})


@dataclass(slots=True)
class Settled:
    """Documents that are settled and not stored yet: those of a page that is being read, or of a dry run."""

    flow: str = ""
    by_key: dict[str, Document] = field(default_factory=dict)
    by_number: dict[tuple[str, str], str] = field(default_factory=dict)
    by_invoice: dict[str, list[Planned]] = field(default_factory=dict)
    closing: dict[str, list[PlannedVoucher]] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        self.by_key[document.key] = document
        self.by_number.setdefault((document.kind, document.number), document.key)
        if isinstance(document, PlannedVoucher):
            for key in keys_of(document):
                self.closing.setdefault(key, []).append(document)
        elif isinstance(document, Planned) and document.credits:
            self.by_invoice.setdefault(document.credits, []).append(document)


def keys_of(voucher: PlannedVoucher) -> tuple[str, ...]:
    """The documents that a voucher belongs to or closes."""
    named = (about(voucher), *(one.key for one in voucher.closes))
    return tuple(dict.fromkeys(key for key in named if key))


@dataclass(slots=True)
class _Beside:
    """What is stored, and beside it what is settled."""

    others: Others
    settled: Settled
    reckoned: dict[int, Sequence[OpenItem]] = field(default_factory=dict)

    def invoice(self, key: str) -> Planned | None:
        found = self.settled.by_key.get(key)
        return found if isinstance(found, Planned) and found.kind == "invoice" else self.others.invoice(key)

    def credits_of(self, key: str, but: str) -> Sequence[Planned]:
        ours = [one for one in self.settled.by_invoice.get(key, ()) if one.key != but]
        newer = {one.key for one in ours}
        return (*(one for one in self.others.credits_of(key, but) if one.key not in newer), *ours)

    def numbers(self, kind: str, number: str) -> Mapping[str, str]:
        key = self.settled.by_number.get((kind, number))
        return self.others.numbers(kind, number) or ({number: key} if key else {})

    def about(self, key: str) -> Sequence[PlannedVoucher]:
        return _newest(self.others.about(key), self.settled.closing.get(key, ()))

    def edition(self, key: str) -> Planned | None:
        found = self.settled.by_key.get(key)
        return found if isinstance(found, Planned) else self.others.edition(key)

    def recognitions(self, key: str) -> Sequence[PlannedVoucher]:
        ours = [one for one in self.settled.closing.get(key, ()) if one.kind == "recognition"]
        return _newest(self.others.recognitions(key), ours)

    def sales(self) -> Sequence[Sold]:
        ours = [(self.settled.flow, one) for one in self.settled.by_key.values() if isinstance(one, Planned)]
        newer = {one.key for _, one in ours}
        return (*(sold for sold in self.others.sales() if sold[1].key not in newer), *ours)

    def vouchers(self) -> Sequence[PlannedVoucher]:
        ours = [one for one in self.settled.by_key.values() if isinstance(one, PlannedVoucher)]
        return _newest(self.others.vouchers(), ours)

    def open_items(self, registers: Registers) -> Sequence[OpenItem]:
        settled = self.settled.by_key.values()
        lines = (one for one in settled if isinstance(one, PlannedVoucher) and one.kind == "bank_line")
        paid = defaultdict[str, Decimal](Decimal)
        for part in (part for one in lines for part in one.closes):
            paid[part.key] += part.amount
        return bank.less(self._expected(registers), paid)

    def _expected(self, registers: Registers) -> Sequence[OpenItem]:
        """By what is stored; and where more than bank lines is settled, reckoned with all of that."""
        more = [one for one in self.settled.by_key.values() if one.kind != "bank_line"]
        if self.others.reckon is None or not more:
            return self.others.open_items(registers)
        if len(more) not in self.reckoned:
            ours = [one for one in more if isinstance(one, PlannedVoucher)]
            vouchers = _newest(self.others.vouchers(), ours)
            self.reckoned.clear()
            self.reckoned[len(more)] = self.others.reckon(self.sales(), vouchers, registers)
        return self.reckoned[len(more)]


def beside(others: Others, settled: Settled) -> Others:
    """What is known, and beside it what is settled; that may grow meanwhile."""
    both = _Beside(others, settled)
    return replace(
        others,
        invoice=both.invoice,
        credits_of=both.credits_of,
        numbers=both.numbers,
        about=both.about,
        edition=both.edition,
        recognitions=both.recognitions,
        sales=both.sales,
        vouchers=both.vouchers,
        open_items=both.open_items,
    )


def _newest(stored: Sequence[PlannedVoucher], ours: Sequence[PlannedVoucher]) -> Sequence[PlannedVoucher]:
    newer = {one.key for one in ours}
    return (*(one for one in stored if one.key not in newer), *ours)
