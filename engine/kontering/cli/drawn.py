"""A dry run as people read it: each document's steps, VAT and postings, then what is put aside, then the sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from kontering.cli import output
from kontering.model.document import Planned, Posting
from kontering.model.money import digits
from kontering.model.plan import Hold, LookUp, Skip, Step, Todo, Trial, Wait
from kontering.model.state import State
from kontering.model.voucher import Document, PlannedVoucher
from kontering.sync.dry import Item, Report

SIGNS = {"create": "+", "change": "~", "fill": "+", "book": "✓", "mail": "✉"}
PAINT = {"held": output.careful, "failed": output.bad, "waiting": output.careful, "skipped": output.dim}
LONGEST = 48
ASIDE = ("held", "failed", "waiting", "skipped")


def report(found: Report, *, brief: bool) -> None:
    """The whole of it."""
    for item in found.items:
        if item.outcome == "deliver":
            _write([_head(item)] if brief else _document(item))
    _write([""] if brief and found.counts()["deliver"] else [])
    for outcome in ASIDE:
        _write(_aside([item for item in found.items if item.outcome == outcome], outcome, brief=brief))
    _write(output.painted(problem) for problem in found.unreadable)
    _write(_sums(found))


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        output.say(line)


def _head(item: Item) -> str:
    document = item.document
    if document is None:
        return output.bold(item.key)
    if isinstance(document, PlannedVoucher):
        what = f"{document.kind.replace('_', ' ')} {document.number}, {document.date}"
        return f"{output.bold(item.key)}  {what} → {item.target}"
    if isinstance(document, State):
        what = f"{_words(document.kind)} {document.number}"
        named = f", {_short(document.name)}" if document.name != document.number else ""
        return f"{output.bold(item.key)}  {what}{named} → {item.target}"
    total = f"{document.totals.gross} {document.currency}"
    codes = ", ".join(item.vat_codes)
    what = f"{document.kind.replace('_', ' ')} {document.number}, {document.date}, {_short(document.customer.name)}"
    return f"{output.bold(item.key)}  {what}, {output.bold(total)}, {codes} → {item.target}"


def _short(name: str) -> str:
    """A name of a reasonable length; associations can have very long ones."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _document(item: Item) -> Iterator[str]:
    document = item.document
    yield _head(item)
    if document is None:
        return
    yield from (f"  {line}" for line in _steps(item.todo, document))
    yield from (f"  {output.careful('!')} {warned.code}: {warned.message}" for warned in document.warnings)
    yield from (f"  {line}" for line in (_vat(document) if isinstance(document, Planned) else ()))
    if item.postings and not _is_booked(item):
        yield output.dim("  It stays a draft; once it is booked it posts:")
    if not isinstance(document, State):
        yield from (f"  {line}" for line in _postings(item.postings, document.base_currency))
    yield ""


def _is_booked(item: Item) -> bool:
    """Does the plan book the document, so that it is posted? A voucher is, as soon as it is there."""
    if isinstance(item.document, PlannedVoucher):
        return True
    if isinstance(item.document, State):
        return False
    return any(isinstance(entry, Step) and entry.action == "book" and entry.key == item.key for entry in item.todo)


# --- steps


def _steps(todo: Sequence[Todo], document: Document) -> list[str]:
    rows = [row for entry in todo if (row := _row(entry, document))]
    return [_painted(line) for line in output.columns(rows)] if rows else []


def _painted(line: str) -> str:
    return output.good(line) if line[0] in "+✓✉" else output.careful(line) if line[0] in "~?…" else line


