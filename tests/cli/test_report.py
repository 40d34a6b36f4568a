"""Every report in its three forms, on books that are empty and on books that aren't."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kontering.cli.report import REPORTS


def kontering(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"NO_COLOR": "1", "HOME": str(folder)}
    command = [sys.executable, "-m", "kontering", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    kontering(folder, "init", "shop")
    done = kontering(folder / "shop", "run")
    assert done.returncode == 0, done.stderr
    return folder / "shop"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_a_table_json_and_csv(shop: Path, name: str) -> None:
    until = ("--until", "2026-12-31")
    table = kontering(shop, "report", name, *until)
    as_json = kontering(shop, "report", name, *until, "--json")
    as_csv = kontering(shop, "report", name, *until, "--csv")

    assert (table.returncode, as_json.returncode, as_csv.returncode) == (0, 0, 0), table.stderr
    rows = json.loads(as_json.stdout)
    assert len(as_csv.stdout.strip().splitlines()) == (len(rows) + 1 if rows else 0)
    assert (table.stdout == "Nothing to report.\n") == (not rows)


def test_a_draft_is_the_cause_of_what_the_books_lack(shop: Path) -> None:
    done = kontering(shop, "reconcile", "--json")

    found = json.loads(done.stdout)["differences"]
    documents = [one for one in found if one["level"] == "document"]
    assert done.returncode == 1
    assert [one["cause"] for one in documents] == ["a draft in the target, not booked yet"]
