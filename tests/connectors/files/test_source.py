"""Which files are read, what counts as read, and that no file is too large."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kontering.connectors.files import CONNECTOR, from_file
from kontering.connectors.files.choosing import files_of
from kontering.connectors.files.options import options
from kontering.connectors.files.source import PAGE, Files
from kontering.errors import Misuse
from kontering.model.record import Page, Pointer

MEGABYTE = 1024 * 1024


def files(below: Path, **settings: Any) -> Files:
    return Files(options({"name": "disk", "folder": str(below)} | settings))


def written(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def ids(pages: Sequence[Page]) -> list[str]:
    return [record.id for page in pages for record in page.records]


def test_a_second_reading_finds_nothing(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"id": 1}, {"id": 2})
    source = files(tmp_path)

    [page] = source.read("order", None)
    assert (ids([page]), list(page.after or {})) == (["1", "2"], ["orders.json"])
    assert list(source.read("order", page.after)) == []


def test_only_the_changed_file_is_read_again(tmp_path: Path) -> None:
    written(tmp_path / "orders" / "1.json", {"id": 1})
    written(tmp_path / "orders" / "2.json", {"id": 2})
    source = files(tmp_path)
    [first] = source.read("order", None)
    written(tmp_path / "orders" / "2.json", {"id": 2, "total": "5.00"})

    [second] = source.read("order", first.after)
    assert ids([second]) == ["2"]


def test_a_file_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    path = written(tmp_path / "orders.json", {"id": 1})
    source = files(tmp_path)
    [first] = source.read("order", None)
    path.unlink()

    [page] = source.read("order", first.after)
    assert (page.records, page.after) == ((), {})


def test_with_other_settings_a_file_is_read_anew(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"id": 1, "number": "1001"})
    [first] = files(tmp_path).read("order", None)

    again = files(tmp_path, kinds={"order": {"id": "number"}})
    assert ids(list(again.read("order", first.after))) == ["1001"]


def test_a_broken_file_is_read_again_until_it_is_mended_and_spoils_no_other(tmp_path: Path) -> None:
    written(tmp_path / "orders" / "1.json", {"id": 1})
    broken = tmp_path / "orders" / "2.json"
    broken.write_text('[{"id": 2}, {"id": 3, "total": }, {"id": 4}]', encoding="utf-8")
    written(tmp_path / "orders" / "5.json", {"id": 5})
    source = files(tmp_path)

    [first] = source.read("order", None)
    assert ids([first]) == ["1", "2", "4", "5"]
    assert [problem.code for problem in first.problems] == ["K552"]
    assert sorted(first.after or {}) == ["orders/1.json", "orders/5.json"]
    [second] = source.read("order", first.after)
    assert (ids([second]), len(second.problems)) == (["2", "4"], 1)
    written(broken, {"id": 2}, {"id": 3}, {"id": 4})
    [third] = source.read("order", second.after)
    assert (ids([third]), third.problems) == (["2", "3", "4"], ())


def test_many_records_are_pages_and_only_whole_files_move_the_position(tmp_path: Path) -> None:
    written(tmp_path / "orders" / "a.json", *({"id": number} for number in range(PAGE + 50)))
    written(tmp_path / "orders" / "b.json", {"id": "last"})

    pages = list(files(tmp_path).read("order", None))
    assert [len(page.records) for page in pages] == [PAGE, 51]
    assert [page.after is None for page in pages] == [True, False]


def test_many_small_files_share_a_page(tmp_path: Path) -> None:
    for number in range(PAGE + 3):
        written(tmp_path / "orders" / f"{number:04}.json", {"id": number})

    pages = list(files(tmp_path).read("order", None))
    assert [len(page.records) for page in pages] == [PAGE, 3]
    assert len(pages[0].after or {}) == PAGE


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("order.json", True),
        ("orders.jsonl", True),
        ("Orders-2026.csv", True),
        ("order_5121.json", True),
        ("2026/orders/5121.json", True),
        ("orders/2026/5121.json", True),
        ("reorders.json", False),
        ("ordering.json", False),
        ("order.txt", False),
        (".orders.json", False),
        ("orders/.5121.json.swp", False),
        ("orders.json.part", False),
    ],
)
def test_files_are_chosen_by_their_names(name: str, read: bool, tmp_path: Path) -> None:
    written(tmp_path / name)

    kind = options({"folder": str(tmp_path)}).kind("order")
    assert bool(files_of(tmp_path, "order", kind)) is read
    assert files_of(tmp_path, "refund", kind) == []


def test_a_folder_that_is_named_like_the_kind_is_its_own(tmp_path: Path) -> None:
    written(tmp_path / "orders" / "dk-1042.json", {"id": 1042})

    assert ids(list(files(tmp_path / "orders").read("order", None))) == ["1042"]
    assert list(files(tmp_path / "orders").read("refund", None)) == []


def test_a_pattern_says_it_better(tmp_path: Path) -> None:
    written(tmp_path / "export" / "a.json", {"id": 1})
    written(tmp_path / "export" / "b.json", {"id": 2})

    source = files(tmp_path, kinds={"order": {"files": "export/b*.json"}})
    assert ids(list(source.read("order", None))) == ["2"]


def test_one_file_may_stand_for_a_folder(tmp_path: Path) -> None:
    path = written(tmp_path / "whatever.json", {"id": 7})

    assert ids(list(from_file(path, {"name": "shop", "url": "https://shop.example"}).read("order", None))) == ["7"]


def test_a_record_is_found_by_its_id_in_its_newest_edition(tmp_path: Path) -> None:
    written(tmp_path / "orders-1.json", {"id": 1, "date_modified_gmt": "2026-03-02T10:00:00", "total": "new"})
    written(tmp_path / "orders-2.json", {"id": 1, "date_modified_gmt": "2026-03-01T10:00:00", "total": "old"})
    (tmp_path / "orders-3.json").write_text("[{]", encoding="utf-8")
    source = files(tmp_path)

    record = source.get(Pointer(kind="order", id="1"))
    assert record is not None
    assert (record.key, record.data["total"]) == ("disk/order/1", "new")
    assert source.get(Pointer(kind="order", id="2")) is None


@pytest.mark.parametrize(
    ("record", "version"),
    [
        ({"date_modified_gmt": "2026-03-02T10:00:00", "updated_at": 5}, "2026-03-02T10:00:00"),
        ({"updated_at": 1772323200}, "00000000001772323200"),
        ({"date_modified_gmt": None, "updated": "2026-03-02"}, "2026-03-02"),
        ({"total": "1.00"}, "#6d3f1bd2e4f0f6b9"),
    ],
)
def test_a_version_is_what_the_record_says_of_itself_or_its_content(
    record: dict[str, Any], version: str, tmp_path: Path
) -> None:
    written(tmp_path / "orders.json", {"id": 1} | record)

    [page] = files(tmp_path).read("order", None)
    found = page.records[0].version
    assert found[:1] == version[:1]
    assert found == version or version.startswith("#")


def test_the_order_of_fields_is_no_other_version(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"id": 1, "a": 1, "b": 2}, {"b": 2, "a": 1, "id": 1}, {"id": 1, "a": 1, "b": 3})

    [page] = files(tmp_path).read("order", None)
    first, second, third = (record.version for record in page.records)
    assert first == second != third


def test_an_id_may_lie_deeper(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"order": {"id": 5}, "meta": {"seq": 3}})

    source = files(tmp_path, kinds={"order": {"id": "order.id", "version": "meta.seq"}})
    [page] = source.read("order", None)
    assert (page.records[0].id, page.records[0].version) == ("5", "00000000000000000003")


@pytest.mark.parametrize("name", ["orders.json", "orders.jsonl"])
def test_a_record_that_is_too_large_is_passed_over_in_little_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    start, between, end = ("[", ",", "]") if name.endswith(".json") else ("", "\n", "")
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{start}{{"id": 1}}{between}{{"id": 2, "note": "')
        for _ in range(24):
            file.write(f'{"x" * 60}{{]\\"' * (MEGABYTE // 64))
        file.write(f'"}}{between}{{"id": 3}}{end}')

    source = files(tmp_path, record_limit=1)
    tracemalloc.start()
    [page] = source.read("order", None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ids([page]) == ["1", "3"]
    assert [(problem.code, problem.message) for problem in page.problems] == [("K556", "a record of more than 1 MB")]
    assert peak < 10 * MEGABYTE


def test_a_large_file_takes_no_more_memory_than_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    note = "x" * 10_000
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        file.writelines(f'{"," if number else ""}{{"id": {number}, "note": "{note}"}}' for number in range(6_000))
        file.write("]")
    assert path.stat().st_size > 50 * MEGABYTE

    tracemalloc.start()
    count = sum(len(page.records) for page in files(tmp_path).read("order", None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6_000
    assert peak < 16 * MEGABYTE


def test_a_csv_line_without_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,note\n1,a\n2," + "x" * 2 * MEGABYTE, encoding="utf-8")
    written(tmp_path / "orders.json", {"id": 3})

    [page] = files(tmp_path, record_limit=1).read("order", None)
    assert ids([page]) == ["1", "3"]
    assert [problem.code for problem in page.problems] == ["K556"]


def test_another_encoding_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_bytes('[{"id": 1, "name": "Søren"}]'.encode("cp1252"))
    (tmp_path / "refunds.csv").write_bytes("id,name\n2,Søren\n".encode("utf-16"))

    kinds = {"order": {"encoding": "cp1252"}, "refund": {"encoding": "utf-16"}}
    source = files(tmp_path, kinds=kinds)
    names = [page.records[0].data["name"] for kind in kinds for page in source.read(kind, None)]
    assert names == ["Søren", "Søren"]


def test_a_file_in_half_of_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes("id,name\n2,S\n".encode("utf-16")[:-1])

    [page] = files(tmp_path, kinds={"order": {"encoding": "utf-16"}}).read("order", None)
    assert page.problems[0].code == "K550"
    assert page.after == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"id": 1}).chmod(0)

    [page] = files(tmp_path).read("order", None)
    assert page.problems[0].message == "the file can't be read: Permission denied"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kinds": {"order": {"encoding": "utf-9"}}}, "kinds.order.encoding: there is no encoding 'utf-9'"),
        ({"kinds": {"order": {"decimal": ","}}}, "kinds.order.decimal: with a comma, `numbers` must name"),
        ({"folder": "nowhere"}, "there is no folder nowhere"),
    ],
)
def test_settings_that_can_not_be_are_said(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=message):
        list(files(tmp_path, **settings).read("order", None))


def test_an_unknown_ending_needs_a_format(tmp_path: Path) -> None:
    (tmp_path / "orders.dat").write_text('{"id": 1}\n{"id": 2}\n', encoding="utf-8")

    with pytest.raises(Misuse, match=r"orders\.dat: what format is it\?"):
        list(files(tmp_path, kinds={"order": {"files": "*.dat"}}).read("order", None))
    source = files(tmp_path, kinds={"order": {"files": "*.dat", "format": "jsonl"}})
    assert ids(list(source.read("order", None))) == ["1", "2"]


def test_the_connector_is_a_source_by_its_settings(tmp_path: Path) -> None:
    written(tmp_path / "orders.json", {"id": 1})

    assert CONNECTOR.source is not None
    source = CONNECTOR.source({"name": "disk", "folder": str(tmp_path)}, None)  # type: ignore[arg-type]
    assert ids(list(source.read("order", None))) == ["1"]
