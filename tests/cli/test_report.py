"""Every report in its three forms, on books that are empty and on books that aren't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kontering.cli.main import cli
from kontering.cli.report import REPORTS


def kontering(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    kontering("init", str(folder / "shop"))
    done = kontering("run", "-C", str(folder / "shop"))
    assert done.exit_code == 0, done.output
    return folder / "shop"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_a_table_json_and_csv(shop: Path, name: str) -> None:
    asked = ("report", name, "-C", str(shop), "--until", "2026-12-31")
    table, as_json, as_csv = kontering(*asked), kontering(*asked, "--json"), kontering(*asked, "--csv")

    assert (table.exit_code, as_json.exit_code, as_csv.exit_code) == (0, 0, 0), table.output
    rows = json.loads(as_json.stdout)
    assert len(as_csv.stdout.strip().splitlines()) == (len(rows) + 1 if rows else 0)
    assert (table.stdout == "Nothing to report.\n") == (not rows)


def test_a_draft_is_the_cause_of_what_the_books_lack(shop: Path) -> None:
    done = kontering("reconcile", "-C", str(shop), "--json")

    found = json.loads(done.stdout)["differences"]
    documents = [one for one in found if one["level"] == "document"]
    assert done.exit_code == 1
    assert [one["cause"] for one in documents] == ["a draft in the target, not booked yet"]
