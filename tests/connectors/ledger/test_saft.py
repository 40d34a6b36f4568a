"""The audit file: well-formed, complete, in the order that the schema demands, and true to the entries."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.connectors.ledger.books import booked, credit, customer, line, opened, payment, posting, sale, step, totals

from kontering.connectors.ledger import reads, saft
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Misuse

FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 12, 31)
COMPANY = {
    "name": "Nordlys Kaffe ApS",
    "vat_number": "DK31415926",
    "street": "Torvet 1",
    "postcode": "8000",
    "city": "Aarhus C",
    "iban": "DK5000400440116243",
}
ORDER = {
    "AuditFile": ["Header", "MasterFiles", "GeneralLedgerEntries"],
    "Header": [
        *("AuditFileVersion", "AuditFileCountry", "AuditFileDateCreated", "SoftwareCompanyName", "SoftwareID"),
        *("SoftwareVersion", "Company", "DefaultCurrencyCode", "SelectionCriteria", "TaxEntity"),
    ],
    "Company": ["CVR", "Name", "Address", "TaxRegistration", "BankAccount"],
    "Address": ["StreetName", "City", "PostalCode", "Country"],
    "MasterFiles": ["GeneralLedgerAccounts", "Customers", "Suppliers", "TaxTable"],
    "Account": [
        *("AccountID", "AccountDescription", "StandardAccountID", "AccountType"),
        *("OpeningDebitBalance", "OpeningCreditBalance", "ClosingDebitBalance", "ClosingCreditBalance"),
    ],
    "Customer": ["CustomerID", "RegistrationNumber", "Name", "Address"],
    "TaxCodeDetails": ["TaxCode", "EffectiveDate", "Description", "TaxPercentage", "Country"],
    "GeneralLedgerEntries": ["NumberOfEntries", "TotalDebit", "TotalCredit", "Journal"],
    "Journal": ["JournalID", "Description", "Type", "Transaction"],
    "Transaction": [
        *("TransactionID", "Period", "PeriodYear", "TransactionDate", "Description", "SystemEntryDate"),
        *("GLPostingDate", "SystemID", "Line"),
    ],
    "Line": [
        *("RecordID", "AccountID", "SourceDocumentID", "CustomerID", "SupplierID", "Description"),
        *("DebitAmount", "CreditAmount", "TaxInformation"),
    ],
    "TaxInformation": ["TaxType", "TaxCode", "TaxPercentage", "TaxBase", "TaxAmount"],
    "DebitAmount": ["Amount", "CurrencyCode", "CurrencyAmount", "ExchangeRate"],
}


def a_year(ledger: Ledger) -> None:
    buyer = customer(ledger, name="Søren & <Søn>\x00 👋", vat_number="31415926")
    early = [posting("invoice", dt.date(2026, 3, 1), receivable="100.00", revenue="-80.00/DK25", vat_out="-20.00/DK25")]
    invoice = booked(ledger, "shop/order/0", sale(buyer.id, date=dt.date(2026, 3, 1), postings=early))
    ledger.send(step("create", "payment", "shop/order/0#payment/1", payment(invoice, "100.00")))
    booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")
    two = posting(
        "invoice", receivable="125.01", revenue="-66.67/DK25", shipping_revenue="-33.34/DK25", vat_out="-25.00/DK25"
    )
    lines = [line("100.01", "25.00")]
    booked(ledger, "shop/order/1", sale(buyer.id, lines=lines, totals=totals("100.01", "25.00"), postings=[two]))
    made = ledger.send(step("create", "supplier", "p/supplier/1", {"name": "Nordlys", "address": {"country": "SE"}}))
    bill = posting("bill", cost="400.00/DK25-IN", vat_in="100.00/DK25-IN", payable="-500.00")
    body = {"date": "2026-03-05", "reference": "B-1", "postings": [bill], "supplier": made.id}
    ledger.send(step("create", "voucher", "p/bill/1", body))


def exported(ledger: Ledger, since: dt.date = FIRST) -> Any:
    file = io.StringIO()
    saft.saft(ledger.connection, file, since=since, until=LAST, created=dt.date(2027, 1, 15))
    text = file.getvalue().replace(f' xmlns="{saft.NAMESPACE}"', "")
    return ElementTree.fromstring(text)


def texts(root: Any, path: str) -> list[str]:
    return [element.text or "" for element in root.iterfind(path)]


def test_elements_stand_in_their_order() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)
        root = exported(ledger)

        for element in (root, *root.iter()):
            wanted = ORDER.get(element.tag)
            if wanted:
                places = [wanted.index(child.tag) for child in element]
                assert places == sorted(places), element.tag


def test_the_sums_are_those_of_the_entries() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)
        root = exported(ledger)
        vouchers = list(reads.vouchers(ledger.connection, since=FIRST, until=LAST))

        debits = [Decimal(text) for text in texts(root, ".//Line/DebitAmount/Amount")]
        paid_out = [Decimal(text) for text in texts(root, ".//Line/CreditAmount/Amount")]
        assert sum(debits) == sum(paid_out) == Decimal(texts(root, ".//TotalDebit")[0])
        assert texts(root, ".//NumberOfEntries") == [str(len(vouchers))]
        assert len(debits) + len(paid_out) == sum(len(voucher.entries) for voucher in vouchers)


def test_opening_and_turnover_make_closing() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)
        root = exported(ledger)

        for account in root.iterfind(".//Account"):
            number = account.findtext("AccountID")
            moved = sum(_signed(each) for each in root.iterfind(".//Line") if each.findtext("AccountID") == number)
            assert _balance(account, "Opening") + moved == _balance(account, "Closing"), number
        receivable = next(each for each in root.iterfind(".//Account") if each.findtext("AccountID") == "6190")
        assert _balance(receivable, "Opening") == Decimal("100.00")


def test_every_account_and_party_that_is_named_is_there() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)
        root = exported(ledger)

        assert set(texts(root, ".//Line/AccountID")) <= set(texts(root, ".//Account/AccountID"))
        assert set(texts(root, ".//Line/CustomerID")) <= set(texts(root, ".//Customer/CustomerID"))
        assert set(texts(root, ".//Line/SupplierID")) == set(texts(root, ".//Supplier/SupplierID"))
        assert set(texts(root, ".//TaxInformation/TaxCode")) <= set(texts(root, ".//TaxCodeDetails/TaxCode"))


def test_vat_is_shared_over_the_lines_that_it_was_charged_on() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)
        root = exported(ledger)

        sale_of_two = next(each for each in root.iterfind(".//Transaction") if len(each.findall("Line")) == 4)
        assert texts(sale_of_two, "Line/TaxInformation/TaxBase") == ["66.67", "33.34"]
        assert texts(sale_of_two, "Line/TaxInformation/TaxAmount/Amount") == ["16.67", "8.33"]


def test_names_are_escaped_and_what_xml_forbids_is_left_out() -> None:
    with opened(company=COMPANY) as ledger:
        a_year(ledger)

        assert texts(exported(ledger), ".//Customer/Name") == ["Søren & <Søn> 👋"]


def test_the_company_must_be_known() -> None:
    with opened(company={"name": "Nordlys"}) as ledger:
        a_year(ledger)
        with pytest.raises(Misuse, match=r"SAF-T needs .*: vat_number, street, postcode, city, iban"):
            exported(ledger)


def _signed(entry: Any) -> Decimal:
    debit = entry.findtext("DebitAmount/Amount")
    return Decimal(debit) if debit else -Decimal(entry.findtext("CreditAmount/Amount"))


def _balance(account: Any, which: str) -> Decimal:
    debit = account.findtext(f"{which}DebitBalance")
    return Decimal(debit) if debit else -Decimal(account.findtext(f"{which}CreditBalance"))
