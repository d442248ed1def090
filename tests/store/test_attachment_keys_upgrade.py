"""Pictures that the version before fetched from Instagram get the source_key that their file names hold."""

from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.instagram_pictures import list_pictures
from coterie.store.migrate import migrate, migrate_in

NOW = "2026-01-01T00:00:00.000000Z"
KEY = "0123456789abcdef"
FILES = (
    ("a", "picture", f"instagram-{KEY}.jpg", "instagram"),
    ("b", "picture", "instagram-party.png", "instagram"),
    ("c", "file", f"instagram-{KEY}.jpg", "upload"),
    ("d", "picture", f"instagram-{KEY}.jpg", "import"),
)


def test_fetched_pictures_get_their_source_key(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=12)
        moments = {"created_at": NOW, "updated_at": NOW}
        tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
        tx.insert_rows("contacts", [{"organization_id": 1, "id": 1, "uuid": "u", "revision": 1, **moments}])
        fixed = {"organization_id": 1, "contact_id": 1, "media_type": "image/jpeg", "byte_count": 1, "created_at": NOW}
        for attachment_id, kind, filename, source in FILES:
            row = {"id": attachment_id, "kind": kind, "filename": filename, "source": source, "digest": attachment_id}
            tx.insert_rows("attachments", [fixed | row])
    migrate(database)
    with database.read() as tx:
        pictures = list_pictures(tx, 1, 1)
        keys = dict(tx.all("SELECT id, source_key FROM attachments"))
    database.close()
    assert pictures == [(KEY, "a", "a"), (None, "b", "b")]
    assert keys == {"a": KEY, "b": None, "c": None, "d": None}
