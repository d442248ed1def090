"""Slow reads on a streaming replica of PostgreSQL.

Guarantee. A read sees every change that was committed before it began, whichever process made it: it asks the primary
how far its log reaches, and waits until the replica has replayed that. A replica that does not respond, is not a
standby or lags is not used for some seconds; reads then go to the primary.
"""

import logging
import time
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from coterie.errors import Unavailable
from coterie.settings import Settings
from coterie.store.postgres.deadlines import connection_options

# a replica on the same network replays within milliseconds
WAIT_SECONDS = 1.0
CONNECT_SECONDS = 2.0
PAUSE_SECONDS = 10.0
_LOOK_SECONDS = 0.005
Connection = psycopg.Connection[tuple[Any, ...]]
log = logging.getLogger(__name__)


class Replica:
    """Connections to the replica. application_name: as those of the primary.

    Raises Unavailable if the URL is malformed.
    """

    def __init__(self, url: str, settings: Settings, application_name: str) -> None:
        # as for a pooler, which may be in between: each transaction sets its own options
        try:
            options = connection_options(url, settings.slow_seconds, is_pooled=True)
        except psycopg.ProgrammingError as error:
            problem = str(error).strip()
            raise Unavailable(f"COTERIE_DATABASE_REPLICA_URL is not a PostgreSQL URL: {problem}") from None
        if "connect_timeout" in options:  # not set by the URL. A process that ends waits for a connection it opens
            options["connect_timeout"] = str(int(CONNECT_SECONDS))
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=0,
            max_size=settings.database_connections,
            kwargs={**options, "application_name": application_name},
            open=True,
        )
        self._paused_until = 0.0
        self._problem: str | None = None

    def acquire(self, position: str) -> Connection | None:
        """A connection that has replayed the primary's log up to a position. The caller returns it with release().

        None if the replica cannot be used now.
        """
        if time.monotonic() < self._paused_until:
            return None
        try:
            connection = self._pool.getconn(timeout=CONNECT_SECONDS)
        except (PoolTimeout, PoolClosed):
            self._pause("does not respond")
            return None
        try:
            problem = _problem_of(connection, position)
        except psycopg.Error:
            problem = "does not respond"
        if problem:
            self.release(connection)
            self._pause(problem)
            return None
        self._report(None)
        return connection

    def release(self, connection: Connection) -> None:
        """Returns a connection to the pool, which replaces a broken one."""
        self._pool.putconn(connection)

    def failed(self) -> None:
        """Pauses the use of the replica, because it has interrupted a read."""
        self._pause("interrupts reads")

    def close(self) -> None:
        self._pool.close()

    def _pause(self, problem: str) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        self._report(problem)

    def _report(self, problem: str | None) -> None:
        """Logs a problem once when it begins and once when it ends."""
        if problem and problem != self._problem:
            log.warning("reads go to the primary: the replica %s", problem)
        elif self._problem and not problem:
            log.info("the replica is used again")
        self._problem = problem


def _problem_of(connection: Connection, position: str) -> str | None:
    """Waits until the replica has replayed the position. Returns why it cannot be used, or None."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        row = connection.execute(
            "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn", (position,)
        ).fetchone()
        is_standby, has_replayed = row or (False, False)
        if not is_standby:
            return "is not a standby"
        if has_replayed:
            return None
        if time.monotonic() > deadline:
            return "is behind"
        time.sleep(_LOOK_SECONDS)
