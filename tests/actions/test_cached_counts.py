"""The cached counts of tags, expertises and notes equal the counted rows after any sequence of changes."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from copied_worlds import worlds_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from coterie.actions import contact_relationships, notes, terms
from coterie.actions.contacts import create_contact, delete_contact, erase_contact, restore_contact
from coterie.actions.notes import change_pinned_note
from coterie.errors import Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS, Vocabulary
from coterie.store import notes as note_store
from coterie.store import terms as store
from coterie.store.contacts import find_contact
from coterie.store.database import Database, Tx

SMALL = st.integers(0, 2)
FLAG = st.booleans()
STEPS = st.one_of(
    st.tuples(st.sampled_from(("put", "take", "create", "delete", "restore", "erase")), SMALL, SMALL, FLAG),
    st.tuples(st.sampled_from(("delete contact", "restore contact", "erase contact", "pin")), SMALL, SMALL, FLAG),
    st.tuples(st.sampled_from(("write", "hide", "forget", "unhide", "wipe")), SMALL, SMALL, FLAG),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_after_any_sequence_the_counts_are_right(database: Database, steps: list[Any]) -> None:
    world = worlds_in(database).next()
    with database.write() as tx:
        people = [world.marge, world.homer, create_contact(tx, world.alice, {"first_name": "Bart"})]
        for step in steps:
            caller = world.bob if step[3] else world.alice
            try:
                with tx.savepoint():
                    take(tx, caller, people, step)
            except (Invalid, NotFound):
                pass  # refused is refused: nothing may have changed
        for vocabulary in (TAGS, EXPERTISES):
            check_terms(tx, world.alice, vocabulary)
        check_notes(tx, world.alice)
        check_pinned(tx, world.alice)


def take(tx: Tx, caller: Caller, people: list[Contact], step: Any) -> None:
    verb, which, other, flag = step
    vocabulary, contact = (EXPERTISES if flag else TAGS), people[which]
    if verb in ("put", "take", "create", "delete", "restore", "erase"):
        term = terms.create_term(tx, caller, vocabulary, f"Term {other}")
        steps: dict[str, Callable[[], Any]] = {
            "put": lambda: terms.put_on_contact(tx, caller, vocabulary, contact.id, term.id),
            "take": lambda: terms.take_off_contact(tx, caller, vocabulary, contact.id, term.id),
            "create": lambda: term,
            "delete": lambda: terms.delete_term(tx, caller, vocabulary, term.id),
            "restore": lambda: terms.restore_term(tx, caller, vocabulary, term.id),
            "erase": lambda: terms.erase_term(tx, caller, vocabulary, term.id),
        }
        steps[verb]()
    elif verb.endswith("contact"):
        verbs = {"delete contact": delete_contact, "restore contact": restore_contact, "erase contact": erase_contact}
        verbs[verb](tx, caller, contact.id)
    elif verb == "pin":
        # it is a part of update_contact, which has found the contact before
        if find_contact(tx, caller.organization_id, contact.id) is None:
            raise NotFound("Contact not found")
        change_pinned_note(tx, caller, contact.id, "pinned" if other else None)
        pinned = "pinned" if other else None
        tx.run(
            "UPDATE contacts SET pinned_note = :text WHERE organization_id = :o AND id = :id",
            {"text": pinned, "o": caller.organization_id, "id": contact.id},
        )
    elif verb == "write":
        about = [people[which].uuid, people[other].uuid]
        notes.create_note(tx, caller, {"text": "x", "is_personal": bool(other), "contacts": about})
    else:
        change_note(tx, caller, verb, which, people[other])


def change_note(tx: Tx, caller: Caller, verb: str, which: int, contact: Contact) -> None:
    found = note_store.list_notes(tx, caller.organization_id, reader_id=caller.user_id, include_deleted=True, limit=100)
    if not found:
        return
    note = found[which % len(found)]
    if verb == "hide":
        notes.delete_note(tx, caller, note.id)
    elif verb == "unhide":
        notes.restore_note(tx, caller, note.id)
    elif verb == "wipe":
        notes.erase_note(tx, caller, note.id)
    else:
        notes.update_note(
            tx, caller, note.id, {"is_personal": not note.is_personal, "contacts": [contact.uuid], "text": "y"}
        )


def check_terms(tx: Tx, caller: Caller, vocabulary: Vocabulary) -> None:
    found = store.list_terms(tx, caller.organization_id, vocabulary, include_deleted=True, limit=1000)
    for term in found:
        ids = store.list_contact_ids_with_term(tx, caller.organization_id, vocabulary, term.id, limit=1000)
        assert term.contact_count == len(ids)


def check_notes(tx: Tx, caller: Caller) -> None:
    found = note_store.list_notes(tx, caller.organization_id, reader_id=caller.user_id, limit=1000)
    assert note_store.count_notes(tx, caller.organization_id, reader_id=caller.user_id) == len(found)


def check_pinned(tx: Tx, caller: Caller) -> None:
    rows = tx.all("SELECT id, pinned_note FROM contacts WHERE organization_id = :o", {"o": caller.organization_id})
    for contact_id, text in rows:
        pinned = note_store.find_pinned_note(tx, caller.organization_id, contact_id)
        assert text == (pinned.text if pinned else None)


def at_once(database: Database, work: Callable[[Tx], Any], how_many: int = 4) -> list[Any]:
    """What so many transactions that begin together give, or what they were refused with."""
    barrier = threading.Barrier(how_many)
    results: list[Any] = []

    def run() -> None:
        barrier.wait()
        try:
            with database.write() as tx:
                result = work(tx)
        except Invalid as refused:
            result = refused
        results.append(result)

    threads = [threading.Thread(target=run) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_name_created_by_many_at_once_stands_once(world: World) -> None:
    made = at_once(world.database, lambda tx: terms.create_term(tx, world.alice, TAGS, "Chess").id)
    assert len(made) == 4
    assert len(set(made)) == 1


def test_a_tag_put_by_many_at_once_is_counted_once(world: World) -> None:
    with world.database.write() as tx:
        tag = terms.create_term(tx, world.alice, TAGS, "Chess").id
    at_once(world.database, lambda tx: terms.put_on_contact(tx, world.alice, TAGS, world.marge.id, tag))
    with world.database.read() as tx:
        found = store.find_term(tx, world.organization.id, TAGS, tag)
    assert found is not None
    assert found.contact_count == 1


@pytest.mark.parametrize("name", ["Spouse", "Wife"])
def test_two_people_are_related_once_by_many_at_once(world: World, name: str) -> None:
    fields = {"second_contact": world.marge.uuid, "type_id": type_id(name)}
    results = at_once(world.database, lambda tx: contact_relationships.relate(tx, world.alice, world.homer.id, fields))
    assert sum(not isinstance(result, Invalid) for result in results) == 1
