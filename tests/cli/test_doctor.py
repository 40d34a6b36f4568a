"""`kontering doctor` on the example shop: its connections fine, and each of them wrong in one way."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.smtp.post_office import Box, office

from kontering.connectors.economic.simulator import make as make_economic
from kontering.connectors.woocommerce.simulator import make as make_shop
from kontering.project.project import load_project
from kontering.sync.doctor import examine
from kontering.sync.findings import Finding, worst
from kontering.testing import Simulated, serve

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
Found = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Project:
    """The example, with its systems behind sockets."""

    folder: Path
    books: Simulated[Any]
    secrets: dict[str, str]

    def write(self, old: str, new: str, file: str = "kontering.yaml") -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def doctor(self, *arguments: str, **secrets: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | self.secrets | secrets | {"NO_COLOR": "1"}
        command = [sys.executable, "-m", "kontering", "doctor", *arguments]
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=100)

    def found(self, connection: str, **secrets: str) -> tuple[int, Found]:
        done = self.doctor(connection, "--json", **secrets)
        (told,) = json.loads(done.stdout)["connections"]
        return done.returncode, {one["about"]: (one["state"], one["says"]) for one in told["findings"]}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder = tmp_path / "webshop"
    shutil.copytree(EXAMPLE, folder)
    shop, books = make_shop(folder=folder), make_economic()
    with serve(shop) as sells, serve(books) as keeps:
        made = Project(folder, books, {})
        made.write("http://127.0.0.1:8711", sells.url)
        made.write("http://127.0.0.1:8712", keeps.url)
        keys = {"WOO_KEY": shop.credentials["key"], "WOO_SECRET": shop.credentials["secret"]}
        made.secrets.update(keys, ECO_APP="app-secret", ECO_GRANT="agreement-grant")
        yield made


def test_all_connections_are_fine_and_nothing_was_written(project: Project) -> None:
    done = project.doctor()

    assert done.returncode == 0, done.stdout
    assert "accepted by WooCommerce" in done.stdout
    assert "may read order, refund" in done.stdout
    assert "every account that it names is there" in done.stdout
    assert "today is open" in done.stdout
    assert "no flow of this project reads from it" in done.stdout  # the example's files stand beside its shop
    assert not any(call.writes for call in project.books.calls)


def test_what_is_missing_is_named_with_its_place_and_the_way(project: Project) -> None:
    project.write("5825", "5852", "tables/economic_accounts.csv")
    project.write("layout: 19", "layout: 99")
    project.write("business: {group: 2", "business: {group: 77")
    project.write("missing: create, fallback: SHOP", "missing: fallback, fallback: SHUP")

    done = project.doctor("economic")

    assert done.returncode == 1
    assert "'economic' has no account '5852'" in done.stdout
    assert "tables/economic_accounts.csv:2:" in done.stdout
    assert "'economic' has no layout '99'" in done.stdout
    assert "there is no group 77" in done.stdout
    assert "there is no product SHUP" in done.stdout
    assert "make it in e-conomic" in done.stdout


def test_credentials_that_are_refused(project: Project) -> None:
    code, economic = project.found("economic", ECO_APP="another")
    shop_code, shop = project.found("shop", WOO_SECRET="another")

    assert (code, economic["credentials"][0]) == (1, "missing")
    assert "401" in economic["credentials"][1]
    assert (shop_code, shop["credentials"][0]) == (1, "missing")
    assert "writing" not in economic


def test_a_right_that_lacks_is_told_beside_those_that_are_there(project: Project) -> None:
    project.books.state.forbidden.add("vat-zones")

    code, found = project.found("economic")

    assert code == 1
    assert found["credentials"][0] == "fine"
    assert found["rights"][0] == "missing"
    assert found["rights"][1].startswith("zone")


def test_a_secret_that_is_nowhere(project: Project) -> None:
    del project.secrets["WOO_SECRET"]

    code, found = project.found("shop")

    assert code == 1
    assert found == {"secrets": ("missing", "the secret 'WOO_SECRET' is nowhere")}


def test_a_system_that_does_not_answer(project: Project) -> None:
    url = project.folder.joinpath("kontering.yaml").read_text().partition("url: ")[2].partition("\n")[0]
    project.write(url, "http://127.0.0.1:9")

    code, found = project.found("shop")

    assert (code, found["answer"][0]) == (3, "trouble")


def test_a_closed_period_and_a_snapshot_that_is_older(project: Project) -> None:
    pulled = subprocess.run(
        [sys.executable, "-m", "kontering", "pull", "economic"],
        cwd=project.folder,
        env=os.environ | project.secrets,
        capture_output=True,
        timeout=100,
    )
    assert pulled.returncode == 0
    assert project.found("economic")[1]["snapshot"] == ("fine", "as the system is now")
    del project.books.state.table("layouts")[21]
    for periods in project.books.state.periods.values():
        for row in periods:
            row["closed"] = True

    code, found = project.found("economic")

    assert code == 1
    assert found["snapshot"] == ("unknown", "older than the system: layout")
    assert found["periods"][0] == "missing"


def test_an_unknown_connection_is_wrong_use(project: Project) -> None:
    done = project.doctor("boks")

    assert done.returncode == 2
    assert "boks" in done.stderr


def test_a_clock_that_is_wrong_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in project.secrets.items():
        monkeypatch.setenv(name, value)
    now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

    def answers(request: httpx.Request) -> httpx.Response:
        response = project.books(request)
        response.headers["date"] = format_datetime(now + dt.timedelta(minutes=5), usegmt=True)
        return response

    found: list[Finding] = list(
        examine(load_project(project.folder), "economic", transport=httpx.MockTransport(answers), now=lambda: now)
    )

    (clock,) = [one for one in found if one.about == "clock"]
    assert (clock.state, clock.says) == ("missing", "this machine's clock is 300 s behind the system's")
    assert worst(found) == "missing"


def mails_from(project: Project, port: int) -> None:
    more = f"host: 127.0.0.1, port: {port}, security: none, from: a@nordlys.example, books: economic, since: 2026-01-01"
    project.write("\nflows:", f"  post: {{connector: smtp, {more}}}\n\nflows:")


def test_a_mail_server_is_knocked_at(project: Project) -> None:
    with office(Box()) as port:
        mails_from(project, port)
        code, found = project.found("post")
    closed_code, closed = project.found("post")

    assert (code, found["credentials"][0]) == (0, "fine")
    assert (closed_code, closed["answer"][0]) == (3, "trouble")


def test_access_that_nobody_has_granted_is_told_with_the_way(project: Project) -> None:
    more = "organization: 1, client_id: acme, client_secret: {secret: ECO_APP}, grant: connect"
    project.write("\nflows:", f"  dinero: {{connector: dinero, {more}}}\n\nflows:")

    done = project.doctor("dinero")

    assert done.returncode == 1
    assert "kontering connect" in done.stdout
