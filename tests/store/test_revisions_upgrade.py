"""A database of the version before revisions gets them, and its events their contacts, when it is migrated."""

from recorded import events_after

from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate, migrate_in

NOW = "2026-01-01T00:00:00.000000Z"


def test_contacts_get_revisions_and_events_their_contacts(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=4)
        moments = {"created_at": NOW, "updated_at": NOW}
        tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
        tx.insert_rows("contacts", [{"organization_id": 1, "id": n, "uuid": f"u{n}", **moments} for n in (1, 2)])
        counters = {"contact_id": 2, "event_id": 3}
        tx.insert_rows("counters", [{"organization_id": 1, "name": n, "value": v} for n, v in counters.items()])
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
