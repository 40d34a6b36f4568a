"""`kontering connect`: a person grants access in the browser; the tokens are kept sealed in the project's store."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.errors import Misuse, SystemFailed
from kontering.project import secrets as own_secrets
from kontering.project.opened import settings_of
from kontering.project.project import Project
from kontering.project.words import near_or_all
from kontering.sdk.bearer import exchanged
from kontering.sdk.oauth import Grant
from kontering.store.tokens import new_key
from kontering.sync.granted import KEY, grant_of, kept

PATIENCE = 300.0
_PAGE = b"<!doctype html><title>Kontering</title><p>Access was granted. You can close this page."


@click.command("connect")
@click.argument("connection")
@click.option("--port", type=int, default=8718, show_default=True, help="Port of the redirect address.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@project_option
def command(connection: str, port: int, no_browser: bool, folder: Path | None) -> None:
    """Grant a connection access in the browser (OAuth).

    Opens the system's page of consent and waits for its answer on this machine; the app must have the redirect
    address http://127.0.0.1:PORT/. The tokens are kept sealed in the project's store, with the key KONTERING_TOKEN_KEY.

    \b
    Examples:
      kontering connect books
      kontering connect books --no-browser --port 8800
    """
    project = open_project(folder)
    grant = _grant(project, connection)
    if own_secrets.find(KEY, project.folder) is None:
        raise Misuse(f"Tokens are kept sealed. Put this into secrets.env, and run it again:\n{KEY}={new_key()}")
    tokens = kept(project, connection)
    with listening(port) as answer:
        asked = Asked(redirect=f"http://127.0.0.1:{answer.server_port}/")
        url = asked.url(grant)
        output.say(url if no_browser or not webbrowser.open(url) else "The page of consent is open in your browser.")
        code = answer.wait(asked.state)
    with tokens.lock():
        tokens.write(exchanged(grant, code, asked.redirect, asked.verifier))
    output.say(output.good(f"{connection} has access."))


def _grant(project: Project, name: str) -> Grant:
    if name not in project.connections:
        raise Misuse(f"There is no connection {name!r}; {near_or_all(name, project.connections)}")
    connection = project.connections[name]
    grant = grant_of(registry.load(connection.connector), settings_of(connection, project))
    if grant is None or not grant.authorize_url:
        raise Misuse(f"{name} ({connection.connector}) has its access by its settings; nobody needs to consent.")
    return grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for consent: what its answer must carry, and the proof that it was us who asked (PKCE)."""

    redirect: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def url(self, grant: Grant) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": grant.client[0],
            "response_type": "code",
            "redirect_uri": self.redirect,
            "scope": grant.scope,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{grant.authorize_url}?{urlencode(query)}"


class Redirect(HTTPServer):
    """Waits for the browser to come back, with a code or a refusal."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        self.timeout = PATIENCE
        self.came: dict[str, str] = {}

    def wait(self, state: str) -> str:
        """The code; answers that aren't to our question are nobody's business."""
        while self.came.get("state") != state:
            self.came = {}
            self.handle_request()
            if not self.came:
                raise SystemFailed("Nobody has consented in time; run it again.")
        if "code" not in self.came:
            raise SystemFailed(f"Access was refused: {self.came.get('error', 'without saying why')}.")
        return self.came["code"]


class _Answer(BaseHTTPRequestHandler):
    server: Redirect

    def answer(self) -> None:
        """The answer comes in the query, or as a form."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
        found = parse_qs(body or urlsplit(self.path).query)
        self.server.came = {name: values[0] for name, values in found.items()} or {"path": self.path}
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The address holds a code: it isn't logged."""


@contextlib.contextmanager
def listening(port: int) -> Iterator[Redirect]:
    try:
        server = Redirect(port)
    except OSError as error:
        raise SystemFailed(f"Port {port} can't be listened on ({error.strerror}); --port takes another one.") from error
    try:
        yield server
    finally:
        server.server_close()
