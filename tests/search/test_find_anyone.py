"""A contact is found by whatever one remembers of it, and the hit says by what."""

from collections.abc import Iterator
from typing import Any

import pytest
from crowds import add_people
from world import World, make_world

from coterie.actions.addresses import add_address
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.handles import add_handle
from coterie.actions.notes import create_note, update_note
from coterie.actions.properties import create_definition, set_values
from coterie.actions.terms import create_term, put_on_contact, update_term
from coterie.model.terms import EXPERTISES, TAGS
from coterie.search import search_contacts
from coterie.search.nicknames import nicknames_of
from coterie.store.database import Database

PEOPLE: dict[str, dict[str, Any]] = {
    "sergei": {"real_name": "Сергей Иванов"},
    "ulla": {
        "real_name": "Ulla Müller",
        "employer": "Globex",
        "job_title": "Zoologist",
        "how_you_met": "Skiing",
        "bio": "Collects beetles",
    },
    "aase": {"real_name": "Åse Sørensen"},
    "robert": {"real_name": "Robert Whitfield"},
    "katherine": {"real_name": "Katherine Delacroix-Ponte"},
    "giorgos": {"real_name": "Γιώργος Παπαδόπουλος"},
    "wang": {"real_name": "王小明"},
    "thomas": {"username": "thomasbarrow84", "email": "tb.office@downton.example"},
    "george": {"real_name": "George Haddad", "phone": "+44 20 7946 0958"},
    "anna": {"real_name": "Annamaria Bianchi"},
}


@pytest.fixture(scope="module")
def people(database: Database) -> Iterator[tuple[World, dict[str, int]]]:
    world = make_world(database)
    with database.write() as tx:
        ids = {name: create_contact(tx, world.alice, fields).id for name, fields in PEOPLE.items()}
    yield world, ids


def names(world: World, ids: dict[str, int], text: str, reader: str | None = None) -> list[str]:
    by_id = {contact_id: name for name, contact_id in ids.items()}
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=10, reader_id=reader)
    assert page.total == len(page.contacts)
    return [by_id.get(contact.id, "?") for contact in page.contacts]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("sergei", "sergei"), ("Сергей", "sergei"), ("sergey ivanov", "sergei"), ("ivanov sergei", "sergei"),
        ("СЕРГЕЙ ИВ", "sergei"), ("mueller", "ulla"), ("muller", "ulla"), ("Müller", "ulla"), ("muler ulla", "ulla"),
        ("ulla globex", "ulla"), ("zoologist", "ulla"), ("zoolog", "ulla"), ("skiing", "ulla"), ("beetles", "ulla"),
        ("ulla beetles", "ulla"), ("aase", "aase"),
        ("ase", "aase"), ("soerensen", "aase"), ("sorensen ase", "aase"), ("bob whitfield", "robert"),
        ("bob", "robert"), ("whitfeild", "robert"), ("wihtfield", "robert"), ("robret witfield", "robert"),
        ("robertwhitfield", "robert"), ("whitfieldrobert", "robert"), ("kate delacroix", "katherine"),
        ("ponte", "katherine"), ("giorgos", "giorgos"), ("papadopoulos", "giorgos"), ("Γιώργος", "giorgos"),
        ("小", "wang"), ("明", "wang"), ("王小明", "wang"), ("wang xiaoming", "wang"), ("xiaoming wang", "wang"),
        ("thomas barrow", "thomas"), ("barrow", "thomas"), ("thomasbarrow84", "thomas"), ("downton", "thomas"),
        ("tb.office@downton.example", "thomas"), ("020 7946 0958", "george"), ("+44 (0)20 7946 0958", "george"),
        ("79460958", "george"), ("7946", "george"), ("011 44 20 7946 0958", "george"), ("4420 7946", "george"),
        ("george 0958", "george"), ("anna maria bianchi", "anna"), ("bianchi annamria", "anna"),
        ("katherine delacroix xyzzy", "katherine"), ("an na maria", "anna"), ("anna mari bianchi", "anna"),
        ("george had dad", "george"), ("thom asbarrow84", "thomas"),
    ],
)  # fmt: skip
def test_the_contact_meant_comes_first(people: tuple[World, dict[str, int]], text: str, who: str) -> None:
    assert names(*people, text)[:1] == [who]


@pytest.mark.parametrize("text", ["xyzzy", "9999", "7946 1111", "qwrtpl zzxcv", "ulla 4711"])
def test_nobody_is_found_by_what_nobody_has(people: tuple[World, dict[str, int]], text: str) -> None:
    assert names(*people, text) == []


def hit(world: World, text: str, reader: str | None = None) -> tuple[int, str, str] | None:
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=10, is_explained=True, reader_id=reader)
    assert [one.contact_id for one in page.hits] == [contact.id for contact in page.contacts]
    return (page.hits[0].contact_id, page.hits[0].field, page.hits[0].piece) if page.hits else None


