"""Suggested pairs are merged in bulk, possible ones never, and each merge can be undone."""

import pytest
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.duplicates import request_scan
from coterie.actions.suggested_merges import merge_suggested
from coterie.actions.unmerges import unmerge_contact
from coterie.settings import Settings
from coterie.store.contacts import list_contacts
from coterie.store.merges import list_merges
from coterie.worker.loop import Worker


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def test_suggested_pairs_are_merged_and_others_are_not(world: World, fresh_settings: Settings) -> None:
    with world.database.write() as tx:
        for number in range(12):
            fields = {"real_name": f"Robert Ostrander{'abcdefghijkl'[number]}", "phone": f"+121255501{number:02}"}
            create_contact(tx, world.alice, fields)
            create_contact(tx, world.alice, fields | {"birthday": "1980-01-01"})
        create_contact(tx, world.alice, {"real_name": "Marge Simpson"})
        request_scan(tx, world.alice)
        before = len(list_contacts(tx, world.organization.id, limit=100))
    work(world, fresh_settings)
    with world.database.write() as tx:
        assert merge_suggested(tx, world.alice) is not None
        assert merge_suggested(tx, world.alice) is None
    work(world, fresh_settings)
    with world.database.write() as tx:
        merges = list_merges(tx, world.organization.id, limit=100)
        after = list_contacts(tx, world.organization.id, limit=100)
        assert len(merges) == before - len(after) == 12
        assert sum(contact.birthday == "1980-01-01" for contact in after) == 12
        assert sum(contact.full_name == "Marge Simpson" for contact in after) == 2
        for merge in merges:
            unmerge_contact(tx, world.alice, merge.id)
        assert len(list_contacts(tx, world.organization.id, limit=100)) == before


def work(world: World, settings: Settings) -> None:
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass
