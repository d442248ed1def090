"""A book to merge: contacts with parts of every kind, some of them equal, and what must hold of it at any time."""

import random
from typing import Any

from everything import FIRST, put
from world import World

from coterie.actions.addresses import add_address
from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact
from coterie.actions.dates import create_date
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.gifts import create_gift
from coterie.actions.handles import add_handle
from coterie.actions.notes import create_note
from coterie.actions.pets import create_pet
from coterie.actions.properties import create_definition, set_values
from coterie.actions.reminders import create_reminder
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.user_relationships import create_user_relationship
from coterie.errors import Invalid
from coterie.model.ids import new_id
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import count_contacts, list_contacts, uuids_of
from coterie.store.database import Tx
from coterie.store.notes import find_pinned_note
from coterie.store.terms import list_terms

HOME = {"address_line_1": "742 Evergreen Terrace", "country": "US"}
SMALL_FIELDS = {"birthday": ("1980-01-01", "1981-02-02"), "employer": ("Plant", "School"), "bio": ("a", "b"),
                "gender": ("female", "male"), "nickname": ("Mo", "Ho"), "status": ("subscribed",),
                "middle_name": ("J", "K"), "relationship_grade": (1, 2)}  # fmt: skip


def make_book(world: World, seed: int, how_many: int = 4) -> list[int]:
    """Adds contacts to Alice's organization; returns their ids."""
    chance = random.Random(seed)
    with world.database.write() as tx:
        people = [_person(tx, world, chance, number) for number in range(how_many)]
        folders = [create_folder(tx, world.alice, name).id for name in "xy"]
        slug = create_definition(tx, world.alice, title="Size", property_type="text").slug
        for contact_id in people:
            set_folders(tx, world.alice, contact_id, [each for each in folders if chance.random() < 0.5])
            if chance.random() < 0.6:
                set_values(tx, world.alice, contact_id, {slug: chance.choice("SM")})
        of_people = uuids_of(tx, world.organization.id, people)
        uuids = [of_people[each] for each in people]
        for _ in range(how_many * 2):
            _tie(tx, world, chance, people, uuids)
        for contact_id in people:
            _history(tx, world, chance, contact_id)
    return people


def _person(tx: Tx, world: World, chance: random.Random, number: int) -> int:
    fields: dict[str, Any] = {name: chance.choice(values) for name, values in SMALL_FIELDS.items()
                              if chance.random() < 0.6}  # fmt: skip
    fields |= {"first_name": chance.choice(("Marge", "Homer")), "username": f"user{number}"}
    if chance.random() < 0.7:
        fields["note"] = f"Pinned {number}"
    contact_id = create_contact(tx, world.alice, fields).id
    for _ in range(chance.randrange(5)):
        channel, value = chance.choice((("email", "a@x.org"), ("email", "b@x.org"), ("phone", "+12125550100"),
                                        ("website", "x.org"), ("phone", f"+1212555010{number}")))  # fmt: skip
        add_handle(tx, world.alice, contact_id, channel, value, channel, label=chance.choice((None, "home")))
    for vocabulary in (TAGS, EXPERTISES):
        for name in "abc":
            if chance.random() < 0.4:
                term = create_term(tx, world.alice, vocabulary, name)
                put_on_contact(tx, world.alice, vocabulary, contact_id, term.id)
    for _ in range(chance.randrange(3)):
        add_address(tx, world.alice, contact_id, HOME | {"postcode": chance.choice("12")})
        create_gift(tx, world.alice, contact_id, {"name": chance.choice(("Ring", "Book")), "status": "potential"})
        create_date(
            tx, world.alice, contact_id, {"label": "Wedding", "occurs_on": chance.choice(("--01-01", "--02-02"))}
        )
    if chance.random() < 0.5:
        create_reminder(
            tx, world.alice, {"category": "birthday", "before_unit": "day", "before_magnitude": 1}, contact_id
        )
    return contact_id


def _tie(tx: Tx, world: World, chance: random.Random, people: list[int], uuids: list[str]) -> None:
    one, other = chance.sample(range(len(people)), 2)
    try:
        with tx.savepoint():
            match chance.randrange(4):
                case 0:
                    kind = chance.choice(("Friend", "Mother"))
                    date = chance.choice((None, "1990-01-01"))
                    fields = {"second_contact": uuids[other], "type_id": type_id(kind), "anniversary_on": date}
                    relate(tx, world.alice, people[one], fields)
                case 1:
                    owner = uuids[other] if chance.random() < 0.6 else None
                    name = chance.choice(("Rex", "Tom"))
                    create_pet(tx, world.alice, people[one], {"name": name, "second_owner": owner})
                case 2:
                    fields = {"text": "About both", "contacts": [uuids[one], uuids[other]]}
                    create_note(tx, world.alice, fields | {"is_personal": chance.random() < 0.3})
                case _:
                    fields = {"contact": uuids[one], "type_id": type_id("Friend")}
                    create_user_relationship(tx, world.alice, fields)
    except Invalid:
        pass


def _history(tx: Tx, world: World, chance: random.Random, contact_id: int) -> None:
    part = {"organization_id": world.organization.id, "contact_id": contact_id}
    put(tx, "external_ids", **part, source="vcard", external_id=f"card-{contact_id}")
    for number in range(chance.randrange(13)):
        put(tx, "interactions", **part, kind="message", happened_at=f"2025-05-{number + 10}T00:00:00.000000Z",
            id=new_id(), channel="instagram", external_id=f"m{contact_id}-{number}", direction="incoming", text="hi",
            is_recent=True, created_at=FIRST, updated_at=FIRST)  # fmt: skip
    for day in range(1, 4):
        if chance.random() < 0.5:
            put(tx, "follower_snapshots", **part, taken_on=f"2025-01-0{day}", follower_count=chance.randrange(9))


def check_book(world: World, tx: Tx) -> None:
    """Cached counts, summaries, primary handles and pinned notes agree with the rows, and no row names nobody."""
    organization_id = world.organization.id
    contacts = list_contacts(tx, organization_id, limit=100)
    assert count_contacts(tx, organization_id) == len(contacts)
    sheets = load_sheets(tx, organization_id, [each.id for each in contacts], ["handles", "tags", "expertises", "pets"])
    for sheet in sheets.values():
        contact, values = sheet.contact, [(h.channel, h.normalized) for h in sheet.handles]
        assert len(values) == len(set(values)), "a value twice"
        primaries = [h for h in sheet.handles if h.is_primary]
        assert len(primaries) == len({h.channel for h in primaries}), "two primary handles"
        by_channel = {h.channel: h.value for h in primaries}
        assert (contact.email, contact.phone) == (by_channel.get("email"), by_channel.get("phone"))
        assert contact.username == by_channel.get("instagram")
        pinned = find_pinned_note(tx, organization_id, contact.id)
        assert contact.pinned_note == (pinned.text if pinned else None)
        assert all(pet.second_owner_id != pet.contact_id for pet in sheet.pets)
    for vocabulary, part in ((TAGS, "tags"), (EXPERTISES, "expertises")):
        for term in list_terms(tx, organization_id, vocabulary, limit=100):
            with_term = [s for s in sheets.values() if term.id in {each.id for each in getattr(s, part)}]
            assert term.contact_count == len(with_term), (vocabulary, term.name)
