"""`kontering mail`: a made-up mail looked at, written to files, and brought to a real server; a booked one by its key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.connectors.smtp.post_office import Box, office

POST = """
  post:
    connector: smtp
    host: 127.0.0.1
    port: {port}
    security: none
    from: Nordlys Kaffe <faktura@nordlys.example>
    books: books
    since: 2026-01-01
    pdf: render
    letterhead: [Nordlys Kaffe ApS, CVR 29384754]

flows:
  mails:
    from: store/booked
    mapping: store/booked-to-mail
    to: post
"""
TEXT = """\
From: Nordlys Kaffe <faktura@nordlys.example>
To: Ida Prøve <ida@example.com>
Subject: Faktura 1021

Kære Ida Prøve

Tak for din ordre W-5121. Her er faktura 1021 af 2. marts 2026.

2 × Kaffebønner, Morgenrøde, 500 g: 239,90
1 × GLS pakkeshop: 39,00
I alt: 278,90\xa0kr.

Betal venligst 278,90\xa0kr. senest 16. marts 2026.

Venlig hilsen
Nordlys Kaffe ApS
CVR 29384754

"""


def kontering(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KONTERING")}
    command = [sys.executable, "-m", "kontering", *words]
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, timeout=100)


def project(folder: Path, port: int = 2525, *, mails: bool = True) -> Path:
    assert kontering(folder, "init", "shop", "--from", "woocommerce", "--to", "ledger").returncode == 0
    path = folder / "shop" / "kontering.yaml"
    if mails:
        path.write_text(path.read_text().replace("\nflows:\n", POST.format(port=port), 1))
    return folder / "shop"


def test_a_made_up_mail_is_shown_and_written(tmp_path: Path) -> None:
    shop = project(tmp_path)

    shown = kontering(shop, "mail", "preview", "--out", "preview")
    assert shown.stdout.startswith(TEXT)
    assert sorted(path.name for path in (shop / "preview").iterdir()) == [
        *("invoice-1021.pdf", "mail.eml", "mail.html", "mail.txt")
    ]
    assert (shop / "preview" / "invoice-1021.pdf").read_bytes().startswith(b"%PDF-")

    english = json.loads(
        kontering(shop, "mail", "preview", "--language", "en", "--kind", "credit_note", "--json").stdout
    )
    assert english["subject"] == "Credit note 1022"
    assert english["attachments"] == ["credit_note-1022.pdf"]
    assert "for invoice 1021" in english["text"]


def test_a_booked_one_is_shown_by_its_key(tmp_path: Path) -> None:
    shop = project(tmp_path)
    assert kontering(shop, "run", "orders").returncode == 0

    shown = kontering(shop, "mail", "preview", "shop/order/5101")
    assert "To: Ida Prøve <ida@post.example>\n" in shown.stdout
    unknown = kontering(shop, "mail", "preview", "shop/order/9999")
    assert unknown.returncode == 2
    assert unknown.stderr == "Error: books has booked no invoice shop/order/9999; without KEY a made-up one is shown.\n"


def test_one_is_sent_to_oneself(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        sent = kontering(project(tmp_path, port), "mail", "test", "--to", "me@nordlys.example")

    assert sent.stdout == (
        "Sent to me@nordlys.example: [to ida@example.com] Faktura 1021. The server says: queued as 4Zx1\n"
    )
    [(to, _)] = box.mails
    assert to == ["me@nordlys.example"]


@pytest.mark.parametrize("words", [("preview",), ("test", "--to", "me@nordlys.example")])
def test_a_project_without_mails_is_told_what_it_lacks(words: tuple[str, ...], tmp_path: Path) -> None:
    said = kontering(project(tmp_path, mails=False), "mail", *words)

    assert said.returncode == 2
    assert "No flow of this project sends mails: it reads store/booked" in said.stderr
