"""What WooCommerce's own error bodies mean, where the ordinary table doesn't know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kontering.errors import ConnectorError, Denied, Refusal, Refused
from kontering.sdk.wire import NotJson, read_json

if TYPE_CHECKING:
    import httpx


def problem(response: httpx.Response) -> ConnectorError | None:
    """A wrong address, a setting of WordPress, a rule of WooCommerce's told with status 500; else None."""
    status = response.status_code
    if status < 400:
        return None
    body = _body(response)
    code, message = str(body.get("code", "")), str(body.get("message", ""))
    if status == 404 and (code == "rest_no_route" or not code):
        return Denied(_nothing_there(response.request.url))
    if status == 403 and not code:
        return Denied("something in front of the shop (a firewall?) refuses our calls; it must let them through")
    if status in (400, 500) and (code.startswith("woocommerce_rest_") or code == "rest_invalid_param"):
        return Refused(_refusals(code, message, body))
    return None


def _nothing_there(url: httpx.URL) -> str:
    if "/subscriptions" in url.path:
        return f"the shop at {url.host} doesn't have the plugin WooCommerce Subscriptions"
    hint = "check the url, that permalinks aren't 'plain', and that WooCommerce is active"
    return f"there is no WooCommerce API at {url.host} ({url.path}): {hint}"


def _refusals(code: str, message: str, body: Mapping[str, Any]) -> tuple[Refusal, ...]:
    data = body.get("data")
    params = data.get("params") if isinstance(data, Mapping) else None
    if isinstance(params, Mapping) and params:
        return tuple(Refusal(str(why), f"/{name}", code) for name, why in params.items())
    return (Refusal(message or code, code=code),)


def _body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = read_json(response.content)
    except NotJson:
        return {}
    return body if isinstance(body, Mapping) else {}
