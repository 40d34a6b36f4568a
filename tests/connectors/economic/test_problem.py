"""Error answers of e-conomic in all the forms that are known, and in some that aren't."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kontering.connectors.economic.problem import problem
from kontering.errors import Closed, Refusal, Refused, Unsure

ANNOTATED = {
    "message": "Validation error.",
    "errorCode": "E04300",
    "httpStatusCode": 400,
    "errors": {
        "customer": {"errors": [{"errorCode": "E06000", "message": "customer is not there.", "value": "987"}]},
        "lines": [
            {
                "arrayIndex": 3,
                "unitNetPrice": {"errors": [{"errorCode": "E04740", "message": "too fine", "value": 10.123}]},
            },
            {"arrayIndex": 5, "product": {"productNumber": {"errors": [{"message": "unknown"}]}}},
        ],
        "recipient": {"errors": [{"message": "is wrong"}], "vatZone": {"errors": [{"message": "is missing"}]}},
    },
}


def answer(body: Any, status: int = 400, kind: str = "application/json; charset=utf-8") -> httpx.Response:
    request = httpx.Request("POST", "https://restapi.e-conomic.com/invoices/drafts")
    if isinstance(body, str):
        return httpx.Response(status, text=body, headers={"content-type": kind}, request=request)
    return httpx.Response(status, json=body, headers={"content-type": kind}, request=request)


def test_nested_errors_become_places_in_the_payload() -> None:
    found = problem(answer(ANNOTATED))

    assert isinstance(found, Refused)
    assert found.problems == (
        Refusal("customer is not there. (987)", "/customer", "E06000"),
        Refusal("too fine (10.123)", "/lines/3/unitNetPrice", "E04740"),
        Refusal("unknown", "/lines/5/product/productNumber"),
        Refusal("is wrong", "/recipient"),
        Refusal("is missing", "/recipient/vatZone"),
    )


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Not so.", "httpStatusCode": 400},
        {"message": "Not so.", "errors": {}},
        {"message": "Not so.", "errors": []},
        {"title": "Not so.", "status": 400},
        {"detail": "Not so."},
    ],
)
def test_not_every_answer_is_annotated(body: dict[str, Any]) -> None:
    found = problem(answer(body))

    assert isinstance(found, Refused)
    assert [(one.message, one.path) for one in found.problems] == [("Not so.", "")]


def test_an_answer_without_a_word_is_still_a_refusal() -> None:
    assert isinstance(problem(answer({})), Refused)


@pytest.mark.parametrize("code", ["PayloadChanged", "URLChanged"])
def test_a_used_key_is_in_doubt(code: str) -> None:
    assert isinstance(problem(answer({"message": "used", "errorCode": code})), Unsure)


@pytest.mark.parametrize(
    "body",
    [
        {"errorCode": "AccountingYearClosed", "message": "no"},
        {"errorCode": "EntryDateInClosedPeriod", "message": "no"},
        {"message": "The accounting period is closed."},
        {"message": "Perioden kan ikke bruges", "errors": {"date": {"errors": [{"message": "Periode 3 er lukket"}]}}},
        {"message": "Regnskabsår 2025 er afsluttet"},
    ],
)
def test_a_closed_period_is_known_by_code_or_words(body: dict[str, Any]) -> None:
    assert isinstance(problem(answer(body)), Closed)


def test_closed_accounts_and_customers_are_no_closed_periods() -> None:
    assert not isinstance(problem(answer({"message": "The account is closed."})), Closed)


@pytest.mark.parametrize("status", [200, 201, 204, 401, 403, 429, 500, 503])
def test_other_statuses_are_the_tables_business(status: int) -> None:
    assert problem(answer({"message": "x"}, status)) is None


def test_a_page_for_people_says_nothing_about_the_payload() -> None:
    assert problem(answer("<html>Bad Request</html>", kind="text/html")) is None
    assert problem(answer("[1]")) is None
