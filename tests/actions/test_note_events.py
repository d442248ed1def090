"""Events of notes: what a shared note said before, and nothing of a personal one, whenever it became personal."""

from recorded import Recorded, events_after, events_of
from world import World

from coterie.actions import contacts, notes
from coterie.store.database import Tx
from coterie.store.notes import find_pinned_note


def recorded(tx: Tx, world: World) -> list[Recorded]:
    return events_after(tx, world.organization.id)


def test_a_shared_note_s_event_has_the_text_before_and_names_all_its_contacts(world: World) -> None:
    both = [world.marge.uuid, world.homer.uuid]
    with world.database.write() as tx:
        note = notes.create_note(tx, world.alice, {"text": "Likes pretzels", "contacts": both})
        notes.update_note(tx, world.alice, note.id, {"text": "Sells pretzels", "contacts": both[:1]})
        event = recorded(tx, world)[-1]
    assert event.contact_ids == (world.marge.id, world.homer.id)
    assert '"text":["Likes pretzels","Sells pretzels"]' in (event.changes or "")


def test_no_event_holds_the_text_of_a_note_that_became_personal(world: World) -> None:
    with world.database.write() as tx:
        contacts.update_contact(tx, world.alice, world.marge.id, {"note": "the secret"})
        contacts.update_contact(tx, world.alice, world.marge.id, {"note": "the secret sauce"})
        note = find_pinned_note(tx, world.organization.id, world.marge.id)
        assert note is not None
        notes.update_note(tx, world.alice, note.id, {"is_personal": True})
        notes.update_note(tx, world.alice, note.id, {"text": "another secret", "contacts": [world.homer.uuid]})
        events = recorded(tx, world)
    assert not [event for event in events if "secret" in (event.changes or "")]
    # others saw that it was about Marge, and never that it is about Homer
    assert [event.contact_ids for event in events[-2:]] == [(world.marge.id,), ()]
    assert events[-2].changes == '{"is_personal":[false,true]}'


def test_a_contact_that_is_created_with_a_note_has_its_text_in_no_event(world: World) -> None:
    with world.database.write() as tx:
        made = contacts.create_contact(tx, world.alice, {"real_name": "Lisa", "note": "the secret sauce"})
        events = events_of(tx, world.organization.id, made.id)
    assert [event.kind for event in events] == ["note.created", "contact.created"]
    assert not [event for event in events if "secret" in (event.changes or "")]


def test_an_erased_note_leaves_no_text(world: World) -> None:
    with world.database.write() as tx:
        note = notes.create_note(tx, world.alice, {"text": "one", "contacts": [world.marge.uuid]})
        notes.update_note(tx, world.alice, note.id, {"text": "two"})
        notes.erase_note(tx, world.alice, note.id)
        of_note = [event for event in recorded(tx, world) if event.subject_id == note.id]
    assert [(event.kind, event.changes) for event in of_note[1:]] == [("note.updated", None), ("note.erased", None)]


def test_an_erased_contact_leaves_its_number_in_events_and_no_values(world: World) -> None:
    with world.database.write() as tx:
        contacts.update_contact(tx, world.alice, world.marge.id, {"bio": "Paints"})
        contacts.erase_contact(tx, world.alice, world.marge.id)
        events = events_of(tx, world.organization.id, world.marge.id)
    assert [event.kind for event in events] == ["contact.erased", "contact.updated", "contact.created"]
    assert {event.changes for event in events} == {None}
