"""Pages as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kontering.cli.flowpage.page import Page, Part, Section, Table


def markdown(title: str, pages: Sequence[Page]) -> str:
    """All pages, one below the other."""
    lines = [f"# {title}", ""]
    for page in pages:
        lines += [f"## {page.title}", "", page.lead, ""]
        for section in page.sections:
            lines += _section(section)
        lines += [f"*{page.foot}*", ""]
    return "\n".join(lines)


def _section(section: Section) -> Iterator[str]:
    yield from (f"### {section.title}", "")
    for part in section.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Table):
        if part.folded:
            yield from (f"#### {part.folded}", "")
        yield _row(part.head)
        yield _row(["---"] * len(part.head))
        yield from map(_row, part.rows)
    else:
        yield part
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
