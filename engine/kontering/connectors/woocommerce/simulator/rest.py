"""How WordPress answers: errors, lists with their filters and headers, and the fields of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import httpx

from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.connectors.woocommerce.simulator.shop import Shop, stamp
from kontering.testing import Asked, reply

BASE = "/wp-json/wc/v3"
Ask = Asked[Shop]
Show = Callable[[Json], Json]


class Wrong(Exception):
    """An answer that isn't a yes; `answered` turns it into one."""

    def __init__(self, code: str, message: str, status: int, params: Json | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.params = code, message, status, params

    def body(self) -> Json:
        more = {"params": self.params} if self.params else {}
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **more}}


def answered(answer: Callable[[Ask], httpx.Response]) -> Callable[[Ask], httpx.Response]:
    """The route, with what it finds wrong as an answer."""

    def safely(asked: Ask) -> httpx.Response:
        try:
            return answer(asked)
        except Wrong as wrong:
            return reply(wrong.body(), wrong.status)

    return safely


def no_route(asked: Ask) -> httpx.Response:
    wrong = Wrong("rest_no_route", "No route was found matching the URL and request method.", 404)
    return reply(wrong.body(), wrong.status)


def invalid(name: str, why: str) -> Wrong:
    return Wrong("rest_invalid_param", f"Invalid parameter(s): {name}", 400, {name: why})


def body(asked: Ask) -> Json:
    """The JSON body; WordPress answers broken JSON with 400."""
    if not asked.body:
        return {}
    try:
        given = asked.json()
    except ValueError as error:
        raise Wrong("rest_invalid_json", "Invalid JSON body passed.", 400) from error
    return given if isinstance(given, dict) else {}


def whole(asked: Ask, name: str, default: int, least: int, most: int | None = None) -> int:
    text = asked.query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise invalid(name, f"{name} is not of type integer.")
    value = int(text)
    if value < least or (most is not None and value > most):
        bounds = f"must be between {least} (inclusive) and {most} (inclusive)" if most else f"must be at least {least}"
        raise invalid(name, f"{name} {bounds}")
    return value


def word(asked: Ask, name: str, default: str, allowed: Iterable[str]) -> str:
    value = str(asked.query.get(name, default))
    if value not in allowed:
        raise invalid(name, f"{name} is not one of {', '.join(allowed)}.")
    return value


def many(asked: Ask, name: str) -> list[str]:
    """A list in the query: `name=a,b`, `name[]=a&name[]=b` or `name[0]=a`."""
    found = [value for key, value in asked.query.multi_items() if re.fullmatch(rf"{name}(\[\d*\])?", key)]
    return [part.strip() for value in found for part in value.split(",") if part.strip()]


def numbers(asked: Ask, name: str) -> set[int]:
    parts = many(asked, name)
    if not all(part.isdigit() for part in parts):
        raise invalid(name, f"{name}[0] is not of type integer.")
    return {int(part) for part in parts}


def moment(asked: Ask, name: str) -> str | None:
    """A filter's date as the database compares it, a text; one with an offset becomes the shop's time, even for UTC."""
    text = asked.query.get(name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise invalid(name, "Invalid date.") from None
    return stamp(at.astimezone(asked.state.zone) if at.tzinfo else at)


def within_dates(asked: Ask, rows: Iterable[Json]) -> list[Json]:
    """The filters on creation and change, on the shop's time unless the request says that they are UTC. Strict."""
    in_utc = asked.query.get("dates_are_gmt", "false").lower() in ("true", "1", "yes")
    bounds = [
        (field, after, moment(asked, name))
        for name, field, after in (
            ("after", "date_created_gmt", True),
            ("before", "date_created_gmt", False),
            ("modified_after", "date_modified_gmt", True),
            ("modified_before", "date_modified_gmt", False),
        )
    ]

    asked_for = [(field, after, bound) for field, after, bound in bounds if bound is not None]

    def fits(row: Json) -> bool:
        for field, after, bound in asked_for:
            at = str(row[field] if in_utc else asked.state.local(row[field]))
            if not (at > bound if after else at < bound):
                return False
        return True

    return [row for row in rows if fits(row)] if asked_for else list(rows)


def chosen(asked: Ask, rows: Iterable[Json]) -> list[Json]:
    """`include` and `exclude`."""
    only, without = numbers(asked, "include"), numbers(asked, "exclude")
    if not only and not without:
        return list(rows)
    return [row for row in rows if (not only or row["id"] in only) and row["id"] not in without]


def listed(
    asked: Ask, rows: Sequence[Json], show: Show, *, orders: Sequence[str], default: str, way: str
) -> httpx.Response:
    """A page of rows, with the headers that count them."""
    by = word(asked, "orderby", default, orders)
    falling = word(asked, "order", way, ("asc", "desc")) == "desc"
    size, page = whole(asked, "per_page", 10, 1, 100), whole(asked, "page", 1, 1)
    start = whole(asked, "offset", (page - 1) * size, 0)
    ordered = sorted(rows, key=_place(by), reverse=falling)
    wanted = many(asked, "_fields")
    shown = [with_fields(show(row), wanted) for row in ordered[start : start + size]]
    return reply(shown, headers=_counted(asked, len(rows), size, page))


def single(asked: Ask, thing: Json, status: int = 200, headers: Json | None = None) -> httpx.Response:
    return reply(only_fields(asked, thing), status, headers)


def only_fields(asked: Ask, thing: Json) -> Json:
    """`_fields=id,number`: only these."""
    return with_fields(thing, many(asked, "_fields"))


def with_fields(thing: Json, wanted: Sequence[str]) -> Json:
    return {name: value for name, value in thing.items() if name in wanted} if wanted else thing


def api(asked: Ask) -> str:
    return asked.origin + BASE


def _place(by: str) -> Callable[[Json], tuple[str, int]]:
    field = {"date": "date_created_gmt", "modified": "date_modified_gmt", "registered_date": "date_created_gmt"}.get(
        by, by
    )

    def place(row: Json) -> tuple[str, int]:
        value = row.get(field)
        return (f"{value:012d}" if isinstance(value, int) else str(value or ""), row["id"])

    return place


def _counted(asked: Ask, total: int, size: int, page: int) -> dict[str, str]:
    if not asked.state.habits.total_headers:
        return {}
    pages = -(-total // size)
    links = [
        f'<{asked.origin}{asked.request.url.path}?{asked.query.set("page", str(number))}>; rel="{name}"'
        for name, number, there in (("prev", page - 1, page > 1), ("next", page + 1, page < pages))
        if there
    ]
    counted = {"x-wp-total": str(total), "x-wp-totalpages": str(pages)}
    return counted | ({"link": ", ".join(links)} if links else {})
