"""A PDF made of a page of HTML, with a library that needs no browser; it reads no files and asks no network."""

from __future__ import annotations

from kontering.errors import Denied, Refusal, Refused


def printed(page: str | None, template: str) -> bytes:
    """The page as PDF; raises Denied where the library isn't installed."""
    if page is None:
        hint = f"the template {template} has no page to print: {template}.LANGUAGE.pdf.html"
        raise Refused((Refusal(hint, "/template"),))
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        hint = "install kontering[pdf] and what WeasyPrint needs (Pango), or let pdf: be books or none"
        raise Denied(f"no PDF can be made here: {error}; {hint}") from error
    document: bytes = HTML(string=page, url_fetcher=_nothing).write_pdf()
    return document


def _nothing(url: str, *_args: object, **_kwargs: object) -> dict[str, object]:
    """A page brings what it shows: pictures stand in it as data:."""
    if url.startswith("data:"):
        from weasyprint import default_url_fetcher

        found: dict[str, object] = default_url_fetcher(url)
        return found
    raise ValueError(f"a page reads nothing from elsewhere: {url}")
