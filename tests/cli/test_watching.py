"""`kontering test --watch` and `--junit`: run again on each change, and no file that passes by not running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from kontering.cli.watching import changed, state

KONTERING = [sys.executable, "-m", "kontering"]
MAPPING = """kontering: 1
mapping: shop/order-to-invoice
extends: woocommerce/order-to-invoice
tests:
  - name: an order has a number
    given: {file: %s}
    expect: {number: W-10332}
"""
ORDER = Path(__file__).parents[2] / "examples" / "webshop" / "orders" / "5101-plain-dk.json"


def project(folder: Path) -> Path:
    mapping = folder / "mappings" / "shop" / "order-to-invoice.yaml"
    mapping.parent.mkdir(parents=True)
    mapping.write_text(MAPPING % ORDER)
    return mapping


def wait(for_: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not for_():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_runs_again_after_a_change_and_ends_with_the_last_exit_code(tmp_path: Path) -> None:
    mapping = project(tmp_path)
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*KONTERING, "test", "mappings", "--watch"], cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait(lambda: "Watching" in log.read_text())
        assert "1 test passed" in log.read_text()

        mapping.write_text(MAPPING.replace("W-10332", "W-1") % ORDER)
        wait(lambda: "1 failed" in log.read_text())
        assert "mappings/shop/order-to-invoice.yaml changed" in log.read_text()

        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait()


def test_what_changed_is_named(tmp_path: Path) -> None:
    kept, gone, hidden = tmp_path / "a.yaml", tmp_path / "b.csv", tmp_path / ".git" / "c.yaml"
    hidden.parent.mkdir()
    for path in (kept, gone, hidden):
        path.write_text("x")
    before = state([tmp_path])

    gone.unlink()
    hidden.write_text("other")
    (tmp_path / "new.json").write_text("{}")

    assert changed(before, state([tmp_path])) == [gone, tmp_path / "new.json"]


def junit(folder: Path) -> ElementTree.Element:
    subprocess.run([*KONTERING, "test", "mappings", "--junit", "results.xml"], cwd=folder, check=False, timeout=60)
    return ElementTree.parse(folder / "results.xml").getroot()


def test_junit_has_every_test(tmp_path: Path) -> None:
    project(tmp_path)

    (case,) = junit(tmp_path).iter("testcase")

    assert case.attrib["name"] == "an order has a number"
    assert list(case) == []


def test_a_file_that_cannot_be_loaded_fails_in_junit_too(tmp_path: Path) -> None:
    mapping = project(tmp_path)
    mapping.write_text(mapping.read_text() + "override: {number: order.nummer}\n")

    (failure,) = junit(tmp_path).iter("failure")

    assert failure.attrib["type"] == "K202"
