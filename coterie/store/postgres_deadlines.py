"""Deadlines on our side of a PostgreSQL connection, for a server or a network that has fallen silent.

statement_timeout is kept by the server, and TCP notices a dead peer after minutes or hours. So a statement that has no
answer after twice its deadline loses its connection: its thread gets an error, and the pool opens another.
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
# of libpq, for what COTERIE_DATABASE_URL does not say: a connection whose peer is gone fails within 20 seconds
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
    """How psycopg opens a connection whose statements have a deadline of so many seconds.

    is_pooled: a pooler in between may give each transaction another connection of its own; then there are no prepared
    statements, and each transaction begins with set_session.
    """
    defaults = {**connection_defaults(url), "autocommit": True}
    if is_pooled:
        return {**defaults, "prepare_threshold": None}
    return {**defaults, "options": f"-c statement_timeout={int(seconds * 1000)} -c timezone=UTC"}


def set_session(connection: "psycopg.Connection[Any]", seconds: float) -> None:
    """Sets what connection_options left out, until the end of the transaction."""
    connection.execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('timezone', 'UTC', true)",
        (str(int(min(seconds, DAY) * 1000)),),
    )


class Wait:
    """The waits of one transaction for its server. seconds: the deadline that the server keeps."""

    def __init__(self, connection: "psycopg.Connection[Any]", seconds: float) -> None:
        self.connection = connection
        self._seconds = 2 * seconds
        self.deadline = float("inf")

    def begin(self) -> None:
        """A statement is sent."""
        self.deadline = time.monotonic() + self._seconds

    def end(self) -> None:
        """Its result has arrived."""
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
        """Ends the thread."""
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
        pass  # closed meanwhile
