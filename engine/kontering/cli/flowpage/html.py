"""Pages as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from kontering.cli.flowpage.page import Page, Part, Section, Table
from kontering.cli.flowpage.words import Language, Words

STYLE = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea; --paper: #fff; --wash: #f5f7f9; --mark: #0b6e5a; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--wash);
       font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -.01em; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 .75rem; }
h3 { font-size: 1.08rem; margin: 2.2rem 0 .6rem; padding-top: 1rem; border-top: 1px solid var(--line);
     color: var(--mark); }
p { margin: .5rem 0; max-width: 46rem; }
p.lead { font-size: 1.08rem; }
article { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 2rem 2.25rem 1.5rem;
          margin: 0 0 2rem; }
nav { margin: 0 0 1.5rem; display: flex; flex-wrap: wrap; gap: .5rem; }
nav a { color: var(--mark); background: var(--paper); border: 1px solid var(--line); border-radius: 99px;
        padding: .2rem .9rem; text-decoration: none; }
nav a:hover { border-color: var(--mark); }
.wide { overflow-x: auto; margin: .8rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; border-bottom: 2px solid var(--line);
     padding: .35rem .9rem .35rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .4rem .9rem .4rem 0; vertical-align: top; }
tr:last-child td { border-bottom: 0; }
code { font: .88em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; background: var(--wash);
       border-radius: 4px; padding: .08em .32em; overflow-wrap: break-word; }
details { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; margin: .8rem 0 1rem; }
summary { cursor: pointer; font-weight: 600; }
footer { color: var(--soft); font-size: .83rem;
         border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .8rem; }
@media print {
  body { background: #fff; font-size: 11px; } main { padding: 0; max-width: none; } nav { display: none; }
  article { border: 0; padding: 0; break-after: page; } h3 { break-after: avoid; } tr { break-inside: avoid; }
}
@media (max-width: 40rem) { main { padding: 1rem .5rem; } article { padding: 1.25rem 1rem; } }
"""


def html(title: str, pages: Sequence[Page], language: Language) -> str:
    """All pages in one file, with links to each."""
    body = "".join(_page(page) for page in pages)
    style = re.sub(r"\s+", " ", STYLE).strip()
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{_contents(pages, language)}{body}</main>\n</body>\n</html>\n"
    )


def _contents(pages: Sequence[Page], language: Language) -> str:
    if len(pages) < 2:
        return ""
    links = "".join(f'<a href="#{escape(page.name)}">{escape(page.name)}</a>' for page in pages)
    return f'<nav aria-label="{Words(language)("contents")}">{links}</nav>\n'


def _page(page: Page) -> str:
    sections = "".join(_section(section) for section in page.sections)
    head = f"<h2>{_inline(page.title)}</h2>\n<p class=lead>{_inline(page.lead)}</p>\n"
    foot = f"<footer>{_inline(page.foot)}</footer>\n"
    return f'<article id="{escape(page.name)}">\n{head}{sections}{foot}</article>\n'


def _section(section: Section) -> str:
    return f"<h3>{_inline(section.title)}</h3>\n" + "".join(map(_part, section.parts))


def _part(part: Part) -> str:
    if isinstance(part, str):
        return f"<p>{_inline(part)}</p>\n"
    table = "".join(_table(part))
    return f"<details><summary>{escape(part.folded)}</summary>{table}</details>\n" if part.folded else table


def _table(table: Table) -> Iterator[str]:
    head = "".join(f"<th scope=col>{_inline(cell)}</th>" for cell in table.head)
    yield f"<div class=wide><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>\n"
    yield "</tbody></table></div>\n"


def _inline(text: str) -> str:
    """`code` and **bold** in a text; everything else is only text."""
    parts = re.split(r"(`[^`]*`|\*\*[^*]+\*\*)", text)
    return "".join(_marked(part) for part in parts)


def _marked(part: str) -> str:
    if part.startswith("`") and part.endswith("`") and len(part) > 1:
        return f"<code>{escape(part[1:-1])}</code>"
    if part.startswith("**") and len(part) > 4:
        return f"<strong>{escape(part[2:-2])}</strong>"
    return escape(part)
