"""`kontering worker`: stays at it, for one project or for all of a folder."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from kontering.cli import logs, output
from kontering.cli.options import open_checked, project_option
from kontering.errors import Misuse
from kontering.project.project import Project
from kontering.store.limits import Shared
from kontering.store.store import Store
from kontering.sync import dispatch, health, hooks, server, worker
from kontering.sync.progress import Event
from kontering.sync.turns import Desk
from kontering.sync.wiring import wire


@click.command("worker")
@click.option(
    "--projects",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="All projects in this folder, instead of one.",
)
@click.option("--slots", type=click.IntRange(1, 64), default=dispatch.SLOTS, show_default=True, help="Threads.")
@click.option(
    "--dispatch",
    "by",
    type=click.Choice(["inline", "cluster"]),
    default="inline",
    show_default=True,
    help="Who calls for work: this process looks, or jobs in PostgreSQL wake the workers of many machines.",
)
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    help="Serve /healthz, /readyz and /metrics here, and take webhooks at /hooks/PROJECT/CONNECTION.",
)
@click.option("--migrate", is_flag=True, help="Bring the stores' tables up to date, and end.")
@click.option("--until-idle", is_flag=True, help="End when nothing is due; for tests and for trying out.")
@project_option
@output.json_option
def command(
    projects: Path | None,
    slots: int,
    by: str,
    listen: str | None,
    migrate: bool,
    until_idle: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Stay at it: read by schedule and deliver what is due, for one project or many.

    SIGTERM lets calls in flight come to their end, for 9 seconds at most, and gives everything back. It may be killed
    at any moment: the next worker goes on, and nothing is lost or booked twice. With --json the log is JSON lines.

    \b
    Examples:
      kontering worker
      kontering worker --projects /srv/kontering --listen 9090 --json
      kontering worker --migrate
      kontering worker --dispatch cluster --slots 8
    """
    chosen = [open_checked(one) for one in _folders(projects, folder)]
    if migrate:
        _migrate(chosen, engine=by == "cluster")
        return
    logs.set_up(as_json=as_json)
    with contextlib.ExitStack() as stack:
        counts = health.Counts()
        stores: dict[str, Store] = {}
        desks = [_desk(stack, stores, project, counts) for project in chosen]
        work = worker.Work.of(desks, slots, threading.Event())
        if listen:
            stack.enter_context(_listening(work, counts, listen))
        with dispatch.stoppable(work.stop):
            whole = _serve(work, by, slots, until_idle=until_idle)
        logs.log.info("stopped", extra={"whole": whole})
        if not whole:  # a call that nobody answers holds its thread: what it began is looked up by the next worker
            sys.stdout.flush()
            os._exit(0)


def _folders(projects: Path | None, folder: Path | None) -> Sequence[Path | None]:
    if projects is None:
        return [folder]
    found = sorted(path.parent for path in projects.glob("*/kontering.yaml"))
    if not found:
        raise Misuse(f"{projects} has no projects: each is a folder in it with a kontering.yaml")
    return found


def _desk(stack: contextlib.ExitStack, stores: dict[str, Store], project: Project, counts: health.Counts) -> Desk:
    """Projects of one database share its connections: hundreds of them would use up what a server has."""
    if project.store not in stores:
        stores[project.store] = stack.enter_context(Store.open(project.store))
    store = stores[project.store].project_of(project.name)
    desk = Desk(store=store, wired=wire(project), limiter=Shared(store))
    say = logs.teller(project.name)

    def tell(event: Event) -> None:
        counts.hear(project.name, event)
        say(event)

    desk.tell = tell
    stack.callback(desk.close)
    logs.log.info("serving", extra={"project": project.name, "flows": list(project.flows)})
    return desk


def _listening(work: worker.Work, counts: health.Counts, address: str) -> contextlib.AbstractContextManager[int]:
    seen, named = health.Health(work, counts), hooks.Hooks.of(work.desks)
    return server.served(server.where(address), get=seen.page, post=named.page)


def _serve(work: worker.Work, by: str, slots: int, *, until_idle: bool) -> bool:
    served = _dispatch(work, by)
    if not until_idle:
        return served.serve(slots)
    with _idle(work):
        return served.serve(slots)


def _dispatch(work: worker.Work, by: str) -> worker.Dispatch:
    if by == "inline":
        return worker.Inline(work)
    try:
        from kontering.sync.cluster import Cluster  # an extra
    except ModuleNotFoundError as missing:
        raise Misuse("many machines need an extra: pip install 'kontering[cluster]'") from missing
    return Cluster(work)


@contextlib.contextmanager
def _idle(work: worker.Work) -> Iterator[None]:
    """Stops when nothing is due any more."""
    thread = threading.Thread(target=worker.stop_when_idle, args=(work,), daemon=True)
    thread.start()
    yield
    thread.join(1)


def _migrate(projects: Sequence[Project], *, engine: bool) -> None:
    for project in projects:
        with Store.open(project.store, project=project.name, migrate=True) as store:
            if engine:
                from kontering.store import engine_tables  # an extra

                with store.begin() as tx:
                    engine_tables.upgrade(tx)
        output.say(f"{project.name}: its store is up to date")
