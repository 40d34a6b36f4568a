"""A package with a connector of its own: built, installed beside the wheel, and held to the contracts there.

Nothing of the checkout is on its path, and nothing in the engine knows its system.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_docs import blocks

ROOT = Path(__file__).parents[1]
KIT = ROOT / "docs" / "connectors" / "kit.md"
PACKAGE = ROOT / "examples" / "third-party-connector"


@pytest.fixture(scope="module")
def together(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment with the wheel, and the package installed beside it."""
    out = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(PACKAGE)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    install = [str(installed / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, str(built)], check=True, capture_output=True, text=True)
    return installed / "bin"


CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KONTERING"))}


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = CLEAN | {"NO_COLOR": "1", "COLUMNS": "120"} | more
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_it_keeps_the_contracts_without_the_checkout(together: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "tests", tmp_path / "tests")

    done = run([str(together / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"], tmp_path)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


def sells_to(folder: Path) -> Path:
    """A project whose orders go into these books; it names the package's mappings as it names shipped ones."""
    shutil.copytree(PACKAGE / "tests" / "books", folder)
    with (folder / "kontering.yaml").open("a") as project:
        project.write("  shop: {connector: files, system: woocommerce, folder: ., kinds: {order: {files: '*.json'}}}\n")
        project.write("flows:\n  sales: {from: shop/order, mapping: woocommerce/order-to-invoice, to: books}\n")
    return folder


@pytest.mark.slow
def test_its_mappings_and_schemas_are_found_and_checked(together: Path, tmp_path: Path) -> None:
    folder = sells_to(tmp_path / "shop")
    fine = run([str(together / "kontering"), "check", "--json"], folder)
    (folder / "tables" / "vat_codes.csv").write_text("code\nDK25\n")
    broken = run([str(together / "kontering"), "check"], folder)

    assert (fine.returncode, json.loads(fine.stdout)["problems"]) == (0, [])
    assert broken.returncode == 1
    assert "vat_codes.csv" in broken.stdout


@pytest.mark.slow
def test_its_simulator_is_served_and_doctor_finds_it_fine(together: Path, tmp_path: Path) -> None:
    folder = sells_to(tmp_path / "shop")
    sandbox = subprocess.Popen(
        [str(together / "kontering"), "sandbox", "fjordbog", "--port", "0"],
        cwd=tmp_path,
        env=CLEAN,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sandbox.stdout is not None
        url = re.search(r"http://[0-9.:]+", sandbox.stdout.readline())
        assert url is not None
        text = (folder / "kontering.yaml").read_text()
        text = text.replace("connector: fjordbog", f"connector: fjordbog\n    url: {url[0]}")
        (folder / "kontering.yaml").write_text(text)
        done = run([str(together / "kontering"), "doctor", "books"], folder, FJORDBOG_KEY="fjordbog-key")
    finally:
        sandbox.terminate()
        sandbox.communicate()

    assert done.returncode == 0, done.stdout
    assert "may read account, vat code, period" in done.stdout
    assert "every account that it names is there" in done.stdout
    assert "today is open" in done.stdout


def test_the_page_on_connectors_shows_the_package_as_it_is() -> None:
    shown = [(word, block.body) for block in blocks(KIT) for word in block.words if word.startswith("in=")]
    wrong = [body for word, body in shown if body not in (PACKAGE / word.removeprefix("in=")).read_text()]

    assert len(shown) > 10
    assert wrong == []
