"""A mail server as a target of mails: each is sent once, and one of which nobody knows is left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from uuid import UUID

from kontering.connectors.smtp import message, paper, server, templates
from kontering.connectors.smtp.templates import Written
from kontering.errors import Denied, TryLater
from kontering.sdk.connector import Found, Papers, Receipt, Settings, Step, Totals


@dataclass(frozen=True, slots=True)
class Post:
    """One server, with a way to the PDFs of the books."""

    settings: Settings
    papers: Papers

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        """A mail can't be looked for: the server doesn't tell."""
        return ()

    def send(self, step: Step) -> Receipt:
        return self.hand_over(step.body, step.attempt)

    def hand_over(self, body: Mapping[str, Any], attempt: UUID) -> Receipt:
        """Makes the whole mail and gives it to the server."""
        mail, _ = self.prepared(body, attempt)
        to = message.addressees(self.settings, body)
        said = server.hand_over(self.settings, mail, parseaddr(str(mail["From"]))[1], to)
        data = {"to": list(to), "subject": str(mail["Subject"]), "said": said}
        return Found(id=str(mail["Message-ID"]).strip("<>"), number="", done=frozenset({"create"}), data=data)

    def trial(self, step: Step) -> Totals:
        raise ValueError("a mail comes to nothing")

    def prepared(self, body: Mapping[str, Any], attempt: UUID) -> tuple[EmailMessage, Written]:
        """The whole mail, before anything is sent: whatever is wrong with it is found out here."""
        languages = tuple(dict.fromkeys((str(body.get("language") or ""), str(self.settings["language"]), "en")))
        folder = Path(str(self.settings["templates"]))
        wanted, head = tuple(filter(None, languages)), self.settings.get("letterhead") or ()
        written = templates.written(folder, str(body["template"]), wanted, body["values"], head)
        return message.made(self.settings, body, written, attempt, self._pdf(body, written)), written

    def _pdf(self, body: Mapping[str, Any], written: Written) -> bytes | None:
        way, id_ = self.settings.get("pdf", "books"), body.get("in_books")
        if way == "render":
            if not self.settings.get("letterhead"):
                raise Denied("an invoice must say who sends it: set the connection's letterhead, or pdf: none")
            return paper.printed(written.page, str(body["template"]))
        if way == "none" or not id_:
            return None
        found = self.papers(str(self.settings["books"]), str(body["kind"]), str(id_))
        if found is None:
            raise TryLater(f"{self.settings['books']} hasn't made the PDF of {body['number']} yet")
        return found
