"""The examples in the docstrings of yaml/ and language/ are true."""

import doctest
import importlib
import pkgutil

import pytest

from kontering import language, yaml

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (language, yaml)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) >= 20
