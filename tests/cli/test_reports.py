"""Problems for programs: each form says code, place, message and the way on."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from kontering.cli import reports
from kontering.cli.main import cli
from kontering.codes import CODES
from kontering.diagnostics import Diagnostic, Span

WRONG = Diagnostic(
    "K161", "there is no connection 'book', 100 %", Span("kontering.yaml", 10, 9, 10, 13), "did you mean 'books'?"
)
WARNED = Diagnostic("K175", "no use", Span("a,b.yaml", 3, 1), severity="warning")

FILE = """
kontering: 1
project: acme
connections:
  books: {connector: ledger}
flows:
  orders: {from: books/invoice, mapping: x, to: book}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "kontering.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def check(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", str(project), *arguments])


def test_github_gets_one_annotation_a_problem() -> None:
    said = reports.github([WRONG, WARNED]).split("\n")

    assert said == [
        f"::error file=kontering.yaml,line=10,col=9,title=K161 {CODES['K161']}::"
        "there is no connection 'book', 100 %25%0Adid you mean 'books'?",
        f"::warning file=a%2Cb.yaml,line=3,col=1,title=K175 {CODES['K175']}::no use",
    ]


def test_sarif_names_the_rule_and_the_place() -> None:
    (run,) = reports.sarif([WRONG, WARNED])["runs"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["K161", "K175"]
    first, second = run["results"]
    assert first["level"] == "error"
    assert first["message"]["text"] == "there is no connection 'book', 100 %\ndid you mean 'books'?"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "kontering.yaml"}
    assert place["region"] == {"startLine": 10, "startColumn": 9, "endLine": 10, "endColumn": 13}
    assert (second["level"], second["ruleIndex"]) == ("warning", 1)


def test_junit_has_a_case_a_file_and_fails_the_wrong_ones() -> None:
    suite = ElementTree.fromstring(reports.junit([WRONG], ["kontering.yaml", "mappings/a<b.yaml"]))

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed, passed = suite
    assert failed.get("name") == "kontering.yaml"
    assert "did you mean 'books'?" in (failed[0].text or "")
    assert passed.get("name") == "mappings/a<b.yaml"
    assert len(passed) == 0


def test_a_control_character_in_a_message_doesn_t_break_the_file() -> None:
    odd = Diagnostic("K150", "there is no setting '\x07'", Span("kontering.yaml"))

    ElementTree.fromstring(reports.junit([odd], []))


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_every_form_fails_the_build(project: Path, form: str) -> None:
    found = check(project, "--format", form)

    assert found.exit_code == 1
    assert "there is no connection" in found.output


def test_json_counts_and_lists(project: Path) -> None:
    said = json.loads(check(project, "--json").output)

    assert said["checked"] == {"projects": 1, "files": 1}
    assert (said["errors"], said["warnings"]) == (1, 0)
    (problem,) = said["problems"]
    assert (problem["code"], problem["line"], problem["column"]) == ("K161", 7, 49)


def test_a_sound_project_is_quiet_in_github(project: Path) -> None:
    (project / "kontering.yaml").write_text(FILE.partition("flows:")[0], encoding="utf-8")

    found = check(project, "--format", "github")

    assert (found.exit_code, found.output) == (0, "")
