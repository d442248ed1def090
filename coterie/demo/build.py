"""Builds the Springfield world of `coterie demo` from the tables in world.py and ties.py."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from coterie.actions.access_tokens import create_access_token
from coterie.actions.addresses import add_address
from coterie.actions.cadences import set_cadence
from coterie.actions.calendar_feeds import create_feed
from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.dates import create_date
from coterie.actions.devices import add_device
from coterie.actions.folders import create_folder
from coterie.actions.gifts import create_gift
from coterie.actions.interactions import add_interactions, add_snapshots
from coterie.actions.members import add_member
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.actions.organizations import create_organization, create_organization_of
from coterie.actions.pets import create_pet
from coterie.actions.properties import create_definition
from coterie.actions.reminders import create_reminder
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.touches import log_touch
from coterie.actions.undo_jobs import start_undo
from coterie.actions.user_relationships import create_user_relationship
from coterie.demo import ties, world
from coterie.demo.springfield import EMAIL, NAME, SPRINGFIELD
from coterie.errors import Conflict
from coterie.model import times
from coterie.model.cadences import Target
from coterie.model.ids import named_ids
from coterie.model.imports import InteractionDraft
from coterie.model.interactions import COMMENT, INCOMING, MENTION, MESSAGE, OUTGOING, FollowerSnapshot
from coterie.model.organizations import MEMBER, Caller
from coterie.model.relationships import type_id
from coterie.model.reminders import PUSH
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.organizations import find_organization_by_uuid

MEMBER_EMAIL = "apprentice@springfield.example"
USERNAME = "springfieldstore"
COUNTRY = "US"
DAYS = 180
SNAPSHOT_DAYS = 5


class Demo(Struct, frozen=True):
    """The new organization. ids: the key of a person -> the id of the contact."""

    organization_id: int
    organization_uuid: str
    user_id: str
    ids: dict[str, int]


def build_springfield(tx: Tx, password_hash: str, seed: int) -> tuple[Demo, str]:
    """Creates Springfield with accounts of its own, and returns it with the API token of its owner.

    Everything is created in one transaction; all dates are relative to today. Its ids are those of the API's examples.
    The same seed gives the same world. Raises Conflict if it exists already.
    """
    _check_new(tx)
    with named_ids("springfield"):
        organization, user, token = create_organization(
            tx, name=NAME, email=EMAIL, password_hash=password_hash, username=USERNAME, country=COUNTRY
        )
    caller = Caller.for_organization(organization, user_id=user.id, via="cli")
    with named_ids("member"):
        add_member(tx, caller, MEMBER_EMAIL, role=MEMBER, password_hash=password_hash)
    return _fill(tx, caller, seed, is_mailed=True), token


def build_springfield_of(tx: Tx, user_id: str, seed: int, *, via: str) -> Demo:
    """Creates Springfield for a user who exists, without other members and without mail about its reminders.

    Raises Conflict if it exists already.
    """
    _check_new(tx)
    with named_ids("springfield"):
        organization = create_organization_of(tx, user_id, name=NAME, via=via, username=USERNAME, country=COUNTRY)
    return _fill(tx, Caller.for_organization(organization, user_id=user_id, via=via), seed, is_mailed=False)


def _check_new(tx: Tx) -> None:
    if find_organization_by_uuid(tx, SPRINGFIELD) is not None:
        raise Conflict(f"{NAME} already exists in this instance")


def _fill(tx: Tx, caller: Caller, seed: int, *, is_mailed: bool) -> Demo:
    """Adds the people and everything about them."""
    _add_access(tx, caller)
    folders = {letter: create_folder(tx, caller, *named).id for letter, named in world.FOLDERS.items()}
    for title, property_type, choices in world.PROPERTIES:
        create_definition(
            tx, caller, title=title, property_type=property_type, choices=list(choices) if choices else None
        )
    chance = random.Random(seed)  # noqa: S311
    now = datetime.now(UTC)
    ids: dict[str, int] = {}
    uuids: dict[str, str] = {}
    for number, person in enumerate(world.PEOPLE):
        fields = _fields(person, number, now, folders)
        with named_ids(person.key):
            contact = create_contact(tx, caller, fields)
        ids[person.key], uuids[person.key] = contact.id, contact.uuid
        if "username" in fields:
            add_interactions(tx, caller, contact.id, _interactions(chance, person.key, now))
            add_snapshots(tx, caller, contact.id, _snapshots(chance, now))
    _merge_one(tx, caller, ids["krusty"])
    _undo_one(tx, caller, ids["moe"])
    _add_families(tx, caller, ids, uuids)
    _add_parts(tx, caller, ids, uuids)
    _add_reminders(tx, caller, ids, now, is_mailed=is_mailed)
    _add_touches(tx, caller, ids, folders, now)
    return Demo(caller.organization_id, caller.organization_uuid, caller.user_id or "", ids)


def _add_touches(tx: Tx, caller: Caller, ids: dict[str, int], folders: dict[str, int], now: datetime) -> None:
    """Conversations that were logged, and how often to be in touch with whom."""
    for key, kind, days, text in ties.TOUCHES:
        with named_ids("touch" if key == "lisa" else f"touch {key}"):
            happened_at = times.moment(now - timedelta(days=days))
            log_touch(tx, caller, [ids[key]], kind=kind, text=text, happened_at=happened_at)
    for target, every in ties.CADENCES.items():
        of = Target("folder", folders[target]) if target in folders else Target("contact", ids[target])
        with named_ids("cadence" if target == "milhouse" else f"cadence {target}"):
            set_cadence(tx, caller, of, every)


def _add_access(tx: Tx, caller: Caller) -> None:
    """A token, a device and a feed. Nobody gets their secrets, so nothing can use them."""
    with named_ids("token"):
        create_access_token(tx, caller, user_id=caller.user_id or "", name="Old shop", scopes=["contacts:read"])
    with named_ids("device"):
        add_device(tx, caller, user_id=caller.user_id or "", name="Marge's phone")
    with named_ids("feed"):
        create_feed(tx, caller, caller.user_id or "")


def _merge_one(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Someone who was in the book twice: the merge can be undone."""
    with named_ids("second krusty"):
        fields = {"real_name": "Herschel Krustofsky", "email": "herschel@springfield.example"}
        second = create_contact(tx, caller, fields)
    with named_ids("merge"):
        merge_contacts(tx, caller, contact_id, [second.id])


