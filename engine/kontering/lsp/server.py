"""The server itself: what an editor asks over JSON-RPC, and the answers in its words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from kontering import __version__
from kontering.diagnostics import Diagnostic, Span
from kontering.lsp.complete import proposals
from kontering.lsp.define import definition
from kontering.lsp.documents import understood
from kontering.lsp.hover import hover
from kontering.lsp.problems import check
from kontering.lsp.proposals import Proposal

PAUSE = 0.15  # seconds of quiet after a key before the file is checked
TRIGGERS = [".", "$", "|", " ", "{", "/", "?"]
SEVERITY = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
KINDS = {
    "field": lsp.CompletionItemKind.Field,
    "name": lsp.CompletionItemKind.Variable,
    "function": lsp.CompletionItemKind.Function,
    "key": lsp.CompletionItemKind.Keyword,
    "word": lsp.CompletionItemKind.EnumMember,
    "table": lsp.CompletionItemKind.Struct,
    "mapping": lsp.CompletionItemKind.File,
}
_MEANT = re.compile(r"did you mean '([^']+)'")


class Server(LanguageServer):
    """A language server that remembers which files wait to be checked."""

    def __init__(self) -> None:
        super().__init__("kontering", __version__)
        self.waiting: dict[str, asyncio.TimerHandle] = {}

    def texts(self) -> dict[Path, str]:
        """What is open, by resolved path."""
        return {path: one.source for uri, one in self.workspace.text_documents.items() if (path := path_of(uri))}

    def later(self) -> None:
        """Checks every open file, once nothing has been typed for a moment: a file may lean on another."""
        for uri in list(self.workspace.text_documents):
            if (before := self.waiting.pop(uri, None)) is not None:
                before.cancel()
            self.waiting[uri] = asyncio.get_running_loop().call_later(PAUSE, self.tell, uri)

    def tell(self, uri: str) -> None:
        """Checks a file and tells the editor what is wrong with it."""
        self.waiting.pop(uri, None)
        path = path_of(uri)
        document = self.workspace.text_documents.get(uri)
        if path is None or document is None:
            return
        found = [_problem(one, document) for one in check(path, self.texts()).problems]
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=document.version)
        )


def path_of(uri: str) -> Path | None:
    """The file of a URI, if it is one on this machine."""
    found = to_fs_path(uri)
    return Path(found).resolve() if found else None


def make() -> Server:
    """A server with all that it can do."""
    server = Server()
    _watch(server)
    _answer(server)
    return server


def _watch(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.later()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.later()

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.later()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def elsewhere(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.later()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        gone = lsp.PublishDiagnosticsParams(uri=params.text_document.uri, diagnostics=[])
        server.text_document_publish_diagnostics(gone)


def _answer(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=TRIGGERS))
    def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
        document, path, line, column = _place(server, params)
        found = proposals(path, document.source, server.texts(), line, column)
        return lsp.CompletionList(is_incomplete=False, items=[_item(n, one) for n, one in enumerate(found)])

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def explain(params: lsp.HoverParams) -> lsp.Hover | None:
        document, path, line, column = _place(server, params)
        found = hover(understood(path, document.source, server.texts()), line, column)
        if found is None:
            return None
        contents = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=found.text)
        return lsp.Hover(contents=contents, range=_range(found.span, document))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def define(params: lsp.DefinitionParams) -> lsp.Location | None:
        document, path, line, column = _place(server, params)
        found = definition(understood(path, document.source, server.texts()), line, column)
        if found is None:
            return None
        uri = from_fs_path(str(found.path)) or ""
        return lsp.Location(uri=uri, range=_range(found.span, server.workspace.get_text_document(uri)))

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    def mend(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return list(_mends(params))


def _place(
    server: Server, params: lsp.CompletionParams | lsp.HoverParams | lsp.DefinitionParams
) -> tuple[TextDocument, Path, int, int]:
    """The file and the place that are asked about, counted from 1 in characters."""
    uri = params.text_document.uri
    document = server.workspace.get_text_document(uri)
    place = document.position_from_client_units(params.position)
    return document, path_of(uri) or Path(uri), place.line + 1, place.character + 1


def _item(number: int, one: Proposal) -> lsp.CompletionItem:
    doc = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=one.doc) if one.doc else None
    return lsp.CompletionItem(
        label=one.label,
        kind=KINDS[one.kind],
        detail=one.detail or None,
        documentation=doc,
        insert_text=one.insert,
        sort_text=f"{number:04}",
    )


def _problem(problem: Diagnostic, document: TextDocument) -> lsp.Diagnostic:
    notes = [f"field: {problem.field}"] if problem.field else []
    text = "\n".join(part for part in (problem.message, problem.hint, *notes, *problem.notes) if part)
    return lsp.Diagnostic(
        range=_range(problem.span or Span(""), document),
        message=text,
        severity=SEVERITY[problem.severity],
        code=problem.code,
        source="kontering",
        data={"hint": problem.hint} if problem.hint else None,
    )


def _range(span: Span, document: TextDocument) -> lsp.Range:
    """A span in the editor's units: from 0, and in UTF-16 unless the editor agreed on something else."""
    start = lsp.Position(line=span.line - 1, character=span.column - 1)
    end = lsp.Position(line=(span.end_line or span.line) - 1, character=(span.end_column or span.column + 1) - 1)
    return document.position_codec.range_to_client_units(document.lines, lsp.Range(start=start, end=end))


def _mends(params: lsp.CodeActionParams) -> Iterable[lsp.CodeAction]:
    """«did you mean» at the press of a key."""
    for problem in params.context.diagnostics:
        found = _MEANT.search(problem.message)
        if found is not None and problem.source == "kontering":
            edit = lsp.TextEdit(range=problem.range, new_text=found[1])
            yield lsp.CodeAction(
                title=f"Write {found[1]!r}",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[problem],
                edit=lsp.WorkspaceEdit(changes={params.text_document.uri: [edit]}),
                is_preferred=True,
            )
