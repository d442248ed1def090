"""Slow reads and backups on a streaming replica: they see every committed change, and go on without the replica."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from replica import Pair, streaming
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.cli import backup as backup_command
from coterie.cli.backup_check import check_archive
from coterie.errors import Unavailable
from coterie.settings import Settings, load_settings
from coterie.store.contacts import count_contacts
from coterie.store.database import Database, Tx, open_database
from coterie.store.migrate import migrate
from coterie.store.postgres import replica

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with streaming() as pair:
        yield pair


@pytest.fixture(scope="module")
def settings(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    return load_settings({}, data=str(folder), database_url=pair.primary, database_replica_url=pair.replica)


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def world(database: Database) -> World:
    return make_world(database)


def look(database: Database, world: World) -> tuple[bool, int]:
    """(whether slow work runs on the replica, the number of contacts it sees)"""

    def work(tx: Tx) -> tuple[bool, int]:
        row = tx.one("SELECT pg_is_in_recovery()")
        return bool(row and row[0]), count_contacts(tx, world.alice.organization_id)

    return asyncio.run(database.run_slow(work))


def add(database: Database, world: World) -> None:
    with database.write() as tx:
        create_contact(tx, world.alice, {"real_name": "Ruth Powers"})


def test_slow_work_runs_on_the_replica_and_sees_every_change_made_before(database: Database, world: World) -> None:
    _, before = look(database, world)
    for number in range(1, 51):
        add(database, world)
        assert look(database, world) == (True, before + number)
    with database.read() as tx:
        assert tx.one("SELECT pg_is_in_recovery()") == (False,)


def test_a_replica_that_is_behind_or_gone_is_left_alone_and_used_again(
    database: Database, world: World, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "PAUSE_SECONDS", 0.2)
    _, before = look(database, world)
    pair.on_replica("SELECT pg_wal_replay_pause()")
    add(database, world)
    assert look(database, world) == (False, before + 1)
    pair.on_replica("SELECT pg_wal_replay_resume()")
    _wait_for_replica(database, world)
    pair.stop("replica")
    add(database, world)
    assert look(database, world) == (False, before + 2)
    pair.start("replica")
    _wait_for_replica(database, world)
    assert look(database, world) == (True, before + 2)


def _wait_for_replica(database: Database, world: World) -> None:
    deadline = time.monotonic() + 30
    while not look(database, world)[0]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_backup_reads_from_the_replica(
    database: Database, world: World, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "database_url", "database_replica_url"):
        monkeypatch.setenv(f"COTERIE_{name.upper()}", getattr(settings, name))
    add(database, world)
    _, count = look(database, world)
    file = tmp_path / "saved.backup"
    backup_command.backup(file)
    assert check_archive(file).counts["contacts"] >= count
    with database.read_aside() as tx:
        assert tx.one("SELECT pg_is_in_recovery()") == (True,)


def test_a_primary_is_no_replica(pair: Pair, settings: Settings, world: World) -> None:
    mistaken = load_settings({}, data=settings.data, database_url=pair.primary, database_replica_url=pair.primary)
    database = open_database(mistaken)
    assert look(database, world)[0] is False
    database.close()


def test_a_malformed_url_is_one_line(pair: Pair, settings: Settings) -> None:
    malformed = load_settings(
        {}, data=settings.data, database_url=pair.primary, database_replica_url="postgresql:///x?nonsense=1"
    )
    with pytest.raises(Unavailable, match=r"COTERIE_DATABASE_REPLICA_URL is not a PostgreSQL URL: .*nonsense"):
        open_database(malformed)


def test_a_silent_replica_is_named_and_does_not_delay_the_end(
    pair: Pair, settings: Settings, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x"
        database = open_database(
            load_settings({}, data=settings.data, database_url=pair.primary, database_replica_url=url)
        )
        assert look(database, world)[0] is False
        database.close()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("coterie")] == [
        "reads go to the primary: the replica does not respond"
    ]
    assert not any("couldn't stop" in record.getMessage() for record in caplog.records)


def test_a_replica_needs_a_primary(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="needs COTERIE_DATABASE_URL"):
        load_settings({}, data=str(tmp_path), database_replica_url="postgresql:///x")
    with pytest.raises(Unavailable, match=r"must be postgresql://"):
        load_settings({}, data=str(tmp_path), database_replica_url="sqlite:////x")
