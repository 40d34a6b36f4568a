"""Loading a project: everything typed, paths absolute, secrets only named, problems all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from kontering.errors import Misuse, Problems
from kontering.project.file import find_folder
from kontering.project.opened import settings_of, tables_of
from kontering.project.project import load_project
from kontering.project.secrets import Secret

FILE = """
kontering: 1
project: acme
seller: {oss: below_threshold}
connections:
  shop:  {connector: files, system: woocommerce, folder: orders}
  books:
    connector: economic
    app_secret: {secret: KONTERING_TEST_APP}
    agreement_grant: {secret: KONTERING_TEST_GRANT}
    with: {layout: 19}
    tables: {terms: tables/terms.csv}
  own:   {connector: ledger}
flows:
  orders:
    from: shop/order
    mapping: woocommerce/order-to-invoice
    with: {timezone: Europe/Copenhagen}
    to: books
    states: {completed: book, "*": skip}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "terms.csv").write_text("days,number\n8,1\n14,2\n", encoding="utf-8")
    (tmp_path / "kontering.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "kontering.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_project_is_loaded_whole(folder: Path) -> None:
    project = load_project(folder)

    assert project.name == "acme"
    assert project.store == f"sqlite:///{folder}/kontering.db"
    assert project.accounting.oss == "below_threshold"
    assert project.connections["shop"].settings["folder"] == str(folder / "orders")
    assert project.connections["books"].params == {"layout": 19}
    flow = project.flows["orders"]
    assert (flow.source, flow.kind, flow.target) == ("shop", "order", "books")
    assert flow.policy.states == {"completed": "book", "*": "skip"}


def test_a_setting_that_is_left_out_has_the_connector_s_default(folder: Path) -> None:
    assert load_project(folder).connections["books"].settings["journal"] == 1


def test_secrets_are_named_until_a_connection_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = load_project(folder)
    books = project.connections["books"]
    monkeypatch.setenv("KONTERING_TEST_APP", "app")
    monkeypatch.setenv("KONTERING_TEST_GRANT", "grant")

    assert isinstance(books.settings["app_secret"], Secret)
    opened = settings_of(books, project)
    assert (opened["name"], opened["app_secret"], opened["agreement_grant"]) == ("books", "app", "grant")


def test_a_table_is_handed_over_as_rows(folder: Path) -> None:
    books = load_project(folder).connections["books"]

    assert tables_of(books) == {"terms": [{"days": "8", "number": "1"}, {"days": "14", "number": "2"}]}


def test_the_books_of_two_projects_in_one_store_are_kept_apart(folder: Path) -> None:
    project = load_project(folder)

    assert settings_of(project.connections["own"], project)["book"] == "acme/own"


@pytest.mark.parametrize(
    ("old", "new"),
    [("layout: 19", "layout: 20"), ("completed: book", "completed: draft"), ("below_threshold", "registered")],
)
def test_the_digest_changes_with_what_the_file_says(folder: Path, old: str, new: str) -> None:
    before = load_project(folder).digest
    change(folder, old, new)

    assert load_project(folder).digest != before


def test_the_digest_changes_with_a_table_and_not_with_a_comment(folder: Path) -> None:
    before = load_project(folder).digest
    change(folder, "project: acme", "project: acme # the shop")
    assert load_project(folder).digest == before

    (folder / "tables" / "terms.csv").write_text("days,number\n8,1\n14,3\n", encoding="utf-8")
    assert load_project(folder).digest != before


def test_an_absolute_store_and_one_in_postgresql_stay_as_they_are(folder: Path) -> None:
    change(folder, "project: acme", "project: acme\nstore: postgresql://db/kontering")

    assert load_project(folder).store == "postgresql://db/kontering"


def test_everything_that_is_wrong_is_told_at_once(folder: Path) -> None:
    change(folder, "completed: book", "completed: booked")
    change(folder, "to: books", "to: book")

    with pytest.raises(Problems) as refused:
        load_project(folder)

    assert [str(problem).split("]")[0].rpartition("[")[2] for problem in refused.value.diagnostics] == ["K161", "K153"]


def test_a_command_below_the_project_finds_it(folder: Path) -> None:
    assert find_folder(folder / "tables") == folder


def test_without_a_project_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="kontering init DIR"):
        find_folder(tmp_path)
