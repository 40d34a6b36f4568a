"""`kontering sandbox`: the simulated systems as HTTP servers on this machine, to try a project on."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from kontering.cli import output
from kontering.connectors import registry
from kontering.errors import Misuse, SystemFailed
from kontering.project.file import NAME
from kontering.project.project import Connection, Project, load_project
from kontering.project.words import near_or_all
from kontering.testing.server import Served, serve

FIRST_PORT = 8711
HERE = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One system to serve: on which port (0: a free one), and what its simulator is made with."""

    system: str
    port: int
    options: Mapping[str, Any] = field(default_factory=dict)


@click.command("sandbox")
@click.argument("systems", nargs=-1, metavar="[SYSTEM…]")
@click.option("--port", type=int, help=f"Port of the first system; 0 takes free ones.  [{FIRST_PORT}]")
@output.json_option
def command(systems: tuple[str, ...], port: int | None, as_json: bool) -> None:
    """Serve the simulated systems over HTTP on this machine, until Ctrl-C.

    Each answers as the real one does, as far as that is known, and forgets everything when it stops. In a project
    the systems of connections whose url is on this machine are served, at that address and with the records of its
    files; elsewhere all are, or those that are named. The credentials that they take are printed; none is secret.

    \b
    Examples:
      kontering sandbox
      kontering sandbox economic --port 0 --json
    """
    known = simulated()
    for name in systems:
        if name not in known:
            raise Misuse(f"There is no simulator of {name!r}; {near_or_all(name, known)}")
    stands = [one for one in (() if port is not None else of_project(known)) if not systems or one.system in systems]
    if not stands:
        first = FIRST_PORT if port is None else port
        wanted = [name for name in known if not systems or name in systems]
        stands = [Stand(system=name, port=first and first + at) for at, name in enumerate(wanted)]
    with contextlib.ExitStack() as stack:
        served = {stand.system: stack.enter_context(_serve(stand)) for stand in stands}
        _write(served, as_json)
        _wait()
    output.note("stopped")


def simulated() -> list[str]:
    """Connectors that ship a simulator."""
    return [name for name in registry.names() if registry.load(name).simulator]


def of_project(known: Sequence[str]) -> list[Stand]:
    """The simulated systems that the project around us looks for on this machine."""
    folder = next((folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / NAME).is_file()), None)
    project = load_project(folder) if folder else None
    found = project.connections.values() if project else ()
    return [_stand(one, project) for one in found if project and one.connector in known and _port(one)]


def _port(connection: Connection) -> int:
    """The port of a connection's url, if it is on this machine."""
    url = urlsplit(str(connection.settings.get("url", "")))
    return (url.port or 0) if url.hostname in HERE else 0


def _stand(connection: Connection, project: Project) -> Stand:
    """Files that the project has of a system are what the simulated one begins with."""
    folders = [one.settings["folder"] for one in project.connections.values() if _holds(one, connection.connector)]
    options: dict[str, Any] = {"folder": folders[0]} if folders else {}
    if "calls_a_minute" in connection.settings:  # an agreement of its own, which the simulated system keeps too
        options["calls_a_minute"] = connection.settings["calls_a_minute"]
    return Stand(system=connection.connector, port=_port(connection), options=options)


def _holds(connection: Connection, system: str) -> bool:
    return connection.settings.get("system") == system and "folder" in connection.settings


@contextlib.contextmanager
def _serve(stand: Stand) -> Iterator[Served]:
    simulator = registry.simulator(stand.system, **stand.options)
    with contextlib.ExitStack() as stack:
        try:
            served = stack.enter_context(serve(simulator, stand.port))
        except OSError as error:
            way = "--port takes another one, 0 a free one"
            raise SystemFailed(
                f"{stand.system} can't listen on port {stand.port} ({error.strerror}); {way}."
            ) from error
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
    return {**credentials, "url": served.url}


def _wait() -> None:
    """Until Ctrl-C, or until the process is asked to end."""
    asked = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: asked.set())
    asked.wait()
