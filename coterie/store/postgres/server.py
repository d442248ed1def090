"""Checks a PostgreSQL server before it is used, so that an operator sees the problem and its fix in one line."""

import re
import time
from typing import Any

import psycopg
from psycopg.pq import PGconn, Ping

from coterie.errors import Unavailable

VERSION_MIN = 150_000
_RETRY_SECONDS = 0.2


def check_server(url: str, *, seconds: float) -> bool:
    """Waits up to `seconds` for the server. A server that responds and refuses the login is reported at once.

    Returns whether a pooler such as pgbouncer is in between. Raises Unavailable if the server does not respond, refuses
    the login or is too old, or if the database or the pooler is unsuitable.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=max(int(seconds), 2)) as connection:
                _check_database(connection)
                return _check_pooler(connection)
        except psycopg.ProgrammingError as error:
            raise Unavailable(f"COTERIE_DATABASE_URL is not a PostgreSQL URL: {_reason(error)}") from None
        except UnicodeError:
            # of the codec of host names
            reason = "a part of its host name is empty or longer than 63 characters"
            raise Unavailable(f"COTERIE_DATABASE_URL is not a PostgreSQL URL: {reason}") from None
        except psycopg.OperationalError as error:
            ping = PGconn.ping(url.encode())
            # it accepts connections, whether or not it accepts this login
            if ping == Ping.OK:
                raise Unavailable(f"PostgreSQL refuses COTERIE_DATABASE_URL: {_reason(error)}") from None
            if ping == Ping.NO_ATTEMPT:
                raise Unavailable(f"COTERIE_DATABASE_URL is not a PostgreSQL URL: {_reason(error)}") from None
            if time.monotonic() > deadline:
                message = f"PostgreSQL does not respond at COTERIE_DATABASE_URL: {_reason(error)}"
                raise Unavailable(message) from None
        time.sleep(_RETRY_SECONDS)


def _check_database(connection: "psycopg.Connection[Any]") -> None:
    name, user = connection.info.dbname, connection.info.user
    if connection.info.server_version < VERSION_MIN:
        version = connection.info.server_version // 10_000
        raise Unavailable(f"PostgreSQL {version} is too old: Coterie needs version 15 or newer")
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), to_regclass('schema_migrations') IS NULL,"
        " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    encoding, is_empty, may_create = row or ("UTF8", False, True)
    if encoding != "UTF8":
        raise Unavailable(
            f"the database {name} has the encoding {encoding}; Coterie needs UTF8:"
            f" createdb --encoding UTF8 --template template0 --owner {user} NAME"
        )
    if is_empty and not may_create:
        raise Unavailable(f"{user} may not create tables in the database {name}: ALTER DATABASE {name} OWNER TO {user}")


def _check_pooler(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server is behind a pooler, which gives clients other process ids than those of the server."""
    try:
        with connection.transaction():
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"the pooler of COTERIE_DATABASE_URL does not pass transactions on: set pool_mode = transaction"
            f" ({_reason(error)})"
        ) from None
    return row is not None and row[0] != connection.info.backend_pid


def _reason(error: Exception) -> str:
    """Why a connection failed, for each server that was tried, without the addresses."""
    # lines that begin with a tab are libpq's hints
    lines = [line for line in str(error).splitlines() if line and not line.startswith("\t")]
    lines = [line for line in lines if line.startswith("- host: ")] or lines[:1] or [type(error).__name__]
    # each reason once, in the order of the servers
    return "; ".join(dict.fromkeys(re.split(r"(?:failed|is bad): (?:FATAL: )?", line)[-1].strip() for line in lines))
