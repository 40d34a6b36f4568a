"""Connectors by name: ours, those of other packages, and everything that can be wrong with one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic
from kontering.errors import Problems

ROOT = Path(__file__).parents[2]


def install(
    folder: Path, code: str, name: str = "uniconta", package: str = "kontering-uniconta", version: str = "1.2.0"
) -> None:
    """Put a package with one connector into a folder, as pip would."""
    module = package.replace("-", "_")
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[kontering.connectors]\n{name} = {module}:CONNECTOR\n")
    (folder / f"{module}.py").write_text(code)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def forget() -> None:
    for module in ("kontering_uniconta", "kontering_shops"):
        sys.modules.pop(module, None)


GOOD = """
from kontering.sdk.connector import SDK, Connector
CONNECTOR = Connector(name="uniconta", title="Uniconta", sdk=SDK, settings={})
"""


def problem(name: str) -> Diagnostic:
    with pytest.raises(Problems) as caught:
        registry.load(name)
    (diagnostic,) = caught.value.diagnostics
    assert isinstance(diagnostic, Diagnostic)
    return diagnostic


def test_ours_are_the_entry_points_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert dict(registry.OURS) == project["entry-points"][registry.GROUP]


def test_another_package_is_found_and_loaded(site: Path) -> None:
    install(site, GOOD)

    assert "uniconta" in registry.names()
    assert registry.load("uniconta").title == "Uniconta"
    assert [str(origin) for origin in registry.origins("uniconta")] == ["kontering-uniconta 1.2.0"]


def test_a_misspelt_name_gets_the_nearest() -> None:
    found = problem("woocomerce")

    assert (found.code, found.message) == ("K160", "there is no connector 'woocomerce'")
    assert found.hint == "did you mean 'woocommerce'?"


def test_a_name_like_no_other_gets_the_list() -> None:
    assert problem("xyz").hint == f"there are {', '.join(registry.names())}"


def test_a_broken_import_names_package_and_version(site: Path) -> None:
    install(site, "import a_module_that_isnt_there\n")

    found = problem("uniconta")

    assert found.code == "K180"
    assert found.message == (
        "connector 'uniconta' of kontering-uniconta 1.2.0 can't be loaded: "
        "ModuleNotFoundError: No module named 'a_module_that_isnt_there'"
    )


@pytest.mark.parametrize("code", ["def broken(:\n", "OTHER = 1\n", "1 / undefined\n", "CONNECTOR = 'text'\n"])
def test_whatever_is_broken_spoils_only_itself(site: Path, code: str) -> None:
    install(site, code)

    assert problem("uniconta").code == "K180"
    assert "woocommerce" in registry.names()


@pytest.mark.parametrize(
    ("sdk", "needed"), [(0, "a newer version of kontering-uniconta"), (9, "a newer version of kontering")]
)
def test_another_sdk_version_is_refused(site: Path, sdk: int, needed: str) -> None:
    install(site, GOOD.replace("sdk=SDK", f"sdk={sdk}"))

    found = problem("uniconta")

    assert found.code == "K181"
    assert found.message == (
        f"connector 'uniconta' of kontering-uniconta 1.2.0 was written for version {sdk} of the SDK; this is version 1"
    )
    assert found.hint == f"{needed} is needed"


def test_a_name_can_be_had_once(site: Path) -> None:
    install(site, GOOD, name="woocommerce", package="kontering-shops", version="3.0")

    found = problem("woocommerce")

    assert found.code == "K182"
    assert "kontering-shops 3.0" in found.message


def test_names_import_nothing() -> None:
    code = (
        "import sys; from kontering.connectors import registry; registry.names();"
        "print([m for m in sys.modules if m == 'httpx' or m.startswith('kontering.connectors.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "['kontering.connectors.registry']"