def test_every_field_finds_its_contact_at_once_and_names_itself(world: World) -> None:
    database, alice, homer = world.database, world.alice, world.homer.id
    with database.write() as tx:
        tag, skill = create_term(tx, alice, TAGS, "Nuclear plant"), create_term(tx, alice, EXPERTISES, "Bowling")
        put_on_contact(tx, alice, TAGS, homer, tag.id)
        put_on_contact(tx, alice, EXPERTISES, homer, skill.id)
        set_folders(tx, alice, homer, [create_folder(tx, alice, "Neighbours").id])
        create_definition(tx, alice, title="Drink")
        set_values(tx, alice, homer, {"drink": "Duffbeer"})
        create_note(tx, alice, {"text": "Allergic to peanuts", "contacts": [world.homer.uuid]})
        add_address(tx, alice, homer, {"address_line_1": "1 Elm", "locality": "Shelbyville", "country": "US"})
        add_handle(tx, alice, homer, "telegram", "@MaxPower_77", "telegram")
        update_contact(tx, alice, homer, {"username": "el_barto", "department": "Sector7g"})
    for text, field, piece in (
        ("nuclear", "tag", "Nuclear plant"), ("bowl", "expertise", "Bowling"), ("neighbours", "folder", "Neighbours"),
        ("duffbeer", "property", '"Duffbeer"'), ("peanuts", "note", "Allergic to peanuts"),
        ("shelbyville", "address", "1 Elm Shelbyville US"), ("maxpower", "telegram", "@MaxPower_77"),
        ("power", "telegram", "@MaxPower_77"), ("el_barto", "instagram", "el_barto"),
        ("sector7g", "department", "Sector7g"), ("shelbvile", "address", None), ("homr", "name", None),
    ):  # fmt: skip
        found = hit(world, text)
        assert found is not None and found[:2] == (homer, field), (text, found)
        assert piece is None or found[2] == piece
    with database.write() as tx:
        update_term(tx, alice, TAGS, tag.id, "Reactor")
        update_contact(tx, alice, homer, {"username": "mrplow"})
    assert hit(world, "nuclear plant") is None
    assert hit(world, "reactor") == (homer, "tag", "Reactor")
    assert hit(world, "el_barto") == (homer, "instagram", "el_barto")  # the former username


def test_a_personal_note_is_found_by_its_author_alone(world: World) -> None:
    with world.database.write() as tx:
        fields = {"text": "Owes me a lawnmower", "contacts": [world.homer.uuid], "is_personal": True}
        note = create_note(tx, world.bob, fields)
        shared = create_note(tx, world.bob, {"text": "Plays saxophone", "contacts": [world.marge.uuid]})
    bob, alice = world.bob.user_id, world.alice.user_id
    assert hit(world, "lawnmower", bob) == (world.homer.id, "note", "Owes me a lawnmower")
    assert hit(world, "lawnmower", alice) is None
    assert hit(world, "lawnmower") is None
    assert hit(world, "saxophone", alice) == (world.marge.id, "note", "Plays saxophone")
    with world.database.write() as tx:
        update_note(tx, world.bob, shared.id, {"is_personal": True})
        update_note(tx, world.bob, note.id, {"is_personal": False})
    assert hit(world, "saxophone", alice) is None
    assert hit(world, "saxophone", bob) is not None
    assert hit(world, "lawnmower", alice) is not None


def test_a_name_comes_before_a_note_with_it_in_a_small_book(world: World) -> None:
    with world.database.write() as tx:
        create_note(tx, world.alice, {"text": "The husband of Ottilie", "contacts": [world.homer.uuid]})
        named = [
            create_contact(tx, world.alice, {"real_name": name}).id
            for name in ("Ottilie Quill", "Anna-Ottilie von der Leitn", "Ottilie Berger", "Tilly Ottilie Moser")
        ]
        for text in ("ottilie", "ottili", "Ottilie"):
            found = [contact.id for contact in search_contacts(tx, world.organization.id, text, limit=10).contacts]
            assert found[-1] == world.homer.id
            assert set(found[:-1]) == set(named)


def test_bill_is_william_and_not_robert() -> None:
    assert "william" in nicknames_of("bill") & nicknames_of("billy")
    assert "robert" not in nicknames_of("bill") | nicknames_of("billy")
    assert not nicknames_of("robert") & {"bill", "billy"}


@pytest.mark.parametrize("text", ["mar ge", "ma ge", "mar g", "marge simp son", "mar ge simpson", "m arge"])
def test_a_name_typed_in_two_pieces_is_found(world: World, text: str) -> None:
    with world.database.write() as tx:
        # newer, and with one word of the query
        add_people(tx, world.alice, [f"Otto{'abcdefghij'[number % 10]} Simpson" for number in range(250)])
    with world.database.read() as tx:
        page = search_contacts(tx, world.organization.id, text, limit=10)
    assert [contact.name for contact in page.contacts][:1] == ["Marge Simpson"]
