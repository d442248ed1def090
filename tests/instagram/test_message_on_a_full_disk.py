"""SQLite's disk gets full while a delivery is worked off: nothing of it is lost, and none of it is stored twice."""

import json
from pathlib import Path

import pytest
from instagram_world import connect, message, messaging, number, work
from world import World, make_world

from coterie.actions.instagram import receive_delivery
from coterie.model.instagram_deliveries import decode_body
from coterie.settings import load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate
from coterie.store.sqlite.database import SqliteDatabase

MESSAGES = 30
PAGES_MAX = 1_073_741_823


def limit_pages(database: SqliteDatabase, room: int | None) -> None:
    """The file may grow by so many pages, as on a disk that is nearly full; None: without a limit."""
    connection = database._writing_connection.apsw

    def pragma(name: str) -> int:
        return int(next(connection.execute(f"PRAGMA {name}"))[0])

    most = PAGES_MAX if room is None else pragma("page_count") - pragma("freelist_count") + room
    connection.execute(f"PRAGMA max_page_count = {most}").fetchall()


def stored(database: Database, world: World) -> tuple[int, int]:
    """(messages, deliveries) that are in the database."""
    bound = {"id": world.organization.id}
    with database.read() as tx:
        rows = [
            tx.one(f"SELECT count(*) FROM {table} WHERE organization_id = :id", bound)
            for table in ("interactions", "instagram_deliveries")
        ]
    return rows[0][0] if rows[0] else 0, rows[1][0] if rows[1] else 0


@pytest.mark.parametrize("room", [1, 2, 3])
def test_a_delivery_that_fills_the_disk_waits_until_there_is_room(tmp_path: Path, room: int) -> None:
    settings = load_settings({}, data=str(tmp_path))
    database = open_database(settings)
    assert isinstance(database, SqliteDatabase)
    migrate(database)
    world = make_world(database)
    account = connect(database, settings, world)
    texts = ["x" * 9_000 if index % 10 == 5 else f"Hello {index}" for index in range(MESSAGES)]
    body = json.dumps(messaging(account, *[message(account, number(), text) for text in texts]))
    with database.write() as tx:
        assert receive_delivery(tx, decode_body(body), body) == []
    limit_pages(database, room)
    try:
        work(database, settings)
    except Exception as error:
        assert "disk is full" in str(error)
    assert stored(database, world) == (0, 1)
    limit_pages(database, None)
    with database.write() as tx:
        tx.run("UPDATE jobs SET run_at = '2020-01-01T00:00:00.000000Z'")
    work(database, settings)
    assert stored(database, world) == (MESSAGES, 0)
    database.close()
