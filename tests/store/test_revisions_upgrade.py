"""A database of the version before revisions gets them, and its events their contacts, when it is migrated."""

from collections.abc import Mapping

from recorded import events_after

from coterie.settings import Settings
from coterie.store.database import Tx, open_database
from coterie.store.migrate import migrate, migrate_in
from coterie.store.revisions import next_changes

NOW = "2026-01-01T00:00:00.000000Z"


def test_contacts_get_revisions_and_events_their_contacts(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=4)
        _insert_contacts(tx, {"contact_id": 2, "event_id": 3}, 1, 2)
        changes = '{"pinned_note":["secret",null],"bio":[null,"x"]}'
        rows = ((1, "contact.created", 1, None), (2, "contact.updated", 2, changes), (3, "folder.created", None, None))
        for number, kind, contact_id, text in rows:
            event = {"organization_id": 1, "id": number, "kind": kind, "subject_id": "1", "contact_id": contact_id}
            tx.insert_rows("events", [{**event, "via": "test", "changes": text, "happened_at": NOW}])
    migrate(database)
    with database.read() as tx:
        revisions = tx.all("SELECT id, revision FROM contacts ORDER BY id")
        events = events_after(tx, 1)
    database.close()
    assert revisions == [(1, 1), (2, 2)]
    assert [event.contact_ids for event in events] == [(1,), (2,), ()]
    assert events[1].changes is not None and "secret" not in events[1].changes and "bio" in events[1].changes


def test_later_changes_are_above_those_of_contacts_with_higher_ids_than_events(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=4)
        _insert_contacts(tx, {"contact_id": 40, "event_id": 3}, 1, 3, 40)
        migrate_in(tx, until=5)
    migrate(database)
    with database.write() as tx:
        assert next_changes(tx, 1) == 41
        assert tx.all("SELECT id, revision FROM contacts ORDER BY id") == [(1, 1), (3, 3), (40, 40)]
    database.close()


def test_contacts_that_share_a_revision_get_their_own_above_all_others(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=4)
        _insert_contacts(tx, {"contact_id": 40, "event_id": 3}, 1, 3, 4, 5, 40)
    with database.write() as tx:
        migrate_in(tx, until=56)
        # as the versions before numbered them: 1 was changed, 6 is new, and an erased one has the number of 5
        tx.run("UPDATE contacts SET revision = 4 WHERE id = 1")
        moments = {"created_at": NOW, "updated_at": NOW}
        tx.insert_rows("contacts", [{"organization_id": 1, "id": 6, "uuid": "u6", "revision": 6, **moments}])
        tx.insert_rows("contact_tombstones", [{"organization_id": 1, "uuid": "gone", "revision": 5, "created_at": NOW}])
        tx.run("UPDATE counters SET value = 6 WHERE name = 'event_id'")
    migrate(database)
    with database.write() as tx:
        revisions = dict(tx.all("SELECT id, revision FROM contacts"))
        assert next_changes(tx, 1) == 44
    database.close()
    assert revisions == {3: 3, 6: 6, 40: 40, 1: 41, 4: 42, 5: 43}


def _insert_contacts(tx: Tx, counters: Mapping[str, int], *ids: int) -> None:
    moments = {"created_at": NOW, "updated_at": NOW}
    tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
    tx.insert_rows("contacts", [{"organization_id": 1, "id": n, "uuid": f"u{n}", **moments} for n in ids])
    tx.insert_rows("counters", [{"organization_id": 1, "name": n, "value": v} for n, v in counters.items()])
