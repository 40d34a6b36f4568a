"""`kontering sandbox`: the simulated systems as HTTP servers on this machine, to try a project on."""

from __future__ import annotations

import contextlib
import importlib
import signal
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import click

from kontering.cli import output
from kontering.connectors import registry
from kontering.errors import Misuse, SystemFailed
from kontering.project.words import near_or_all
from kontering.testing.server import Served, serve

FIRST_PORT = 8520


@click.command("sandbox")
@click.argument("systems", nargs=-1, metavar="[SYSTEM…]")
@click.option(
    "--port", type=int, default=FIRST_PORT, show_default=True, help="Port of the first system; 0 takes free ones."
)
@output.json_option
def command(systems: tuple[str, ...], port: int, as_json: bool) -> None:
    """Serve the simulated systems over HTTP on this machine, until Ctrl-C.

    Each answers as the real one does, as far as that is known, and forgets everything when it stops. Without SYSTEM
    all are served; a system keeps its port whichever others are served.

    \b
    Examples:
      kontering sandbox
      kontering sandbox economic --json
    """
    known = simulated()
    for name in systems:
        if name not in known:
            raise Misuse(f"There is no simulator of {name!r}; {near_or_all(name, known)}")
    with contextlib.ExitStack() as stack:
        wanted = [name for name in known if not systems or name in systems]
        served = {name: stack.enter_context(_serve(name, port and port + known.index(name))) for name in wanted}
        _write(served, as_json)
        _wait()
    output.note("stopped")


def simulated() -> list[str]:
    """Connectors that ship a simulator."""
    return [name for name in registry.names() if registry.load(name).simulator]


@contextlib.contextmanager
def _serve(name: str, port: int) -> Iterator[Served]:
    module, _, maker = str(registry.load(name).simulator).partition(":")
    simulator = getattr(importlib.import_module(module), maker)()
    with contextlib.ExitStack() as stack:
        try:
            served = stack.enter_context(serve(simulator, port))
        except OSError as error:
            way = "--port takes another one, 0 a free one"
            raise SystemFailed(f"{name} can't listen on port {port} ({error.strerror}); {way}.") from error
        yield served


def _write(served: Mapping[str, Served], as_json: bool) -> None:
    if as_json:
        output.write_json({name: {"url": one.url, "settings": settings(one)} for name, one in served.items()})
        return
    for name, one in served.items():
        output.say(output.bold(f"{name}: {one.url}"))
        for setting, value in settings(one).items():
            output.say(f"  {setting}: {value}")
    output.note("Ctrl-C stops them.")


def settings(served: Served) -> dict[str, Any]:
    """What a connection needs to use this server; nothing of it is secret."""
    credentials: Mapping[str, Any] = getattr(served.simulator, "credentials", {})
    return {"url": served.url, **credentials}


def _wait() -> None:
    """Until Ctrl-C, or until the process is asked to end."""
    asked = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: asked.set())
    asked.wait()
