"""What our own export keeps of a contact beyond a draft, back onto the contact that was just created from it.

Everything is checked as if a person had sent it: an export may have been changed by hand. What is refused refuses the
contact. Notes keep their ids and moments, contacts their uuids where those are free; other parts get new ones.
"""

from typing import Any

from msgspec.structs import replace

from coterie.actions.contact_relationships import check_columns
from coterie.actions.gifts import create_gift
from coterie.actions.pets import create_pet
from coterie.actions.properties import create_definition, set_values
from coterie.actions.terms import create_term, put_on_contact
from coterie.errors import invalid
from coterie.model import times
from coterie.model.contacts import STATUSES
from coterie.model.ids import new_id, parse_id
from coterie.model.imports import Kept, KeptNote, KeptProperty, KeptRelationship
from coterie.model.interactions import FollowerSnapshot
from coterie.model.notes import TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.model.properties import slug_of
from coterie.model.relationships import ContactRelationship
from coterie.model.terms import EXPERTISES, TAGS
from coterie.model.text import sort_key
from coterie.store import contact_relationships as relationship_store
from coterie.store import notes as note_store
from coterie.store import properties as property_store
from coterie.store.contacts import contact_ids_by_uuid, find_contact_by_uuid
from coterie.store.database import Tx
from coterie.store.interactions import save_snapshots

COUNT_MAX = 2**31


def kept_columns(tx: Tx, caller: Caller, kept: Kept) -> dict[str, Any]:
    """The columns of a new contact: the uuid it had (unless that is taken), status, moments and counts.

    Refused: a status that is none, what is no uuid or moment, counts beyond 2 thousand million.
    """
    uuid = parse_id(kept.uuid)
    if uuid is None:
        raise invalid("uuid", "is not an id")
    if kept.status not in STATUSES:
        raise invalid("status", f"is not one of {', '.join(STATUSES)}", kind="choice")
    for count in (kept.follower_count, kept.follower_growth):
        if count is not None and abs(count) > COUNT_MAX:
            raise invalid("follower_count", "is too large", kind="too_large")
    pinned = [note.text for note in kept.notes if note.is_pinned and not note.is_personal]
    columns = {
        "status": kept.status,
        "created_at": times.parse_moment(kept.created_at, "created_at"),
        "updated_at": times.parse_moment(kept.updated_at, "updated_at"),
        "follower_count": kept.follower_count,
        "follower_growth": kept.follower_growth,
        "pinned_note": pinned[0] if pinned else None,
        "note_key": sort_key(pinned[0] if pinned else None),
    }
    taken = find_contact_by_uuid(tx, caller.organization_id, uuid)
    return columns if taken else columns | {"uuid": uuid}


def restore_kept(tx: Tx, caller: Caller, contact_id: int, kept: Kept) -> None:
    """Notes, properties, expertises, gifts, pets, relationships, snapshots. Refused: what their own actions refuse.

    A relationship, and a pet's second owner, is brought back when the other contact is there.
    """
    for note in kept.notes:
        _restore_note(tx, caller, contact_id, note)
    set_values(tx, caller, contact_id, {_slug(tx, caller, each): each.value for each in kept.properties})
    for name in kept.expertises:
        put_on_contact(tx, caller, EXPERTISES, contact_id, create_term(tx, caller, EXPERTISES, name).id)
    for gift in kept.gifts:
        create_gift(tx, caller, contact_id, {name: gift.get(name) for name in ("name", "link", "status")})
    for pet in kept.pets:
        fields = {name: pet.get(name) for name in ("name", "species", "born_on")}
        owner = pet.get("other_uuid")
        if owner and _find_other(tx, caller, contact_id, owner) is not None:
            fields["second_owner"] = owner
        create_pet(tx, caller, contact_id, fields)
    for relationship in kept.relationships:
        _relate(tx, caller, contact_id, relationship)
    snapshots = [FollowerSnapshot(times.parse_date(day, "taken_on"), count) for day, count in kept.snapshots]
    if any(abs(snapshot.follower_count) > COUNT_MAX for snapshot in snapshots):
        raise invalid("follower_count", "is too large", kind="too_large")
    save_snapshots(tx, caller.organization_id, contact_id, snapshots)


def _restore_note(tx: Tx, caller: Caller, contact_id: int, kept: KeptNote) -> None:
    """A note about several contacts is made with the first and joined by the others."""
    note_id = parse_id(kept.id)
    if note_id is None or not kept.text.strip() or len(kept.text) > TEXT_LENGTH_MAX:
        raise invalid("note", "has no id, is empty or too long")
    known = note_store.find_note(tx, caller.organization_id, note_id, reader_id=caller.user_id)
    if known is not None and known.text == kept.text:
        note_store.add_note_contacts(tx, caller.organization_id, note_id, [contact_id])
        return
    created_at, updated_at = (times.parse_moment(text, "note") for text in (kept.created_at, kept.updated_at))
    note = Note(
        new_id() if known else note_id, caller.user_id, kept.text, kept.is_personal and caller.user_id is not None,
        kept.is_pinned, created_at, updated_at, None,
    )  # fmt: skip
    note_store.insert_note(tx, caller.organization_id, note, [contact_id])
    tags = [create_term(tx, caller, TAGS, name).id for name in kept.tags]
    note_store.add_note_tags(tx, caller.organization_id, note.id, tags)


def _slug(tx: Tx, caller: Caller, kept: KeptProperty) -> str:
    """The property of that slug and type, else of that title; made where there is none."""
    for slug in (kept.slug, slug_of(kept.title)):
        found = None if "\0" in slug else property_store.find_definition(tx, caller.organization_id, slug)
        if found is not None and found.property_type == kept.property_type:
            return found.slug
    return create_definition(
        tx, caller, title=kept.title, property_type=kept.property_type, choices=kept.choices,
        description=kept.description, agent_active=kept.agent_active,
    ).slug  # fmt: skip


def _find_other(tx: Tx, caller: Caller, contact_id: int, uuid: str) -> int | None:
    """The other contact, where it is there and another."""
    plain = parse_id(uuid)
    other = contact_ids_by_uuid(tx, caller.organization_id, [plain]).get(plain) if plain else None
    return None if other == contact_id else other


def _relate(tx: Tx, caller: Caller, contact_id: int, kept: KeptRelationship) -> None:
    """Both sides, unless the other contact brought them already."""
    other = _find_other(tx, caller, contact_id, kept.other_uuid)
    columns = check_columns({"type_id": kept.type_id, "anniversary_on": kept.anniversary_on})
    mirrored = check_columns({"type_id": kept.mirror_type_id})
    if other is None:
        return
    present = relationship_store.list_types_between(tx, caller.organization_id, contact_id, other)
    if any(type_id == columns["type_id"] for _, type_id in present):
        return
    side_id, mirror_id, now = new_id(), new_id(), times.now()
    side = ContactRelationship(
        side_id, contact_id, other, columns["type_id"], mirror_id, columns["anniversary_on"], now, now, None
    )
    mirror = replace(
        side, id=mirror_id, first_contact_id=other, second_contact_id=contact_id, type_id=mirrored["type_id"],
        mirror_id=side_id,
    )  # fmt: skip
    relationship_store.insert_contact_relationships(tx, caller.organization_id, (side, mirror))