def _undo_one(tx: Tx, caller: Caller, contact_id: int) -> None:
    """A nickname that the worker deletes again."""
    update_contact(tx, caller, contact_id, {"nickname": "Morris"})
    last = find_last_event(tx, caller.organization_id)
    with named_ids("undo"):
        start_undo(tx, caller, last, last)


def _add_families(tx: Tx, caller: Caller, ids: dict[str, int], uuids: dict[str, str]) -> None:
    for first, second, word, anniversary in ties.RELATIONSHIPS:
        fields = {"second_contact": uuids[second], "type_id": type_id(word), "anniversary_on": anniversary}
        with named_ids(f"{first} {second}"):
            relate(tx, caller, ids[first], fields)
    for key, word, anniversary in ties.USER_RELATIONSHIPS:
        fields = {"contact": uuids[key], "type_id": type_id(word), "anniversary_on": anniversary}
        with named_ids(f"user {key}"):
            create_user_relationship(tx, caller, fields)
    for key, name, species, born, owner in ties.PETS:
        pet = {"name": name, "species": species, "born_on": born, "second_owner": uuids[owner] if owner else None}
        with named_ids(name):
            create_pet(tx, caller, ids[key], pet)


def _add_parts(tx: Tx, caller: Caller, ids: dict[str, int], uuids: dict[str, str]) -> None:
    for key, (line_1, line_2, postcode) in world.ADDRESSES.items():
        address = {"address_line_1": line_1, "address_line_2": line_2, "postcode": postcode, **world.TOWN}
        with named_ids(f"address {key}"):
            add_address(tx, caller, ids[key], address)
    with named_ids("address shop"):
        add_address(tx, caller, None, world.SHOP | world.TOWN)
    for key, name, link, status in ties.GIFTS:
        with named_ids(name):
            create_gift(tx, caller, ids[key], {"name": name, "link": link, "status": status})
    for key, label, day in ties.DATES:
        with named_ids(f"date {key}"):
            create_date(tx, caller, ids[key], {"label": label, "occurs_on": day})
    tags: dict[str, str] = {}
    for vocabulary, terms in ((TAGS, ties.TAGS), (EXPERTISES, ties.EXPERTISES)):
        for name, keys in terms.items():
            with named_ids(name):
                tags[name] = create_term(tx, caller, vocabulary, name).id
            for key in keys:
                put_on_contact(tx, caller, vocabulary, ids[key], tags[name])
    for number, (text, keys, names, personal) in enumerate(ties.NOTES):
        about = {"contacts": [uuids[key] for key in keys], "tags": [tags[name] for name in names]}
        with named_ids(f"note {number}"):
            create_note(tx, caller, {"text": text, "is_personal": personal, **about})


