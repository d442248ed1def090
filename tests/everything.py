"""A world with everything: of each table of people's data, a row without a null column."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from world import World

from coterie.actions.books import add_book, refresh_book, set_on_phones
from coterie.actions.cadences import set_cadence, snooze
from coterie.actions.contact_relationships import delete_contact_relationship, relate
from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.deletions import note_deletion
from coterie.actions.devices import add_device
from coterie.actions.duplicates import dismiss
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.handles import add_handle, delete_handle
from coterie.actions.notes import create_note, delete_note
from coterie.actions.pets import create_pet, delete_pet
from coterie.actions.properties import create_definition, set_values
from coterie.actions.search_index import index_all
from coterie.actions.segments import create_segment
from coterie.actions.subscriptions import add_subscription
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.model import times
from coterie.model.cadences import Target
from coterie.model.ids import new_id
from coterie.model.imports import ContactDraft
from coterie.model.organizations import MEMBER
from coterie.model.relationships import type_id
from coterie.model.subscriptions import RemoteCard, Subscription
from coterie.model.terms import EXPERTISES, TAGS
from coterie.settings import load_settings
from coterie.store import backup
from coterie.store.database import Database, Tx, open_database
from coterie.store.files import save_file
from coterie.store.migrate import migrate
from coterie.store.organizations import insert_membership
from coterie.store.remote_cards import save_remote_cards
from coterie.store.secrets import seal

PDF = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF"
FIRST, SECOND, THIRD = (f"2025-0{n}-02T03:04:05.678901Z" for n in (1, 2, 3))


@cache
def tables() -> dict[str, list[str]]:
    """Every table that a backup saves -> its columns, in the newest schema."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(load_settings({}, data=folder))
        try:
            migrate(database)
            with database.read() as tx:
                return {table: list(backup.columns(tx, table)) for table in backup.tables(tx.engine)}
        finally:
            database.close()


def put(tx: Tx, table: str, **columns: Any) -> None:
    tx.run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(':' + name for name in columns)})", columns)


def add_everything(world: World, folder: Path) -> None:
    """Adds rows of every kind to Alice's organization, deleted and odd ones included."""
    alice, org = world.alice, world.alice.organization_id
    marge, homer = world.marge.id, world.homer.id
    with world.database.write() as tx:
        _fields(tx, world)
        _words(tx, world)
        _people(tx, world)
        moments = {"organization_id": org, "created_at": FIRST, "updated_at": SECOND}
        gone = moments | {"deleted_at": THIRD}
        part = {"organization_id": org, "contact_id": marge}
        put(tx, "external_ids", **part, source="instagram", external_id="1784")
        put(tx, "external_ids", **part, source="vcard", external_id="urn:uuid:\u202e7")
        put(tx, "instagram_people", organization_id=org, source="instagram", person_id="1784", account_id="17",
            asked_at=FIRST, refused_at=SECOND)  # fmt: skip
        where = {
            "label": "home", "address_line_1": "742 Evergreen Terrace", "address_line_2": "2",
            "address_line_3": "3" * 10_000,
            "locality": "Springfield", "region": "?", "postcode": "0", "country": "Österreich", "country_code": "AT",
        }  # fmt: skip
        put(tx, "postal_addresses", **gone, contact_id=marge, id=new_id(), **where)
        put(tx, "postal_addresses", **moments, contact_id=homer, id=new_id(), **where)
        put(tx, "postal_addresses", **moments, contact_id=None, id=new_id(), **where)
        put(tx, "important_dates", **moments, contact_id=marge, id=new_id(), label="First met", occurs_on="--02-29")
        put(tx, "important_dates", **gone, contact_id=marge, id=new_id(), label="Wedding", occurs_on="1980-05-12")
        put(tx, "user_relationships", **gone, user_id=world.bob.user_id, id=new_id(), contact_id=marge,
            type_id=type_id("Mother"), anniversary_on="1990-01-01")  # fmt: skip
        put(tx, "gifts", **gone, contact_id=marge, id=new_id(), name="Ring", link="https://x.example", status="given")
        put(tx, "reminders", **moments, id=new_id(), user_id=alice.user_id, contact_id=marge, category="birthday",
            title="Call 🎂", remind_by="email", due_at=THIRD, repeat_unit="week", repeat_magnitude=2, repeat_count=3,
            before_unit="day", before_magnitude=1, sent_count=1, last_sent_at=FIRST, last_error="none",
            finished_at=THIRD, done_until=THIRD, advanced_at=FIRST, advanced_from=SECOND)  # fmt: skip
        put(tx, "reminders", **moments, id=new_id(), user_id=world.bob.user_id, contact_id=None, remind_by="push")
        digest, byte_count = save_file(folder, PDF + world.organization.uuid.encode())
        put(tx, "attachments", **part, id=new_id(), kind="file", filename="Rezept ß.pdf", media_type="application/pdf",
            byte_count=byte_count, digest=digest, created_at=FIRST, source_key="0123456789abcdef")  # fmt: skip
        for number in range(12):
            put(tx, "interactions", **(gone if number == 5 else moments), contact_id=marge, kind="message",
                happened_at=f"2025-05-{number + 10}T00:00:00.000000Z", id=new_id(), channel="instagram",
                external_id=None if number == 7 else f"m{number}", direction="incoming", text=f"hi\n{number}",
                data='{"reactions":{"incoming":"❤"},"edit_count":2}',
                is_recent=number not in (0, 5))  # fmt: skip
        for day in (1, 2):
            put(tx, "follower_snapshots", **part, taken_on=f"2025-01-0{day}", follower_count=day)
        put(tx, "interactions", **moments, contact_id=marge, kind="call", happened_at=FIRST, id=new_id(),
            channel="hand", direction="outgoing", text="hello", is_recent=False)  # fmt: skip
        _in_touch(tx, world)
        _cards(tx, world)
        _synced(tx, world, folder)
        # rows that were put in without an action
        index_all(tx, org)


