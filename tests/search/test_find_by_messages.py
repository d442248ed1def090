"""A contact is found by what was written: messages, comments and logged conversations."""

from typing import Any
from uuid import UUID

import pytest
from crowds import add_people
from world import World, make_world

from coterie.actions.contacts import create_contact, erase_contact
from coterie.actions.instagram import connect_account
from coterie.actions.instagram_updates import apply_updates
from coterie.actions.interactions import add_interactions
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.actions.search_index import INDEX_MESSAGES_JOB, MESSAGES_AT_ONCE
from coterie.actions.touches import delete_touch, log_touch, restore_touch
from coterie.actions.unmerges import unmerge_contact
from coterie.model.ids import new_id
from coterie.model.imports import InteractionDraft
from coterie.model.instagram_updates import ADD, EDIT, UNSEND, Update
from coterie.model.interactions import COMMENT, INCOMING, MESSAGE
from coterie.search import Hit, search_contacts
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database, Tx
from coterie.worker.loop import Worker

AT = "2026-03-01T10:00:00.000000Z"


def write(tx: Tx, world: World, contact_id: int, *texts: str, kind: str = MESSAGE) -> None:
    drafts = [InteractionDraft(kind=kind, direction=INCOMING, happened_at=AT, text=text) for text in texts]
    add_interactions(tx, world.alice, contact_id, drafts)


def hits(tx: Tx, world: World, text: str, **options: Any) -> list[Hit]:
    return search_contacts(tx, world.organization.id, text, limit=10, is_explained=True, **options).hits


def ids(tx: Tx, world: World, text: str, **options: Any) -> list[int]:
    page = search_contacts(tx, world.organization.id, text, limit=10, **options)
    assert page.total == len(page.contacts)
    return [contact.id for contact in page.contacts]


def word_count(tx: Tx, world: World) -> int:
    """How many messages of the organization the index has."""
    organization_id = world.organization.id
    if tx.engine == "sqlite":
        row = tx.one(
            "SELECT count(*) FROM message_words WHERE rowid BETWEEN :first AND :first + 4294967295",
            {"first": organization_id << 32},
        )
    else:
        row = tx.one("SELECT count(*) FROM message_words WHERE organization_id = :id", {"id": organization_id})
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "text",
    ["marmalade", "Marmalade!", "marmal", "toast marmalade", "mermelade éclairs", "eclairs", "order 4711", "4711",
     "simpson marmalade", "marmalade marge", "МАРМЕЛАД", "marmelad"],
)  # fmt: skip
def test_words_of_a_message_find_its_contact(world: World, text: str) -> None:
    with world.database.write() as tx:
        write(tx, world, world.marge.id, "Toast with marmalade, mermelade and éclairs: order 4711", "мармелад")
        write(tx, world, world.homer.id, "Donuts")
        write(tx, world, world.homer.id, "with")
        assert ids(tx, world, text)[:1] == [world.marge.id]
        assert ids(tx, world, text, order="real_name")[:1] == [world.marge.id]
        page = search_contacts(tx, world.charlie.organization_id, text, limit=10)
        assert page.contacts == []


def test_the_hit_has_the_field_and_the_piece(world: World) -> None:
    with world.database.write() as tx:
        long = "x " * 200 + "about the zeppelin of course" + " y" * 200
        write(tx, world, world.marge.id, long)
        write(tx, world, world.homer.id, "a zeppelin?", kind=COMMENT)
        log_touch(tx, world.alice, [world.homer.id], kind="call", text="He sells a gyrocopter")
        by_id = {hit.contact_id: hit for hit in hits(tx, world, "zeppelin")}
        assert (by_id[world.homer.id].field, by_id[world.homer.id].piece) == ("comment", "a zeppelin?")
        assert by_id[world.marge.id].field == "message" and "about the zeppelin of" in by_id[world.marge.id].piece
        assert [(hit.field, hit.piece) for hit in hits(tx, world, "gyrocopter")] == [
            ("conversation", "He sells a gyrocopter")
        ]


def test_a_name_comes_before_a_message_that_has_it(world: World) -> None:
    with world.database.write() as tx:
        named = create_contact(tx, world.alice, {"real_name": "Ottilie Marmalade"}).id
        write(tx, world, world.homer.id, "marmalade", "more marmalade")
        assert ids(tx, world, "marmalade") == [named, world.homer.id]


def all_pages(tx: Tx, world: World, text: str, **options: Any) -> list[int]:
    """The ids of every page, whose total is their number."""
    found: list[int] = []
    while True:
        page = search_contacts(tx, world.organization.id, text, limit=40, offset=len(found), **options)
        if not page.contacts:
            assert len(found) == len({*found}) == page.total
            return found
        found += [contact.id for contact in page.contacts]


