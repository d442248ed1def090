"""Through pgbouncer, with two connections for all clients: nothing fails, deadlines hold, and one mode is refused."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pgbouncer import pooled
from postgres import Server
from world import make_world

from coterie.actions.contacts import create_contact
from coterie.errors import TooSlow, Unavailable
from coterie.settings import load_settings
from coterie.store.contacts import count_contacts
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate
from coterie.store.postgres.server import check_server

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("pool_mode", ["transaction", "session"])
def test_work_of_many_threads_and_its_deadlines_pass_through_a_pooler(
    postgres: Server, tmp_path: Path, pool_mode: str
) -> None:
    url = postgres.create_database()
    with pooled(url, pool_mode) as pooled_url:
        assert check_server(pooled_url, seconds=5.0) and not check_server(url, seconds=5.0)
        connections = "2" if pool_mode == "session" else "8"
        settings = load_settings(
            {}, data=str(tmp_path), database_url=pooled_url, database_connections=connections, request_seconds="2"
        )
        database = open_database(settings)
        migrate(database)
        world = make_world(database)

        def work(number: int) -> None:
            with database.write() as tx:
                create_contact(tx, world.alice, {"real_name": f"Person {number}"})
            with database.read() as tx:
                assert count_contacts(tx, world.alice.organization_id) > number // 400

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, range(300)))
        with database.read() as tx:
            assert tx.one("SELECT current_setting('timezone')") == ("UTC",)
            assert len(list(tx.stream("SELECT id FROM contacts"))) >= 300
        _check_deadlines(database)
        database.close()
    postgres.drop_database(url)


def _check_deadlines(database: Database) -> None:
    started = time.monotonic()
    with pytest.raises(TooSlow), database.read(0.3) as tx:
        tx.one("SELECT pg_sleep(20)")
    assert time.monotonic() - started < 5
    with database.read() as tx:  # the deadline of one transaction is not that of the next
        assert tx.one("SELECT current_setting('statement_timeout')") == ("2min",)


def test_a_pooler_that_shares_connections_between_statements_is_refused_with_what_mends_it(postgres: Server) -> None:
    url = postgres.create_database()
    with pooled(url, "statement") as pooled_url, pytest.raises(Unavailable, match="set pool_mode = transaction"):
        check_server(pooled_url, seconds=5.0)
    postgres.drop_database(url)
