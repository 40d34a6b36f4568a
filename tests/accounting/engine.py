"""Runs the events of a case through the whole engine: files, mappings, store, planner, and the embedded ledger."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.accounting import contract
from tests.accounting.neutral import Neutral

from kontering.accounting import edits
from kontering.accounting.settings import Settings
from kontering.connectors import registry
from kontering.connectors.ledger import reads
from kontering.model.plan import Step
from kontering.model.voucher import Document
from kontering.project import opened
from kontering.project.parts import Project
from kontering.project.project import load_project
from kontering.store import codec
from kontering.store.store import Store, Tx, milliseconds
from kontering.store.tables import delivery, document
from kontering.sync import dispatch, keys, wiring

Data = dict[str, Any]
MADE = Path(__file__).parent / "project"
KINDS = {
    "order": "order-to-invoice",
    "change": "change-to-plan-change",
    "refund": "refund-to-credit-note",
    "cancellation": "cancellation-to-cancellation",
    "payment": "payment-to-payment",
    "loss": "loss-to-loss",
    "payout": "payout-to-payout",
    "tx": "tx-to-bank-line",
    "recognition": "recognition-to-recognition",
}
OWN = ("project", "target", "tolerance", "match_by", "on_closed_period", "edit_after_booking")
"""Settings that a project says elsewhere than under `accounting:` and `seller:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document as the store has it after a run."""

    id: int
    key: str
    kind: str
    state: str
    code: str | None
    reason: str | None
    document: Document | None
    problems: tuple[Any, ...]
    details: Mapping[str, Any]


@dataclass(slots=True)
class Engine:
    """One project on disk with its store; `settings` are those of the case, or of its books before.

    With `today` what is deferred is recognised by a flow from `store/recognition`, as on that day.
    """

    folder: Path
    settings: Settings
    config: Data
    url: str = "sqlite:///cases.db"
    today: dt.date | None = None
    kinds: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, records: Iterable[Neutral]) -> None:
        """Hands records over: one file each, in the order of events."""
        for one in records:
            self.kinds.setdefault(one.source, set()).add(one.kind)
            self.count += 1
            place = self.folder / "records" / one.source
            place.mkdir(parents=True, exist_ok=True)
            data = _present(one.data) | {"id": one.id, "version": one.version}
            text = json.dumps(data, default=_plain, ensure_ascii=False)
            (place / f"{one.kind}-{self.count:04}.json").write_text(text, encoding="utf-8")

    def add_lines(self, records: Iterable[Neutral], part: int = 0) -> None:
        """Hands many records over, a line each in one file of their kind, and of their part of the year."""
        for one in records:
            self.kinds.setdefault(one.source, set()).add(one.kind)
            place = self.folder / "records" / one.source
            place.mkdir(parents=True, exist_ok=True)
            text = json.dumps(_present(one.data) | {"id": one.id, "version": one.version}, ensure_ascii=False)
            with (place / f"{one.kind}-{part:04}.json").with_suffix(".jsonl").open("a", encoding="utf-8") as file:
                file.write(text + "\n")

    def run(self) -> None:
        project = self.project()
        with self.store(project) as store:
            dispatch.run(store, wiring.wire(project))

    def project(self) -> Project:
        if not (self.folder / "mappings").exists():
            shutil.copytree(MADE, self.folder, dirs_exist_ok=True)
        text = json.dumps(_project(self), default=_number, ensure_ascii=False, indent=1)
        (self.folder / "kontering.yaml").write_text(_bare(text), encoding="utf-8")
        project = load_project(self.folder)
        said = replace(self.settings, **{name: getattr(project.accounting, name) for name in OWN})
        assert project.accounting == said, "a setting of the case doesn't reach the engine"
        return project

    def store(self, project: Project) -> Store:
        return Store.open(project.store, project=project.name, clock=self._clock if self.today else None)

    def _clock(self) -> int:
        """Always later, and always this day: what is due soon becomes due."""
        assert self.today is not None
        noon = dt.datetime.combine(self.today, dt.time(6), tzinfo=dt.UTC)
        return round(noon.timestamp() * 1000) + milliseconds() % 40_000_000

    def look(self, since: int = 0) -> list[Stored]:
        """The documents that came after a point, newest editions, in order."""
        project = self.project()
        with self.store(project) as store, store.look() as tx:
            rows = tx.connection.execute(
                sa.select(document)
                .where(document.c.id > since, document.c.state != "superseded")
                .order_by(document.c.id)
            )
            return [_stored(row) for row in rows]

    def newest(self) -> int:
        project = self.project()
        with self.store(project) as store, store.look() as tx:
            return tx.connection.scalar(sa.select(sa.func.max(document.c.id))) or 0

    def balances(self) -> dict[str, Decimal]:
        project = self.project()
        with self.store(project) as store, store.look() as tx:
            return reads.role_balances(tx.connection) if reads.books(tx.connection) else {}

    def vouchers(self, since: int = 0) -> list[reads.Voucher]:
        """What the ledger posted after the voucher of a number."""
        project = self.project()
        with self.store(project) as store, store.look() as tx:
            if not reads.books(tx.connection):
                return []
            return [one for one in reads.vouchers(tx.connection) if one.number > since]

    def created_customers(self) -> dict[str, bool]:
        """Document that made a customer → whether somebody else has the same e-mail address."""
        project = self.project()
        with self.store(project) as store, store.look() as tx:
            return dict(_created(tx))

    def send(self, steps: Iterable[Step]) -> None:
        """Enters something into the ledger that was there before."""
        project = self.project()
        embedded = registry.load("ledger").embedded
        assert embedded is not None
        with self.store(project) as store, store.begin() as tx:
            ledger = embedded(opened.settings_of(project.connections["books"], project), tx.connection)
            for step in steps:
                ledger.send(step)


def ledger_step(kind: str, key: str, body: Data) -> Step:
    attempt = keys.attempt("cases", "books", kind, key, "create")
    return Step(action="create", kind=kind, key=key, document=key, body=body, attempt=attempt)


def _created(tx: Tx) -> Iterable[tuple[str, bool]]:
    terms = (delivery.c.kind == "customer", delivery.c.action == "create", delivery.c.state == "done")
    for row in tx.connection.execute(sa.select(delivery).where(*terms)):
        yield row.document, codec.step(row.sent).keeps.get("warned") == "EMAIL_SHARED"


def _stored(row: Any) -> Stored:
    whole = codec.unpacked(row.details) if row.details else {}
    return Stored(
        id=row.id,
        key=row.key,
        kind=row.kind,
        state=row.state,
        code=row.code,
        reason=row.reason,
        document=codec.document(row.kind, row.document) if row.document else None,
        problems=codec.problems(row.details) if row.details else (),
        details=whole.get("details") or {},
    )


# --- the project file


def _project(engine: Engine) -> Data:
    settings = engine.settings
    sources = sorted(engine.kinds) or ["shop-a"]
    return {
        "kontering": 1,
        "project": "cases",
        "store": engine.url,
        "seller": _said(settings, "seller"),
        "accounting": _said(settings, "accounting"),
        "connections": {
            "books": _books(settings),
            **{source: _connection(source) for source in sources},
        },
        "flows": {
            f"{source}-{kind}": _flow(engine, source, kind)
            for source in sources
            for kind in KINDS
            if kind in engine.kinds.get(source, ())
        }
        | ({"earned": _earned(settings)} if engine.today else {}),
    }


def _earned(settings: Settings) -> Data:
    flow = {"from": "store/recognition", "mapping": "store/recognition-to-recognition", "to": "books"}
    return flow | {"states": {"*": "book"}, "closed_period": _closed_period(settings)}


def _closed_period(settings: Settings) -> str:
    return "next_open_day" if settings.on_closed_period == "next_open_day" else "hold"


def _books(settings: Settings) -> Data:
    own = {"base_currency": settings.base_currency, "country": settings.country}
    return {"connector": "ledger", "overpayment": "credit", **own}


def _connection(source: str) -> Data:
    files = {kind: {"files": f"{kind}-*.json*", "version": "version"} for kind in KINDS}
    return {"connector": "files", "folder": f"records/{source}", "system": "case", "kinds": files}


def _flow(engine: Engine, source: str, kind: str) -> Data:
    settings = engine.settings
    flow: Data = {
        "from": f"{source}/{kind}",
        "mapping": f"case/{KINDS[kind]}",
        "to": "books",
        "states": {"*": "book"},
        "customers": {"match": list(settings.match_by)},
        "products": {"fallback": "OTHER"},
        "totals": {"tolerance": settings.tolerance},
        "closed_period": _closed_period(settings),
        "edited_after_booking": "credit_and_rebill" if settings.edit_after_booking == "credit_and_rebill" else "hold",
    }
    if kind in ("order", "refund"):
        flow["with"] = {"vat_method": engine.config.get("vat_method", "line")}
    return flow


def _said(settings: Settings, part: str) -> Data:
    """The settings that differ from their defaults, as this part of a project file says them."""
    schema = json.loads((MADE.parents[2] / "schemas" / "project.schema.json").read_text(encoding="utf-8"))
    names = schema["$defs"][part]["properties"]
    plain = Settings()
    return {name: _yaml(getattr(settings, name)) for name in names if getattr(settings, name) != getattr(plain, name)}


def _yaml(value: Any) -> Any:
    if isinstance(value, frozenset | tuple):
        return sorted(value) if isinstance(value, frozenset) else list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _number(value: Any) -> Any:
    return f"\0{value}\0" if isinstance(value, Decimal) else str(value)


def _bare(text: str) -> str:
    """Decimals stand in the file as numbers."""
    return text.replace('"\\u0000', "").replace('\\u0000"', "")


def _plain(value: Any) -> Any:
    return str(value)


def _present(value: Any) -> Any:
    """Without what is absent, at every depth."""
    if isinstance(value, Mapping):
        return {name: _present(part) for name, part in value.items() if part is not None and part != ""}
    return [_present(part) for part in value] if isinstance(value, list) else value


def hub_key(found: Document) -> str:
    """A document's key in the contract's words: a refund is named below its order."""
    last = found.key.rpartition("/")[2]
    credited = getattr(found, "credits", None)
    if credited and ":credit" not in found.key:
        return f"{contract.contract_key(edits.stem_of(credited).replace('/change/', '/order/'))}:refund:{last}"
    return contract.contract_key(found.key.replace("/change/", "/order/"))
