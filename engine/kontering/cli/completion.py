"""`kontering completion`: the shell's completion script, click's own."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from kontering.cli import output
from kontering.errors import Misuse

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the shell's completion script.

    \b
    Examples:
      kontering completion bash >> ~/.bashrc
      kontering completion zsh > ~/.zfunc/_kontering
      kontering completion fish > ~/.config/fish/completions/kontering.fish
    """
    complete = get_completion_class(shell)
    if complete is None:
        raise Misuse(f"There is no completion for {shell}.")
    output.say(complete(ctx.find_root().command, {}, "kontering", "_KONTERING_COMPLETE").source().strip())
