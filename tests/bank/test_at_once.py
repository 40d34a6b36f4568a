"""Two accounts, or two machines, at once: what one line has paid isn't there for the other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.bank.shop import Shop

from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.wiring import wire


def run_at_once(shop: Shop, url: str | None = None) -> None:
    project = load_project(shop.folder)
    begin = threading.Barrier(2)

    def work(flow: str) -> None:
        with Store.open(url or project.store, project=project.name) as store:
            begin.wait()
            dispatch.run(store, wire(project, [flow]))

    threads = [threading.Thread(target=work, args=(flow,)) for flow in ("bank", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("attempt", range(3))
def test_a_bill_is_paid_by_one_of_two_lines(tmp_path: Path, attempt: int) -> None:
    shop = Shop(tmp_path / str(attempt))
    settings = shop.folder / "kontering.yaml"
    second = '  other:   {from: bank2/line, mapping: small/line, to: books, states: {"*": book}}\n'
    text = settings.read_text(encoding="utf-8") + second
    more = "  bank2:   {connector: files, folder: bank2, system: small}\n  books:"
    settings.write_text(text.replace("  books:", more, 1), encoding="utf-8")
    for number in range(20):
        shop.add("bill", {"id": f"B-{number}", "date": "2026-03-03", "gross": "100.00"})
        shop.line(f"a{number}", "-100.00", f"Gardens B-{number}")
    (shop.folder / "bank2").mkdir()
    for path in (shop.folder / "bank").iterdir():
        (shop.folder / "bank2" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    shop.run("bills")

    run_at_once(shop)
    shop.run()

    assert "payable" not in shop.balances()
    assert shop.balances()["bank"] == -2000
    states = [state for key, state in shop.states().items() if key.startswith("bank")]
    assert sorted(states) == ["done"] * 20 + ["held"] * 20
