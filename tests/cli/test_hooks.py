"""What docs/editors.md and the shipped files say for pre-commit and CI works as it stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.test_docs import blocks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "editors.md"


def block(name: str) -> str:
    return next(one.body for one in blocks(PAGE) if one.file == name)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "hooks"), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    run(tmp_path, "kontering", "init", "shop")
    (folder / ".pre-commit-config.yaml").write_text(block(".pre-commit-config.yaml"))
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", ".")
    return folder


def test_the_hooks_pass_a_sound_project_and_stop_a_broken_one(shop: Path) -> None:
    pytest.importorskip("pre_commit")
    sound = run(shop, "pre-commit", "run", "--all-files")
    assert sound.returncode == 0, sound.stdout + sound.stderr

    mapping = shop / "mappings" / "shop" / "order-to-invoice.yaml"
    mapping.write_text(mapping.read_text().replace("item.sku", "item.skku"))
    run(shop, "git", "add", ".")
    broken = run(shop, "pre-commit", "run")
    assert broken.returncode == 1
    assert "did you mean 'sku'" in broken.stdout


def test_the_manifest_for_other_projects_is_valid() -> None:
    pytest.importorskip("pre_commit")

    done = run(ROOT, "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["test", "check"])
def test_every_hook_of_the_manifest_is_a_command(name: str) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert f"kontering {name}" in [hook["entry"] for hook in hooks]


def commands_of(script: list[str]) -> list[str]:
    return [line for line in script if line.startswith("kontering")]


def test_the_commands_of_the_gitlab_file_run(shop: Path) -> None:
    script = commands_of(yaml.safe_load(block(".gitlab-ci.yml"))["mappings"]["script"])

    for line in script:
        done = run(shop, "bash", "-c", line.replace("--min-coverage 100", "--min-coverage 0"))
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert (shop / "check.xml").read_text().startswith("<?xml")
    assert (shop / "test.xml").read_text().startswith("<?xml")


def test_the_commands_of_the_workflow_that_init_makes_run(shop: Path) -> None:
    workflow = yaml.safe_load((shop / ".github" / "workflows" / "kontering.yml").read_text())
    steps = workflow["jobs"]["check"]["steps"]

    for line in commands_of([step.get("run", "") for step in steps]):
        done = run(shop, "bash", "-c", line)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
