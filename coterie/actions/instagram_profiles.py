"""Stores what Meta reports about a person: profile, follower count, picture, refusal."""

from typing import Any

from coterie.actions.contacts import erase_contact, update_contact
from coterie.actions.instagram_people import find_holder, set_username
from coterie.actions.interactions import add_snapshots
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.contacts import SUBSCRIBED, Contact
from coterie.model.handles import parse_username
from coterie.model.instagram import InstagramPerson, Profile
from coterie.model.interactions import KINDS, FollowerSnapshot
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import instagram_people as store
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx

DISPLAY_NAME_LENGTH_MAX = 300
URL_LENGTH_MAX = 2000


def save_profile(
    tx: Tx, caller: Caller, person: InstagramPerson, profile: Profile, *, our_prefix: str = ""
) -> int | None:
    """Stores a profile and today's follower snapshot. Returns the contact's id, or None if it is deleted.

    Fields Meta does not report stay. Meta's picture address, which expires, does not replace one that begins with
    our_prefix. The caller must hold the account's lock.
    """
    now = times.now()
    store.mark_asked(tx, caller.organization_id, person.person_id, now, refused=False)
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, person.contact_id)
    if contact is None or contact.deleted_at is not None:
        return None
    if profile.username:
        contact = _apply_username(tx, caller, contact, profile.username)
    fields: dict[str, Any] = {}
    if profile.name:
        fields["display_name"] = profile.name[:DISPLAY_NAME_LENGTH_MAX]
    has_our_picture = bool(our_prefix) and (contact.profile_picture_url or "").startswith(our_prefix)
    if profile.picture_url and len(profile.picture_url) <= URL_LENGTH_MAX and not has_our_picture:
        fields["profile_picture_url"] = profile.picture_url
    if profile.is_follower is not None:
        fields["is_follower"] = profile.is_follower
    update_contact(tx, caller, contact.id, fields)
    if profile.follower_count is not None:
        add_snapshots(tx, caller, contact.id, [FollowerSnapshot(now[:10], profile.follower_count)])
    return contact.id


def show_picture(tx: Tx, caller: Caller, contact_id: int, url: str) -> None:
    """Sets the contact's picture address to that of the stored picture. Ignores a deleted contact."""
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is not None and contact.deleted_at is None and contact.profile_picture_url != url:
        update_contact(tx, caller, contact_id, {"profile_picture_url": url})


def note_refusal(tx: Tx, caller: Caller, person: InstagramPerson) -> None:
    """Records that the person has not consented; the profile is not requested again until they write a message."""
    store.mark_asked(tx, caller.organization_id, person.person_id, times.now(), refused=True)


def _apply_username(tx: Tx, caller: Caller, contact: Contact, text: str) -> Contact:
    """Gives the contact the username, or merges it into the contact of the same person who has it already."""
    try:
        username = parse_username(text, "username")
    except Invalid:
        return contact
    holder = find_holder(tx, caller, username) if contact.username != username else None
    if holder is not None and holder.id != contact.id and _is_same_person(tx, caller, contact, holder):
        return _merge(tx, caller, contact, holder)
    set_username(tx, caller, contact, username)
    return contact


def _is_same_person(tx: Tx, caller: Caller, contact: Contact, holder: Contact) -> bool:
    """Whether the contact was created by a message alone, and the holder has no Instagram-scoped id yet."""
    organization_id = caller.organization_id
    return (
        contact.username is None
        and not store.find_contacts_with_people(tx, organization_id, [holder.id])
        and not store.was_changed_outside_instagram(tx, organization_id, contact.id)
    )


def _merge(tx: Tx, caller: Caller, contact: Contact, holder: Contact) -> Contact:
    """Moves everything received for the contact to the holder and erases the contact."""
    organization_id = caller.organization_id
    store.move_people(tx, organization_id, contact.id, holder.id)
    if snapshots := interaction_store.list_snapshots(tx, organization_id, holder.id):
        add_snapshots(tx, caller, holder.id, snapshots[-1:])
    interaction_store.mark_recent(tx, organization_id, [(holder.id, kind) for kind in KINDS])
    if contact.status != SUBSCRIBED:
        update_contact(tx, caller, holder.id, {"status": contact.status})
    erase_contact(tx, caller, contact.id)
    return contact_store.find_contact_to_change(tx, organization_id, holder.id) or holder
