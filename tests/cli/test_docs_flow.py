"""The accountant's page: the whole of it for the example shop, in both languages, and the HTML file around it.

With UPDATE_CASES=1 the pages are written anew; read the change before it is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kontering.accounting import roles
from kontering.cli.flowpage.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "cases" / "cli" / "flow"
SINGLE = {"meta", "link", "br", "img", "input"}


def docs_flow(*arguments: str, folder: Path = ROOT / "examples" / "webshop") -> str:
    command = [sys.executable, "-m", "kontering", "docs", "flow", "--on", "2026-03-01", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_page_of_the_example_shop(language: str) -> None:
    printed = docs_flow("--language", language)

    page = PAGES / f"webshop.{language}.md"
    digests = re.compile(r"\([0-9a-f]{12}\)")
    printed = digests.sub("(…)", printed)
    if os.environ.get("UPDATE_CASES"):
        page.write_text(printed, encoding="utf-8")
    assert printed == page.read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Follows the elements of a page, and finds what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("script", "link", "img", "iframe") or "src" in named:
            self.fetched.append(tag)
        self.ids |= {str(named["id"])} if "id" in named else set()
        self.links |= {str(named["href"])} if "href" in named else set()
        self.open += [tag] if tag not in SINGLE else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_html_file_stands_alone(tmp_path: Path) -> None:
    docs_flow("--language", "da", "--out", str(tmp_path / "page.html"))

    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.fetched == []
    assert reader.links == {f"#{name}" for name in reader.ids}
    assert '<html lang="da">' in text
    assert "url(" not in text


def test_a_mapping_cannot_write_html_into_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    made = [sys.executable, "-m", "kontering", "init", str(folder), "--from", "woocommerce", "--to", "ledger"]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    mapping = folder / "mappings" / "shop" / "order-to-invoice.yaml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(re.sub(r"^doc: .*$", 'doc: "<script>alert(1)</script>"', text, count=1, flags=re.M))

    assert "<script>" not in docs_flow("--format", "html", folder=folder)


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_both_languages_say_the_same_things(name: str) -> None:
    english, danish = (set(re.findall(r"\{(\w+)\}", sentence)) for sentence in SENTENCES[name])

    assert english == danish
    assert all(SENTENCES[name])


def test_every_role_that_is_explained_is_a_role() -> None:
    named = {name.removeprefix("role ") for name in SENTENCES if name.startswith("role ")}

    assert named - {"vat_oss"} <= set(roles.ROLES)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "stock takes nothing without `email`"), ("da", "Det seneste gælder")]
)
def test_a_flow_of_customers_tells_how_they_are_found_and_nothing_of_vat(language: str, said: str) -> None:
    page = docs_flow("customers", "--language", language, folder=ROOT / "examples" / "start-sync")

    assert said in page
    assert "`vat_number`, `email`" in page
    assert "OSS" not in page
