"""The search index is merged by the worker, in steps."""

import pytest
from world import make_world

from coterie.actions.contacts import create_contact, update_contact
from coterie.search import merge_index, search_contacts
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker import search_index
from coterie.worker.search_index import merge_search_index

CHANGES = 40


def segments_of(database: Database) -> int:
    """Of SQLite: the levels of the index's structure record are not public, its segments' page ranges are."""
    with database.read() as tx:
        row = tx.one("SELECT count(DISTINCT segid) FROM contact_words_idx")
    return int(row[0]) if row else 0


def test_after_many_changes_fewer_segments_are_left_and_everybody_is_found(
    fresh_database: Database, fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "PAGES", 1)
    monkeypatch.setattr(search_index, "PAUSE_SECONDS", 0)
    world = make_world(fresh_database)
    for number in range(CHANGES):
        with fresh_database.write() as tx:
            contact = create_contact(tx, world.alice, {"first_name": f"Clerk {number}"})
        with fresh_database.write() as tx:
            update_contact(tx, world.alice, contact.id, {"last_name": f"Burns{number}"})
    before = segments_of(fresh_database) if fresh_database.engine == "sqlite" else 0
    merge_search_index(fresh_database, fresh_settings)
    if fresh_database.engine == "sqlite":
        assert segments_of(fresh_database) < before
    with fresh_database.write() as tx:
        assert merge_index(tx, 1, is_first=False) is False
        assert search_contacts(tx, world.organization.id, "burns", limit=1).total == CHANGES
