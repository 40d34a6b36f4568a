"""Who may ask the simulated shop, asked over its API alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote

import httpx
import pytest
from tests.connectors.woocommerce.shops import (
    START,
    api,
    case,
    code,
    empty,
    with_cases,
    with_orders,
)

from kontering.connectors.woocommerce.simulator import KEY, SECRET, Habits, Shop, Simulated
from kontering.testing import Clock

PLAIN = "http://shop.example"


def test_basic_is_for_https() -> None:
    shop = with_orders(1)

    assert api(shop).get("orders").status_code == 200
    assert code(api(shop, PLAIN).get("orders")) == (401, "woocommerce_rest_cannot_view")


@pytest.mark.parametrize(
    ("key", "secret", "error"),
    [
        (KEY, "cs_wrong", "woocommerce_rest_authentication_error"),
        ("ck_unknown", SECRET, "woocommerce_rest_cannot_view"),
    ],
)
def test_a_bad_secret_and_an_unknown_key_differ(key: str, secret: str, error: str) -> None:
    assert code(api(with_orders(1), key=key, secret=secret).get("orders")) == (401, error)


def test_keys_in_the_query_come_before_the_header() -> None:
    http = api(with_orders(1))
    query = {"consumer_key": KEY, "consumer_secret": SECRET}

    assert api(with_orders(1), secret="wrong").get("orders", params=query).status_code == 200
    assert code(http.get("orders", params=query | {"consumer_secret": "wrong"}))[0] == 401


def test_a_host_may_strip_the_header() -> None:
    shop = empty(habits=Habits(strips_authorization=True))

    assert code(api(shop).get("orders")) == (401, "woocommerce_rest_cannot_view")
    assert api(shop).get("orders", params={"consumer_key": KEY, "consumer_secret": SECRET}).status_code == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("read", 200, 401), ("write", 401, 200), ("read_write", 200, 200)]
)
def test_a_key_has_a_scope(scope: str, reads: int, writes: int) -> None:
    http = api(with_cases([case("plain-dk")], empty(scope=scope)))

    assert http.get("orders").status_code == reads
    answer = http.put("orders/5101", json={"customer_note": "x"})
    assert answer.status_code == writes
    if writes == 401:
        assert "does not have write permissions" in answer.json()["message"]


def signed(shop: Simulated[Shop], method: str = "HMAC-SHA256", **changes: str) -> dict[str, str]:
    """OAuth parameters for GET /orders?status=any, signed by hand after RFC 5849."""
    params = {
        "status": "any,trash",
        "oauth_consumer_key": KEY,
        "oauth_nonce": "n1",
        "oauth_signature_method": method,
        "oauth_timestamp": str(int(shop.clock().timestamp())),
    } | changes
    pairs = "&".join(f"{quote(name, safe='')}={quote(params[name], safe='')}" for name in sorted(params))
    address = quote(f"{PLAIN}/wp-json/wc/v3/orders", safe="")
    text = f"GET&{address}&{quote(pairs, safe='')}"
    digest = hashlib.sha1 if method == "HMAC-SHA1" else hashlib.sha256
    signature = hmac.new(f"{SECRET}&".encode(), text.encode(), digest).digest()
    return params | {"oauth_signature": base64.b64encode(signature).decode()}


def oauth(shop: Simulated[Shop], params: dict[str, str]) -> httpx.Response:
    http = httpx.Client(transport=httpx.MockTransport(shop), trust_env=False)
    return http.get(f"{PLAIN}/wp-json/wc/v3/orders", params=params)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_oauth_is_for_http(method: str) -> None:
    shop = with_orders(1)

    assert oauth(shop, signed(shop, method)).status_code == 200


def test_a_nonce_is_good_once_and_a_timestamp_for_a_quarter_of_an_hour() -> None:
    clock = Clock(START)
    shop = with_orders(1, empty(clock))
    params = signed(shop)

    assert oauth(shop, params).status_code == 200
    assert "nonce has already been used" in oauth(shop, params).json()["message"]
    later = signed(shop, oauth_nonce="n2")
    clock.forward(minutes=16)
    assert oauth(shop, later).json()["message"] == "Invalid timestamp."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "pending"}, "signature does not match"),
        ({"oauth_consumer_key": "ck_unknown"}, "Consumer key is invalid"),
        ({"oauth_signature_method": "PLAINTEXT"}, "signature method is invalid"),
        ({"oauth_nonce": ""}, "Missing OAuth parameter oauth_nonce"),
    ],
)
def test_what_is_wrong_with_a_signature_is_said(change: dict[str, str], says: str) -> None:
    shop = with_orders(1)

    answer = oauth(shop, signed(shop) | change)

    assert answer.status_code == 401
    assert says in answer.json()["message"]
