"""Whom a draft is: what is certain, what is possible, what says nothing."""

import pytest
from world import World

from coterie.actions.contacts import create_contact, delete_contact
from coterie.drafts.matching import Candidate, choose, find_matches, person_of_draft
from coterie.drafts.normalize import normalize_draft
from coterie.model.contacts import Contact
from coterie.model.imports import ContactDraft, HandleDraft
from coterie.store.contacts import insert_external_ids


def draft(first: str | None = None, last: str | None = None, *handles: tuple[str, str], **fields: str) -> ContactDraft:
    made = ContactDraft(first_name=first, last_name=last, handles=[HandleDraft(c, v) for c, v in handles])
    for name, value in fields.items():
        setattr(made, name, value)
    return normalize_draft(made, "US")


def matches(world: World, *drafts: ContactDraft) -> list[list[Candidate]]:
    with world.database.read() as tx:
        return find_matches(tx, world.organization.id, [person_of_draft(draft) for draft in drafts])


def contact(world: World, **fields: str) -> Contact:
    with world.database.write() as tx:
        return create_contact(tx, world.alice, fields)


EMAIL = ("email", "MARGE@example.org")
PHONE = ("phone", "+1 800 555 5555")


@pytest.mark.parametrize(
    "one",
    [
        draft("Marge", "Simpson", EMAIL),
        draft("Marge", None, PHONE),
        draft("Marge Jacqueline", "Simpson", PHONE),
        draft("Simpson", "Marge", EMAIL),
        draft("MÁRGE", "simpson", EMAIL),
        draft(None, None, EMAIL),
        draft("Somebody", "Else", ("instagram", "https://instagram.com/Marge/")),
    ],
)
def test_a_handle_and_an_agreeing_name_or_none_is_certain(world: World, one: ContactDraft) -> None:
    (found,) = matches(world, one)
    assert [match.contact_id for match in found] == [world.marge.id]
    assert choose(found) == found[0]


def test_a_handle_under_another_name_is_only_possible(world: World) -> None:
    (found,) = matches(world, draft("Selma", "Bouvier", EMAIL))
    assert [(match.contact_id, match.is_certain) for match in found] == [(world.marge.id, False)]
    assert choose(found) is None


@pytest.mark.parametrize(
    ("given", "fact", "is_found"),
    [
        ({"birthday": "1955-05-12"}, {"birthday": "1955-05-12"}, True),
        ({"birthday": "1955-05-12"}, {"birthday": "--05-12"}, True),
        ({"employer": "Power plant"}, {"employer": "POWER PLANT"}, True),
        ({"employer": "Power plant"}, {"employer": "Bowlarama"}, False),
        ({"employer": "Power plant"}, {}, False),
        ({}, {"employer": "Power plant"}, False),
    ],
)
def test_the_same_name_needs_one_more_agreeing_fact(
    world: World, given: dict[str, str], fact: dict[str, str], is_found: bool
) -> None:
    made = contact(world, first_name="Lenny", last_name="Leonard", **given)
    (found,) = matches(world, draft("lenny", "LEONARD", **fact))
    assert [match.contact_id for match in found] == ([made.id] if is_found else [])
    assert choose(found) is None


def test_an_external_id_is_certain_and_stronger_than_a_handle(world: World) -> None:
    with world.database.write() as tx:
        insert_external_ids(tx, world.organization.id, [("vcard", "u-77", world.homer.id)])
    one = draft("Marge", "Simpson", EMAIL)
    one.external_ids = [("vcard", "u-77")]
    (found,) = matches(world, one)
    assert found[0].contact_id == world.homer.id
    assert choose(found) == found[0]


def test_two_contacts_that_are_equally_likely_are_a_question(world: World) -> None:
    for _ in range(2):
        contact(world, first_name="Lenny", last_name="Leonard", phone="+12125550100")
    (found,) = matches(world, draft("Lenny", "Leonard", ("phone", "+12125550100")))
    assert len(found) == 2
    assert choose(found) is None


def test_a_number_more_than_twenty_share_tells_nobody_apart(world: World) -> None:
    for number in range(21):
        contact(world, first_name=f"Clerk {number}", phone="+12125550111")
    (found,) = matches(world, draft("Clerk 3", None, ("phone", "+12125550111")))
    assert found == []


def test_deleted_contacts_and_those_of_others_are_nobody(world: World) -> None:
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    assert matches(world, draft("Marge", "Simpson", EMAIL), draft("Moe", "Szyslak", ("email", "moe@example.org"))) == [
        [],
        [],
    ]


def test_a_website_is_not_a_persons_own(world: World) -> None:
    contact(world, first_name="Lenny", website="https://springfield.example")
    assert matches(world, draft(None, None, ("website", "springfield.example"))) == [[]]


def test_each_draft_of_a_batch_gets_its_own_answer(world: World) -> None:
    found = matches(world, draft("Homer", None, ("email", "homer@example.org")), draft("Ned"), draft(None, None, EMAIL))
    assert [[match.contact_id for match in each] for each in found] == [[world.homer.id], [], [world.marge.id]]
