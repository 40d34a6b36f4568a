"""The simulated Dynaccount keeps what is known of it: hash, verbs, forms, owned columns, vouchers that balance."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.dynaccount.company import Outsider, company

from kontering.connectors.dynaccount.simulator.chart import put_year
from kontering.connectors.dynaccount.simulator.checks import seconds
from kontering.testing import serve

DAY = seconds("2026-03-01")


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_wrong_hash_is_refused(status: int) -> None:
    simulator = company(auth_status=status)

    answer = Outsider(simulator, api_secret="wrong")("get/draft/")

    assert (answer.status_code, answer.json()) == (status, {"error": {"auth": "Invalid hash"}})
    assert Outsider(simulator, api_key="0" * 40)("get/draft/").status_code == status
    assert Outsider(simulator)("get/draft/").status_code == 200


def test_the_hash_is_over_address_and_body_as_they_were_sent() -> None:
    who = Outsider(company())

    assert who("get/account/?name=Vareforbrug&select=id,name").json()["result"][0]["name"] == "Vareforbrug"
    assert who("put/draft/", {"name": "Bilag & æøå"}).status_code == 200
    assert len(who("get/draft").json()["result"]) == 3, (
        "the slash at the end is part of what is hashed, and may be left out"
    )


def test_rows_are_asked_for_by_equality_order_and_limit() -> None:
    who = Outsider(company())

    numbers = [row["account_id_"] for row in who("get/account/?order=account_id_+desc&limit=0,2").json()["result"]]
    assert numbers == ["7330", "7320"]
    assert [row["account_id_"] for row in who("get/account/?limit=1,1&order=account_id_").json()["result"]] == ["1120"]
    assert len(who("get/account/?limit=3").json()["result"]) == 3
    assert who("get/account/?name=nothing").json() == {}
    assert who("get/account/?limit=x").status_code == 400
    assert who("get/nothing/").status_code == 404
    one = who("get/account/?account_id_=1110").json()["result"][0]
    assert who(f"get/account/{one['id']}/?select=name").json()["result"] == [{"name": "Salg af varer"}]


def test_a_put_makes_or_changes_a_row() -> None:
    who = Outsider(company())
    debtor = who.made("debtor", module_id_="10042", module_group_name="Firmaer", name="Nordlys", balance="999")

    changed = who(f"put/debtor/{debtor['id']}/", {"email": "post@nordlys.example"}).json()["result"][0]

    assert (changed["name"], changed["email"]) == ("Nordlys", "post@nordlys.example")
    assert "balance" not in debtor, "the server's own columns are passed over"
    assert who("put/debtor/99999/", {"email": "x"}).json() == {"error": {"id": "Does not exist: 99999"}}
    assert who("put/year/", {"name": "2031"}).status_code == 404


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"name": "x"}, {"module_id_", "module_group_name"}),
        ({"name": "x", "module_id_": "1", "module_group_name": "Nowhere"}, {"module_group_name"}),
        ({"name": "x", "module_id_": "10042", "module_group_name": "Firmaer"}, {"module_id_"}),
        ({"name": "x", "module_id_": "1", "module_group_name": "Firmaer", "mood": "good"}, {"mood"}),
        (
            {"name": "x", "module_id_": "1", "module_group_name": "Firmaer", "payment_name": "Netto 99"},
            {"payment_name"},
        ),
    ],
)
def test_what_is_wrong_is_told_by_column(values: dict[str, str], wrong: set[str]) -> None:
    who = Outsider(company())
    who.made("debtor", module_id_="10042", module_group_name="Firmaer", name="Nordlys")

    answer = who("put/debtor/", values)

    assert (answer.status_code, set(answer.json()["error"])) == (400, wrong)
    relaxed = Outsider(company(unknown_columns="ignored", error_status=200))
    assert relaxed("put/debtor/", {"name": "x"}).status_code == 200


def voucher(who: Outsider, *lines: tuple[str, str, str, str], **more: Any) -> tuple[int, httpx.Response]:
    """A voucher's id, and the answer to its lines: type, account, the other side, amount."""
    head = who.made("enclosure", time=DAY, draft_id=who.draft(), txt="Webshop order: 29292", **more)
    names = ("type", "account_id_", "accountoff_id_", "amount")
    form = {f"{name}[{n}]": line[at] for at, name in enumerate(names) for n, line in enumerate(lines)}
    form |= {f"enclosure_id[{n}]": str(head["id"]) for n in range(len(lines))}
    return int(head["id"]), who("insert_bulk/accounting/", form)


SALE = (
    ("LEDGER", "1110", "", "-399.92"),
    ("LEDGER", "7310", "", "-99.98"),
    ("DEBTOR_INVOICE", "", "10042", "-499.90"),
)


