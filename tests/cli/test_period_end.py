"""The end of a period at the command line: what stands in the way of closing, returns, the audit file."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from tests.accounting.engine import Engine
from tests.accounting.neutral import Neutral
from tests.accounting.subscribing import day, plan, renewal

from kontering.accounting.settings import Settings
from kontering.cli.main import cli
from kontering.connectors.ledger.saft import NAMESPACE

COMPANY = (
    "{name: Te ApS, vat_number: DK31415926, street: Torvet 1, postcode: '8000', city: Aarhus, iban: DK5000400440116243}"
)


def kontering(engine: Engine, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-C", str(engine.folder)])


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A year that is deferred since January, as it stood in the middle of February."""
    made = Engine(folder=tmp_path, settings=Settings(recognition="daily"), config={}, today=day("2026-01-10"))
    made.add([renewal("1", "2026-01-01", plan("1200.00", "2026-01-01", "2026-12-31"))])
    made.run()
    return made


def test_what_is_earned_and_not_recognised_stands_in_the_way(engine: Engine) -> None:
    held = kontering(engine, "ledger", "close", "--until", "2026-01-31")

    assert held.exit_code == 1
    assert held.output == (
        "nothing is closed:\n  101.92 of deferred revenue is earned in 2026-01 and isn't recognised: run the flow earned\n"
    )
    engine.today = day("2026-02-01")
    engine.run()
    assert kontering(engine, "ledger", "close", "--until", "2026-01-31").output == "closed until 2026-01-31\n"


def test_what_is_held_stands_in_the_way(engine: Engine) -> None:
    line = {"date": "2026-01-20", "currency": "DKK", "amount": "77.00", "text": "thanks"}
    engine.add([Neutral(source="bank", kind="tx", id="T1", data=line)])
    engine.today = day("2026-02-01")
    engine.run()

    held = kontering(engine, "ledger", "close", "--until", "2026-01-31", "--json")

    (obstacle,) = json.loads(held.output)["obstacles"]
    assert (obstacle["code"], obstacle["key"]) == ("HELD", "bank/tx/T1")
    assert obstacle["message"].startswith("bank/tx/T1 of 2026-01-20 is held: ")
    assert kontering(engine, "ledger", "close", "--until", "2026-01-31", "--anyway").exit_code == 0


def test_what_is_of_later_days_does_not(engine: Engine) -> None:
    line = {"date": "2026-02-20", "currency": "DKK", "amount": "77.00", "text": "thanks"}
    engine.add([Neutral(source="bank", kind="tx", id="T1", data=line)])
    engine.today = day("2026-02-01")
    engine.run()

    assert kontering(engine, "ledger", "close", "--until", "2026-01-31").exit_code == 0


def test_reports_take_a_period(engine: Engine) -> None:
    named = kontering(engine, "report", "vat-return", "--period", "2026-Q1", "--csv")
    days = kontering(engine, "report", "vat-return", "--since", "2026-01-01", "--until", "2026-03-31", "--csv")

    assert named.output == days.output
    assert "VAT on sales,Salgsmoms (udgående moms),300.00" in named.output
    assert kontering(engine, "report", "vat-return", "--period", "2026-Q5").exit_code == 2
    assert kontering(engine, "report", "vat", "--period", "2026", "--until", "2026-03-31").exit_code == 2


def test_the_audit_file_needs_the_company(engine: Engine) -> None:
    missing = kontering(
        engine, "ledger", "export", "saft", "--period", "2026", "--out", str(engine.folder / "saft.xml")
    )

    assert missing.exit_code == 2
    assert "name, vat_number, street, postcode, city, iban" in missing.output
    assert not (engine.folder / "saft.xml").exists()


def test_the_audit_file_is_written(engine: Engine) -> None:
    file = engine.folder / "kontering.yaml"
    text = file.read_text(encoding="utf-8").replace(
        '"connector": "ledger"', f'"connector": "ledger", "company": {COMPANY}'
    )
    file.write_text(text, encoding="utf-8")
    out = engine.folder / "saft.xml"
    kontering(engine, "run")  # the books learn whose they are; ten months are over meanwhile

    done = kontering(engine, "ledger", "export", "--format", "saft", "--period", "2026", "--out", str(out))

    assert done.exit_code == 0, done.output
    root = ElementTree.parse(out).getroot()
    assert root.findtext(f".//{{{NAMESPACE}}}NumberOfEntries") == "12"


def test_a_form_must_be_named(engine: Engine) -> None:
    assert kontering(engine, "ledger", "export").exit_code == 2
