"""Access to Dinero: tokens by each grant, one renewal however many need it, kept sealed where they rotate."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.connectors.dinero.organisation import API, SETTINGS, organisation, own

from kontering.cli.connect import Asked
from kontering.connectors.dinero import CONNECTOR, auth
from kontering.errors import Denied, SystemFailed, TryLater
from kontering.sdk.bearer import exchanged
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.sdk.oauth import Token, Tokens
from kontering.store.store import Store
from kontering.store.tokens import Kept, Sealed, new_key
from kontering.testing import Clock, Faulty
from kontering.testing.faults import at, before, every, html, lost, throttled, truncated, unreachable

CONNECT: dict[str, Any] = SETTINGS | {"grant": "connect"}
TENANT = {"grant": "tenant", "tenant_id": "3b0c5f0e-0000-4000-8000-000000000001"}
THREADS = 16


def connected(answers: Any, tokens: Tokens | None = None, **settings: Any) -> httpx.Client:
    transport = httpx.MockTransport(answers)
    return client(CONNECTOR, SETTINGS | settings, transport=transport, limiter=Here(), tokens=tokens)


def consented(simulator: Any) -> Token:
    """What `connect` does, with a browser that says yes at once."""
    grant, asked = auth(CONNECT), Asked(redirect="http://127.0.0.1:8718/")
    with httpx.Client(transport=httpx.MockTransport(simulator)) as browser:
        answer = browser.get(asked.url(grant))
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == [asked.state]
    return exchanged(grant, back["code"][0], asked.redirect, asked.verifier, httpx.MockTransport(simulator))


def token_calls(simulator: Any) -> int:
    return sum(call.path.endswith("token") for call in simulator.calls)


@pytest.mark.parametrize("settings", [{}, TENANT], ids=["personal", "tenant"])
def test_a_token_is_got_once_and_used_again(settings: dict[str, Any]) -> None:
    simulator = organisation()
    with connected(simulator, **settings) as ours:
        for _ in range(3):
            assert ours.get(own("/contacts")).status_code == 200

    assert token_calls(simulator) == 1


def test_a_token_that_is_too_old_is_got_anew_and_the_call_made_again() -> None:
    simulator = organisation()
    with connected(simulator) as ours:
        ours.get(own("/contacts"))
        simulator.state.tokens.clear()
        assert ours.post(own("/invoices/fetch"), json={"ProductLines": []}, extensions={"expects": (400,)})

    assert token_calls(simulator) == 2
    assert [call.status for call in simulator.calls if not call.path.endswith("token")] == [200, 401, 400]


def test_a_wrong_key_is_denied_and_says_why() -> None:
    with connected(organisation(), api_key="wrong") as ours, pytest.raises(Denied, match="invalid_grant"):
        ours.get(own("/contacts"))


TROUBLE = {"lost": lost, "unreachable": unreachable, "500": before(500), "429": throttled("3"), "html": html}


@pytest.mark.parametrize("fault", [*TROUBLE.values(), truncated], ids=[*TROUBLE, "truncated"])
def test_trouble_with_the_token_says_nothing_of_the_call(fault: Any) -> None:
    """Whatever becomes of the token request: the writing call wasn't made, so it isn't in doubt."""
    simulator = organisation()
    with connected(Faulty(simulator, at(1, fault, every))) as ours:
        with pytest.raises(TryLater):
            ours.post(own("/contacts"), json={})
        assert ours.get(own("/contacts")).status_code == 200


def test_nobody_has_consented_yet() -> None:
    with connected(organisation(), **CONNECT) as ours, pytest.raises(Denied, match="kontering connect"):
        ours.get(own("/contacts"))


def test_consent_gives_a_token_and_its_code_is_good_once() -> None:
    simulator = organisation()
    first = consented(simulator)

    assert first.access in simulator.state.tokens
    assert first.refresh
    with pytest.raises(Denied, match="invalid_grant"):
        exchanged(auth(CONNECT), "used", "http://127.0.0.1:8718/", "x", httpx.MockTransport(simulator))


@pytest.fixture
def sealed() -> Sealed:
    return Sealed(new_key())


@pytest.fixture
def keep(tmp_path: Path, sealed: Sealed) -> Callable[[], Kept]:
    """Makes what another process would have: a store of its own on the same file."""
    return lambda: Kept(Store.open(f"sqlite:///{tmp_path / 'kept.db'}", project="acme"), "books", sealed)


def test_sixteen_threads_of_two_processes_renew_a_single_use_token_once(keep: Callable[[], Kept]) -> None:
    simulator = organisation()
    kept = keep()
    with kept.lock():
        kept.write(consented(simulator))
    simulator.state.tokens.clear()
    before_it = token_calls(simulator)
    clients = [connected(simulator, keep(), **CONNECT) for _ in range(2)]
    together = threading.Barrier(THREADS)

    def ask(number: int) -> int:
        together.wait()
        return clients[number % 2].get(own("/contacts")).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(ask, range(THREADS)))

    assert set(statuses) == {200}
    assert token_calls(simulator) - before_it == 1
    assert [used for used in simulator.state.refreshes.values() if not used] == [False]


def test_without_the_lease_the_whole_grant_is_lost() -> None:
    """The control: two processes that don't know of each other use the refresh token twice."""
    simulator = organisation()
    first = consented(simulator)
    simulator.state.tokens.clear()
    settings = CONNECT | {"refresh_token": first.refresh}
    with connected(simulator, **settings) as one, connected(simulator, **settings) as other:
        one.get(own("/contacts"))
        with pytest.raises(Denied):
            other.get(own("/contacts"))


