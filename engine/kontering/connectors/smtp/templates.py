"""Texts of mails: one file for each template, language and form, in the project's folder or shipped.

`invoice.da.txt` begins with a line `Subject: …`; `invoice.da.html` stands beside it; `invoice.da.pdf.html` is the page
that is printed. They are Jinja templates in a sandbox: they see the document and nothing else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kontering.errors import Refusal, Refused

OWN = Path(__file__).parent / "texts"
LARGEST = 2_000_000
"""Letters that a mail may have: a template that goes round in circles ends here."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail's texts, and the page to print if there is a template for it."""

    subject: str
    text: str
    html: str | None
    page: str | None


def written(
    folder: Path, template: str, languages: tuple[str, ...], values: Mapping[str, Any], letterhead: Sequence[str] = ()
) -> Written:
    """The texts in the first of the languages that has a template; raises Refused with the file and line."""
    if not NAME.fullmatch(template):
        raise Refused((Refusal(f"{template!r} can't be the name of a template", "/template"),))
    language = _language(folder, template, languages)
    environment = _environment(folder, language)
    names = {**_roots(values), "document": values, "language": language, "letterhead": list(letterhead)}
    plain = _rendered(environment, f"{template}.{language}.txt", names)
    subject, text = _parted(plain, f"{template}.{language}.txt")
    return Written(
        subject=subject,
        text=text,
        html=_optional(environment, folder, f"{template}.{language}.html", names),
        page=_optional(environment, folder, f"{template}.{language}.pdf.html", names),
    )


def _roots(values: Mapping[str, Any]) -> dict[str, Any]:
    """The document's own fields can be written without `document.` in front."""
    return {name: value for name, value in values.items() if name != "language"}


def _language(folder: Path, template: str, languages: tuple[str, ...]) -> str:
    short = [part for each in languages for part in (each, each.partition("-")[0])]
    for language in dict.fromkeys(short):
        if NAME.fullmatch(language) and _there(folder, f"{template}.{language}.txt"):
            return language
    looked = " or ".join(f"{template}.{language}.txt" for language in dict.fromkeys(short))
    hint = f"there is no template {looked}, neither in {folder} nor among those that are shipped"
    raise Refused((Refusal(hint, "/template"),))


def _there(folder: Path, name: str) -> bool:
    return (folder / name).is_file() or (OWN / name).is_file()


def _environment(folder: Path, language: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader([folder, OWN]),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.globals.clear()
    environment.filters |= {
        "money": partial(money, language=language),
        "number": partial(number, language=language),
        "day": partial(day, language=language),
    }
    return environment


def _optional(
    environment: ImmutableSandboxedEnvironment, folder: Path, name: str, values: Mapping[str, Any]
) -> str | None:
    return _rendered(environment, name, values) if _there(folder, name) else None


def _rendered(environment: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, Any]) -> str:
    pieces: list[str] = []
    size = 0
    try:
        for piece in environment.get_template(name).generate(**values):
            size += len(piece)
            if size > LARGEST:
                raise Refused((Refusal(f"{name} writes more than {LARGEST:,} letters", "/template"),))
            pieces.append(piece)
    except jinja2.TemplateSyntaxError as error:
        raise _wrong(f"{error.filename or name}:{error.lineno}", error) from error
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, OverflowError, LookupError) as error:
        raise _wrong(f"{name}:{_line(error)}", error) from error
    return "".join(pieces)


def _line(error: Exception) -> int:
    """The line of the template that was being written: the innermost one that is no file of ours."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith((".txt", ".html")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _wrong(where: str, error: Exception) -> Refused:
    return Refused((Refusal(f"{where}: {error or type(error).__name__}", "/template"),))


def _parted(plain: str, name: str) -> tuple[str, str]:
    first, _, rest = plain.lstrip("\n").partition("\n")
    if not first.lower().startswith("subject:"):
        raise Refused((Refusal(f"{name}:1: the first line is no `Subject: …`", "/template"),))
    subject = " ".join(first.partition(":")[2].split())
    if not subject:
        raise Refused((Refusal(f"{name}:1: the subject is empty", "/template"),))
    return subject, rest.strip("\n") + "\n"


def money(amount: Any, currency: str = "", *, language: str) -> str:
    """An amount as the language writes it, with its currency.

    >>> money("1234.5", "DKK", language="da").replace("\\xa0", " "), money("1234.5", "EUR", language="en")
    ('1.234,50 kr.', '€1,234.50')
    """
    from babel.numbers import format_currency, format_decimal

    value = _decimal(amount)
    if not currency:
        return str(format_decimal(value, format="#,##0.00", locale=locale(language)))
    text = str(format_currency(value, currency, locale=locale(language)))
    return re.sub(r"(?<=[A-Z])(?=[0-9])", "\xa0", text)  # DKK 278.90, as CLDR has it since 2022


def number(value: Any, *, language: str) -> str:
    """
    >>> number("1.50", language="da"), number("1000", language="en")
    ('1,5', '1,000')
    """
    from babel.numbers import format_decimal

    return str(format_decimal(_decimal(value), format="#,##0.######", locale=locale(language)))


def day(value: Any, *, language: str) -> str:
    """
    >>> day("2026-03-02", language="da"), day("2026-03-02", language="en")
    ('2. marts 2026', 'March 2, 2026')
    """
    from babel.dates import format_date

    return str(format_date(dt.date.fromisoformat(str(value)), "long", locale=locale(language)))


def locale(language: str) -> str:
    """A language that is known, or English."""
    from babel.core import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return "en"


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
