"""Whatever an author is in the middle of typing, the checker and the editor's questions give an answer, no failure."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kontering.lsp.complete import proposals
from kontering.lsp.define import definition
from kontering.lsp.documents import understood
from kontering.lsp.hover import hover
from kontering.lsp.problems import check

ROOT = Path(__file__).parents[2]
FILES = (
    ROOT / "mappings" / "woocommerce" / "order-to-invoice.yaml",
    ROOT / "mappings" / "economic" / "invoice.yaml",
    ROOT / "examples" / "webshop" / "mappings" / "nordlys" / "order-to-invoice.yaml",
    ROOT / "examples" / "webshop" / "kontering.yaml",
)
TYPED = ["{", "}", "[", "]", '"', "'", ":", "- ", "\n", "|", "&a ", "*a", "{{", "%}", "\t", " ", "$", "Æ", "🎁"]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Path, str, int]:
    """A shipped file with a few characters typed or lost, and a place in it."""
    path = draw(st.sampled_from(FILES))
    text = path.read_text(encoding="utf-8")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        lost = draw(st.integers(0, 30))
        text = text[:at] + draw(st.sampled_from(["", *TYPED])) + text[at + lost :]
    return path, text, draw(st.integers(0, len(text)))


@settings(max_examples=60, deadline=None)
@given(damaged())
def test_a_file_that_is_being_written_never_makes_the_server_fail(case: tuple[Path, str, int]) -> None:
    path, text, at = case
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1

    for one in proposals(path, text, {}, line, column):
        assert one.label
    document = understood(path, text, {})
    hover(document, line, column)
    definition(document, line, column)
    for problem in check(path, {path: text}).problems:
        assert problem.span is not None