def test_what_is_kept_can_be_read_by_nobody_without_the_key(tmp_path: Path, keep: Callable[[], Kept]) -> None:
    kept = keep()
    kept.write(Token(access="access-1", until=100.0, refresh="refresh-1"))

    assert keep().read() == Token(access="access-1", until=100.0, refresh="refresh-1")
    assert not any(b"refresh-1" in path.read_bytes() for path in tmp_path.iterdir())
    other = Kept(Store.open(f"sqlite:///{tmp_path / 'kept.db'}", project="acme"), "books", Sealed(new_key()))
    with pytest.raises(SystemFailed, match="connect anew"):
        other.read()


def test_keys_can_be_rotated() -> None:
    old, new = new_key(), new_key()
    token = Token(access="a", until=1.0, refresh="r")

    assert Sealed(f"{new},{old}").unseal(Sealed(old).seal(token)) == token


def test_a_key_that_is_none_is_said_so() -> None:
    with pytest.raises(SystemFailed, match="kontering connect"):
        Sealed("secret")


def test_a_worker_that_is_gone_lets_others_renew(tmp_path: Path, sealed: Sealed) -> None:
    now = [1_000_000]

    def open_at() -> Store:
        return Store.open(f"sqlite:///{tmp_path / 'kept.db'}", project="acme", clock=lambda: now[0])

    killed, waits = Kept(open_at(), "books", sealed), Kept(open_at(), "books", sealed, sleep=lambda seconds: None)
    killed._take()

    with pytest.raises(TryLater), waits.lock():
        pass
    now[0] += 61_000
    with waits.lock():
        assert waits.read() is None


def test_a_connection_may_have_fewer_calls_a_minute_than_the_connector_says() -> None:
    """The burst and what follows in the minute are together no more than is allowed."""
    clock, made = Clock(), 0
    start, simulator = clock(), organisation(clock=clock)
    settings = SETTINGS | {"calls_a_minute": 20}
    limiter = Here(lambda: clock().timestamp())
    transport = httpx.MockTransport(simulator)
    with client(CONNECTOR, settings, transport=transport, limiter=limiter, sleep=clock.sleep) as ours:
        while clock() - start < timedelta(minutes=1):
            ours.get(own("/contacts"))
            made += 1

    assert 18 <= made <= 20


def test_the_grants_of_the_real_system_go_to_its_own_hosts() -> None:
    assert auth(SETTINGS).token_url == "https://authz.dinero.dk/dineroapi/oauth/token"
    assert auth(CONNECT).token_url == "https://connect.visma.com/connect/token"
    assert auth(SETTINGS | {"url": API + "/"}).token_url.startswith("https://authz.")
    assert auth(SETTINGS | {"token_url": "https://other.example/token"}).token_url == "https://other.example/token"
    assert auth(CONNECT).authorize_url == "https://connect.visma.com/connect/authorize"
