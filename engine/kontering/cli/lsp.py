"""`kontering lsp`: the language server, on standard input and output."""

from __future__ import annotations

import click

from kontering.errors import Misuse


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Speak on standard input and output, which it does anyway.")
def command(stdio: bool) -> None:
    """Serve an editor: problems as you type, completion, hover, definitions.

    An editor starts it; docs/editors.md says how. It needs the extra `lsp`. It reads the project's files and nothing
    else, and writes none.

    \b
    Examples:
      pip install "kontering[lsp]"
      kontering lsp
    """
    try:
        from kontering.lsp.server import make
    except ModuleNotFoundError as missing:
        raise Misuse(f"{missing.name} is not installed: pip install 'kontering[lsp]'") from missing
    make().start_io()
