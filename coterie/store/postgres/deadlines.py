"""Deadlines on the client side of a PostgreSQL connection, for a server or a network that does not respond.

The server enforces statement_timeout, and TCP notices a dead peer only after minutes or hours. So the connection of a
statement without a response after twice its deadline is closed: its thread gets an error, and the pool opens another.
"""

import logging
import os
import socket
import threading
import time
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

INTERVAL_SECONDS = 0.5
DAY = 86_400
# for libpq parameters that COTERIE_DATABASE_URL leaves out: a connection whose peer is gone fails within 20 seconds
_CONNECTION_DEFAULTS = {
    "connect_timeout": "10",
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
log = logging.getLogger(__name__)


def connection_defaults(url: str) -> dict[str, str]:
    """The parameters of libpq that are not in the URL. Raises psycopg.ProgrammingError if it is malformed."""
    given = conninfo_to_dict(url)
    return {name: value for name, value in _CONNECTION_DEFAULTS.items() if name not in given}


def connection_options(url: str, seconds: float, *, is_pooled: bool) -> dict[str, Any]:
    """The options with which psycopg opens a connection; seconds: the deadline of its statements.

    is_pooled: a pooler may run each transaction on another of its connections; then there are no prepared statements,
    and each transaction begins with set_session.
    """
    defaults = {**connection_defaults(url), "autocommit": True}
    if is_pooled:
        return {**defaults, "prepare_threshold": None}
    return {**defaults, "options": f"-c statement_timeout={int(seconds * 1000)} -c timezone=UTC"}


def set_session(connection: "psycopg.Connection[Any]", seconds: float) -> None:
    """Sets the options that connection_options leaves out for a pooler, until the end of the transaction."""
    connection.execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('timezone', 'UTC', true)",
        (str(int(min(seconds, DAY) * 1000)),),
    )


class Wait:
    """The waits of one transaction for its server. seconds: the deadline that the server enforces."""

    def __init__(self, connection: "psycopg.Connection[Any]", seconds: float) -> None:
        self.connection = connection
        self._seconds = 2 * seconds
        self.deadline = float("inf")

    def begin(self) -> None:
        """To be called before a statement is sent."""
        self.deadline = time.monotonic() + self._seconds

    def end(self) -> None:
        """To be called when its result has arrived."""
        self.deadline = float("inf")


class Deadlines:
    """The watcher of the waits of one process."""

    def __init__(self) -> None:
        self._waits: set[Wait] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
        self._thread.start()

    def add(self, wait: Wait) -> None:
        self._waits.add(wait)

    def remove(self, wait: Wait) -> None:
        wait.end()
        self._waits.discard(wait)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL_SECONDS):
            for wait in self._waits.copy():
                if time.monotonic() > wait.deadline:
                    wait.end()
                    log.error("PostgreSQL does not respond: connection closed")
                    _shut_down(wait.connection)


def _shut_down(connection: "psycopg.Connection[Any]") -> None:
    try:
        with socket.socket(fileno=os.dup(connection.pgconn.socket)) as copy:
            copy.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        pass  # it was closed in the meantime
