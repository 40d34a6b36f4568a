"""Plain books: an invented accounting system over HTTP, as a connector and as a simulator that counts what was done.

`same` books know idempotency keys; `look` books know none, but can be searched by reference; `never` books know neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from kontering.model.plan import Found, Receipt, Step, Totals
from kontering.sdk import calls
from kontering.sdk.connector import SDK, Again, Call, Connector, Refusal, Refused, Settings, Takes
from kontering.testing import Asked, Fault, Route, Simulated, reply

SETTLE = timedelta(milliseconds=150)
HOUR = timedelta(hours=1)
PATHS = {
    "customer": "/customers",
    "product": "/products",
    "invoice": "/invoices",
    "credit_note": "/invoices",
    "payment": "/payments",
}
FINDS = {"customer": {"email"}, "product": {"sku"}}


def connector(again: Again = Again.SAME) -> Connector:
    return Connector(
        name="plain-books",
        title="Plain books",
        sdk=SDK,
        settings={"properties": {"url": {"type": "string"}}},
        takes={kind: _takes(kind, again) for kind in PATHS},
        base_url=lambda settings: str(settings["url"]),
        target=lambda settings, client: PlainTarget(settings, client, again),
        problem=problem,
    )


def problem(response: httpx.Response) -> Exception | None:
    """Our way of saying what is wrong: a message, and the place in the payload."""
    if response.status_code != 400:
        return None
    said = response.json()
    return Refused([Refusal(said["message"], said.get("path", ""))])


def refuses(path: str, message: str) -> Fault:
    """A refusal that names a place in the payload."""
    return lambda simulator, request: reply({"message": message, "path": path}, 400)


def _takes(kind: str, again: Again) -> Takes:
    return Takes(
        payload=f"plain/{'invoice' if kind == 'credit_note' else kind}",
        calls=_calls(kind, again),
        finds=frozenset(FINDS.get(kind, {"reference"})),
    )


def _calls(kind: str, again: Again) -> tuple[Call, ...]:
    path = PATHS[kind]
    window = HOUR if again is Again.SAME else None
    totals = ("net", "vat", "gross") if path == "/invoices" else ()

    def row(action: str, method: str, path: str, again: Again = again, number: str | None = None) -> Call:
        return Call(
            action=action,
            kind=kind,
            method=method,
            path=path,
            again=again,
            settle=SETTLE,
            window=window,
            totals=totals,
            number=number,
        )

    create = row("create", "POST", path)
    if path != "/invoices":
        return (create,)
    change = row("change", "PUT", path + "/{id}", Again.SAME)
    return (create, change, row("book", "POST", path + "/{id}/book", number="number"))


class PlainTarget:
    def __init__(self, settings: Settings, client: httpx.Client, again: Again) -> None:
        self.settings = settings
        self.client = client
        self.again = again

    def find(self, kind: str, by: Mapping[str, str]) -> list[Found]:
        asked = {"kind": kind, **{name: value for name, value in by.items() if name != "key"}}
        return [_found(row) for row in self.client.get("/find", params=asked).json()]

    def send(self, step: Step) -> Receipt:
        call = _takes(step.kind, self.again).call(step.action)
        assert call is not None
        return calls.send(self.client, call, self.settings, step)

    def trial(self, step: Step) -> Totals:
        raise NotImplementedError


def _found(row: dict[str, Any]) -> Found:
    totals = Totals(net=row.get("net"), vat=row.get("vat"), gross=row.get("gross"))
    terms = {"email": row["email"]} if "email" in row else {}
    return Found(id=str(row["id"]), done=frozenset(row["done"]), totals=totals, number=row.get("number"), terms=terms)


@dataclass
class Memory:
    """What the books hold, and in which order it came."""

    things: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in PATHS.values()})
    answers: dict[str, tuple[bytes, httpx.Response]] = field(default_factory=dict)
    off: Decimal = Decimal(0)
    closed_until: str = ""

    def count(self, path: str) -> int:
        return len(self.things[path])

    def doubles(self) -> dict[str, int]:
        """References and names that are there more than once."""
        names = Counter(f"{path} {_name(thing)}" for path, rows in self.things.items() for thing in rows)
        return {name: number for name, number in names.items() if number > 1}

    def booked(self) -> list[str]:
        """References of what is booked, in the order of the booking."""
        rows = [thing for thing in self.things["/invoices"] if thing.get("number")]
        return [thing["reference"] for thing in sorted(rows, key=lambda thing: int(thing["number"]))]


def simulator(*, keys: bool = True) -> Simulated[Memory]:
    """The books behind their API; without `keys` an idempotency key means nothing to them."""
    routes = [
        Route("GET", "/find", _find),
        *(Route("POST", path, _keyed(_create, keys)) for path in sorted(set(PATHS.values()))),
        Route("PUT", "/invoices/{id}", _keyed(_change, keys)),
        Route("POST", "/invoices/{id}/book", _keyed(_book, keys)),
    ]
    return Simulated(Memory(), routes)


def _keyed(answer: Any, keys: bool) -> Any:
    """The same key gets the same answer; the same key with other bytes is refused."""

    def answered(asked: Asked[Memory]) -> httpx.Response:
        key = asked.headers.get("idempotency-key") if keys else None
        if key in asked.state.answers:
            body, before = asked.state.answers[key]
            return before if body == asked.body else reply({"message": "PayloadChanged"}, 400)
        response: httpx.Response = answer(asked)
        if key and response.status_code < 500:
            asked.state.answers[key] = (asked.body, response)
        return response

    return answered


def _create(asked: Asked[Memory]) -> httpx.Response:
    path = asked.request.url.path
    body = asked.json()
    rows = asked.state.things[path]
    if path == "/invoices" and not body.get("lines"):
        return reply({"message": "no lines"}, 400)
    thing = {**body, "id": len(rows) + 1, "done": ["create"]}
    if path == "/invoices":
        thing |= _totals(asked.state, body)
    rows.append(thing)
    return reply(thing, 201)


def _change(asked: Asked[Memory]) -> httpx.Response:
    thing = asked.state.things["/invoices"][int(asked.ids["id"]) - 1]
    if "book" in thing["done"]:
        return reply({"message": "it is booked"}, 400)
    thing |= {**asked.json(), **_totals(asked.state, asked.json())}
    return reply(thing)


def _book(asked: Asked[Memory]) -> httpx.Response:
    thing = asked.state.things["/invoices"][int(asked.ids["id"]) - 1]
    if "book" in thing["done"]:
        return reply({"message": "it is booked already"}, 400)
    numbers = [int(other["number"]) for other in asked.state.things["/invoices"] if other.get("number")]
    thing |= {"number": str(max(numbers, default=1000) + 1), "done": ["create", "book"]}
    return reply(thing)


def _find(asked: Asked[Memory]) -> httpx.Response:
    query = dict(asked.query)
    rows = asked.state.things[PATHS[query.pop("kind")]]
    wanted = {"number": query.pop("sku")} if "sku" in query else query
    return reply(
        [row for row in rows if all(str(row.get(name)) == value for name, value in wanted.items() if name in row)]
    )


def _totals(memory: Memory, body: dict[str, Any]) -> dict[str, Decimal]:
    net = sum((Decimal(line["net"]) for line in body["lines"]), Decimal(0))
    vat = sum((Decimal(line["vat"]) for line in body["lines"]), Decimal(0)) + memory.off
    return {"net": net, "vat": vat, "gross": net + vat}


def _name(thing: dict[str, Any]) -> str:
    return str(thing.get("reference") or thing.get("email") or thing.get("number"))
