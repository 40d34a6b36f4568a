"""Secrets by name: from the environment, from `secrets.env` beside the project, or from the system's keyring."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic, Span
from kontering.errors import Problems
from kontering.mapping.roots import display
from kontering.project import words

FILE = "secrets.env"
SERVICE = "kontering"

_LINE = re.compile(r"^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its name; its value is looked up when a connection is opened, and never kept here."""

    name: str
    span: Span


def filled(settings: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Settings with the values of their secrets; all that are missing are named at once."""
    values = {name: _value(setting, folder) for name, setting in settings.items()}
    lacking = [setting for name, setting in settings.items() if isinstance(setting, Secret) and values[name] is None]
    if lacking:
        raise Problems([words.no_such_secret(secret.span, secret.name, _places(folder)) for secret in lacking])
    return values


def _value(setting: Any, folder: Path) -> Any:
    return find(setting.name, folder) if isinstance(setting, Secret) else setting


def find(name: str, folder: Path) -> str | None:
    """A secret's value, from the first place that has it."""
    value = os.environ.get(name)
    return value if value is not None else read_secrets(folder).get(name) or _from_keyring(name)


def read_secrets(folder: Path) -> Mapping[str, str]:
    """What `secrets.env` holds; a file that others may read, or a line that says nothing, is refused."""
    path = folder / FILE
    if not path.is_file():
        return {}
    found = list(_problems(path))
    if found:
        raise Problems(found)
    lines = filter(_says_something, path.read_text(encoding="utf-8").splitlines())
    return {match[1]: _unquoted(match[2]) for match in map(_LINE.match, lines) if match}


def _problems(path: Path) -> Iterator[Diagnostic]:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield words.secrets_open_to_others(Span(display(path)), path.name)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if _says_something(line) and not _LINE.match(line):
            yield words.no_secret_line(Span(display(path), number))


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _from_keyring(name: str) -> str | None:
    # keyring is an extra: it is only imported where it is installed, and only when a secret is nowhere else
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    try:
        value: str | None = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError:  # a machine without a keyring daemon
        return None
    return value


def _places(folder: Path) -> str:
    keyring = "the keyring" if importlib.util.find_spec("keyring") else "the keyring (not installed)"
    return f"looked in the environment, in {display(folder / FILE)} and in {keyring}"
