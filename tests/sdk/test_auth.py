"""Credentials on a request."""

from __future__ import annotations

import base64
import hashlib
import hmac

import httpx
import pytest

from kontering.sdk.auth import Credential, basic, bearer, headers, one_legged, query, signature


def sent(credential: Credential, method: str = "GET", url: str = "http://shop.test/a?b=1") -> httpx.Request:
    return credential(httpx.Request(method, url))


def test_headers_are_set() -> None:
    assert sent(headers({"X-Access-Token": "t"})).headers["x-access-token"] == "t"
    assert sent(bearer("t")).headers["authorization"] == "Bearer t"
    assert sent(basic("a", "b")).headers["authorization"] == "Basic " + base64.b64encode(b"a:b").decode()


def test_keys_in_the_query_stand_beside_what_was_asked() -> None:
    assert dict(sent(query({"consumer_key": "k"})).url.params) == {"b": "1", "consumer_key": "k"}


def test_the_signature_is_that_of_the_standard() -> None:
    url = httpx.URL("http://shop.test/wp-json/orders", params={"b": "æ ø", "a": "1,2", "oauth_nonce": "n~1"})
    text = (
        "GET&http%3A%2F%2Fshop.test%2Fwp-json%2Forders&a%3D1%252C2%26b%3D%25C3%25A6%2520%25C3%25B8%26oauth_nonce%3Dn~1"
    )
    expected = base64.b64encode(hmac.new(b"cs_1&", text.encode(), hashlib.sha256).digest()).decode()

    assert signature("get", url, "cs_1") == expected


def test_a_signed_request_carries_all_that_was_signature() -> None:
    request = sent(one_legged("ck_1", "cs_1", clock=lambda: 1772442000.9, nonce=lambda: "n1"), "POST")

    parameters = dict(request.url.params)
    given = parameters.pop("oauth_signature")
    assert parameters == {
        "b": "1",
        "oauth_consumer_key": "ck_1",
        "oauth_nonce": "n1",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1772442000",
    }
    assert given == signature("POST", httpx.URL("http://shop.test/a", params=parameters), "cs_1")


@pytest.mark.parametrize("port", ["", ":8080"])
def test_the_secret_is_never_in_the_url(port: str) -> None:
    assert "cs_1" not in str(sent(one_legged("ck_1", "cs_1"), url=f"http://shop.test{port}/a").url)


def test_a_nonce_is_used_once() -> None:
    auth = one_legged("ck_1", "cs_1")

    assert sent(auth).url.params["oauth_nonce"] != sent(auth).url.params["oauth_nonce"]
