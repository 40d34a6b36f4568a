"""A real conversation with a mail server: what it gets, and what each way of failing is called."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.connectors.smtp.post_office import PASSWORD, USER, Box, certificate, office, with_login

from kontering.connectors.smtp.server import knock
from kontering.connectors.smtp.target import Post
from kontering.errors import ConnectorError, Denied, Refused, TryLater, Unsure
from kontering.model.plan import Step

PDF = b"%PDF-1.7 a page"
VALUES: dict[str, Any] = {
    "number": "1021",
    "order": "W-5121",
    "date": "2026-03-02",
    "due": "2026-03-16",
    "currency": "DKK",
    "open": "1278.50",
    "customer": {"name": "Ida Prøve", "email": "ida@prove.example", "address": {"country": "DK"}},
    "lines": [{"kind": "goods", "description": "Kaffe <fin>", "quantity": "2", "gross": "1278.50"}],
    "totals": {"net": "1022.80", "vat": "255.70", "gross": "1278.50"},
    "vat": [{"rate": "25", "base": "1022.80", "vat": "255.70"}],
}
BODY: dict[str, Any] = {
    "to": "ida@prove.example",
    "name": "Ida Prøve",
    "language": "da",
    "template": "invoice",
    "kind": "invoice",
    "number": "1021",
    "in_books": "1021",
    "values": VALUES,
}


def step(**changed: Any) -> Step:
    key = "store/booked/invoice/shop/order/5121"
    body = {**BODY, **changed}
    return Step(action="create", kind="mail", key=key, document=key, body=body, attempt=UUID(int=7), reference=key)


def post(port: int, folder: Path, **settings: Any) -> Post:
    own = {"host": "127.0.0.1", "port": port, "security": "none", "from": "Nordlys Kaffe <faktura@nordlys.example>"}
    own |= {"books": "books", "pdf": "books", "templates": str(folder), "language": "en", "seconds": 5}
    return Post(own | settings, lambda connection, kind, number: PDF)


def test_a_mail_has_text_html_and_the_books_pdf(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        receipt = post(port, tmp_path).send(step())

    [(to, mail)] = box.mails
    assert to == ["ida@prove.example"]
    assert mail["From"] == "Nordlys Kaffe <faktura@nordlys.example>"
    assert mail["To"] == "Ida Prøve <ida@prove.example>"
    assert mail["Subject"] == "Faktura 1021"
    assert mail["Message-ID"] == f"<{UUID(int=7)}@nordlys.example>"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert "Kære Ida Prøve" in text.get_content()
    assert "1.278,50\xa0kr." in text.get_content()
    assert html is not None
    assert "Kaffe &lt;fin&gt;" in html.get_content()
    [paper] = mail.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type(), paper.get_content()) == (
        "invoice-1021.pdf",
        "application/pdf",
        PDF,
    )
    assert receipt.id == f"{UUID(int=7)}@nordlys.example"
    assert receipt.data["said"] == "queued as 4Zx1"


def test_a_subject_may_be_in_any_script(tmp_path: Path) -> None:
    (tmp_path / "invoice.he.txt").write_text(
        "Subject: חשבונית {{ number }} – Kæmpekøb\n\nשלום {{ customer.name }}\n.\n"
    )
    box = Box()
    with office(box) as port:
        post(port, tmp_path).send(step(language="he"))

    [(_, mail)] = box.mails
    assert mail["Subject"] == "חשבונית 1021 – Kæmpekøb"
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content() == "שלום Ida Prøve\r\n.\r\n"


def test_a_trial_goes_to_one_address_and_says_whom_it_was_for(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        post(port, tmp_path, redirect="me@nordlys.example").send(step(cc=["boss@x.example"], bcc=["b@x.example"]))

    [(to, mail)] = box.mails
    assert to == ["me@nordlys.example"]
    assert (mail["To"], mail["Cc"]) == ("me@nordlys.example", None)
    assert mail["Subject"] == "[to ida@prove.example] Faktura 1021"


def test_copies_are_brought_and_the_hidden_ones_not_said(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        post(port, tmp_path, reply_to="svar@nordlys.example").send(step(cc=["c@x.example"], bcc=["b@x.example"]))

    [(to, mail)] = box.mails
    assert to == ["ida@prove.example", "c@x.example", "b@x.example"]
    assert (mail["Cc"], mail["Bcc"], mail["Reply-To"]) == ("c@x.example", None, "svar@nordlys.example")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"to": "ida@prove.example\nBcc: all@world.example"}, "is no e-mail address"),
        ({"to": "ida"}, "'ida' is no e-mail address"),
        ({"cc": ["a@b.example, c@d.example"]}, "is no e-mail address"),
        ({"template": "../secrets"}, "can't be the name of a template"),
        ({"template": "offer"}, "there is no template offer.da.txt or offer.en.txt"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_sent(body: dict[str, Any], says: str, tmp_path: Path) -> None:
    box = Box()
    with office(box) as port, pytest.raises(Refused, match=says):
        post(port, tmp_path).send(step(**body))

    assert box.mails == []


def test_a_name_adds_no_header(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        post(port, tmp_path).send(step(name="Ida\r\nBcc: all@world.example"))

    [(to, mail)] = box.mails
    assert (to, mail["Bcc"]) == (["ida@prove.example"], None)


@pytest.mark.parametrize(
    ("box", "error", "says"),
    [
        (Box(refuses={"ida@prove.example": "550 no such user"}), Refused, "ida@prove.example is refused: no such user"),
        (Box(refuses={"ida@prove.example": "450 try later"}), TryLater, "for now: 450"),
        (Box(answers=["554 this is spam"]), Refused, "the mail is refused: this is spam"),
        (Box(answers=["451 greylisted"]), TryLater, "451 greylisted"),
        (Box(hangs_up=1), Unsure, "hung up while it got the mail"),
    ],
)
def test_each_no_has_its_name(box: Box, error: type[ConnectorError], says: str, tmp_path: Path) -> None:
    with office(box) as port, pytest.raises(error, match=says):
        post(port, tmp_path).send(step())


def test_nobody_listening_is_no_mail(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(TryLater, match="can't be reached"):
        post(port, tmp_path).send(step())


@pytest.mark.parametrize(
    ("password", "denied"), [(PASSWORD, ""), ("gaet", "refuses user"), ("gæt", "letters of ASCII")]
)
def test_only_who_logs_in_may_send(password: str, denied: str, tmp_path: Path) -> None:
    box, (context, ca) = Box(), certificate(tmp_path)
    with office(box, **with_login(context)) as port:
        mine = post(port, tmp_path, security="starttls", ca_file=str(ca), user=USER, password=password)
        if denied:
            with pytest.raises(Denied, match=denied):
                mine.send(step())
        else:
            mine.send(step())
    assert len(box.mails) == (0 if denied else 1)


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_proves_the_server(trusted: bool, tmp_path: Path) -> None:
    box, (context, ca) = Box(), certificate(tmp_path)
    with office(box, tls_context=context, require_starttls=True) as port:
        mine = post(port, tmp_path, security="starttls", ca_file=str(ca) if trusted else None)
        if trusted:
            mine.send(step())
        else:
            with pytest.raises(Denied, match="certificate can't be trusted"):
                mine.send(step())
    assert box.secrets == ([True] if trusted else [])


def test_a_server_without_starttls_gets_no_password(tmp_path: Path) -> None:
    with office(Box()) as port, pytest.raises(Denied, match="offers no STARTTLS"):
        post(port, tmp_path, security="starttls", user=USER, password=PASSWORD).send(step())


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    box, (context, ca) = Box(), certificate(tmp_path)
    with office(box, ssl_context=context) as port:
        post(port, tmp_path, security="tls", ca_file=str(ca)).send(step())
        assert knock(post(port, tmp_path, security="tls", ca_file=str(ca)).settings)
    assert len(box.mails) == 1


def test_a_pdf_that_isnt_made_yet_is_waited_for(tmp_path: Path) -> None:
    box = Box()
    with office(box) as port:
        mine = Post(post(port, tmp_path).settings, lambda connection, kind, number: None)
        with pytest.raises(TryLater, match="hasn't made the PDF of 1021 yet") as error:
            mine.send(step())
    assert error.value.after is None
    assert box.mails == []
