"""Laws of reading YAML: any text gives nodes or problems, and every character has its place."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kontering.yaml.load import compose, decode
from kontering.yaml.nodes import Map, Scalar

STYLES = st.sampled_from([None, "'", '"', "|", ">"])


@given(st.text())
def test_any_text_gives_nodes_or_problems_with_a_place(text: str) -> None:
    node, problems = compose(text, "m.yaml")

    assert node is not None or problems
    assert all(problem.span and problem.span.line <= len(text.splitlines()) + 1 for problem in problems)


@given(st.text(alphabet="[]{}:-,?&*!|>'\"%@`#\n\t ab01~<.", max_size=60))
def test_any_mixture_of_signs_gives_nodes_or_problems(text: str) -> None:
    node, problems = compose(text, "m.yaml")

    assert node is not None or problems


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_problem(data: bytes) -> None:
    text, problems = decode(data, "m.yaml")

    assert (text is None) == bool(problems)


@given(st.text(alphabet="ab 'c\"\\\n\t:#æ😀", min_size=1, max_size=80), STYLES)
def test_every_character_of_a_text_has_its_place(text: str, style: str | None) -> None:
    file = yaml.safe_dump({"a": text}, default_style=style, allow_unicode=True, width=20)
    node, _ = compose(file, "m.yaml")
    assert isinstance(node, Map)
    scalar = node.entries[0].value
    assert isinstance(scalar, Scalar)
    assert scalar.text == text

    lines = file.split("\n")
    for offset, char in enumerate(text):
        span = scalar.place(offset, offset + 1)
        if not char.isspace():
            assert lines[span.line - 1][span.column - 1] in (char, "\\")
