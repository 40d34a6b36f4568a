"""The server as an editor has it: a process that is spoken to over its standard input and output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.lsp.client import editor

NAME = "mappings/shop/order-to-invoice.yaml"
BASE = "kontering: 1\nmapping: shop/order-to-invoice\nextends: woocommerce/order-to-invoice\n"
FINE = BASE + "override:\n  number: order.number\n"


def project(folder: Path) -> Path:
    (folder / "mappings" / "shop").mkdir(parents=True)
    (folder / "kontering.yaml").write_text(
        "kontering: 1\nproject: demo\nconnections:\n  books: {connector: ledger, base_currency: DKK, "
        "company: {name: Demo}}\n"
    )
    return folder


def test_problems_come_as_an_author_types_and_go_when_they_are_mended(tmp_path: Path) -> None:
    with editor(project(tmp_path)) as session:
        session.open(NAME, FINE.replace("order.number", "order.nummer"))
        (problem,) = session.problems(NAME)
        assert problem["code"] == "K202"
        assert problem["range"] == {"start": {"line": 4, "character": 16}, "end": {"line": 4, "character": 22}}
        assert "did you mean 'number'" in problem["message"]

        (action,) = session.ask(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": session.uri(NAME)},
                "range": problem["range"],
                "context": {"diagnostics": [problem]},
            },
        )
        assert action["edit"]["changes"][session.uri(NAME)][0]["newText"] == "number"

        session.change(NAME, FINE, 2)
        assert session.problems(NAME) == []


def test_what_isnt_saved_counts_for_the_files_that_extend_it(tmp_path: Path) -> None:
    other = "mappings/shop/special.yaml"
    own = "kontering: 1\nmapping: shop/special\nextends: shop/order-to-invoice\noverride:\n  reference: order.number\n"
    folder = project(tmp_path)
    (folder / NAME).write_text(FINE)
    with editor(folder) as session:
        session.open(other, own)
        assert session.problems(other) == []

        session.open(NAME, FINE.replace("order.number", "order.nummer"))

        found = session.problems(other)
        assert "a file that this one needs is wrong: mappings/shop/order-to-invoice.yaml:5:17" in found[0]["message"]


def test_columns_are_counted_as_editors_count_them(tmp_path: Path) -> None:
    """An emoji is one character for the checker, and two units of UTF-16 for an editor."""
    text = BASE + 'override:\n  number: {text: "🎁 {{ order.nummer }}"}\n'
    with editor(project(tmp_path)) as session:
        session.open(NAME, text)
        (problem,) = session.problems(NAME)
        assert problem["range"]["start"] == {"line": 4, "character": 30}
        assert problem["range"]["end"] == {"line": 4, "character": 36}

        session.change(NAME, text.replace("nummer", "number"), 2)
        said = session.at("hover", NAME, 4, 36)
        assert "Number as the buyer sees it" in said["contents"]["value"]
        assert said["range"]["start"] == {"line": 4, "character": 30}


def test_completion_hover_and_definition_over_the_wire(tmp_path: Path) -> None:
    with editor(project(tmp_path)) as session:
        session.open(NAME, BASE + "override:\n  number: order.billing.\n  reference: param.unpaid\n")
        assert session.problems(NAME)[0]["code"].startswith("K2")

        items = session.at("completion", NAME, 4, 24)["items"]
        assert [one["label"] for one in items][:2] == ["first_name", "last_name"]
        assert items[0]["kind"] == 5  # a field
        place = session.at("definition", NAME, 5, 22)
        assert place["uri"].endswith("/mappings/woocommerce/order-to-invoice.yaml")


def test_the_project_file_is_checked_too(tmp_path: Path) -> None:
    folder = project(tmp_path)
    text = (folder / "kontering.yaml").read_text()
    with editor(folder) as session:
        session.open("kontering.yaml", text.replace("connector: ledger", "connector: leger"))
        (problem,) = session.problems("kontering.yaml")
        assert "leger" in problem["message"]

        session.change("kontering.yaml", text, 2)
        assert session.problems("kontering.yaml") == []


def test_a_file_that_is_no_mapping_is_left_alone(tmp_path: Path) -> None:
    with editor(tmp_path) as session:
        session.open("docker-compose.yaml", "services: {a: 1, a: 2}\n")
        assert session.problems("docker-compose.yaml") == []


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['lsprotocol'] = None; from kontering.cli.main import cli; cli(['lsp'])"

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert done.stderr == "Error: lsprotocol is not installed: pip install 'kontering[lsp]'\n"
