"""The simulated Dinero as somebody else's client finds it: access, limits, errors, lists, and every document's life."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.connectors.dinero.organisation import (
    API,
    BASIC,
    CONTACT,
    PASSWORD,
    PRODUCT,
    booked,
    contact,
    drafted,
    organisation,
    outsider,
    own,
    sale,
)

from kontering.connectors.dinero.simulator import make
from kontering.testing import Clock


@pytest.fixture
def simulator() -> Any:
    return organisation()


@pytest.fixture
def who(simulator: Any) -> httpx.Client:
    return outsider(simulator)


def code(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


# --- access and limits


def test_the_token_endpoint_wants_the_app_and_the_key(simulator: Any) -> None:
    with httpx.Client(transport=httpx.MockTransport(simulator), base_url=API) as client:
        path = "/dineroapi/oauth/token"
        good = client.post(path, data=PASSWORD, headers={"Authorization": BASIC}).json()
        no_app = client.post(path, data=PASSWORD)
        wrong = client.post(path, data=PASSWORD | {"password": "x"}, headers={"Authorization": BASIC})

    assert (good["token_type"], good["expires_in"]) == ("bearer", 3600)
    assert (no_app.status_code, wrong.status_code) == (401, 400)
    assert wrong.json() == {"error": "invalid_grant"}


def test_without_a_token_with_an_old_one_or_elsewhere_nobody_comes_in() -> None:
    clock = Clock()
    simulator = organisation(clock=clock)
    who = outsider(simulator)
    with httpx.Client(transport=httpx.MockTransport(simulator), base_url=API) as stranger:
        assert code(stranger.get(own("/contacts"))) == (401, 41)
    assert code(who.get("/v1/999/contacts")) == (403, 41)
    clock.forward(hours=1)
    assert code(who.get(own("/contacts"))) == (401, 41)


def test_an_organisation_without_a_subscription_is_shown_and_no_more() -> None:
    who = outsider(organisation(pro=False))

    assert who.get("/v1/organizations").json() == [{"Id": 123456, "Name": "Nordlys Handel ApS", "IsPro": False}]
    assert code(who.get(own("/contacts"))) == (403, 90)


def test_so_many_calls_a_minute_and_no_more() -> None:
    clock = Clock()
    who = outsider(make(clock=clock))
    statuses = [who.get(own("/contacts")).status_code for _ in range(60)]
    refused = who.get(own("/contacts"))
    clock.forward(seconds=60)

    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert refused.text.startswith("API calls quota exceeded!")
    assert refused.headers["retry-after"] == "60"
    assert who.get(own("/contacts")).status_code == 200
    assert (
        "retry-after" not in outsider(make(personal_calls_a_minute=0, retry_after=False)).get(own("/contacts")).headers
    )


def test_what_has_no_route_is_a_page_and_a_brownout_is_one_too(simulator: Any, who: httpx.Client) -> None:
    simulator.state.brownout.add("vouchers")

    assert who.get(own("/nothing")).headers["content-type"].startswith("text/html")
    assert who.get(own("/invoices", "v9")).status_code == 404
    assert who.post(own("/vouchers/manuel"), json={}).status_code == 480


# --- contacts and products


def test_contacts_live_and_die(simulator: Any, who: httpx.Client) -> None:
    guid = str(uuid4())
    made = who.post(own("/contacts"), json=CONTACT | {"ContactGuid": guid})
    again = who.post(own("/contacts"), json=CONTACT | {"ContactGuid": guid})
    who.put(own(f"/contacts/{guid}"), json=CONTACT | {"Name": "Another", "Email": None})
    shown = who.get(own(f"/contacts/{guid}")).json()
    gone = who.delete(own(f"/contacts/{guid}"))
    deleted = who.get(own("/contacts"), params={"deletedOnly": "true"}).json()["Collection"]
    changed = who.put(own(f"/contacts/{guid}"), json=CONTACT)
    who.post(own(f"/contacts/{guid}/restore"))

    assert (made.status_code, made.json()) == (201, {"ContactGuid": guid})
    assert code(again) == (400, 42)
    assert again.json()["validationErrors"] == {"ContactGuid": "guidMustBeUnique"}
    assert (shown["Name"], "Email" in shown, shown["IsDebitor"]) == ("Another", False, False)
    assert gone.status_code == 200
    assert [row["ContactGuid"] for row in deleted] == [guid]
    assert code(changed) == (400, 65)
    assert who.get(own("/contacts")).json()["Pagination"]["Result"] == 1
    assert code(who.get(own(f"/contacts/{uuid4()}"))) == (404, 40)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"Name": None}, "Name"),
        ({"CountryKey": "DNK"}, "CountryKey"),
        ({"IsPerson": "yes"}, "IsPerson"),
        ({"UseCvr": None}, "UseCvr"),
        ({"ExternalReference": "x" * 129}, "ExternalReference"),
        ({"EanNumber": "57"}, "EanNumber"),
        ({"PaymentConditionType": "Later"}, "PaymentConditionType"),
        ({"ContactGuid": "7"}, "ContactGuid"),
    ],
)
def test_a_contact_that_lacks_something_is_refused_at_its_field(
    who: httpx.Client, wrong: dict[str, Any], field: str
) -> None:
    answer = who.post(own("/contacts"), json=CONTACT | wrong)

    assert code(answer) == (400, 42)
    assert list(answer.json()["validationErrors"]) == [field]


def test_names_in_any_case_are_read_and_unknown_ones_ignored(who: httpx.Client) -> None:
    body = {name[0].lower() + name[1:]: value for name, value in CONTACT.items()}
    guid = who.post(own("/contacts"), json=body | {"totalInclVat": 7}).json()["ContactGuid"]

    assert who.get(own(f"/contacts/{guid}", "v2")).json()["VatNumber"] == "29384754"


def test_products_live_and_die(who: httpx.Client) -> None:
    guid = who.post(own("/products"), json=PRODUCT).json()["ProductGuid"]
    who.put(own(f"/products/{guid}"), json=PRODUCT | {"BaseAmountValue": 100})
    shown = who.get(own(f"/products/{guid}")).json()
    wrong = who.post(own("/products"), json=PRODUCT | {"AccountNumber": 9, "Unit": "stk"})
    who.delete(own(f"/products/{guid}"))

    assert (shown["BaseAmountValueInclVat"], shown["TotalAmount"]) == (125, 100)
    assert set(wrong.json()["validationErrors"]) == {"Unit"}
    assert who.get(own("/products")).json()["Collection"] == []


# --- lists


def test_lists_have_pages_chosen_fields_filters_and_changes() -> None:
    clock = Clock()
    simulator = organisation(clock=clock)
    who = outsider(simulator)
    for number in range(5):
        clock.forward(minutes=1)
        contact(who, Name=f"O'Hara {number}", Email=f"{number}@example.dk", ExternalReference=f"C-{number}")

    first = who.get(own("/contacts"), params={"pageSize": 2}).json()
    third = who.get(own("/contacts"), params={"pageSize": 2, "page": 2, "fields": "name,EMAIL,nothing"}).json()
    one = who.get(own("/contacts"), params={"queryFilter": "Name eq 'O''Hara 3';Email contains 'example'"}).json()
    plus = who.get(own("/contacts"), params={"queryFilter": "ExternalReference+eq+'C-1'"}).json()
    late = who.get(own("/contacts"), params={"changesSince": "2026-03-02T09:04:00Z"}).json()

    assert [list(row) for row in first["Collection"]] == [["Name", "ContactGuid"]] * 2
    assert first["Pagination"] == {
        "MaxPageSizeAllowed": 1000,
        "PageSize": 2,
        "Result": 5,
        "ResultWithoutFilter": 5,
        "Page": 0,
    }
    assert third["Collection"] == [{"Name": "O'Hara 4", "Email": "4@example.dk"}]
    assert (one["Pagination"]["Result"], one["Pagination"]["ResultWithoutFilter"]) == (1, 5)
    assert [row["Name"] for row in plus["Collection"]] == ["O'Hara 1"]
    assert [row["Name"] for row in late["Collection"]] == ["O'Hara 3", "O'Hara 4"]


@pytest.mark.parametrize(
    "query",
    [
        {"queryFilter": "Phone eq '7'"},
        {"queryFilter": "Name is 'Bo'"},
        {"pageSize": "1001"},
        {"page": "-1"},
        {"changesSince": "yesterday"},
    ],
)
def test_questions_that_cannot_be_read_are_refused(who: httpx.Client, query: dict[str, str]) -> None:
    assert code(who.get(own("/contacts"), params=query)) == (400, 42)


def test_invoices_are_listed_by_status_days_text_and_order(who: httpx.Client) -> None:
    guid = contact(who)
    booked(who, sale(guid, Date="2026-02-01", ExternalReference="A", Description="Winter"))
    booked(who, sale(guid, Date="2026-03-01", ExternalReference="B"))
    drafted(who, sale(guid, ExternalReference="C"))

    def listed(**query: str) -> list[str]:
        rows = who.get(own("/invoices"), params={"fields": "ExternalReference", **query}).json()["Collection"]
        return [row["ExternalReference"] for row in rows]

    assert listed(statusFilter="Draft") == ["C"]
    assert sorted(listed(statusFilter="Booked,Overdue,Paid")) == ["A", "B"]
    assert listed(startDate="2026-02-15", endDate="2026-03-31", statusFilter="Overdue,Booked") == ["B"]
    assert listed(freeTextSearch="winter") == ["A"]
    assert listed(sort="VoucherNumber", sortOrder="descending")[0] == "B"
    row = who.get(own("/invoices")).json()["Collection"][0]
    assert set(row) == {"Guid", "ContactName", "Date", "Description"}


def test_what_is_fresh_may_be_missing_from_lists() -> None:
    clock = Clock()
    who = outsider(organisation(clock=clock, lag_seconds=30))
    contact(who)

    assert who.get(own("/contacts")).json()["Collection"] == []
    clock.forward(seconds=30)
    assert len(who.get(own("/contacts")).json()["Collection"]) == 1


# --- invoices and credit notes


def test_an_invoices_life(simulator: Any, who: httpx.Client) -> None:
    body = sale(contact(who))
    made = drafted(who, body)
    again = who.post(own("/invoices"), json=body)
    stale = who.put(own(f"/invoices/{made['Guid']}", "v1.2"), json=body | {"Timestamp": "0"})
    put = who.put(own(f"/invoices/{made['Guid']}", "v1.2"), json=body | {"Timestamp": made["TimeStamp"]})
    at = own(f"/invoices/{made['Guid']}")
    pdf = who.get(at, headers={"Accept": "application/octet-stream"})
    done = who.post(f"{at}/book", json={"Timestamp": put.json()["TimeStamp"]})
    twice = who.post(f"{at}/book", json={"Timestamp": done.json()["TimeStamp"]})
    gone = who.request("DELETE", at, json={"Timestamp": done.json()["TimeStamp"]})
    shown = who.get(at).json()

    assert code(again) == (409, 72)
    assert code(stale) == (400, 58)
    assert put.json()["TimeStamp"] > made["TimeStamp"]
    assert code(pdf) == (400, 45)
    assert done.status_code == 200
    assert code(twice) == code(gone) == (400, 45)
    assert (shown["Number"], shown["Status"], shown["PaymentDate"]) == (1001, "Booked", "2026-03-09")
    totals = ("TotalExclVat", "TotalVat", "TotalInclVat", "TotalNonVatableAmount")
    assert [str(shown[name]) for name in totals] == ["399.92", "99.98", "499.9", "0"]
    assert [line["Type"] for line in shown["TotalLines"]] == ["SubTotal", "Vat", "Total"]
    assert shown["ProductLines"][0]["BaseAmountValueInclVat"] == 249.95
    assert who.get(at, headers={"Accept": "application/octet-stream"}).content.startswith(b"%PDF")
    assert sum(simulator.state.trial_balance().values()) == 0


def test_a_draft_is_deleted_with_its_timestamp(who: httpx.Client) -> None:
    made = drafted(who, sale(None))
    at = own(f"/invoices/{made['Guid']}")

    assert code(who.request("DELETE", at, json={})) == (400, 42)
    assert who.request("DELETE", at, json={"Timestamp": made["TimeStamp"]}).status_code == 200
    assert code(who.get(at)) == (400, 65)
    assert code(who.get(own(f"/invoices/{uuid4()}"))) == (400, 63)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"ProductLines": []}, (400, 45)),
        ({"ContactGuid": str(uuid4())}, (400, 42)),
        ({"Currency": "XYZ"}, (400, 42)),
        ({"Date": "1/3-2026"}, (400, 42)),
        ({"ProductLines": [{"BaseAmountValue": 1, "Quantity": 1, "AccountNumber": 9, "Discount": 0}]}, (400, 42)),
        ({"ProductLines": [{"BaseAmountValue": 1, "Quantity": 1, "AccountNumber": 1000}]}, (400, 42)),
        ({"ProductLines": [{"BaseAmountValue": 1, "Quantity": 1, "AccountNumber": 1000, "Discount": 101}]}, (400, 42)),
    ],
)
def test_drafts_that_are_wrong_are_refused(who: httpx.Client, wrong: dict[str, Any], status: tuple[int, int]) -> None:
    body = sale(None) | wrong

    assert code(who.post(own("/invoices"), json=body)) == status
    assert code(who.post(own("/invoices/fetch"), json=body)) == status


def test_without_a_contact_or_on_a_closed_day_nothing_is_booked() -> None:
    simulator = organisation(closed_until="2026-02-28")
    who = outsider(simulator)
    for body, field in ((sale(None), "ContactGuid"), (sale(contact(who), Date="2026-02-01"), "Date")):
        made = drafted(who, body)
        answer = who.post(own(f"/invoices/{made['Guid']}/book"), json={"Timestamp": made["TimeStamp"]})
        assert answer.status_code == 400
        assert list(answer.json()["validationErrors"]) == [field]
    assert simulator.state.entries == []


def test_fetch_reckons_and_keeps_nothing(simulator: Any, who: httpx.Client) -> None:
    line = {"Description": "Cup", "Quantity": 12, "BaseAmountValue": 99.99, "AccountNumber": 1000, "Discount": 10}
    net = who.post(own("/invoices/fetch"), json=sale(None, line, ShowLinesInclVat=False)).json()
    gross = who.post(own("/invoices/fetch"), json=sale(None, line)).json()

    assert (net["TotalExclVat"], net["TotalVat"]) == (1079.89, 269.97)
    assert (gross["TotalInclVat"], gross["TotalVat"]) == (1079.89, 215.98)
    assert simulator.state.invoices == {}


@pytest.mark.parametrize(("habits", "vat"), [({}, 1.28), ({"vat_per": "line"}, 1.3), ({"half": "down"}, 1.27)])
def test_how_vat_is_rounded_can_be_had_either_way(habits: dict[str, Any], vat: float) -> None:
    line = {"Description": "x", "Quantity": 1, "BaseAmountValue": 1.02, "AccountNumber": 1000, "Discount": 0}
    body = sale(None, *[line] * 5, ShowLinesInclVat=False)

    assert outsider(organisation(**habits)).post(own("/invoices/fetch"), json=body).json()["TotalVat"] == vat


def test_mail_reminders_and_e_invoices(simulator: Any, who: httpx.Client) -> None:
    guid = booked(who, sale(contact(who, EanNumber="5798000000117")))["Guid"]
    at = own(f"/invoices/{guid}")

    def newest() -> dict[str, Any]:
        return {"Timestamp": who.get(at).json()["TimeStamp"], "ShouldAddTrustPilotEmailAsBcc": False}

    stale = who.post(f"{at}/email", json=newest() | {"Timestamp": "0"})
    sent = who.post(f"{at}/email", json=newest())
    to = who.post(f"{at}/email", json=newest() | {"Receiver": "bo@example.dk"})
    reminded = who.post(f"{at}/pre-reminder", json=newest())
    electronic = who.post(own(f"/invoices/{guid}/e-invoice", "v3"), json={"OrderReference": "PO-7"})

    assert code(stale) == (400, 58)
    assert sent.json() == {"Recipients": [{"Email": "post@nordlys.example"}]}
    assert (to.status_code, reminded.status_code, electronic.status_code) == (200, 200, 200)
    assert [(mail["Type"], mail["To"]) for mail in simulator.state.mails] == [
        ("Email", "post@nordlys.example"),
        ("Email", "bo@example.dk"),
        ("PreReminder", "post@nordlys.example"),
        ("EInvoice", "5798000000117"),
    ]
    assert who.get(at).json()["LatestMailOutType"] == "EInvoice"
    template = who.get(own(f"/invoices/{guid}/email/template", "v2")).json()
    assert template["Subject"] == "Faktura 1001"


def test_payments_live_and_die(simulator: Any, who: httpx.Client) -> None:
    row = booked(who, sale(contact(who)))
    at = own(f"/invoices/{row['Guid']}/payments")
    body = {"Amount": 400, "DepositAccountNumber": 55040, "Description": "card", "RemainderIsFee": False}

    def newest() -> dict[str, Any]:
        return {"Timestamp": who.get(own(f"/invoices/{row['Guid']}")).json()["TimeStamp"]}

    paid = who.post(at, json=body | newest())
    stale = who.post(at, json=body | {"Timestamp": row["TimeStamp"]})
    over = who.post(at, json=body | newest())
    listed = who.get(own(f"/invoices/{row['Guid']}/payments", "v2")).json()
    status = who.get(own(f"/invoices/{row['Guid']}")).json()["Status"]
    who.request("DELETE", f"{at}/{over.json()['Guid']}", json=newest())

    assert paid.status_code == 201
    assert code(stale) == (400, 58)
    assert (listed["PaidAmount"], listed["RemainingAmount"], status) == (800, -300.1, "OverPaid")
    assert simulator.state.balance(55040) == 400
    for wrong in ({"Amount": 0}, {"DepositAccountNumber": 1000}, {"Description": None}):
        assert code(who.post(at, json=body | newest() | wrong)) == (400, 42)


def test_a_payment_in_euro_needs_both_amounts(simulator: Any, who: httpx.Client) -> None:
    row = booked(who, sale(contact(who), Currency="EUR"))
    at = own(f"/invoices/{row['Guid']}/payments")
    body = {"Amount": 3729, "DepositAccountNumber": 55040, "Description": "card", "RemainderIsFee": False}
    body |= {"Timestamp": row["TimeStamp"]}

    assert code(who.post(at, json=body)) == (400, 42)
    assert who.post(at, json=body | {"AmountInForeignCurrency": 499.90}).status_code == 201
    assert simulator.state.balance(56000) == 0
    assert simulator.state.balance(9300) == Decimal("0.50")


def test_a_credit_note_of_the_whole_invoice(simulator: Any, who: httpx.Client) -> None:
    invoice = booked(who, sale(contact(who)))
    made = who.post(own(f"/invoices/{invoice['Guid']}/generate-creditnote"), json={"Timestamp": invoice["TimeStamp"]})
    at = own(f"/sales/creditnotes/{made.json()['Guid']}")
    who.post(f"{at}/book", json={"Timestamp": made.json()["TimeStamp"]})

    assert who.get(at).json()["CreditNoteFor"] == invoice["Guid"]
    assert who.get(own(f"/invoices/{invoice['Guid']}")).json()["Status"] == "Paid"
    assert who.get(f"{at}/pdf").content.startswith(b"%PDF")
    assert who.get(own("/sales/creditnotes")).json()["Pagination"]["Result"] == 1
    assert simulator.state.balance(56000) == simulator.state.balance(1000) == 0


# --- vouchers


SIDE = {"Description": "x", "Amount": 100, "AccountNumber": 2000, "BalancingAccountNumber": 55000}


def test_a_manual_vouchers_life(simulator: Any, who: httpx.Client) -> None:
    made = who.post(own("/vouchers/manuel"), json={"VoucherDate": "2026-03-01", "Lines": [SIDE]}).json()
    at = own(f"/vouchers/manuel/{made['Guid']}")
    change = {"VoucherDate": "2026-03-02", "Lines": [SIDE], "Timestamp": made["Timestamp"]}
    put = who.put(at, json=change).json()
    done = who.post(f"{at}/book", json={"Timestamp": put["Timestamp"]})

    assert (made["Status"], done.json()["Status"], done.json()["VoucherNumber"]) == ("Draft", "Booked", 1)
    assert (simulator.state.balance(2000), simulator.state.balance(64020)) == (80, 20)  # the account's own VAT code
    assert code(who.post(f"{at}/book", json={"Timestamp": done.json()["Timestamp"]})) == (400, 45)
    lonely = {"VoucherDate": "2026-03-01", "Lines": [{**SIDE, "BalancingAccountNumber": None}]}
    assert "doesn't balance" in who.post(own("/vouchers/manuel"), json=lonely).text


def test_a_purchases_life(simulator: Any, who: httpx.Client) -> None:
    line = {"Description": "Paper", "AccountNumber": 2000, "VatCode": "I25", "Amount": 125}
    body = {"PurchaseType": "credit", "ContactGuid": contact(who), "VoucherDate": "2026-03-01", "Lines": [line]}
    made = who.post(own("/vouchers/purchase", "v1.2"), json=body).json()
    at = own(f"/vouchers/purchase/{made['Guid']}")
    no_due = who.post(f"{at}/book", json={"Timestamp": made["Timestamp"]})
    change = body | {"PaymentDate": "2026-04-01", "Timestamp": made["Timestamp"]}
    put = who.put(own(f"/vouchers/purchase/{made['Guid']}", "v1.1"), json=change).json()
    done = who.post(f"{at}/book", json={"Timestamp": put["Timestamp"]}).json()
    pay = {"Amount": 125, "DepositAccountNumber": 55000, "Description": "bank", "RemainderIsFee": False}
    paid = who.post(own(f"/purchase-vouchers/{made['Guid']}/payments"), json=pay | {"Timestamp": done["Timestamp"]})
    note = who.post(f"{at}/generate-creditnote", json={"Timestamp": paid.json()["Timestamp"]}).json()
    who.post(own(f"/vouchers/purchase/creditnotes/{note['Guid']}/book"), json={"Timestamp": note["Timestamp"]})

    assert code(no_due) == (400, 45)
    assert (simulator.state.balance(2000), simulator.state.balance(63000)) == (0, 125)
    assert sum(simulator.state.trial_balance().values()) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"PurchaseType": "cash"}, "DepositAccountNumber"),
        ({"ContactGuid": None}, "ContactGuid"),
        ({"Lines": [{"Description": "x", "AccountNumber": 55000, "Amount": 1}]}, "Lines[0].AccountNumber"),
        ({"Lines": [{"Description": "x", "AccountNumber": 2000, "VatCode": "X", "Amount": 1}]}, "Lines[0].VatCode"),
    ],
)
def test_purchases_that_are_wrong_are_refused(who: httpx.Client, wrong: dict[str, Any], field: str) -> None:
    line = {"Description": "Paper", "AccountNumber": 2000, "VatCode": "I25", "Amount": 125}
    body = {"PurchaseType": "credit", "ContactGuid": contact(who), "VoucherDate": "2026-03-01", "Lines": [line]}

    answer = who.post(own("/vouchers/purchase", "v1.2"), json=body | wrong)

    assert field in answer.json()["validationErrors"]


def test_ledger_items_are_booked_a_while_later(simulator: Any, who: httpx.Client) -> None:
    own_id = str(uuid4())
    item = {"Id": own_id, "VoucherDate": "2026-03-01", "Lines": [SIDE | {"AccountVatCode": "NONE"}]}
    made = who.post(own("/ledgeritems", "v1.2"), json=[item])
    again = who.post(own("/ledgeritems", "v1.2"), json=[item])
    stale = who.post(own("/ledgeritems/book"), json=[{"Id": own_id, "Version": "0"}])
    asked = who.post(own("/ledgeritems/book"), json=[{"Id": own_id, "Version": made.json()[0]["Version"]}])
    status = [who.post(own("/ledgeritems/status"), json=[{"Id": own_id}]).json()[0]["Status"] for _ in range(3)]

    assert code(again) == (409, 72)
    assert code(stale) == (400, 58)
    assert asked.status_code == 200
    assert status == ["PendingBooking", "Booked", "Booked"]
    assert simulator.state.balance(2000) == 100
    unknown = who.post(own("/ledgeritems/status"), json=[{"Id": str(uuid4())}])
    assert "ledgerItemNotFound" in unknown.text


def test_a_ledger_item_that_nobody_has_booked_can_be_deleted(who: httpx.Client) -> None:
    item = {"Id": str(uuid4()), "VoucherDate": "2026-03-01", "Lines": [SIDE]}
    made = who.post(own("/ledgeritems", "v1.2"), json=[item]).json()
    read = who.post(own("/ledgeritems/ledgers"), json=[]).json()
    who.request("DELETE", own("/ledgeritems/delete"), json=made)

    assert [row["Id"] for row in read] == [item["Id"]]
    assert who.post(own("/ledgeritems/ledgers"), json=[]).json() == []


# --- the rest


def test_accounts_vat_types_years_and_settings(who: httpx.Client) -> None:
    made = who.post(own("/accounts/entry"), json={"Number": 1001, "Name": "Salg, web", "VatCode": "U25"})

    assert made.json()["AccountNumber"] == 1001
    assert code(who.post(own("/accounts/entry"), json={"Number": 1001, "Name": "x"})) == (400, 42)
    assert {row["Category"] for row in who.get(own("/accounts/deposit")).json()} == {"Bank"}
    assert 55000 not in {row["AccountNumber"] for row in who.get(own("/accounts/purchase")).json()}
    assert {"VatCode": "U25", "Name": "Salgsmoms 25 %", "VatRate": 0.25} in who.get(own("/vatTypes")).json()
    assert [row["Name"] for row in who.get(own("/accountingyears")).json()] == ["2025", "2026", "2027"]
    assert code(who.post(own("/accountingyears/create-current-year"))) == (400, 42)
    assert who.get(own("/sales/settings")).json()["DefaultAccountNumber"] == 1000


def test_entries_of_one_year_and_changes_of_a_month(who: httpx.Client) -> None:
    booked(who, sale(contact(who)))
    year = {"fromDate": "2026-01-01", "toDate": "2026-12-31"}
    month = {"changesFrom": "2026-03-01T00:00:00Z", "changesTo": "2026-03-31T00:00:00Z"}

    entries = who.get(own("/entries"), params=year).json()
    changes = who.get(own("/entries/changes"), params=month).json()

    assert len(entries) == len(changes) == 3
    assert round(sum(row["Amount"] for row in entries), 2) == 0
    assert code(who.get(own("/entries"), params=year | {"toDate": "2027-01-31"})) == (400, 42)
    assert code(who.get(own("/entries/changes"), params=month | {"changesTo": "2026-05-01T00:00:00Z"})) == (400, 42)
    assert [row["AccountNumber"] for row in who.get(own("/2026/reports/result")).json()] == [1000]
    assert who.get(own("/2030/reports/result")).status_code == 404


def test_what_was_there_before_the_year(who: httpx.Client) -> None:
    booked(who, sale(contact(who), Date="2025-12-31"))

    query = {"fromDate": "2026-01-01", "toDate": "2026-12-31", "includePrimo": "true"}
    rows = who.get(own("/entries"), params=query).json()

    assert {row["Type"] for row in rows} == {"Primo"}


def test_files_are_kept_and_linked(who: httpx.Client) -> None:
    guid = who.post(own("/files"), files={"file": ("bill.pdf", b"%PDF-1.4", "application/pdf")}).json()["FileGuid"]
    who.post(own("/vouchers/manuel"), json={"VoucherDate": "2026-03-01", "FileGuid": guid, "Lines": [SIDE]})
    large = who.post(own("/files"), files={"file": ("large.pdf", b"x" * (6 * 1024 * 1024 + 1), "application/pdf")})

    assert who.get(own(f"/files/{guid}")).content == b"%PDF-1.4"
    assert who.get(own("/files"), params={"fileStatus": "Used", "extensions": ".pdf"}).json() == [
        {"FileGuid": guid, "Name": "bill.pdf", "Size": 8, "Linked": True}
    ]
    assert large.status_code == 413


def test_habits_that_do_not_exist_are_said_so() -> None:
    with pytest.raises(TypeError, match="no habit 'vat'"):
        make(vat="line")


def test_references_may_be_unique() -> None:
    who = outsider(organisation(unique_references=True))
    guid = contact(who)
    drafted(who, sale(guid))

    assert code(who.post(own("/invoices"), json=sale(guid))) == (400, 42)
    assert code(who.post(own("/contacts"), json=CONTACT)) == (400, 42)
