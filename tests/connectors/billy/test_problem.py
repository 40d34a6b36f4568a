"""What Billy's answers mean, in the statuses that they may come with."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kontering.connectors.billy.problem import problem
from kontering.errors import Closed, Refused

REQUEST = httpx.Request("POST", "https://api.billysbilling.com/v2/invoices")


def answer(status: int, body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, request=REQUEST, headers=headers)


def refused(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "meta": {"statusCode": 422, "success": False},
        "errorCode": "E_VALIDATION",
        "errorMessage": "Der er en fejl i et felt.",
        "validationErrors": {"invoice": {"attributes": attributes, **more}},
    }


@pytest.mark.parametrize("status", [400, 409, 422])
def test_each_message_has_its_place(status: int) -> None:
    lines = [None, {"attributes": {"accountId": "Feltet er påkrævet."}}]
    found = problem(answer(status, refused({"contactId": "Feltet er påkrævet."}, lines=lines)))

    assert isinstance(found, Refused)
    assert [one.path for one in found.problems] == ["/contactId", "/lines/1/account"]


def test_messages_by_place_as_a_map() -> None:
    body = refused({}, lines={"1": {"attributes": {"amount": "Skal være et tal."}}})
    found = problem(answer(422, body))

    assert isinstance(found, Refused)
    assert [one.path for one in found.problems] == ["/lines/1/amount"]


@pytest.mark.parametrize(
    "message", ["Perioden er låst.", "The period is locked", "Regnskabsåret er afsluttet.", "The period is closed."]
)
def test_a_locked_day_is_a_closed_period(message: str) -> None:
    assert isinstance(problem(answer(422, refused({"entryDate": message}))), Closed)


@pytest.mark.parametrize(
    "attributes", [{"entryDate": "Skal være en dato."}, {"name": "Kontoen er låst."}, {"entryDate": "Feltet mangler."}]
)
def test_other_words_are_not(attributes: dict[str, str]) -> None:
    found = problem(answer(422, refused(attributes)))

    assert isinstance(found, Refused)
    assert not isinstance(found, Closed)


def test_without_places_the_message_stands_alone() -> None:
    found = problem(answer(404, {"errorCode": "E_NOT_FOUND", "errorMessage": "Kunne ikke finde invoice abc."}))

    assert isinstance(found, Refused)
    assert [(one.message, one.code) for one in found.problems] == [("Kunne ikke finde invoice abc.", "E_NOT_FOUND")]


def test_a_message_of_nothing_is_refused_all_the_same() -> None:
    assert "Billy refused it" in str(problem(answer(422, {"meta": {"success": False}})))


@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
def test_other_statuses_are_the_tables(status: int) -> None:
    assert problem(answer(status, refused({"contactId": "x"}))) is None


@pytest.mark.parametrize("content", [b"", b"[1]", b"<html>", b'{"broken"'])
def test_what_is_no_object_says_nothing(content: bytes) -> None:
    kind = {"content-type": "application/json"}
    assert problem(httpx.Response(422, content=content, request=REQUEST, headers=kind)) is None
    assert problem(httpx.Response(422, text="no", request=REQUEST)) is None
