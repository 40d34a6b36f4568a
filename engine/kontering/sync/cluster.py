"""Workers on many machines, woken by Procrastinate's jobs in the store's own PostgreSQL database.

A job `serve(project, lane)` says no more than «look at this lane»; the lease in the lane's row is the only ownership. A
job that is lost, doubled or left behind costs time: `tick` finds the lane by its due time.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import sqlalchemy as sa
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector, exceptions
from procrastinate.jobs import Status

from kontering.errors import StoreUnusable
from kontering.store import engines, lanes, owners
from kontering.store.store import Tx
from kontering.sync import turns
from kontering.sync.turns import Desk
from kontering.sync.worker import AWAY, GRACE, Work, chores, stopping

GOES_ON = 2.0
"""Seconds for which a job goes on with what is due: most lanes have one document, and a job costs more than that."""

AT_ONCE = 500
DEAD = 120
"""Seconds without a heartbeat after which an engine's worker counts as gone."""

SERVE = "kontering.serve"
log = logging.getLogger("kontering.cluster")


class Wakes:
    """Defers a job for each lane that becomes due, on the connection and in the transaction that makes it due."""

    def __init__(self) -> None:
        # never opened: jobs are deferred on connections of the store
        self.app = App(connector=SyncPsycopgConnector())

    def __call__(self, tx: Tx, keys: Sequence[str]) -> None:
        for key in sorted(keys):
            self._defer(tx, key)

    def _defer(self, tx: Tx, key: str) -> None:
        """A job that waits already will see what this transaction writes."""
        name, raw = f"{tx.project}/{key}", tx.connection.connection.driver_connection
        job = self.app.configure_task(SERVE, queueing_lock=name, connection=raw)
        try:
            with tx.connection.begin_nested():
                job.defer(project=tx.project, lane=key)
        except exceptions.AlreadyEnqueued:
            return


class Cluster:
    """Slots that are woken by jobs; the projects of a cluster share one database."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.desks = {desk.store.project: desk for desk in work.desks}
        self.url = _one_database(work.desks)
        self.wake = Wakes()
        for desk in work.desks:
            desk.store.wakes = self.wake

    def serve(self, slots: int) -> bool:
        """Works until `stop`, also over a database that goes away and comes back."""
        side = threading.Thread(target=chores, args=(self.work,), daemon=True)
        side.start()
        with stopping(self.work.stop):
            while not self.work.stop.is_set():
                try:
                    asyncio.run(self._serve(slots))
                except (exceptions.ConnectorException, psycopg.OperationalError, OSError) as away:
                    log.warning("the database doesn't answer: %s", away)
                self.work.stop.wait(AWAY)
        side.join(GRACE)
        return True

    def stop(self) -> None:
        self.work.stop.set()

    async def _serve(self, slots: int) -> None:
        # of our own, with a thread a slot: the usual one has as many as there are cores; it ends with its loop
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(slots, "kontering"))
        async with self._app(slots).open_async() as app:
            worker = asyncio.create_task(
                app.run_worker_async(
                    concurrency=slots,
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=GRACE,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )
            )
            while not self.work.stop.is_set() and not worker.done():
                await asyncio.sleep(0.1)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def _app(self, slots: int) -> App:
        app = App(connector=PsycopgConnector(conninfo=conninfo(self.url), min_size=1, max_size=slots + 3))
        app.task(name=SERVE)(self._job)
        app.periodic(cron="* * * * * *")(app.task(name="kontering.tick", queueing_lock="tick")(self._tick))

        async def sweep(timestamp: int) -> None:
            """Jobs that dead workers left behind: tidiness, since nothing waits for them."""
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD):
                await app.job_manager.finish_job_by_id_async(int(job.id or 0), Status.FAILED, delete_job=True)

        app.periodic(cron="* * * * *")(app.task(name="kontering.sweep", queueing_lock="sweep")(sweep))
        return app

    def _job(self, project: str, lane: str) -> None:
        """One lane, and then whatever else is due, of the project whose turn it is."""
        owner, desk = owners.me(threading.get_ident()), self.desks.get(project)
        self.work.beats[threading.current_thread().name] = time.monotonic()
        if desk is None or self.work.stop.is_set():
            return
        try:
            self.work.free_left(desk, owner)
            served = turns.turn_of(desk, owner, lane)
        except StoreUnusable as trouble:
            self.work.left.add((project, owner))
            self.work.stop.wait(self.work.rest(desk, trouble))
            return
        until = time.monotonic() + GOES_ON
        while served and not self.work.stop.is_set() and time.monotonic() < until:
            served = self.work.one(owner)

    def _tick(self, timestamp: int) -> None:
        """Lanes whose time has come, and those whose job was lost, get a job."""
        self.work.beats["tick"] = time.monotonic()
        for desk in self.desks.values():
            try:
                with desk.store.begin() as tx:
                    self.wake(tx, _unheard(tx, lanes.due_without(tx, AT_ONCE)))
            except StoreUnusable as trouble:
                self.work.rest(desk, trouble)


_TODO = sa.text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(:names)")


def _unheard(tx: Tx, keys: Sequence[str]) -> list[str]:
    """Lanes that no job waits for."""
    names = [f"{tx.project}/{key}" for key in keys]
    todo = set(tx.connection.scalars(_TODO, {"names": names})) if names else set()
    return [key for key, name in zip(keys, names, strict=True) if name not in todo]


def conninfo(url: str) -> str:
    """The store's address as the driver wants it."""
    return engines.address_of(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _one_database(desks: Sequence[Desk]) -> str:
    urls = {desk.store.url for desk in desks}
    if len(urls) != 1 or not desks[0].store.on_postgres:
        raise StoreUnusable("a cluster's projects share one PostgreSQL database: write it as their `store`")
    return urls.pop()
