"""A PostgreSQL that has fallen silent costs a request its connection and not its thread."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from postgres import Server

from coterie.errors import Unavailable
from coterie.settings import load_settings
from coterie.store.database import Tx
from coterie.store.postgres.database import PostgresDatabase
from coterie.store.postgres.deadlines import INTERVAL_SECONDS, connection_defaults

REQUEST_SECONDS = 0.5


def test_a_frozen_server_process_is_given_up_and_replaced(postgres: Server, tmp_path: Path) -> None:
    url = postgres.create_database()
    settings = load_settings({}, data=str(tmp_path), database_url=url, request_seconds=REQUEST_SECONDS)
    database = PostgresDatabase(url, settings)
    pids: list[int] = []

    def freeze(tx: Tx) -> None:
        pids.append(int((tx.one("SELECT pg_backend_pid()") or (0,))[0]))
        os.kill(pids[0], signal.SIGSTOP)
        tx.one("SELECT 1")

    try:
        begin = time.monotonic()
        with pytest.raises(Unavailable):
            asyncio.run(database.run_read(freeze))
        assert time.monotonic() - begin < 2 * REQUEST_SECONDS + 4 * INTERVAL_SECONDS
        assert asyncio.run(database.run_read(lambda tx: tx.one("SELECT 1"))) == (1,)
    finally:
        os.kill(pids[0], signal.SIGCONT)
        database.close()


def test_the_url_wins_over_the_defaults_of_a_connection() -> None:
    assert "keepalives_idle" not in connection_defaults("postgresql://h/d?keepalives_idle=60")
    assert connection_defaults("postgresql://h/d")["tcp_user_timeout"] == "20000"
