"""What every target keeps that takes master data: all of it once, whatever goes wrong, and nothing in a second run.

Customers, suppliers and products go the whole way: records, mappings, plans, deliveries, the target's own payload
mappings; what came of it is counted in its simulator.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.plain import masters

from kontering.connectors import registry
from kontering.project.policy import Customers, Policy, Suppliers
from kontering.project.project import load_project
from kontering.project.secrets import Secret
from kontering.sdk.connector import Limit
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.progress import Event, Troubled
from kontering.testing import Clock, Faulty
from kontering.testing.faults import (
    Fault,
    Plan,
    after,
    at,
    before,
    dropped,
    html,
    lost,
    throttled,
    truncated,
    unreachable,
)

FAULTS: Mapping[str, Fault] = {
    "500 before it": before(500),
    "503 before it": before(503),
    "500 after it": after(500),
    "a lost answer": lost,
    "a cut connection": dropped,
    "half an answer": truncated,
    "a page for people": html,
    "429": throttled(),
    "nobody listens": unreachable,
}
RECORDS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "customer": [
        masters.customer(1, firm=True, vat_number="DK12345674", street="Havnegade 4"),
        masters.customer(2, country="SE", phone="+46 63 12 34 56"),
    ],
    "supplier": [masters.supplier(7)],
    "product": [masters.product("MUG"), masters.product("A/B 7")],
}
POLICY = Policy(
    customers=Customers(match=("vat_number", "email")),
    suppliers=Suppliers(match=("vat_number", "email")),
    schedule="on webhook only",
)
"""Nothing is read again by itself, however far the clock goes on."""
Names = Callable[[Any], list[str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A target, and the names of everybody and everything that it has, in its simulator's state."""

    name: str
    names: Names
    kinds: tuple[str, ...] = masters.KINDS

    @property
    def wanted(self) -> list[str]:
        """The names that it has in the end."""
        named = {
            "customer": ["Buyer 1", "Buyer 2"],
            "supplier": ["Supplier 7"],
            "product": ["Thing A/B 7", "Thing MUG"],
        }
        return [name for kind in masters.KINDS if kind in self.kinds for name in named[kind]]


def economic(state: Any) -> list[str]:
    tables = (state.customers, state.suppliers, state.products)
    return [row["name"] for table in tables for row in table.values()]


def rackbeat(state: Any) -> list[str]:
    suppliers = [row["company_name"] for row in state.suppliers.values()]
    return [*(row["name"] for row in (*state.customers.values(), *state.products.values())), *suppliers]


def dinero(state: Any) -> list[str]:
    return [row["Name"] for row in state.contacts.values()]


def billy(state: Any) -> list[str]:
    return [row["name"] for table in ("contacts", "products") for row in state.table(table).values()]


SUBJECTS = (
    Subject("economic", economic),
    Subject("rackbeat", rackbeat),
    Subject("billy", billy),
    Subject("dinero", dinero, ("customer", "supplier")),  # its table of accounts has no row without a VAT code
)
OURS = ("Buyer", "Supplier", "Thing", "Another")
"""What the names of the records begin with; a fresh system has products of its own."""


@dataclass(slots=True)
class Bench:
    """A fresh system and a fresh store, on a clock that never waits."""

    subject: Subject
    store: Store
    system: Any
    clock: Clock
    troubles: list[str] = field(default_factory=list)

    def run(self, records: Mapping[str, Sequence[Mapping[str, Any]]] = RECORDS, faults: Plan | None = None) -> None:
        name = self.subject.name
        given = load_project(Path(__file__).parent / "projects" / name).connections["books"]
        plain = {key: value for key, value in given.settings.items() if not isinstance(value, Secret)}
        books = replace(given, settings={**plain, **self.system.credentials})
        plan = masters.project(records, policy=POLICY, kinds=self.subject.kinds, books=books)
        answers = Faulty(self.system, faults) if faults else self.system
        wired = masters.wired(plan, httpx.MockTransport(answers), connector=unhurried(name))
        dispatch.run(self.store, wired, threads=1, from_start=True, patience=1e7, tell=self._hears)

    def names(self) -> list[str]:
        return sorted(name for name in self.subject.names(self.system.state) if name.startswith(OURS))

    def writes(self, method: str = "") -> int:
        """Writing calls, or those of a method; a token that is got changes nothing."""
        calls = [call for call in self.system.calls if call.writes and not call.path.endswith("/token")]
        return sum(method in ("", call.method) for call in calls)

    def held(self) -> dict[str, str]:
        return {entry.key: entry.reason for entry in status.queue(self.store)}

    def _hears(self, event: Event) -> None:
        """Whoever would wait needn't: the clock goes on to when it is tried again."""
        if isinstance(event, Troubled):
            self.troubles.append(event.trouble)
            if event.due is not None:
                self.clock.time = max(self.clock.time, datetime.fromtimestamp(event.due / 1000, UTC))


def unhurried(name: str) -> Any:
    """Without the waits of its rate limits."""
    connector = registry.load(name)
    return replace(connector, limits=tuple(Limit(calls=10**9, per=one.per, burst=10**9) for one in connector.limits))


@contextlib.contextmanager
def bench(subject: Subject, folder: Path) -> Iterator[Bench]:
    clock = Clock()
    url = f"sqlite:///{folder / 'masters.db'}"
    with Store.open(url, project="acme", clock=lambda: round(clock().timestamp() * 1000)) as store:
        yield Bench(subject, store, registry.simulator(subject.name, clock=clock), clock)


@pytest.fixture(params=SUBJECTS, ids=lambda subject: subject.name)
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = request.param
    return found


def test_all_of_it_is_there_once_and_a_second_run_writes_nothing(subject: Subject, tmp_path: Path) -> None:
    with bench(subject, tmp_path) as here:
        here.run()
        writes = here.writes()
        here.run()

        assert here.names() == subject.wanted
        assert here.held() == {}
        assert here.writes() == writes


def test_a_store_that_knows_nothing_finds_what_is_there(subject: Subject, tmp_path: Path) -> None:
    with bench(subject, tmp_path) as here:
        here.run()
        made, names = here.writes("POST"), here.names()
        (tmp_path / "other").mkdir()
        with bench(subject, tmp_path / "other") as another:
            another.system = here.system
            another.run()

            assert (another.names(), another.held()) == (names, {})
            assert another.writes("POST") == made


def test_one_field_that_moved_is_one_writing_call(subject: Subject, tmp_path: Path) -> None:
    with bench(subject, tmp_path) as here:
        here.run()
        before_ = here.writes()
        moved = {
            "customer": [{**RECORDS["customer"][0], "street": "Vestergade 1", "version": "2"}],
            "supplier": [{**RECORDS["supplier"][0], "version": "2"}],
            "product": [{**RECORDS["product"][1], "name": "Another", "version": "2"}],
        }
        here.run(moved)

        changes = 2 if "product" in subject.kinds else 1
        assert here.writes() == before_ + changes
        assert ("Another" in here.names()) == (changes == 2)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda name: name.replace(" ", "_"))
def test_whatever_goes_wrong_at_whichever_call_it_is_there_once(subject: Subject, fault: str, tmp_path: Path) -> None:
    for number in range(1, len(subject.wanted) + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with bench(subject, folder) as here:
            here.run(faults=at(number, FAULTS[fault]))
            for _ in range(3):
                here.clock.forward(hours=3)
                here.run()

            assert here.names() == subject.wanted, (
                f"{fault} at the {number}. writing call: {here.troubles[-2:]} {here.held()}"
            )
