"""Contacts of the version before migration 0058 are in the order of what is shown of them."""

from typing import Any

from coterie.model.text import sort_key
from coterie.settings import Settings
from coterie.store.contacts import list_contacts
from coterie.store.database import open_database
from coterie.store.migrate import migrate, migrate_in

NOW = "2026-01-01T00:00:00.000000Z"
SHOWN = ("Acme & Söhne", "berta", "Carl", "d@example.org", "+49 30 1", None)
TEXTS: list[dict[str, str]] = [
    {"employer": "Acme & Söhne", "email": "a@example.org"},
    {"username": "berta", "employer": "Zoo"},
    {"nickname": "Carl", "employer": "Zoo"},
    {"email": "d@example.org", "phone": "+49 30 2"},
    {"phone": "+49 30 1"},
    {},
]
KEYS = {"nickname": "name_key", "username": "username_key", "email": "email_key", "phone": "phone_key"}


def test_people_of_the_version_before_are_in_the_order_of_what_is_shown(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=57)
        moments = {"created_at": NOW, "updated_at": NOW}
        tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
        for number, texts in enumerate(TEXTS, 1):
            keys = {KEYS[name]: sort_key(text) for name, text in texts.items() if name in KEYS}
            row: dict[str, Any] = {"organization_id": 1, "id": number, "uuid": f"u{number}", "revision": number}
            tx.insert_rows("contacts", [row | moments | texts | keys])
    migrate(database)
    with database.read() as tx:
        shown = [contact.shown_name for contact in list_contacts(tx, 1, order="shown_name", limit=9)]
    database.close()
    assert shown == [SHOWN[5], SHOWN[4], *SHOWN[:4]]
