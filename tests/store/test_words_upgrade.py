"""Texts of the version before migration 0023 have their words afterwards, and filters find them."""

from typing import Any

from coterie.actions.filters import read_filter
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.settings import Settings
from coterie.store.database import Tx, open_database
from coterie.store.filters.contacts import list_matching
from coterie.store.migrate import migrate, migrate_in

NOW = "2026-01-01T00:00:00.000000Z"
MOMENTS = {"created_at": NOW, "updated_at": NOW}
ALICE = Caller(1, "o", None, None, (ALL_SCOPES,), "test")


def insert_old(tx: Tx) -> None:
    tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **MOMENTS}])
    part = {"organization_id": 1, "contact_id": 1}
    for number, fields in ((1, {"first_name": "Zoë", "employer": "ACME", "birthday": "--05-12"}), (2, {})):
        row: dict[str, Any] = {"organization_id": 1, "id": number, "uuid": f"u{number}", "revision": number}
        tx.insert_rows("contacts", [row | MOMENTS | fields])
    tx.insert_rows("postal_addresses", [part | MOMENTS | {"id": "a", "locality": "Bad Münder", "postcode": "31848"}])
    tx.insert_rows("important_dates", [part | MOMENTS | {"id": "d", "label": "First met", "occurs_on": "2020-01-02"}])
    tx.insert_rows("notes", [{"organization_id": 1, "id": "n", "text": "Likes Jazz", **MOMENTS}])
    tx.insert_rows("note_contacts", [part | {"note_id": "n"}])
    for slug, kind, value in (("size", "number", "3.5"), ("langs", "list", '["High German","en"]')):
        definition = {"organization_id": 1, "slug": slug, "title": slug, "property_type": kind, **MOMENTS}
        tx.insert_rows("property_definitions", [definition])
        tx.insert_rows("property_values", [part | {"slug": slug, "value": value}])


def test_existing_texts_have_their_words(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=22)
        insert_old(tx)
    migrate(database)
    with database.read() as tx:
        for text in ("name:zoe", "employer:=acme", "birthday:month:5", "city:munder", "address:31848", "note:jazz",
                     "date.first-met:01-02", "property.size:>3", 'property.langs:="high german"'):  # fmt: skip
            where = read_filter(tx, ALICE, text)
            assert where is not None
            assert [contact.id for contact in list_matching(tx, 1, where, limit=9)] == [1], text
    database.close()
