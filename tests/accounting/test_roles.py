"""Roles and codes that tables may name."""

from __future__ import annotations

import doctest
import importlib

import pytest

from kontering.accounting import roles

MODULES = (
    "model.money",
    *(f"accounting.{name}" for name in ("edits", "identity", "months", "payments", "periods", "postings", "rates")),
    *(f"accounting.{name}" for name in ("metrics", "recognition", "roles", "settings", "subscriptions", "suggest")),
    *(f"accounting.{name}" for name in ("territory", "texts", "vat")),
)


@pytest.mark.parametrize("name", ["vat_out", "vat_oss_SE", "vat_oss_XI", "psp_clearing", "customer_prepayment"])
def test_roles(name: str) -> None:
    assert roles.is_role(name)


@pytest.mark.parametrize("name", ["vat_oss", "vat_oss_", "vat_oss_NO", "revenues", ""])
def test_what_is_no_role(name: str) -> None:
    assert not roles.is_role(name)


def test_codes() -> None:
    good = ["DK25", "DK0", "DKRC", "EUG", "EUS", "EXP", "EXS", "OSS-DE-19", "OSS-FI-25.5", "OUT", "EUG-IN", "IMP-IN"]

    assert [code for code in good if not roles.is_code(code)] == []
    assert [code for code in ("U25", "OSS-DE", "DK", "dk25", "EUGX") if roles.is_code(code)] == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"kontering.{name}"))

    assert found.failed == 0
