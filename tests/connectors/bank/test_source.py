"""Which files are read, and that a movement that stands in several of them is one line."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.bank.statements import document, entry, lines, statement

from kontering import resources
from kontering.connectors.bank import CONNECTOR, profiles
from kontering.connectors.bank.options import PROFILES
from kontering.errors import Misuse
from kontering.model.record import Page, Pointer, Position
from kontering.sdk.connector import Source


def bank(folder: Path, **more: Any) -> Source:
    assert CONNECTOR.source is not None
    return CONNECTOR.source({"folder": str(folder), "name": "bank"} | more, None)  # type: ignore[arg-type]


def pages(source: Source, after: Position | None = None) -> tuple[list[Page], Position | None]:
    found = list(source.read("line", after))
    return found, next((page.after for page in reversed(found) if page.after), after)


def ids(found: list[Page]) -> list[str]:
    return [record.id for page in found for record in page.records]


def codes(found: list[Page]) -> list[str]:
    return [problem.code for page in found for problem in page.problems]


def test_a_second_reading_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "march.xml").write_text(lines(("100.00", "1041"), ("-12.50", "Gebyr")))
    first, position = pages(bank(tmp_path))

    again, _ = pages(bank(tmp_path), position)

    assert len(ids(first)) == 2
    assert again == []


def test_the_same_statement_in_another_file_has_the_same_lines(tmp_path: Path) -> None:
    text = lines(("100.00", "1041"), ("100.00", "1041"))
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text(text)

    found, _ = pages(bank(tmp_path))

    assert len(ids(found)) == 4
    assert len(set(ids(found))) == 2


def test_one_statement_twice_in_one_file_has_the_same_lines(tmp_path: Path) -> None:
    one = statement([("5.00", entry("5.00", "A"))])
    (tmp_path / "a.xml").write_text(document(one, one))

    found, _ = pages(bank(tmp_path))

    assert len(set(ids(found))) == 1


def test_a_known_line_is_never_news(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(lines(("5.00", "A")))

    found, _ = pages(bank(tmp_path))

    assert [record.version for page in found for record in page.records] == ["1"]


def test_a_file_with_anything_wrong_gives_no_line_and_is_read_again(tmp_path: Path) -> None:
    good, bad = (
        lines(("5.00", "A")),
        lines(("6.00", "B")).replace("6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>", "7</Amt>"),
    )
    (tmp_path / "a.xml").write_text(bad)
    (tmp_path / "b.xml").write_text(good)

    found, position = pages(bank(tmp_path))
    (tmp_path / "a.xml").write_text(lines(("6.00", "B")))
    mended, _ = pages(bank(tmp_path), position)

    assert len(ids(found)) == 1
    assert codes(found)
    assert len(ids(mended)) == 1


def test_an_account_is_read_from_one_format(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(lines(("5.00", "A")))
    _, position = pages(bank(tmp_path))
    (tmp_path / "b.csv").write_text("date,text,amount,account\n2026-03-10,A,5.00,DK5000400440116243\n")

    found, position = pages(bank(tmp_path, profile="generic"), position)
    other, _ = pages(bank(tmp_path, profile="generic"), position)

    assert codes(found) == ["K563"]
    assert ids(other) == []


def test_a_line_is_found_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(lines(("5.00", "A"), ("6.00", "B")))
    source = bank(tmp_path)
    found, _ = pages(source)

    record = source.get(Pointer(kind="line", id=ids(found)[1]))

    assert record is not None
    assert record.data["text"] == "B"
    assert source.get(Pointer(kind="line", id="nobody")) is None


def test_a_folder_that_is_not_there_is_a_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no folder"):
        pages(bank(tmp_path / "none"))


def test_a_file_over_the_limit_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "a.xml").open("wb") as file:
        os.truncate(file.fileno(), 1024**3)  # sparse: it takes no room

    found, _ = pages(bank(tmp_path))

    assert codes(found) == ["K556"]


def test_every_shipped_profile_can_be_used_and_is_on_the_page() -> None:
    files = {path.stem for path in resources.data("bank").glob("*.yaml")}
    page = (Path(__file__).parents[3] / "docs" / "connectors" / "bank.md").read_text(encoding="utf-8")

    assert files == set(PROFILES)
    assert all(profiles.shipped(name).profile == name and f"`{name}`" in page for name in PROFILES)


def csv_rows(rows: list[tuple[int, str, Decimal]]) -> list[str]:
    """A bank's export of whole days: oldest first, with the balance after each row."""
    balance, made = Decimal(0), []
    for day, text, amount in rows:
        balance += amount
        made.append(f"2026-03-{day:02},{text},{amount},{balance},1")
    return made


ROWS = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(["A", "B"]),
        st.sampled_from([Decimal("5.00"), Decimal("-5.00"), Decimal("7.25")]),
    ),
    min_size=1,
    max_size=30,
)


@given(rows=ROWS, cut=st.integers(1, 9), overlap=st.integers(0, 4), newest=st.booleans(), seed=st.integers(0, 99))
def test_files_that_overlap_have_each_movement_once(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, str, Decimal]],
    cut: int,
    overlap: int,
    newest: bool,
    seed: int,
) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    made = csv_rows(rows)
    early = [text for text, row in zip(made, rows, strict=True) if row[0] <= cut]
    late = [text for text, row in zip(made, rows, strict=True) if row[0] > cut - overlap]
    folder = tmp_path_factory.mktemp("bank")
    names = random.Random(seed).sample(["a.csv", "b.csv"], 2)
    for name, some in zip(names, (early, late), strict=True):
        body = some[::-1] if newest else some
        (folder / name).write_text("\n".join(["date,text,amount,balance,account", *body]) + "\n")

    found, _ = pages(bank(folder, profile="generic"))

    assert codes(found) == []
    known: Mapping[str, str] = {record.id: record.data["amount"] for page in found for record in page.records}
    assert len(known) == len(rows)
    assert sum(map(Decimal, known.values()), Decimal(0)) == sum((row[2] for row in rows), Decimal(0))
