"""`kontering worker` as a service runs it: health, webhooks, and SIGTERM within ten seconds whatever hangs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.connectors.woocommerce.shops import SITE, api, case, empty, with_cases, with_goods

from kontering.connectors.economic.simulator import make as make_economic
from kontering.connectors.woocommerce.simulator import KEY, SECRET, Shop, Simulated, deliver_webhooks
from kontering.store.store import Store
from kontering.sync import status
from kontering.testing import Faulty, Simulator, serve
from kontering.testing.faults import at, to

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
COMMAND = [sys.executable, "-c", "from kontering.cli import main; main()", "worker", "--json"]
SECRETS = {"WOO_KEY": KEY, "WOO_SECRET": SECRET, "ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's shop, from disk into e-conomic."""
    made = tmp_path / "webshop"
    shutil.copytree(EXAMPLE, made, ignore=shutil.ignore_patterns("*.db*"))
    return made


def rewrite(folder: Path, *changes: tuple[str, str]) -> None:
    path = folder / "kontering.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@contextmanager
def worker(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=folder, env={**os.environ, **SECRETS, "LOCK": "hemmelig-7"}, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def until(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.1)
    return what()


def free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def log_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.txt").read_text().splitlines()]


@pytest.mark.slow
def test_sigterm_ends_it_within_ten_seconds_although_a_call_hangs(folder: Path) -> None:
    books, hangs, release = make_economic(), threading.Event(), threading.Event()

    def never_in_time(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        """It is done, and nobody will hear of it."""
        answer = simulator(request)
        hangs.set()
        release.wait(60)
        return answer

    plan = at(1, never_in_time, to("POST", "/invoices/drafts"))

    with serve(Faulty(books, plan), patience=0.1) as served:
        rewrite(
            folder,
            ("http://127.0.0.1:8712", served.url),
            (
                "from: shop/order\n    mapping: nordlys/order-to-invoice\n    to: economic",
                "from: files/order\n    mapping: nordlys/order-to-invoice\n    to: economic",
            ),
        )
        with worker(folder) as process:
            assert hangs.wait(60)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(12) == 0
            assert time.monotonic() - began < 10.5
        assert log_of(folder)[-1]["what"] == "stopped"
        release.set()
        with worker(folder):
            assert until(lambda: len(books.state.booked) >= 8)

    references = [row["references"]["other"] for row in books.state.booked.values()]
    assert len(references) == len(set(references)), "what hung was looked up, not sent again"


@pytest.mark.slow
def test_it_tells_how_it_is_and_takes_webhooks(folder: Path) -> None:
    shop, port = with_cases([case("plain-dk")], with_goods(empty(clock=None))), free()
    site = f"http://127.0.0.1:{port}"
    hook = {"topic": "order.updated", "delivery_url": f"{site}/hooks/webshop/shop", "secret": "hemmelig-7"}
    assert api(shop).post("webhooks", json=hook).status_code == 201

    with serve(Timeless(shop)) as served:
        rewrite(
            folder,
            ("http://127.0.0.1:8711", served.url),
            ("secret: {secret: WOO_SECRET}", "secret: {secret: WOO_SECRET}\n    webhook_secret: {secret: LOCK}"),
            ("    to: ledger\n", "    to: ledger\n    schedule: every 1 day\n"),
        )
        with (
            worker(folder, "--listen", str(port)) as process,
            Store.open(f"sqlite:///{folder}/kontering.db", project="webshop") as store,
        ):
            assert until(lambda: _answers(f"{site}/readyz"))
            assert httpx.get(f"{site}/healthz").json() == {"ok": True, "late": []}
            assert "kontering_documents" in httpx.get(f"{site}/metrics").text
            assert until(lambda: status.status(store).counts.get("done", 0) >= 1)

            with_cases([case("oss-germany")], shop)
            api(shop).put("orders/5113", json={"customer_note": "quick"}).raise_for_status()
            with httpx.Client(trust_env=False) as client:
                deliver_webhooks(shop, client.send)
            assert until(lambda: status.status(store).counts.get("done", 0) >= 2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(12) == 0


class Timeless:
    """A shop that takes any key at any time: its own checks aren't what is tested here."""

    def __init__(self, shop: Simulated[Shop]) -> None:
        self.shop = shop
        self.state, self.calls, self.credentials = shop.state, shop.calls, shop.credentials

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        asked = httpx.Request(request.method, f"{SITE}{path}", content=request.read())
        return self.shop(next(httpx.BasicAuth(KEY, SECRET).auth_flow(asked)))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_a_project_that_lacks_a_secret_does_not_stop_the_others(tmp_path: Path) -> None:
    for name, books in (("good", "ledger"), ("bad", "economic")):
        made = [*COMMAND[:3], "init", name, "--from", "woocommerce", "--to", books]
        subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "bad" / "secrets.env").unlink()
    env = {name: value for name, value in os.environ.items() if name not in SECRETS}
    with (tmp_path / "log.txt").open("wb") as log:
        process = subprocess.Popen([*COMMAND, "--projects", "."], cwd=tmp_path, env=env, stderr=log)
        try:
            with Store.open(f"sqlite:///{tmp_path}/good/kontering.db", project="good") as store:
                assert until(lambda: status.status(store).counts.get("done", 0) == 7)
            with Store.open(f"sqlite:///{tmp_path}/bad/kontering.db", project="bad") as store:
                assert until(lambda: bool(status.status(store).connections))
                (stopped,) = status.status(store).connections
                counts = status.status(store).counts
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()

    assert (stopped.name, counts["waiting"]) == ("books", 7)
    assert "the secret 'ECO_APP' is nowhere" in str(stopped.stopped)
