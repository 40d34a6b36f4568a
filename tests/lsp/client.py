"""An editor for tests: speaks JSON-RPC over the standard input and output of `kontering lsp`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

PATIENCE = 60  # seconds that an answer may take on a loaded machine


class Editor:
    """One session: requests are answered, notifications are kept until they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        self.told: Queue[dict[str, Any]] = Queue()
        command = [sys.executable, "-m", "kontering", "lsp"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        out = self.process.stdout
        assert out is not None
        while line := out.readline():
            length = 0
            while line.strip():
                name, _, value = line.decode().partition(":")
                length = int(value) if name.lower() == "content-length" else length
                line = out.readline()
            self.told.put(json.loads(out.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        answer = self.wait(lambda message: message.get("id") == self.number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            try:
                message = self.told.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"no answer; exit code {self.process.poll()}") from None
            if wanted(message):
                return message

    def problems(self, name: str) -> list[dict[str, Any]]:
        """What the server says next of a file."""
        uri = self.uri(name)
        message = self.wait(
            lambda one: one.get("method") == "textDocument/publishDiagnostics" and one["params"]["uri"] == uri
        )
        found: list[dict[str, Any]] = message["params"]["diagnostics"]
        return found

    def uri(self, name: str) -> str:
        return (self.folder / name).resolve().as_uri()

    def open(self, name: str, text: str) -> None:
        item = {"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, name: str, text: str, version: int) -> None:
        of = {"uri": self.uri(name), "version": version}
        self.notify("textDocument/didChange", {"textDocument": of, "contentChanges": [{"text": text}]})

    def at(self, method: str, name: str, line: int, character: int) -> Any:
        place = {"line": line, "character": character}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": self.uri(name)}, "position": place})


@contextmanager
def editor(folder: Path) -> Iterator[Editor]:
    """A server in a folder, from its start to its orderly end."""
    session = Editor(folder)
    try:
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        answer = session.ask(
            "initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities}
        )
        assert answer["serverInfo"]["name"] == "kontering"
        session.notify("initialized", {})
        yield session
        session.ask("shutdown", {})
        session.notify("exit", {})
        assert session.process.wait(PATIENCE) == 0
    finally:
        session.process.kill()
        session.process.communicate()