def test_the_known_way_of_a_webshops_order() -> None:
    simulator = company()
    who = Outsider(simulator)
    who.made("debtor", module_id_="10042", module_group_name="Firmaer", name="Nordlys")

    id_, answer = voucher(who, *SALE)

    assert [row["amount"] for row in answer.json()["result"]] == [-399.92, -99.98, -499.9]
    head = who(f"get/enclosure/?id={id_}").json()["result"][0]
    assert (head["is_booked"], head["balance_amount"], head["enc_id_"]) == ("NO", 0, "1")
    assert simulator.state.trial_balance() == {}
    assert simulator.state.trial_balance(booked=False) == {
        "1110": Decimal("-399.92"),
        "5600": Decimal("499.90"),
        "7310": Decimal("-99.98"),
    }
    assert who("action/book_enclosure/", {"enclosure_id": str(id_)}).status_code == 200
    assert sum(simulator.state.trial_balance().values()) == 0
    assert who(f"delete/enclosure/{id_}/").status_code == 400
    assert who(f"put/enclosure/{id_}/", {"note": "late"}).status_code == 400
    late = {"enclosure_id[0]": str(id_), "type[0]": "LEDGER", "account_id_[0]": "1110", "amount[0]": "1"}
    assert who("insert_bulk/accounting/", late).status_code == 400


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (("LEDGER", "9999", "", "1"), "account_id_"),
        (("LEDGER", "", "", "1"), "account_id_"),
        (("LEDGER", "1110", "9999", "1"), "accountoff_id_"),
        (("DEBTOR_INVOICE", "", "1110", "1"), "accountoff_id_"),
        (("SOMETHING", "1110", "", "1"), "type"),
        (("LEDGER", "1110", "", "one"), "amount"),
    ],
)
@pytest.mark.parametrize("bulk", ["whole", "until"])
def test_lines_are_refused_by_row_and_column(line: tuple[str, str, str, str], wrong: str, bulk: str) -> None:
    simulator = company(bulk=bulk)
    who = Outsider(simulator)

    _, answer = voucher(who, ("LEDGER", "1110", "", "5"), line)

    assert set(answer.json()["error"]) == {"1"}
    assert wrong in answer.json()["error"]["1"]
    assert len(simulator.state.table("accounting")) == (0 if bulk == "whole" else 1)


def test_a_voucher_that_does_not_balance_is_not_booked() -> None:
    who = Outsider(company())
    id_, _ = voucher(who, ("LEDGER", "1110", "", "5"))

    assert who("action/book_enclosure/", {"enclosure_id": str(id_)}).status_code == 400
    assert who("action/book_enclosure/", {"enclosure_id": "none"}).status_code == 400
    assert who("action/unknown/", {}).status_code == 404
    assert who("insert_bulk/accounting/", {}).status_code == 400
    assert who("insert_bulk/accounting/", {"amount": "1"}).status_code == 400
    assert who(f"delete/enclosure/{id_}/").status_code == 200
    assert who("get/accounting/").json() == {}


def test_a_closed_year_takes_nothing() -> None:
    simulator = company()
    simulator.state.table("year").clear()
    put_year(simulator.state, "2026-01-01", "2026-12-31", closed="YES")
    who = Outsider(simulator)

    answer = who("put/enclosure/", {"time": str(DAY), "draft_id": str(who.draft())})

    assert answer.json()["error"] == {"time": "The accounting period is closed"}
    assert "time" in who("put/enclosure/", {"time": "01-02-14", "draft_id": str(who.draft())}).json()["error"]


def test_an_order_is_reckoned_by_the_server() -> None:
    who = Outsider(company())
    who.made("debtor", module_id_="10042", module_group_name="Firmaer", name="Nordlys")
    order = who.made("debtor_order", module_id_="10042", time=DAY, requisition="SHOP-1")
    line = {"order_id": order["id"], "product_id_": "SHOP", "qty": "2", "price": "199.96", "name": "Helmet"}
    who.made("debtor_order_product", **line, vatcode_name="S25")

    kept = who(f"get/debtor_order/{order['id']}/").json()["result"][0]

    assert (kept["total_amount"], kept["vat_amount"], kept["order_id_"]) == (499.9, 99.98, "1001")
    assert who(f"delete/debtor_order/{order['id']}/").status_code == 200
    assert who("get/debtor_order_product/").json() == {}


def test_throttling_and_files() -> None:
    simulator = company()
    simulator.state.throttled += [9, None]
    who = Outsider(simulator)

    assert who("get/draft/").headers["retry-after"] == "9"
    assert "retry-after" not in who("get/draft/").headers
    assert who("action/upload_voucher/", {"label": "x"}).json()["result"][0]["size"] > 0
    with pytest.raises(TypeError, match="no habit"):
        company(moods=True)


def test_the_host_is_a_part_of_what_is_hashed() -> None:
    simulator = company()
    credentials = simulator.credentials
    with serve(simulator) as served, httpx.Client(trust_env=False) as http:
        address = f"api.dynaccount.com/v7/{credentials['api_id']}/{credentials['api_key']}/get/draft/"
        path = address.removeprefix("api.dynaccount.com")
        here = f"127.0.0.1:{served.port}{path}"
        found = [http.get(served.url + path, headers={"X-Hash": sha1(text, simulator)}) for text in (address, here)]

    assert [answer.status_code for answer in found] == [401, 200]


def sha1(address: str, simulator: Any) -> str:
    return hashlib.sha1((address + simulator.credentials["api_secret"]).encode()).hexdigest()
