"""The pages of codes show messages as they are: those of a case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.diagnostic_cases import CASES

from kontering.codes import CODES

PAGES = Path(__file__).parents[2] / "docs" / "codes"
ELSEWHERE = {"K196", "K197", "K198", "K502", "K503", "K504", "K505", "K506", "K507", "K517", "K518", "K525"}
MINE = [code for code in CODES if re.match("K1[234]|K19|K23|K5[012]", code) and code not in ELSEWHERE]
TOLD = "".join(path.read_text(encoding="utf-8") for path in CASES.parent.rglob("expected.txt"))


@pytest.mark.parametrize("code", MINE)
def test_the_message_on_a_code_s_page_is_one_of_a_case(code: str) -> None:
    shown = re.search(rf"(error|warning)\[{code}\]: .*", (PAGES / f"{code}.md").read_text(encoding="utf-8"))

    assert shown is not None
    assert shown.group() in TOLD
