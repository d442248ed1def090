"""Every change of a tag, an expertise or a part of a contact leaves its event; what changes nothing leaves none."""

from collections.abc import Callable
from typing import Any

import pytest
from recorded import events_after, events_of
from world import World

from coterie.actions import contact_relationships, dates, gifts, notes, pets, terms, user_relationships
from coterie.model.organizations import Caller
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.database import Tx

Verb = Callable[[str], Any]
FRIEND = type_id("Friend")


def verbs_of_terms(tx: Tx, caller: Caller, vocabulary: Any) -> tuple[Any, Verb, Verb, Verb, Verb]:
    made = terms.create_term(tx, caller, vocabulary, "Chess")
    return (
        made,
        lambda id_: terms.update_term(tx, caller, vocabulary, id_, "Go"),
        lambda id_: terms.delete_term(tx, caller, vocabulary, id_),
        lambda id_: terms.restore_term(tx, caller, vocabulary, id_),
        lambda id_: terms.erase_term(tx, caller, vocabulary, id_),
    )


def verbs_of(tx: Tx, world: World, noun: str) -> tuple[Any, Verb, Verb, Verb, Verb]:
    """(the thing made, its change, delete, restore, erase)."""
    caller, marge = world.alice, world.marge.id
    if noun in ("tag", "expertise"):
        return verbs_of_terms(tx, caller, TAGS if noun == "tag" else EXPERTISES)
    if noun == "pet":
        return (
            pets.create_pet(tx, caller, marge, {"name": "Snowball"}),
            lambda id_: pets.update_pet(tx, caller, marge, id_, {"name": "Snowball II"}),
            lambda id_: pets.delete_pet(tx, caller, marge, id_),
            lambda id_: pets.restore_pet(tx, caller, marge, id_),
            lambda id_: pets.erase_pet(tx, caller, marge, id_),
        )
    if noun == "gift":
        return (
            gifts.create_gift(tx, caller, marge, {"name": "Vacuum", "status": "given"}),
            lambda id_: gifts.update_gift(tx, caller, marge, id_, {"status": "received"}),
            lambda id_: gifts.delete_gift(tx, caller, marge, id_),
            lambda id_: gifts.restore_gift(tx, caller, marge, id_),
            lambda id_: gifts.erase_gift(tx, caller, marge, id_),
        )
    if noun == "date":
        return (
            dates.create_date(tx, caller, marge, {"label": "Wedding", "occurs_on": "1980-05-12"}),
            lambda id_: dates.update_date(tx, caller, marge, id_, {"occurs_on": "--05-12"}),
            lambda id_: dates.delete_date(tx, caller, marge, id_),
            lambda id_: dates.restore_date(tx, caller, marge, id_),
            lambda id_: dates.erase_date(tx, caller, marge, id_),
        )
    if noun == "note":
        return (
            notes.create_note(tx, caller, {"text": "x", "contacts": [world.marge.uuid]}),
            lambda id_: notes.update_note(tx, caller, id_, {"text": "y"}),
            lambda id_: notes.delete_note(tx, caller, id_),
            lambda id_: notes.restore_note(tx, caller, id_),
            lambda id_: notes.erase_note(tx, caller, id_),
        )
    if noun == "contact_relationship":
        fields = {"second_contact": world.homer.uuid, "type_id": FRIEND}
        return (
            contact_relationships.relate(tx, caller, marge, fields),
            lambda id_: contact_relationships.update_contact_relationship(
                tx, caller, id_, {"anniversary_on": "2020-07-22"}
            ),
            lambda id_: contact_relationships.delete_contact_relationship(tx, caller, id_),
            lambda id_: contact_relationships.restore_contact_relationship(tx, caller, id_),
            lambda id_: contact_relationships.erase_contact_relationship(tx, caller, id_),
        )
    return (
        user_relationships.create_user_relationship(tx, caller, {"contact": world.marge.uuid, "type_id": FRIEND}),
        lambda id_: user_relationships.update_user_relationship(tx, caller, id_, {"anniversary_on": "2020-07-22"}),
        lambda id_: user_relationships.delete_user_relationship(tx, caller, id_),
        lambda id_: user_relationships.restore_user_relationship(tx, caller, id_),
        lambda id_: user_relationships.erase_user_relationship(tx, caller, id_),
    )


NOUNS = ("tag", "expertise", "pet", "gift", "date", "note", "contact_relationship", "user_relationship")


@pytest.mark.parametrize("noun", NOUNS)
def test_each_change_is_recorded_once_and_what_changes_nothing_is_not(world: World, noun: str) -> None:
    with world.database.write() as tx:
        made, change, delete, restore, erase = verbs_of(tx, world, noun)
        # each is done twice: the second time there is nothing to do
        for verb in (change, change, delete, delete, restore, restore, erase):
            verb(made.id)
        rows = [event for event in events_after(tx, world.organization.id) if event.kind.startswith(f"{noun}.")]
    ends = ("created", "updated", "deleted", "restored", "erased")
    assert [row.kind for row in rows] == [f"{noun}.{end}" for end in ends]
    assert {(row.subject_id, row.user_id, row.via) for row in rows} == {(made.id, world.alice.user_id, "test")}
    named = {"tag": (), "expertise": (), "contact_relationship": (world.marge.id, world.homer.id)}
    assert {row.contact_ids for row in rows} == {named.get(noun, (world.marge.id,))}


def test_a_tag_on_a_contact_is_in_the_contact_s_history_once(world: World) -> None:
    with world.database.write() as tx:
        for vocabulary in (TAGS, EXPERTISES):
            term = terms.create_term(tx, world.alice, vocabulary, "Chess")
            for _ in range(2):
                terms.put_on_contact(tx, world.alice, vocabulary, world.marge.id, term.id)
            terms.take_off_contact(tx, world.alice, vocabulary, world.marge.id, term.id)
        kinds = [e.kind for e in events_of(tx, world.organization.id, world.marge.id)]
    assert kinds[::-1] == [
        "contact.created", "contact.tagged", "contact.untagged", "contact.expertise_added",
        "contact.expertise_removed",
    ]  # fmt: skip
