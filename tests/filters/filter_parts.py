"""Parts of the contacts in people.py: written to the database and noted in Python."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from everything import put
from filter_person import NOW, Person
from world import World

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.relationships import type_id
from coterie.store.database import Tx

FIRST = "2025-01-02T03:04:05.678901Z"
COUNTRIES = ("DE", "US", "AT")
RELATIONS = ("Mother", "Parent", "Friend", "Colleague", "Wife")


def add_parts(tx: Tx, world: World, random: Random, person: Person, people: Sequence[Person]) -> None:
    org = world.alice.organization_id
    moments = {"organization_id": org, "created_at": FIRST, "updated_at": FIRST}
    part = {**moments, "contact_id": person.id}
    for code in random.sample(COUNTRIES, random.randrange(3)):
        deleted_at = random.choice((None, None, FIRST))
        put(tx, "postal_addresses", **part, id=new_id(), locality="X", country_code=code, deleted_at=deleted_at)
        if deleted_at is None:
            person.countries.append(code)
    for status in random.sample(("potential", "given", "received"), random.randrange(2)):
        put(tx, "gifts", **part, id=new_id(), name="Ring", status=status)
        person.gifts.append(status)
    for days in random.sample((-3, -1, 0, 1, 8, 40), random.randrange(3)):
        due_at = times.moment(NOW + timedelta(days=days, hours=1))
        user_id, finished_at = random.choice(((world.alice.user_id, None), (world.bob.user_id, None),
                                              (world.alice.user_id, FIRST)))  # fmt: skip
        put(tx, "reminders", **part, id=new_id(), user_id=user_id, remind_by="email", due_at=due_at,
            finished_at=finished_at)  # fmt: skip
        if user_id == world.alice.user_id and finished_at is None:
            person.reminders.append(due_at)
    _relations(tx, world, random, person, people)
    for source in random.sample(("vcard", "instagram"), random.randrange(2)):
        put(tx, "external_ids", organization_id=org, contact_id=person.id, source=source, external_id=new_id())
        person.sources.append(source)
    if random.random() < 0.3:
        put(tx, "attachments", organization_id=org, contact_id=person.id, id=new_id(), kind="picture", filename="p",
            media_type="image/png", byte_count=1, digest="0" * 64, created_at=FIRST)  # fmt: skip
        person.picture = True


def _relations(tx: Tx, world: World, random: Random, person: Person, people: Sequence[Person]) -> None:
    moments = {"organization_id": world.alice.organization_id, "created_at": FIRST, "updated_at": FIRST}
    for name in random.sample(RELATIONS, random.randrange(2)):
        other = random.choice(people)
        deleted_at = random.choice((None, None, FIRST))
        if other is person:
            continue
        put(tx, "contact_relationships", **moments, id=new_id(), first_contact_id=other.id,
            second_contact_id=person.id, type_id=type_id(name), deleted_at=deleted_at)  # fmt: skip
        if deleted_at is None:
            person.relations.append((name, f"#{other.id}"))
    if random.random() < 0.2:
        user = random.choice((world.alice, world.bob))
        put(tx, "user_relationships", **moments, user_id=user.user_id, id=new_id(), contact_id=person.id,
            type_id=type_id("Friend"))  # fmt: skip
        if user is world.alice:
            person.relations.append(("Friend", ""))