def _row(entry: Todo, document: Document) -> tuple[str, str, str] | None:
    match entry:
        case Step(action=action, kind=kind, key=key, reason=reason):
            return f"{SIGNS.get(action, '+')} {action} {_words(kind)}", _name(kind, key, document), reason
        case LookUp(kind=kind, key=key, reason=reason):
            return f"? find or create {_words(kind)}", _name(kind, key, document), reason
        case Trial(step=step):
            return f"? try {_words(step.kind)}", _name(step.kind, step.key, document), "the target's own totals"
        case Wait(reason=reason):
            return "… then", "", reason
        case Hold() | Skip():
            return None


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _name(kind: str, key: str, document: Document) -> str:
    """What a person calls the thing of a step."""
    if isinstance(document, PlannedVoucher):
        return document.number if key == document.key else key
    if isinstance(document, State):
        return document.name if key == document.thing[1] else key.rpartition("/")[2]
    if kind == "customer":
        return document.customer.name
    if kind == "product":
        return key.partition("/product/")[2]
    if kind == "payment":
        number = key.rpartition("/")[2]
        paid = document.payments[int(number) - 1] if number.isdecimal() and number != "0" else None
        return f"{paid.method} {paid.amount}" if paid else key
    return document.number if key == document.key else key


# --- VAT and postings


def _vat(document: Planned) -> list[str]:
    places = digits(document.currency)
    rows = [
        (row.code, f"{row.rate} %", f"{row.base:.{places}f} {document.currency}", f"VAT {row.vat:.{places}f}")
        for row in document.totals.rates
    ]
    lines = output.columns(rows, right=(1, 2)) if rows else []
    return [output.dim(f"VAT codes  {line}" if at == 0 else f"           {line}") for at, line in enumerate(lines)]


def _postings(postings: Sequence[Posting], currency: str) -> list[str]:
    """Each voucher as a table: role, debit, credit, VAT code; amounts are in base currency."""
    rows = [
        (posting.kind if at == 0 else "", line.role, _debit(line.amount), _debit(-line.amount), line.code or "")
        for posting in postings
        for at, line in enumerate(posting.lines)
    ]
    head = ("voucher", "role", f"debit {currency}", "credit", "code")
    return output.columns([head, *rows], right=(2, 3)) if rows else []


def _debit(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount > 0 else ""


# --- what is put aside


def _aside(items: Sequence[Item], outcome: str, *, brief: bool) -> Iterator[str]:
    if not items:
        return
    yield output.bold(f"{outcome.capitalize()}:")
    for item in items:
        name = f"{item.key}" + (f" ({item.number})" if item.number else "")
        yield f"  {PAINT[outcome](name)} → {item.target}  {item.code}: {item.reason}"
        if outcome != "skipped" and not brief:
            yield from (f"      {line}" for line in output.behind(item.problems, item.reason))
    yield ""


# --- sums


def _sums(found: Report) -> Iterator[str]:
    going = [item for item in found.items if item.outcome == "deliver" and _is_booked(item)]
    for target in sorted({item.target for item in going}):
        yield from _sum([item for item in going if item.target == target], target)
    counts = found.counts()
    parts = [f"{counts[outcome]} {word}" for outcome, word in _WORDS.items() if counts[outcome]]
    parts += [f"{len(found.unreadable)} can't be read"] if found.unreadable else []
    said = ", ".join(parts) or "Nothing to do: everything that the sources have is known and delivered"
    yield output.bold(said + ".") + (" Nobody was asked." if found.offline else "")


_WORDS = {
    "deliver": "to deliver",
    "nothing": "already as it should be",
    "waiting": "waiting",
    "held": "held",
    "failed": "failed",
    "skipped": "skipped",
}


def _sum(items: Sequence[Item], target: str) -> Iterator[str]:
    """What all of it would post, by role and VAT code."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item in items:
        for posting in item.postings:
            for line in posting.lines:
                sums[line.role, line.code or ""] += line.amount
    rows = [(role, code, _debit(total), _debit(-total)) for (role, code), total in sorted(sums.items()) if total]
    yield output.bold(f"{output.count(len(items), 'document')} to {target} would be posted, in all:")
    yield from (f"  {line}" for line in output.columns([("role", "code", "debit", "credit"), *rows], right=(2, 3)))
    yield ""