def _cards(tx: Tx, world: World) -> None:
    """Adds the card of a contact as a device wrote it, and a group of cards."""
    org = world.organization.id
    draft = msgspec.json.encode(ContactDraft(first_name="Homer")).decode()
    lines = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{0}\r\nFN:{0} ❤\r\nX-ODD:1\r\n{1}END:VCARD\r\n"
    put(tx, "card_bodies", organization_id=org, href="h @.vcf", contact_id=world.homer.id, uid="h", draft=draft,
        body=lines.format("h", ""), revision=1, device_id=new_id(), other_emails="odd, not an address")  # fmt: skip
    put(tx, "card_bodies", organization_id=org, href="g.vcf", contact_id=None, uid="g", revision=1,
        tag_id="018e0000-0000-7000-8000-000000000000", tag_digest="0" * 32,
        body=lines.format("g", "X-ADDRESSBOOKSERVER-KIND:group\r\n"))  # fmt: skip
    put(tx, "cards", organization_id=org, href="g.vcf", contact_uuid=None, revision=1, changed_at=FIRST,
        is_deleted=False)  # fmt: skip


def _synced(tx: Tx, world: World, folder: Path) -> None:
    """Adds a device with what it deleted, books of each kind, and a subscription with a card of a contact."""
    alice, homer = world.alice, world.homer.id
    device_id, _ = add_device(tx, alice, user_id=alice.user_id or "", name="Phone", shows_groups=True)
    note_deletion(tx, replace(alice, via="carddav", token_id=device_id), homer)
    tag = tx.all("SELECT name FROM tags WHERE organization_id = :o ORDER BY id", {"o": alice.organization_id})[0][0]
    for kind, source in (("folder", "Plant"), ("tag", tag), ("segment", "A family")):
        refresh_book(tx, alice, add_book(tx, alice, kind, source))
    new = Subscription(
        id="", user_id=None, name="Friends", url="https://x.example/", username="u", password_sealed=seal(folder, "s")
    )
    subscription = add_subscription(tx, alice, new)
    card = RemoteCard("/h.vcf", '"1"', "h", "BEGIN:VCARD\r\nEND:VCARD\r\n", contact_id=homer)
    save_remote_cards(tx, alice.organization_id, subscription.id, [card])


def _in_touch(tx: Tx, world: World) -> None:
    """Adds rules for staying in touch of every kind, a snooze, and two who are not the same."""
    alice, marge = world.alice, world.marge.id
    bound = {"o": alice.organization_id}
    tag_id = tx.all("SELECT id FROM tags WHERE organization_id = :o ORDER BY id", bound)[0][0]
    folder_id = tx.all("SELECT id FROM folders WHERE organization_id = :o ORDER BY id", bound)[0][0]
    for target, every in (
        (Target("contact", marge), "3w"),
        (Target("tag", tag_id), "2m"),
        (Target("folder", folder_id), "off"),
    ):
        set_cadence(tx, alice, target, every)
    snooze(tx, alice, marge, times.now()[:10])
    dismiss(tx, alice, marge, world.homer.id)
    tag = tx.all("SELECT name FROM tags WHERE organization_id = :o ORDER BY id", bound)[0][0]
    first = create_segment(tx, alice, "Zoo friends", {"field": "tag", "op": "is", "value": tag})
    both = [{"field": "segment", "op": "is", "value": first.name},
            {"field": "relation_to", "op": "is", "value": world.homer.uuid}]  # fmt: skip
    create_segment(tx, alice, "A family", {"any": both})


