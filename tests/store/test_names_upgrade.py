"""Names in Han, Kana and Hangul of the version before are sorted, shown and found family name first."""

from typing import Any

from coterie.model.text import sort_key
from coterie.search import search_contacts
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.contacts import list_contacts
from coterie.store.database import Tx, open_database
from coterie.store.migrate import migrate, migrate_in
from coterie.worker.loop import Worker

NOW = "2026-01-01T00:00:00.000000Z"
NAMES: list[dict[str, Any]] = [
    {"first_name": "민준", "last_name": "김", "real_name_key": "민준 김", "name_key": "민준 김"},
    {"first_name": "Ole", "last_name": "Berg", "real_name_key": "ole berg", "name_key": "ole berg"},
    {"first_name": "Zoë", "last_name": "Łuczak", "real_name_key": "zoe luczak", "name_key": "zoe luczak"},
    {"first_name": "小明", "last_name": "王", "display_name": "Ming", "real_name_key": "小明 王", "name_key": "ming"},
    {
        "first_name": "百恵",
        "last_name": "山口",
        "deleted_at": NOW,
        "real_name_key": "百恵 山口",
        "name_key": "百恵 山口",
    },
]


def insert_old(tx: Tx) -> None:
    moments = {"created_at": NOW, "updated_at": NOW}
    tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
    for number, name in enumerate(NAMES, 1):
        row = {"organization_id": 1, "id": number, "uuid": f"u{number}", "revision": number, **moments}
        tx.insert_rows("contacts", [row | name])


def test_names_of_the_version_before_are_family_first(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=10)
        insert_old(tx)
    migrate(database)
    with database.read() as tx:
        keys = tx.all("SELECT name_key, real_name_key FROM contacts ORDER BY id")
        names = [contact.full_name for contact in list_contacts(tx, 1, limit=9)]
        assert [job.state for job in jobs.list_jobs(tx, 1, "index_contacts", limit=2)] == ["waiting"]
    worker = Worker(database, fresh_settings)
    assert worker.run_one()
    with database.read() as tx:
        found = [[c.id for c in search_contacts(tx, 1, text, limit=9).contacts] for text in ("민준", "小明", "berg")]
    database.close()
    assert names == ["김민준", "Ole Berg", "Zoë Łuczak", "王小明"]
    assert [key for _, key in keys] == [sort_key("김민준"), "ole berg", "zoe luczak", "王小明", "山口百恵"]
    assert [key for key, _ in keys] == [sort_key("김민준"), "ole berg", "zoe luczak", "ming", "山口百恵"]
    assert found == [[1], [4], [2]]
