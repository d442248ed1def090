"""Merges at the same time as other writers: every writer's row is at the survivor, and nobody waits forever."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from everything import FIRST, put
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.handles import add_handle
from coterie.actions.instagram_people import find_or_add_people
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.errors import Conflict, Invalid
from coterie.model.ids import new_id
from coterie.model.relationships import type_id
from coterie.store.contacts import list_contacts
from coterie.store.database import Tx
from coterie.store.merged_tables import COPIED, MOVED


def together(*works: Callable[[], Any]) -> list[Exception]:
    """Runs functions in a thread each; returns what they raised."""
    errors: list[Exception] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return errors


def in_write(world: World, work: Callable[[Tx], Any]) -> Callable[[], Any]:
    """As a door does: a unit of work that is run again after a deadlock."""
    return lambda: asyncio.run(world.database.run_write(work))


@pytest.mark.parametrize("round_", range(5))
def test_two_opposite_merges_leave_one_contact(world: World, round_: int) -> None:
    marge, homer = world.marge.id, world.homer.id
    errors = together(
        in_write(world, lambda tx: merge_contacts(tx, world.alice, marge, [homer])),
        in_write(world, lambda tx: merge_contacts(tx, world.alice, homer, [marge])),
    )
    assert [type(error) for error in errors] in ([Invalid], [Conflict])
    with world.database.read() as tx:
        assert len(list_contacts(tx, world.organization.id, limit=9)) == 1


@pytest.mark.parametrize("round_", range(3))
def test_what_others_write_during_a_merge_is_the_survivors(world: World, round_: int) -> None:
    alice, marge, homer = world.alice, world.marge.id, world.homer
    with world.database.write() as tx:
        bart = create_contact(tx, alice, {"first_name": "Bart"})
        part = {"organization_id": world.organization.id, "contact_id": homer.id}
        put(tx, "external_ids", **part, source="instagram", external_id="1784")

    def receive(tx: Tx) -> None:
        contact_id = find_or_add_people(tx, alice, "17", ["1784"], {})["1784"].contact_id
        put(tx, "interactions", organization_id=world.organization.id, contact_id=contact_id, kind="message",
            happened_at=FIRST, id=new_id(), external_id=new_id(), direction="incoming", text="hi", is_recent=True,
            created_at=FIRST, updated_at=FIRST)  # fmt: skip

    fields = {"second_contact": homer.uuid, "type_id": type_id("Friend")}
    errors = together(
        in_write(world, lambda tx: add_handle(tx, alice, homer.id, "phone", "+12125550177", "phone")),
        in_write(world, lambda tx: create_note(tx, alice, {"text": "Written", "contacts": [homer.uuid]})),
        in_write(world, receive),
        in_write(world, lambda tx: merge_contacts(tx, alice, marge, [homer.id])),
        in_write(world, lambda tx: relate(tx, alice, bart.id, fields)),
        in_write(world, lambda tx: update_contact(tx, alice, homer.id, {"employer": "Plant"})),
    )
    assert errors == []
    with world.database.read() as tx:
        bound = {"o": world.organization.id, "id": homer.id}
        for each in MOVED:
            where = f"FROM {each.table} WHERE organization_id = :o AND {each.column} = :id"
            assert tx.one(f"SELECT count(*) {where}", bound) == (0,), each.kind
        for link in COPIED:
            key = link.columns[0]
            missing = (
                f"SELECT count(*) FROM {link.table} WHERE organization_id = :o AND contact_id = :id AND {key} NOT IN"
                f" (SELECT {key} FROM {link.table} WHERE organization_id = :o AND contact_id = :survivor)"
            )
            assert tx.one(missing, bound | {"survivor": marge}) == (0,), link.kind
