"""Parts of the contacts in people.py: written to the database and noted in Python."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from everything import put
from filter_person import NOW, ZONE, Person
from world import World

from coterie.actions.addresses import add_address, delete_address
from coterie.actions.contacts import update_contact
from coterie.actions.dates import create_date
from coterie.actions.notes import create_note, delete_note
from coterie.actions.properties import create_definition, set_values
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.relationships import type_id
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

FIRST = "2025-01-02T03:04:05.678901Z"
COUNTRIES = ("DE", "US", "AT")
LABELS = ("First met", "Wedding anniversary", "Anniversary", "Prüfung", "結婚")
CITIES = ("Berlin", "Bad Münder", "東京", None)
TEXTS = {
    "last_name": ("Smith", "O'Brien", "Müller-Lüdenscheidt"), "display_name": ("Ann-Marie 🎷", "JSmith", "王小明"),
    "nickname": ("Annie", "***"), "maiden_name": ("Smithers",), "employer": ("ACME GmbH", "acme", "Pro % under_score"),
    "department": ("R&D",), "job_title": ("Head of Sales", "Sales"), "how_you_met": ("At a party\nin Berlin",),
    "bio": ("Loves jazz; plays sax",),
}  # fmt: skip
NOTES = ("Likes jazz", "jazzed up at the Party", "Ümläute überall", "!!!")
TYPES = {"plan": "single_choice", "size": "number", "since": "date", "vip": "boolean", "motto": "text", "langs": "list",
         "kinds": "multiple_choice", "mobile": "phone"}  # fmt: skip
PROPERTIES = {
    "plan": ("Pro", "Free", "Pro plus"), "size": (3, -2.5, 0), "since": ("2026-03-01", "2025-12-31", "--05-12"),
    "vip": (True, False), "motto": ("Carpe diem", "carpe noctem"), "langs": (["High German", "en"], ["german"]),
    "kinds": (["Pro"], ["Free", "Pro plus"]), "mobile": ("+1 800 555 0199",),
}  # fmt: skip
RELATIONS = ("Mother", "Parent", "Friend", "Colleague", "Wife")


def add_parts(tx: Tx, world: World, random: Random, person: Person, people: Sequence[Person]) -> None:
    org = world.alice.organization_id
    moments = {"organization_id": org, "created_at": FIRST, "updated_at": FIRST}
    part = {**moments, "contact_id": person.id}
    _addresses(tx, world, random, person)
    _texts(tx, world, random, person)
    for label in random.sample(
        ("First met", "Wedding anniversary", "Anniversary", "Prüfung", "結婚"), random.randrange(3)
    ):
        occurs_on = random.choice(("--02-29", "2001-03-01", "2020-12-31", "--03-02"))
        create_date(tx, world.alice, person.id, {"label": label, "occurs_on": occurs_on})
        person.dates.append((label, occurs_on))
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
    if random.random() < 0.5:
        day = (NOW.astimezone(ZONE) + timedelta(days=random.choice((-40, -1, 0, 1, 7, 30)))).date().isoformat()
        person.plan = (day, random.choice(("3w", "2m")))
        put(tx, "touch_plans", organization_id=org, contact_id=person.id, cadence_id="", every=person.plan[1],
            due_on=day)  # fmt: skip
    _relations(tx, world, random, person, people)
    for source in random.sample(("vcard", "instagram"), random.randrange(2)):
        put(tx, "external_ids", organization_id=org, contact_id=person.id, source=source, external_id=new_id())
        person.sources.append(source)
    if random.random() < 0.3:
        put(tx, "attachments", organization_id=org, contact_id=person.id, id=new_id(), kind="picture", filename="p",
            media_type="image/png", byte_count=1, digest="f" * 64, created_at=FIRST)  # fmt: skip
        person.picture = True


def _addresses(tx: Tx, world: World, random: Random, person: Person) -> None:
    for code in random.sample(COUNTRIES, random.randrange(3)):
        fields = {
            "address_line_1": random.choice(("Müllerstr. 5", "5 O'Brien Ave")), "locality": random.choice(CITIES),
            "region": random.choice((None, "New South Wales")), "postcode": random.choice((None, "1010", "SW1A 1AA")),
            "country": code,
        }  # fmt: skip
        address = add_address(tx, world.alice, person.id, fields)
        if random.random() < 0.3:
            delete_address(tx, world.alice, person.id, address.id)
        else:
            person.countries.append(code)
            person.places.append(fields)


def _texts(tx: Tx, world: World, random: Random, person: Person) -> None:
    values = {name: random.choice((None, *choices)) for name, choices in TEXTS.items()}
    update_contact(tx, world.alice, person.id, {"first_name": "Ann", "last_name": None, **values})
    person.texts = {"first_name": "Ann", "last_name": None, **values}
    for text in random.sample(NOTES, random.randrange(3)):
        author = random.choice((world.alice, world.bob))
        is_personal, is_deleted = random.random() < 0.5, random.random() < 0.2
        fields = {"text": text, "contacts": [uuid_of(tx, world, person)], "is_personal": is_personal}
        note = create_note(tx, author, fields)
        if is_deleted:
            delete_note(tx, author, note.id)
        elif author is world.alice or not is_personal:
            person.notes.append(text)
    for slug, choices in PROPERTIES.items():
        value = random.choice((None, *choices))
        if value is not None:
            set_values(tx, world.alice, person.id, {slug: value})
            person.properties[slug] = value


def uuid_of(tx: Tx, world: World, person: Person) -> str:
    return uuids_of(tx, world.alice.organization_id, [person.id])[person.id]


def add_definitions(tx: Tx, world: World) -> None:
    for slug, property_type in TYPES.items():
        choices = ["Pro", "Pro plus", "Free"] if property_type.endswith("choice") else None
        made = create_definition(tx, world.alice, title=slug, property_type=property_type, choices=choices)
        assert made.slug == slug


def _relations(tx: Tx, world: World, random: Random, person: Person, people: Sequence[Person]) -> None:
    moments = {"organization_id": world.alice.organization_id, "created_at": FIRST, "updated_at": FIRST}
    for name in random.sample(RELATIONS, random.randrange(2)):
        other = random.choice(people)
        deleted_at = random.choice((None, None, FIRST))
        if other is person:
            continue
        anniversary_on = random.choice((None, "1999-03-02"))
        put(tx, "contact_relationships", **moments, id=new_id(), first_contact_id=other.id,
            second_contact_id=person.id, type_id=type_id(name), anniversary_on=anniversary_on,
            deleted_at=deleted_at)  # fmt: skip
        if deleted_at is None:
            person.relations.append((name, f"#{other.id}"))
            if anniversary_on:
                other.anniversaries.append(anniversary_on)
    if random.random() < 0.2:
        user = random.choice((world.alice, world.bob))
        put(tx, "user_relationships", **moments, user_id=user.user_id, id=new_id(), contact_id=person.id,
            type_id=type_id("Friend"))  # fmt: skip
        if user is world.alice:
            person.relations.append(("Friend", ""))