@pytest.mark.parametrize("text", ["clerk", "the clerk", "Clerk the"])
@pytest.mark.parametrize("order", [None, "real_name", "id"])
def test_a_message_is_found_next_to_more_names_than_are_ranked(world: World, text: str, order: str | None) -> None:
    with world.database.write() as tx:
        named = add_people(tx, world.alice, [f"The Clerk {each}" for each in range(130)])
        strangers = [create_contact(tx, world.alice, {"real_name": f"Otto {each}"}) for each in range(5)]
        others = [contact.id for contact in strangers]
        for contact_id in (*others[:3], named[0], named[-1]):
            write(tx, world, contact_id, "Ask the clerk", "the clerks, the clerk")
        create_note(tx, world.alice, {"text": "the clerk", "contacts": [contact.uuid for contact in strangers[2:4]]})
        create_note(tx, world.alice, {"text": "the clerk", "contacts": [strangers[4].uuid], "is_personal": True})
        write(tx, world, world.homer.id, "no clergy")
        found = all_pages(tx, world, text, order=order)
        assert set(found) == {*named, *others[:4]}
        assert set(all_pages(tx, world, text, order=order, reader_id=world.alice.user_id)) == {*named, *others}


def test_a_contact_with_the_word_in_a_note_is_found_next_to_a_few_names(world: World) -> None:
    with world.database.write() as tx:
        named = [create_contact(tx, world.alice, {"real_name": f"Clerk {each}"}).id for each in range(20)]
        create_note(tx, world.alice, {"text": "the clerk", "contacts": [world.homer.uuid]})
        write(tx, world, world.marge.id, "the clerk")
        assert set(all_pages(tx, world, "clerk")) == {*named, world.homer.id, world.marge.id}


def test_a_conversation_that_is_deleted_finds_nobody_until_it_is_restored(world: World) -> None:
    with world.database.write() as tx:
        touches = log_touch(tx, world.alice, [world.marge.id, world.homer.id], kind="call", text="gyrocopter")
        assert set(ids(tx, world, "gyrocopter")) == set(touches)
        delete_touch(tx, world.alice, world.marge.id, touches[world.marge.id])
        assert ids(tx, world, "gyrocopter") == [world.homer.id]
        restore_touch(tx, world.alice, world.marge.id, touches[world.marge.id])
        assert set(ids(tx, world, "gyrocopter")) == set(touches)


def test_an_edited_message_is_found_by_its_new_words_and_an_unsent_one_by_none(
    world: World,
) -> None:
    account, person = str(UUID(new_id()).int), new_id()
    first = {"external_id": new_id(), "happened_at": AT}
    with world.database.write() as tx:
        connect_account(tx, world.alice, account_id=account, sealed="sealed", graph_url="http://127.0.0.1:9/")
        apply_updates(tx, world.alice, account, [Update(what=ADD, person_id=person, text="zeppelin", **first)])
        assert len(ids(tx, world, "zeppelin")) == 1
        edit = Update(what=EDIT, person_id=person, text="gyrocopter", data={"edit_count": 1}, **first)
        apply_updates(tx, world.alice, account, [edit])
        assert (len(ids(tx, world, "zeppelin")), len(ids(tx, world, "gyrocopter"))) == (0, 1)
        assert word_count(tx, world) == 1
        apply_updates(tx, world.alice, account, [Update(what=UNSEND, person_id=person, **first)])
        assert ids(tx, world, "gyrocopter") == []
        assert word_count(tx, world) == 0


def test_the_words_of_an_erased_contact_leave_the_index(world: World) -> None:
    with world.database.write() as tx:
        write(tx, world, world.marge.id, "zeppelin", "balloon", "😍")
        write(tx, world, world.homer.id, "balloon")
        assert word_count(tx, world) == 3
        erase_contact(tx, world.alice, world.marge.id)
        assert word_count(tx, world) == 1
        assert ids(tx, world, "balloon") == [world.homer.id]


def test_messages_follow_a_merge_and_an_un_merge(world: World) -> None:
    with world.database.write() as tx:
        write(tx, world, world.marge.id, "zeppelin")
        merge = merge_contacts(tx, world.alice, world.homer.id, [world.marge.id])[0]
        assert ids(tx, world, "zeppelin") == [world.homer.id]
        unmerge_contact(tx, world.alice, merge.id)
        assert ids(tx, world, "zeppelin") == [world.marge.id]


def test_a_job_indexes_the_messages_of_an_earlier_version(fresh_database: Database, fresh_settings: Settings) -> None:
    world = make_world(fresh_database)
    with fresh_database.write() as tx:
        write(tx, world, world.marge.id, *(f"number{each}" for each in range(MESSAGES_AT_ONCE + 1)), "")
        write(tx, world, world.homer.id, "zeppelin")
        tx.run("UPDATE interactions SET search_number = NULL")
        tx.run("DELETE FROM message_words")
        assert ids(tx, world, "zeppelin") == []
        jobs.enqueue(tx, world.organization.id, INDEX_MESSAGES_JOB, {})
    assert Worker(fresh_database, fresh_settings).run_one()
    with fresh_database.read() as tx:
        assert ids(tx, world, "zeppelin") == [world.homer.id]
        assert ids(tx, world, f"number{MESSAGES_AT_ONCE}") == [world.marge.id]
        assert word_count(tx, world) == MESSAGES_AT_ONCE + 2
        assert [job.state for job in jobs.list_jobs(tx, world.organization.id, INDEX_MESSAGES_JOB, limit=2)] == ["done"]