def _add_reminders(tx: Tx, caller: Caller, ids: dict[str, int], now: datetime, *, is_mailed: bool) -> None:
    for number, (about_key, planned) in enumerate(ties.REMINDERS):
        reminder = dict(planned) if is_mailed else {**planned, "remind_by": PUSH}
        if days := reminder.pop("due_in_days", None):
            reminder["due_at"] = times.moment(now.replace(minute=0, second=0, microsecond=0) + timedelta(days=days))
        with named_ids(f"reminder {number}"):
            create_reminder(tx, caller, reminder, ids[about_key] if about_key else None)


def _fields(person: world.Person, number: int, now: datetime, folders: dict[str, int]) -> dict[str, Any]:
    """The fields of the contact for a person of the table."""
    key, plain = person.key, person.key.replace("-", ".")
    fields: dict[str, Any] = {
        "real_name": person.name,
        "gender": person.gender,
        "birthday": person.birthday,
        "employer": person.employer,
        "job_title": person.job_title,
        "nickname": world.NICKNAMES.get(key),
        "display_name": world.CHANNEL_NAMES.get(key),
        "folder_ids": [folders[letter] for letter in person.folders],
        "properties": world.VALUES.get(key, {}),
        "status": "optout" if key in world.OPTED_OUT else "subscribed",
        "relationship_grade": 5 if "F" in person.folders else number % 5,
        "language": "it" if key == "luigi" else "en",
    }
    if key in world.PINNED_NOTES:
        fields["note"] = world.PINNED_NOTES[key]
    if key in world.BIRTHDAYS_AHEAD:
        days, age = world.BIRTHDAYS_AHEAD[key]
        day = now.date() + timedelta(days=days)
        # the 28th at most, so that the day exists in the year of birth
        fields["birthday"] = f"{day.year - age:04}-{day.month:02}-{min(day.day, 28):02}"
    if key not in world.NOT_ON_INSTAGRAM:
        fields |= {"username": f"{plain}.springfield", "is_follower": number % 4 != 0}
        fields["bio"] = f"{person.job_title or 'Resident'}, Springfield"
    if number % 5 != 4:
        fields["email"] = f"{plain}@springfield.example"
    if number % 3 != 2:
        fields["phone"] = f"(800) 555-{5555 + number}" + (" ext. 123" if key == "smithers" else "")
    if person.employer and number % 2:
        fields["website"] = f"https://www.{plain}.example"
        fields["linkedin_url"] = f"https://www.linkedin.com/in/{plain}-springfield"
    return fields


def _interactions(chance: random.Random, key: str, now: datetime) -> list[InteractionDraft]:
    """Half a year of messages in both directions, comments and mentions."""
    drafts: list[InteractionDraft] = []

    def add(kind: str, direction: str, texts: tuple[str, ...], ago: timedelta) -> None:
        external_id = f"demo-{key}-{len(drafts)}"
        drafts.append(InteractionDraft(kind, direction, times.moment(now - ago), chance.choice(texts), external_id))

    for _ in range(chance.randint(1, 14)):
        ago = timedelta(days=chance.randint(1, DAYS), minutes=chance.randint(0, 1200))
        add(MESSAGE, INCOMING, world.MESSAGES_IN, ago)
        if chance.random() < 0.8:
            add(MESSAGE, OUTGOING, world.MESSAGES_OUT, ago - timedelta(minutes=chance.randint(2, 600)))
    for kind, texts, most in ((COMMENT, world.COMMENTS, 6), (MENTION, world.MENTIONS, 3)):
        for _ in range(chance.randint(0, most)):
            add(kind, INCOMING, texts, timedelta(days=chance.randint(1, DAYS), minutes=chance.randint(0, 1200)))
    return drafts


def _snapshots(chance: random.Random, now: datetime) -> list[FollowerSnapshot]:
    """Follower counts, one every few days for half a year."""
    count = int(10 ** chance.uniform(1.5, 5))
    growth = chance.uniform(-0.01, 0.03)
    snapshots = []
    for days in range(DAYS, -1, -SNAPSHOT_DAYS):
        day = now.date() - timedelta(days=days)
        snapshots.append(FollowerSnapshot(day.isoformat(), count))
        count = max(0, round(count * (1 + growth * chance.uniform(0, 2))))
    return snapshots
