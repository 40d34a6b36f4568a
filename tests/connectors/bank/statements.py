"""CAMT.053 statements made for tests: entries in, XML out, with balances that add up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
IBAN = "DK5000400440116243"


def entry(amount: str, text: str = "", *, day: str = "2026-03-10", ref: str = "", more: str = "") -> str:
    worth = Decimal(amount)
    known = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    said = f"<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{more}</TxDtls></NtryDtls>" if text or more else ""
    side = "CRDT" if worth > 0 else "DBIT"
    return (
        f'<Ntry><Amt Ccy="DKK">{abs(worth)}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{known}{said}</Ntry>"
    )


def balance(code: str, amount: Decimal) -> str:
    side = "CRDT" if amount >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="DKK">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd></Bal>'
    )


def statement(entries: Iterable[tuple[str, str]], *, opening: str = "0.00", number: str = "1", iban: str = IBAN) -> str:
    """A statement of (amount, the entry's XML)."""
    rows = list(entries)
    start = Decimal(opening)
    end = start + sum((Decimal(amount) for amount, _ in rows), Decimal(0))
    head = f"<Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>DKK</Ccy></Acct>"
    body = "".join(xml for _, xml in rows)
    return f"<Stmt>{head}{balance('OPBD', start)}{balance('CLBD', end)}{body}</Stmt>"


def document(*statements: str) -> str:
    return f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>{"".join(statements)}</BkToCstmrStmt></Document>'


def lines(*rows: tuple[str, str], opening: str = "0.00", number: str = "1") -> str:
    """A document with one statement of (amount, text)."""
    return document(statement(((amount, entry(amount, text)) for amount, text in rows), opening=opening, number=number))
