"""Who an Instagram-scoped id is: the identity that stays when a username changes.

A username names one account at a time, and what Meta says now is the newest fact. So where it says that someone has a
username which another contact holds here:
 - a contact without an Instagram-scoped id (imported, typed in) is taken to be this person;
 - a contact with an Instagram-scoped id of its own has lost the username: it keeps it as a former one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from coterie.actions.contacts import erase_contact, update_contact
from coterie.actions.events import record_all, row_of
from coterie.actions.handles import new_handle, refresh_summary
from coterie.actions.interactions import add_snapshots
from coterie.errors import CoterieError, Invalid
from coterie.model import times
from coterie.model.contacts import SUBSCRIBED, Contact, sort_keys
from coterie.model.handles import INSTAGRAM, parse_username
from coterie.model.ids import new_id
from coterie.model.instagram import SOURCE, Person, Profile
from coterie.model.interactions import KINDS, FollowerSnapshot
from coterie.model.organizations import Caller
from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store import contacts as contact_store
from coterie.store import handles as handle_store
from coterie.store import instagram as store
from coterie.store import interactions as interaction_store
from coterie.store.database import Tx

DISPLAY_NAME_LENGTH_MAX = 300
URL_LENGTH_MAX = 2000
Usernames = Mapping[str, str]


def find_or_add_people(
    tx: Tx, caller: Caller, account_id: str, person_ids: Iterable[str], usernames: Usernames
) -> dict[str, int]:
    """person id -> contact id, of everyone: who is not known becomes a contact, or is found by the username.

    usernames: person id -> the username Meta tells now; a known person's follows. The caller holds the account's lock.
    """
    wanted = set(person_ids)
    known = contact_store.find_external_ids(tx, caller.organization_id, SOURCE, wanted)
    told = _valid_usernames(usernames)
    _rename_known(tx, caller, known, told)
    missing = sorted(wanted - known.keys())
    if missing:
        found = _find_by_username(
            tx, caller, {person_id: told[person_id] for person_id in missing if person_id in told}
        )
        made = _add_contacts(tx, caller, [person_id for person_id in missing if person_id not in found], told)
        added = found | made
        contact_store.insert_external_ids(
            tx, caller.organization_id, [(SOURCE, person_id, contact_id) for person_id, contact_id in added.items()]
        )
        known |= added
    people = store.find_people(tx, caller.organization_id, wanted)
    store.insert_people(tx, caller.organization_id, account_id, sorted(wanted - people.keys()))
    return known


def find_or_add_by_username(tx: Tx, caller: Caller, username: str) -> int:
    """The contact who has this username now, or a new one: for people of whom Meta tells nothing else.

    Refused: what is no username.
    """
    normalized = parse_username(username, "username")
    holder = _holder(tx, caller, normalized)
    return holder.id if holder else _add_contacts(tx, caller, [""], {"": normalized})[""]


def _valid_usernames(usernames: Usernames) -> dict[str, str]:
    """Each username once, in the normalized form; of two people with the same the later one has it."""
    owners: dict[str, str] = {}
    for person_id, username in usernames.items():
        try:
            owners[parse_username(username, "username")] = person_id
        except Invalid:
            continue  # nobody can be found by it
    return {person_id: username for username, person_id in owners.items()}


def _holder(tx: Tx, caller: Caller, username: str) -> Contact | None:
    """The contact whose username this is now; not one who had it once."""
    found = contact_store.find_contact_by_handle(tx, caller.organization_id, INSTAGRAM, username)
    return found if found is not None and found.username == username else None


def _find_by_username(tx: Tx, caller: Caller, told: Usernames) -> dict[str, int]:
    """person id -> the contact without an Instagram-scoped id who has the username; others give it up."""
    ids = contact_store.contact_ids_by(tx, caller.organization_id, channel=INSTAGRAM, values=told.values())
    holders = {c.username: c for c in contact_store.list_contacts_by_id(tx, caller.organization_id, ids.values())}
    taken = store.find_contacts_with_people(tx, caller.organization_id, ids.values())
    found = {}
    for person_id, username in told.items():
        holder = holders.get(username)
        if holder is not None and holder.id in taken:
            _give_up_username(tx, caller, holder, username)
        elif holder is not None:
            found[person_id] = holder.id
    return found


def _give_up_username(tx: Tx, caller: Caller, holder: Contact, username: str) -> None:
    """The username is another's now: the contact keeps it as a former one, and is still found by it."""
    handles = handle_store.list_handles(tx, caller.organization_id, holder.id)
    rows = []
    for position, handle in enumerate(handles):
        if handle.channel == INSTAGRAM and handle.normalized == username and not handle.is_former:
            handles[position] = msgspec.structs.replace(
                handle, is_primary=False, is_former=True, updated_at=times.now()
            )
            handle_store.save_handle(tx, caller.organization_id, handles[position])
            changes = {INSTAGRAM: (username, None)}
            rows.append(row_of(caller, "contact.handle_updated", handle.id, contact_id=holder.id, changes=changes))
    refresh_summary(tx, caller, holder, msgspec.structs.replace(holder, updated_at=times.now()), handles)
    record_all(tx, caller, rows)


def _rename_known(tx: Tx, caller: Caller, known: Mapping[str, int], told: Usernames) -> None:
    person_of = {known[person_id]: person_id for person_id in told if person_id in known}
    for contact in contact_store.list_contacts_by_id(tx, caller.organization_id, person_of):
        _set_username(tx, caller, contact, told[person_of[contact.id]])


