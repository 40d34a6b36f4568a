"""Rows of a table of calls: the request that is sent, and what the answer is read for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from kontering.errors import Unsure
from kontering.sdk.calls import path, send, trial
from kontering.sdk.connector import SDK, Again, Call, Connector, Found, Receipt, Settings, Step, Totals
from kontering.sdk.http import client
from kontering.testing import Route, Simulated, reply

SETTINGS: Settings = {"name": "books", "journal": 3, "apis": "http://apis.test/", "org": "a b"}
ATTEMPT = UUID("12345678-1234-5678-1234-567812345678")
CREATE = Call(action="create", kind="invoice", method="POST", path="/drafts", again=Again.SAME)


def step(body: dict[str, Any] | None = None, of: Found | None = None) -> Step:
    return Step(
        action="create",
        kind="invoice",
        key="shop/order/1",
        document="shop/order/1",
        body=body or {},
        attempt=ATTEMPT,
        of=of,
    )


def books(answer: Any, status: int = 201) -> tuple[httpx.Client, Simulated[None]]:
    missing = Route[None]("POST", "/{rest*}", lambda asked: reply(answer, status))
    simulator = Simulated[None](
        None, [missing, Route("PUT", "/{rest*}", missing.answer), Route("DELETE", "/{rest*}", _empty)]
    )
    connector = Connector(name="b", title="B", sdk=SDK, settings={}, base_url=lambda settings: "http://books.test")
    return client(connector, SETTINGS, transport=httpx.MockTransport(simulator)), simulator


def _empty(asked: Any) -> httpx.Response:
    return httpx.Response(204)


def test_a_row_reads_id_version_number_and_totals_from_the_answer() -> None:
    row = replace(CREATE, id="data.0.no", version="ts", number="printed", totals=("net", None, "sum.gross"))
    http, _ = books({"data": [{"no": 318}], "ts": "v1", "printed": 20017, "net": 10.50, "sum": {"gross": "13.13"}})

    receipt = send(http, row, SETTINGS, step({"a": 1}))

    assert (receipt.id, receipt.version, receipt.number, receipt.done) == ("318", "v1", "20017", frozenset({"create"}))
    assert receipt.totals == Totals(net=Decimal("10.50"), vat=None, gross=Decimal("13.13"))
    assert receipt.data["net"] == Decimal("10.50")


def test_the_body_is_sent_as_it_is_with_decimals_as_numbers() -> None:
    http, simulator = books({"id": 1})

    send(http, CREATE, SETTINGS, step({"price": Decimal("39.20"), "text": "æ"}))

    assert simulator.calls[0].body == '{"price":39.20,"text":"æ"}'.encode()
    assert simulator.calls[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(("window", "key"), [(timedelta(hours=1), str(ATTEMPT)), (None, None)])
def test_the_attempt_is_the_key_where_the_row_has_a_window(window: timedelta | None, key: str | None) -> None:
    http, simulator = books({"id": 1})

    send(http, replace(CREATE, window=window), SETTINGS, step({"a": 1}))

    assert simulator.calls[0].headers.get("idempotency-key") == key


def test_a_path_names_what_the_target_has_and_settings() -> None:
    of = Found(id="A/B 7")

    assert path("/{org}/invoices/{id}", SETTINGS, step(of=of)) == "/a%20b/invoices/A%2FB%207"
    assert path("/invoices/{of}/payments", SETTINGS, step(of=of)) == "/invoices/A%2FB%207/payments"
    assert path("{apis}/v15/journals/{journal}", SETTINGS, step()) == "http://apis.test/v15/journals/3"
    assert path("/x/{id}", SETTINGS, step(of=of), lambda text: text.replace("/", "_8_")) == "/x/A_8_B 7"


def test_an_escaped_id_arrives_as_one_segment() -> None:
    http, simulator = books({"id": 1})

    send(http, replace(CREATE, method="PUT", path="/invoices/{id}"), SETTINGS, step({"a": 1}, of=Found(id="A/B")))

    assert simulator.calls[0].path == "/invoices/A/B"


def test_a_path_without_its_id_is_our_mistake() -> None:
    with pytest.raises(ValueError, match=r"nothing to put for \{id\}"):
        path("/invoices/{id}", SETTINGS, step())


def test_an_answer_without_an_id_is_in_doubt() -> None:
    http, _ = books({"ok": True})

    with pytest.raises(Unsure, match="create invoice was answered 201 without id"):
        send(http, CREATE, SETTINGS, step({"a": 1}))


def test_a_changed_thing_keeps_its_id_and_what_was_done() -> None:
    http, _ = books({}, 200)
    row = replace(CREATE, action="book", method="PUT", path="/drafts/{id}/book")

    receipt = send(http, row, SETTINGS, step({"a": 1}, of=Found(id="318", done=frozenset({"create"}))))

    assert (receipt.id, receipt.done) == ("318", frozenset({"create", "book"}))


def test_a_payment_isnt_booked_because_its_invoice_is() -> None:
    http, _ = books({"id": 9})
    row = replace(CREATE, kind="payment", path="/invoices/{of}/payments")

    receipt = send(http, row, SETTINGS, step({"a": 1}, of=Found(id="318", done=frozenset({"create", "book"}))))

    assert (receipt.id, receipt.done) == ("9", frozenset({"create"}))


def test_an_empty_answer_is_a_receipt_for_what_is_known() -> None:
    http, simulator = books({})
    row = replace(CREATE, action="delete", method="DELETE", path="/drafts/{id}")

    assert send(http, row, SETTINGS, step(of=Found(id="318"))).id == "318"
    assert simulator.calls[0].body == b""


def test_an_odd_row_is_a_function() -> None:
    def odd(http: httpx.Client, settings: Settings, step: Step) -> Receipt:
        return Found(id=f"{settings['org']}/{step.key}")

    http, simulator = books({})

    assert send(http, replace(CREATE, run=odd), SETTINGS, step()).id == "a b/shop/order/1"
    assert simulator.calls == []


def test_a_trial_gives_the_totals() -> None:
    http, _ = books({"n": 1.00, "v": 0.25, "g": 1.25}, 200)
    row = replace(CREATE, action="trial", reads=True, totals=("n", "v", "g"))

    assert trial(http, row, SETTINGS, step()) == Totals(net=Decimal("1.00"), vat=Decimal("0.25"), gross=Decimal("1.25"))