def _fields(tx: Tx, world: World) -> None:
    """Fills every column of a contact; adds a deleted contact, and one that looks like another."""
    alice, marge = world.alice, world.marge.id
    update_contact(
        tx, alice, marge,
        {"display_name": "Mÿrge\u202e🎷", "name_prefix": "Dr", "middle_name": "J", "name_suffix": "II",
         "formatted_name": "Dr Mÿrge 🎷 J II", "phonetic_first_name": "Marj", "phonetic_last_name": "Simsen",
         "maiden_name": "Bouvier", "department": "Küche", "nickname": "Midge", "gender": "female",
         "birthday": "--03-19", "employer": "=1+1", "job_title": "Painter",
         "how_you_met": "a\nb", "relationship_grade": 5, "status": "optout", "language": "en", "bio": "Blue hair",
         "profile_picture_url": "https://x.example/p.jpg", "is_follower": True, "note": "Pinned",
         "website": "https://marge.example", "linkedin_url": "https://www.linkedin.com/in/marge"},
    )  # fmt: skip
    update_contact(tx, alice, marge, {"username": "marge.the.second"})
    tx.run(
        "UPDATE contacts SET follower_count = 2, follower_growth = 1 WHERE organization_id = :o AND id = :i",
        {"o": alice.organization_id, "i": marge},
    )
    other = add_handle(tx, alice, marge, "phone", "+1 212 555 0123;ext=4", field="phone", label="desk")
    former = add_handle(tx, alice, marge, "email", "old@example.org", field="email", label="work")
    delete_handle(tx, alice, marge, former.id, channel="email")
    assert other.label == "desk"
    twin = create_contact(tx, alice, {"real_name": "Homer Simpson", "email": "homer@example.org"})
    gone = create_contact(tx, alice, {"real_name": "Frank Grimes", "email": "homer@example.org", "note": "†"})
    folder = create_folder(tx, alice, "Plant").id
    set_folders(tx, alice, gone.id, [folder])
    set_folders(tx, alice, twin.id, [folder])
    set_on_phones(tx, alice, twin.id, is_shown=False)
    delete_contact(tx, alice, gone.id)


def _words(tx: Tx, world: World) -> None:
    """Adds folders (two of one name, an empty one), tags, expertises and properties, some unused."""
    alice, marge = world.alice, world.marge.id
    first, _, _ = (create_folder(tx, alice, name, "red") for name in ("Family", "Family", "Empty"))
    set_folders(tx, alice, marge, [first.id])
    for vocabulary in (TAGS, EXPERTISES):
        used, gone, _ = (create_term(tx, alice, vocabulary, name) for name in ("Çırak", "Gone", "Nobody's"))
        put_on_contact(tx, alice, vocabulary, marge, used.id)
        put_on_contact(tx, alice, vocabulary, marge, gone.id)
        delete_term(tx, alice, vocabulary, gone.id)
    create_definition(tx, alice, title="Empty", property_type="text")
    slug = create_definition(
        tx, alice, title="Size", property_type="multiple_choice", choices=["S", "M"], description="of a shirt",
        agent_active=True,
    ).slug  # fmt: skip
    weight = create_definition(tx, alice, title="Weight", property_type="number").slug
    set_values(tx, alice, marge, {slug: ["M"], weight: 61.5})


def _people(tx: Tx, world: World) -> None:
    """Adds relationships, pets, and notes of every kind."""
    alice, marge, homer = world.alice, world.marge, world.homer
    relate(
        tx,
        alice,
        marge.id,
        {"second_contact": homer.uuid, "type_id": type_id("Husband"), "anniversary_on": "1980-05-01"},
    )
    tie = relate(tx, alice, marge.id, {"second_contact": homer.uuid, "type_id": type_id("Friend")})
    delete_contact_relationship(tx, alice, tie.id)
    create_note(tx, alice, {"text": "about both", "contacts": [marge.uuid, homer.uuid], "tags": []})
    create_note(tx, alice, {"text": "about nobody", "contacts": []})
    create_note(tx, world.bob, {"text": "Bob's own", "contacts": [marge.uuid], "is_personal": True})
    delete_note(tx, alice, create_note(tx, alice, {"text": "gone", "contacts": [marge.uuid]}).id)
    tagged = create_note(tx, alice, {"text": "tagged", "contacts": [homer.uuid]})
    tag_id = tx.all("SELECT id FROM tags WHERE organization_id = :o ORDER BY id", {"o": alice.organization_id})[0][0]
    put(tx, "note_tags", organization_id=alice.organization_id, note_id=tagged.id, tag_id=tag_id)
    create_pet(
        tx, alice, marge.id, {"name": "Snowball", "species": "cat", "born_on": "2020-01-01", "second_owner": homer.uuid}
    )
    delete_pet(tx, alice, marge.id, create_pet(tx, alice, marge.id, {"name": "Snowball I"}).id)


def rows_of(database: Database, organization_id: int, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """An organization's rows of a table, in an order of their own."""
    with database.read() as tx:
        rows = tx.all(f"SELECT {', '.join(columns)} FROM {table} WHERE organization_id = :o", {"o": organization_id})
    return sorted(rows, key=repr)


def join(tx: Tx, world: World, organization_id: int) -> None:
    """Alice and Bob become members of another organization."""
    for caller in (world.alice, world.bob):
        insert_membership(tx, organization_id, caller.user_id or "", MEMBER, FIRST)
