"""Keeps a live record, or the document that is planned from it, as a fixture for tests: nobody's name is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from kontering.cli import output
from kontering.cli.find import find_record, flow_of, planned_data
from kontering.errors import Misuse
from kontering.mapping.mask import masked
from kontering.model.document import Planned
from kontering.model.plan import Link
from kontering.model.record import Record
from kontering.project.project import Project
from kontering.sdk.wire import write_json
from kontering.store.store import Store
from kontering.sync.flow import others
from kontering.sync.impact import outcome_words
from kontering.sync.prepare import Prepared, Ready, prepare
from kontering.sync.wiring import WiredFlow

FOLDER = "fixtures"


def save_fixture(key: str, project: Project, out: Path | None, *, planned: bool) -> Path:
    """The file that was written, beside the mapping if none is named; nothing is ever overwritten."""
    flow = flow_of(key, None, project)
    record = find_record(key, flow, project)
    content = _planned(record, flow, project) if planned else masked(record.data)
    path = out or _folder(flow, project) / FOLDER / f"{_name(key, planned=planned)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(msgspec.json.format(write_json(content), indent=2).decode() + "\n")
    except FileExistsError:
        raise Misuse(f"{path} is there already; --out names another file.") from None
    if not planned:
        _compare(record, content, flow, project)
    return path


def _folder(flow: WiredFlow, project: Project) -> Path:
    """That of the flow's mapping; of a shipped one the project's mappings/. A folder of records would read it."""
    path = flow.maker.mapping.file.path.resolve()
    return path.parent if path.is_relative_to(project.folder.resolve()) else project.folder / "mappings"


def _name(key: str, *, planned: bool) -> str:
    _, kind, number = key.split("/", 2)
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip("-.") or "record"
    return f"{kind}-{words}{'-planned' if planned else ''}"


def _planned(record: Record, flow: WiredFlow, project: Project) -> Any:
    prepared = _prepared(record, flow, project)
    if not isinstance(prepared, Ready) or not isinstance(prepared.document, Planned):
        raise Misuse(f"There is no planned document of {record.key}: {outcome_words(prepared)}.")
    return _with_ids(masked(planned_data(prepared.document, prepared.postings)), {})


def _with_ids(value: Any, numbers: dict[str, int]) -> Any:
    """Ids are the target's, and none is known yet: each thing gets a number of its own."""
    if isinstance(value, Link):
        return numbers.setdefault(f"{value.kind} {value.key}", len(numbers) + 1)
    if isinstance(value, dict):
        return {name: _with_ids(part, numbers) for name, part in value.items()}
    return [_with_ids(part, numbers) for part in value] if isinstance(value, list | tuple) else value


def _compare(record: Record, content: Any, flow: WiredFlow, project: Project) -> None:
    """Says so if the masked record would come to something else: the fixture is then no test of what happened."""
    other = Record(
        connection=record.connection, kind=record.kind, id=record.id, version=record.version, data=content
    )  # fmt: skip
    was, will = (_prepared(one, flow, project) for one in (record, other))
    if outcome_words(was) != outcome_words(will) or _totals(was) != _totals(will):
        output.note(f"careful: the record itself is {outcome_words(was)}, the masked one {outcome_words(will)}")


def _totals(prepared: Prepared) -> Any:
    found = isinstance(prepared, Ready) and isinstance(prepared.document, Planned)
    return prepared.document.totals if found else None  # type: ignore[union-attr]


def _prepared(record: Record, flow: WiredFlow, project: Project) -> Prepared:
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        return prepare(flow.maker, record, others(tx, flow.target))
