"""Tokens that rotate, kept in the store: sealed, the same for all workers, and renewed by one of them at a time.

A refresh token that is good for one use must not be lost or used twice: who renews it holds a lease, reads what is kept
by now, and keeps the new one before anybody uses it.
"""

from __future__ import annotations

import importlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from kontering.errors import SystemFailed, TryLater
from kontering.sdk.oauth import Token
from kontering.store.store import Store, Tx, insert_if_new
from kontering.store.tables import gate, token

LEASE = 60_000
"""Milliseconds in which a token call has ended, or its worker is gone."""

PATIENCE = 40.0
PAUSE = 0.05


class Sealed:
    """What is written can be read with one of the keys; the first one writes, so keys can be rotated."""

    def __init__(self, keys: str) -> None:
        try:
            fernet = importlib.import_module("cryptography.fernet")
        except ModuleNotFoundError as error:
            raise SystemFailed("Tokens are stored sealed; for that `pip install 'kontering[oauth]'`.") from error
        try:
            self._fernet: Any = fernet.MultiFernet([fernet.Fernet(key.strip()) for key in keys.split(",")])
        except ValueError as error:
            raise SystemFailed("The key of the tokens isn't one that `kontering connect` makes.") from error
        self._wrong: type[Exception] = fernet.InvalidToken

    def seal(self, value: Token) -> bytes:
        text = json.dumps({"access": value.access, "until": value.until, "refresh": value.refresh})
        return bytes(self._fernet.encrypt(text.encode()))

    def unseal(self, content: bytes) -> Token:
        try:
            return Token(**json.loads(self._fernet.decrypt(content)))
        except self._wrong as error:
            raise SystemFailed("The kept token can't be read with this key; connect anew.") from error


def new_key() -> str:
    """A key for `Sealed`."""
    made: bytes = importlib.import_module("cryptography.fernet").Fernet.generate_key()
    return made.decode()


class Kept:
    """One connection's token. Between renewals it is in memory, and the store isn't asked."""

    def __init__(
        self, store: Store, connection: str, sealed: Sealed, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._connection = connection
        self._sealed = sealed
        self._sleep = sleep
        self._lock = threading.RLock()
        self._token: Token | None = None

    def read(self) -> Token | None:
        if self._token is None:
            self._token = self._stored()
        return self._token

    def write(self, value: Token) -> None:
        """Kept before it is used."""
        row = {"sealed": self._sealed.seal(value)}
        with self._store.begin() as tx:
            own = (token.c.project == tx.project, token.c.connection == self._connection)
            tx.connection.execute(
                insert_if_new(tx, token).values(
                    project=tx.project, connection=self._connection, changed_at=tx.now, **row
                )
            )
            tx.connection.execute(sa.update(token).where(*own).values(changed_at=tx.now, **row))
        self._token = value

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One thread of this process, and one process of all; who comes in sees what the last one has kept."""
        with self._lock:
            self._take()
            try:
                self._token = self._stored()
                yield
            finally:
                with self._store.begin() as tx:
                    tx.connection.execute(sa.update(gate).where(*self._gate(tx)).values(tat=0))

    def _take(self) -> None:
        waited = 0.0
        while not self._taken():
            if waited > PATIENCE:
                raise TryLater(f"another worker is renewing the token of {self._connection}", 5.0)
            self._sleep(PAUSE)
            waited += PAUSE

    def _taken(self) -> bool:
        with self._store.begin() as tx:
            tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=self._lease(), tat=0))
            free = sa.update(gate).where(*self._gate(tx), gate.c.tat <= tx.now).values(tat=tx.now + LEASE)
            return bool(tx.connection.execute(free).rowcount)

    def _lease(self) -> str:
        return f"{self._connection}/token"

    def _gate(self, tx: Tx) -> tuple[sa.ColumnElement[bool], ...]:
        return gate.c.project == tx.project, gate.c.connection == self._lease()

    def _stored(self) -> Token | None:
        with self._store.look() as tx:
            found = tx.connection.scalar(
                sa.select(token.c.sealed).where(token.c.project == tx.project, token.c.connection == self._connection)
            )
        return self._sealed.unseal(bytes(found)) if found else None
