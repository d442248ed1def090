"""A small world of contacts for filters, in a database and, as plain Python, in memory."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from everything import put
from filter_parts import add_definitions, add_parts
from filter_person import CLOCK, NOW, Person
from msgspec.structs import replace
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.handles import add_handle, delete_handle
from coterie.actions.terms import create_term, put_on_contact
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.database import Database, Tx
from coterie.store.filters.builder import FilterReader

PEOPLE = 40
COLUMNS = ("status", "gender", "language", "is_follower", "follower_count", "follower_growth",
    "relationship_grade", "birthday", "created_at", "updated_at")  # fmt: skip
TAG_NAMES = ("friends", "VIP", "Çırak", "a,b", "#1", "none")
FOLDER_NAMES = ("Family", "Work", "#7", "Émile's")
EMAILS = ("ana@example.org", "ana@mail.example.org", "bo_b@example.com", "100%@x.org", "zoe.ana@example.net")
PHONES = ("+18005550199", "+442071838750", "+4915123456789", "+18005550123")


@dataclass
class People:
    world: World
    people: list[Person]
    reader: FilterReader
    # name of a reference field -> name -> "#id"
    ids: dict[str, dict[str, str]]

    @property
    def organization_id(self) -> int:
        return self.world.alice.organization_id


def make_people(database: Database) -> People:
    world = make_world(database)
    random = Random(20260302)
    with database.write() as tx:
        tx.run("DELETE FROM contacts WHERE organization_id = :o", {"o": world.alice.organization_id})
        ids = _names(tx, world)
        add_definitions(tx, world)
        people = [_person(tx, world, random, ids) for _ in range(PEOPLE)]
        ids["relation_to"] = {str(person.id): f"#{person.id}" for person in people}
        for person in people:
            add_parts(tx, world, random, person, people)
            _save(tx, world.alice.organization_id, person)
        gone = create_contact(tx, world.alice, {"real_name": "Gone", "email": EMAILS[0]})
        tx.run(
            "UPDATE contacts SET deleted_at = :now WHERE organization_id = :o AND id = :id",
            {"now": times.now(), "o": world.alice.organization_id, "id": gone.id},
        )
    return People(world, people, FilterReader(world.alice.user_id, CLOCK, "US"), ids)


def _names(tx: Tx, world: World) -> dict[str, dict[str, str]]:
    tags = {name: create_term(tx, world.alice, TAGS, name).id for name in TAG_NAMES}
    expertises = {name: create_term(tx, world.alice, EXPERTISES, name).id for name in TAG_NAMES}
    folders = {name: create_folder(tx, world.alice, name).id for name in FOLDER_NAMES}
    import_id = new_id()
    put(
        tx, "imports", organization_id=world.alice.organization_id, id=import_id, filename="a.csv", format="csv",
        state="applied", created_at=times.now(), updated_at=times.now(),
    )  # fmt: skip
    return {
        "import": {import_id: f"#{import_id}"},
        "expertise": {name: f"#{id_}" for name, id_ in expertises.items()},
        "tag": {name: f"#{id_}" for name, id_ in tags.items()},
        "folder": {name: f"#{id_}" for name, id_ in folders.items()},
    }


def _person(tx: Tx, world: World, random: Random, ids: dict[str, dict[str, str]]) -> Person:
    alice, org = world.alice, world.alice.organization_id
    via, import_id = random.choice((("test", None), ("inro", None), ("import", next(iter(ids["import"])))))
    caller = replace(alice, via=via, import_id=import_id)
    person = Person(create_contact(tx, caller, {"real_name": "Ann"}).id, via=via, import_id=import_id)
    for name, choices in (
        ("status", ("subscribed", "optout")), ("gender", (None, "female", "male")), ("language", (None, "en", "de-AT")),
        ("is_follower", (None, True, False)), ("follower_count", (None, 0, 3, 100, 5_000_000_000)),
        ("birthday", (None, "--02-29", "1996-02-29", "--02-28", "1980-03-01", "2025-03-31", "1990-12-31", "--01-01")),
        ("follower_growth", (None, -5, 0, 7)), ("relationship_grade", (None, 0, 3, 5)),
    ):  # fmt: skip
        setattr(person, name, random.choice(choices))
    person.created_at, person.updated_at = _moment(random), _moment(random)
    _handles(tx, world, random, person)
    for name in random.sample(TAG_NAMES, random.randrange(4)):
        put_on_contact(tx, alice, TAGS, person.id, ids["tag"][name][1:])
        person.tags.add(ids["tag"][name])
    for name in random.sample(TAG_NAMES, random.randrange(3)):
        put_on_contact(tx, alice, EXPERTISES, person.id, ids["expertise"][name][1:])
        person.expertises.add(ids["expertise"][name])
    some = random.sample(FOLDER_NAMES, random.randrange(3))
    set_folders(tx, alice, person.id, [int(ids["folder"][name][1:]) for name in some])
    person.folders = {ids["folder"][name] for name in some}
    for _ in range(random.choice((0, 0, 1, 4))):
        _interaction(tx, org, random, person)
    return person


def _save(tx: Tx, organization_id: int, person: Person) -> None:
    """Writes the columns that actions do not set as they are given."""
    birthday_day = person.birthday[-5:] if person.birthday else ""
    tx.run(
        f"UPDATE contacts SET {', '.join(f'{name} = :{name}' for name in COLUMNS)}, birthday_day = :birthday_day"
        " WHERE organization_id = :o AND id = :id",
        {"o": organization_id, "id": person.id, "birthday_day": birthday_day,
         **{name: getattr(person, name) for name in COLUMNS}},
    )  # fmt: skip


def _handles(tx: Tx, world: World, random: Random, person: Person) -> None:
    for channel, values in (("email", EMAILS), ("phone", PHONES), ("telegram", ("Ana_T", "bob")),
                            ("website", ("https://www.ana.example/", "http://bob.example/a_b"))):  # fmt: skip
        for value in random.sample(values, random.randrange(3)):
            handle = add_handle(tx, world.alice, person.id, channel, value, field=channel)
            state = random.randrange(6)
            if state == 0:
                delete_handle(tx, world.alice, person.id, handle.id, channel=channel)
            elif state == 1:
                tx.run(
                    "UPDATE handles SET is_former = TRUE WHERE organization_id = :o AND id = :id",
                    {"o": world.alice.organization_id, "id": handle.id},
                )
            else:
                person.handles.append((channel, handle.normalized))


def _moment(random: Random) -> str:
    """A moment of the last year, often at the beginning or end of a day."""
    days = random.choice((0, 0, 1, 2, 6, 7, 8, 29, 30, 31, 59, 60, 90, 364, 366))
    at = NOW - timedelta(days=days, seconds=random.choice((0, 1, 3600, 9000, 20_000)))
    return times.moment(at)


def _interaction(tx: Tx, organization_id: int, random: Random, person: Person) -> None:
    kind = random.choice(("message", "comment", "mention", "call"))
    direction = random.choice(("incoming", "outgoing")) if kind != "call" else "outgoing"
    at, is_deleted = _moment(random), random.random() < 0.2
    put(
        tx, "interactions", organization_id=organization_id, contact_id=person.id, kind=kind, happened_at=at,
        id=new_id(), direction=direction, text="hi", created_at=at, updated_at=at,
        deleted_at=at if is_deleted else None,
    )  # fmt: skip
    if not is_deleted:
        person.interactions.append((kind, direction, at))
