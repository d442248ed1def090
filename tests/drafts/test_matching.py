"""Whom a draft is: what is certain, what is possible, what says nothing."""

import pytest
from world import World

from coterie.actions.contacts import create_contact, delete_contact
from coterie.drafts.facts import facts_of_draft
from coterie.drafts.matching import Candidate, choose_candidate, find_matches
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
        return find_matches(tx, world.organization.id, [facts_of_draft(draft) for draft in drafts])


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
    assert choose_candidate(found) == found[0]


def test_a_handle_under_another_name_is_only_possible(world: World) -> None:
    (found,) = matches(world, draft("Selma", "Bouvier", EMAIL))
    assert [(match.contact_id, match.is_certain) for match in found] == [(world.marge.id, False)]
    assert choose_candidate(found) is None


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
    assert choose_candidate(found) is None


def test_an_external_id_is_certain_and_stronger_than_a_handle(world: World) -> None:
    with world.database.write() as tx:
        insert_external_ids(tx, world.organization.id, [("vcard", "u-77", world.homer.id)])
    one = draft("Homer J", "Simpson", EMAIL)
    one.external_ids = [("vcard", "u-77")]
    (found,) = matches(world, one)
    assert found[0].contact_id == world.homer.id
    assert choose_candidate(found) == found[0]


def test_two_contacts_that_are_equally_likely_are_a_question(world: World) -> None:
    for _ in range(2):
        contact(world, first_name="Lenny", last_name="Leonard", phone="+12125550100")
    (found,) = matches(world, draft("Lenny", "Leonard", ("phone", "+12125550100")))
    assert len(found) == 2
    assert choose_candidate(found) is None


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


@pytest.mark.parametrize(
    ("first", "last", "fields", "code"),
    [
        ("Ben", "Rask", {}, "external_id_other_name"),
        ("Ben", "Hale", {}, "external_id_other_name"),
        ("Otto", "Hale", {"name_suffix": "Jr."}, "external_id_other_name"),
        ("Otto", "Hof", {}, "external_id"),
        ("Otto Maria", "Hale", {}, "external_id"),
        (None, None, {}, "external_id"),
        ("Otto", "Hale", {"birthday": "1980-07-12"}, "external_id"),
    ],
)
def test_a_uid_under_another_given_name_is_only_possible(
    world: World, first: str | None, last: str | None, fields: dict[str, str], code: str
) -> None:
    otto = contact(world, first_name="Otto", last_name="Hale", birthday="1950-01-31")
    with world.database.write() as tx:
        insert_external_ids(tx, world.organization.id, [("vcard", "u-78", otto.id)])
    one = draft(first, last, **fields)
    one.external_ids = [("vcard", "u-78")]
    (found,) = matches(world, one)
    assert [(match.contact_id, match.reason.code) for match in found] == [(otto.id, code)]


def test_a_repeated_uid_does_not_hide_the_contact_whose_handle_it_is(world: World) -> None:
    with world.database.write() as tx:
        insert_external_ids(tx, world.organization.id, [("vcard", "u-79", world.homer.id)])
    one = draft("Marge", "Simpson", EMAIL)
    one.external_ids = [("vcard", "u-79")]
    (found,) = matches(world, one)
    assert choose_candidate(found) == found[0]
    assert [match.contact_id for match in found] == [world.marge.id, world.homer.id]


@pytest.mark.parametrize(
    ("channel", "value", "fields", "code"),
    [
        ("phone", "+12125550122", {"birthday": "1980-07-12"}, "handle_other_birthday"),
        ("phone", "+12125550122", {"birthday": "1951-01-31"}, "handle_other_birthday"),
        ("email", "hale@example.org", {"birthday": "--07-12"}, "handle_other_birthday"),
        ("phone", "+12125550122", {"birthday": "--01-31"}, "handle_and_name"),
        ("phone", "+12125550122", {"name_suffix": "Jr."}, "handle_other_name"),
        ("phone", "+12125550122", {"name_suffix": "III"}, "handle_other_name"),
        ("email", "hale@example.org", {"name_suffix": "Jr."}, "handle_and_name"),
        ("phone", "+12125550122", {"name_suffix": "V"}, "handle_other_name"),
        ("phone", "+12125550122", {"name_suffix": "PhD"}, "handle_and_name"),
    ],
)
def test_father_and_son_with_one_handle_are_a_question(
    world: World, channel: str, value: str, fields: dict[str, str], code: str
) -> None:
    contact(world, first_name="Otto", last_name="Hale", birthday="1950-01-31", phone="+12125550122",
            email="hale@example.org")  # fmt: skip
    (found,) = matches(world, draft("Otto", "Hale", (channel, value), **fields))
    assert [match.reason.code for match in found] == [code]


@pytest.mark.parametrize(
    ("stored", "suffix", "code"),
    [
        ("Jr.", "Junior", "handle_and_name"),
        ("Jr., M.D.", "jun.", "handle_and_name"),
        ("Jnr", "Filho", "handle_and_name"),
        ("Senior", "Snr.", "handle_and_name"),
        ("Sr", "SEN", "handle_and_name"),
        ("V", "v.", "handle_and_name"),
        ("fils", "hijo", "handle_and_name"),
        ("d. J.", "der Jüngere", "handle_and_name"),
        ("starší", "st.", "handle_and_name"),
        ("II", "2nd", "handle_and_name"),
        ("Senior", "Jnr", "handle_other_name"),
        ("Junior", "III", "handle_other_name"),
        ("IV", "V", "handle_other_name"),
        ("père", "fils", "handle_other_name"),
    ],
)
def test_spellings_of_one_generation_are_one(world: World, stored: str, suffix: str, code: str) -> None:
    contact(world, first_name="Otto", last_name="Hale", name_suffix=stored, phone="+12125550122")
    (found,) = matches(world, draft("Otto", "Hale", ("phone", "+12125550122"), name_suffix=suffix))
    assert [match.reason.code for match in found] == [code]


@pytest.mark.parametrize(("stored", "last"), [("Neto", "Costa Neto"), ("Costa Filho", "Filho")])
def test_a_generation_that_is_a_surname_here_is_one_there(world: World, stored: str, last: str) -> None:
    contact(world, first_name="Ana", last_name=stored, phone="+12125550122")
    (found,) = matches(world, draft("Ana", last, ("phone", "+12125550122")))
    assert [match.reason.code for match in found] == ["handle_and_name"]