def _set_username(tx: Tx, caller: Caller, contact: Contact, username: str) -> None:
    if contact.username == username:
        return
    holder = _holder(tx, caller, username)
    if holder is not None and holder.id != contact.id:
        _give_up_username(tx, caller, holder, username)
    update_contact(tx, caller, contact.id, {"username": username})


def _add_contacts(tx: Tx, caller: Caller, keys: list[str], told: Usernames) -> dict[str, int]:
    """A new contact for each key, with the username told of it: a handful of statements for all of them."""
    if not keys:
        return {}
    organization_id, now = caller.organization_id, times.now()
    first = contact_store.next_contact_ids(tx, organization_id, len(keys))
    columns: dict[str, Any] = dict.fromkeys(contact_store.COLUMNS) | {
        "status": SUBSCRIBED,
        "created_at": now,
        "updated_at": now,
    }
    contacts = [
        Contact(**(columns | {"id": first + number, "uuid": new_id(), "username": told.get(key)}))
        for number, key in enumerate(keys)
    ]
    handles = {
        contact.id: [new_handle(caller, contact.id, INSTAGRAM, contact.username, "username", is_primary=True)]
        if contact.username
        else []
        for contact in contacts
    }
    contact_store.insert_contacts(tx, organization_id, [(contact, sort_keys(contact)) for contact in contacts])
    handle_store.insert_handles(tx, organization_id, [handle for of_one in handles.values() for handle in of_one])
    index_contacts(tx, organization_id, {contact.id: words_of(contact, handles[contact.id]) for contact in contacts})
    rows = []
    for contact in contacts:
        changes = {"username": (None, contact.username)} if contact.username else None
        rows.append(row_of(caller, "contact.created", contact.id, contact_id=contact.id, changes=changes, now=now))
    record_all(tx, caller, rows)
    return {key: first + number for number, key in enumerate(keys)}


# Profiles -------------------------------------------------------------------------------------------------------------


def save_profile(tx: Tx, caller: Caller, person: Person, profile: Profile, *, ours: str = "") -> int | None:
    """What Meta tells about a person, and today's follower snapshot; the contact's id, None for a deleted contact.

    Nothing a person of the organization wrote is cleared: what Meta does not tell stays. Meta's address of the picture,
    which expires, does not take the place of one that begins with `ours`. The caller holds the account's lock.
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
    is_ours = bool(ours) and (contact.profile_picture_url or "").startswith(ours)
    if profile.picture_url and len(profile.picture_url) <= URL_LENGTH_MAX and not is_ours:
        fields["profile_picture_url"] = profile.picture_url
    if profile.is_follower is not None:
        fields["is_follower"] = profile.is_follower
    update_contact(tx, caller, contact.id, fields)
    if profile.follower_count is not None:
        add_snapshots(tx, caller, contact.id, [FollowerSnapshot(now[:10], profile.follower_count)])
    return contact.id


def show_picture(tx: Tx, caller: Caller, contact_id: int, url: str) -> None:
    """The address at which the picture that was kept can be seen; nothing happens to a deleted contact."""
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is not None and contact.deleted_at is None and contact.profile_picture_url != url:
        update_contact(tx, caller, contact_id, {"profile_picture_url": url})


def note_refusal(tx: Tx, caller: Caller, person: Person) -> None:
    """The person does not consent to the profile being asked for: nobody asks again until a message comes."""
    store.mark_asked(tx, caller.organization_id, person.person_id, times.now(), refused=True)


def _apply_username(tx: Tx, caller: Caller, contact: Contact, text: str) -> Contact:
    """The contact under the username Meta tells: the one that is known, or one found by it, who takes it in."""
    try:
        username = parse_username(text, "username")
    except CoterieError:
        return contact
    holder = _holder(tx, caller, username) if contact.username != username else None
    if holder is not None and holder.id != contact.id and _is_same_person(tx, caller, contact, holder):
        return _unite(tx, caller, contact, holder)
    _set_username(tx, caller, contact, username)
    return contact


def _is_same_person(tx: Tx, caller: Caller, contact: Contact, holder: Contact) -> bool:
    """Whether a contact that only a message made is somebody who was known by the username before."""
    organization_id = caller.organization_id
    return (
        contact.username is None
        and not store.find_contacts_with_people(tx, organization_id, [holder.id])
        and not store.is_touched_by_people(tx, organization_id, contact.id)
    )


def _unite(tx: Tx, caller: Caller, contact: Contact, holder: Contact) -> Contact:
    """All that came in for a contact becomes the holder's, and the contact, which nobody touched, goes."""
    organization_id = caller.organization_id
    store.move_people(tx, organization_id, contact.id, holder.id)
    if snapshots := interaction_store.list_snapshots(tx, organization_id, holder.id):
        add_snapshots(tx, caller, holder.id, snapshots[-1:])
    interaction_store.mark_recent(tx, organization_id, [(holder.id, kind) for kind in KINDS])
    if contact.status != SUBSCRIBED:
        update_contact(tx, caller, holder.id, {"status": contact.status})
    erase_contact(tx, caller, contact.id)
    return contact_store.find_contact_to_change(tx, organization_id, holder.id) or holder
