"""Finds or creates the contacts of Instagram-scoped ids, and keeps their usernames up to date.

The Instagram-scoped id is the identity; a username may change. A username belongs to one account at a time, and what
Meta reports now is the latest fact. So if Meta reports a username that another contact has here:
 - a contact without an Instagram-scoped id (imported, typed in) is the same person;
 - a contact with another Instagram-scoped id has lost the username, and keeps it as a former one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.contact_rows import add_contacts, record_created, save_contact
from coterie.actions.contacts import update_contact
from coterie.actions.events import row_of
from coterie.actions.handles import make_username_former, new_handle
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.contacts import SUBSCRIBED, Contact
from coterie.model.handles import INSTAGRAM, parse_username
from coterie.model.ids import new_id
from coterie.model.instagram import SOURCE, InstagramPerson
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import handles as handle_store
from coterie.store import instagram_people as store
from coterie.store.database import Tx
from coterie.store.merges import lock_survivors

# person id -> username
Usernames = Mapping[str, str]


def find_or_add_people(
    tx: Tx, caller: Caller, account_id: str, person_ids: Iterable[str], usernames: Usernames
) -> dict[str, InstagramPerson]:
    """person id -> the person with the contact, for all of them. A new person is found by the username or becomes a
    new contact.

    usernames: what Meta reports now; existing contacts are renamed. The caller must hold the account's lock.
    """
    person_ids = set(person_ids)
    people, merged = store.lock_people(tx, caller.organization_id, person_ids)
    new = sorted(person_ids - people.keys())
    contact_ids = {person_id: person.contact_id for person_id, person in people.items()}
    if new:  # no account knows them yet, but a contact may have their id
        contact_ids |= contact_store.find_external_ids(tx, caller.organization_id, SOURCE, new)
    usernames = _normalize_usernames(usernames)
    _rename_contacts(tx, caller, contact_ids, usernames)
    if missing := [person_id for person_id in new if person_id not in contact_ids]:
        contact_ids |= _find_or_add_contacts(tx, caller, missing, usernames)
    # a contact may have been merged since it was found
    survivors = lock_survivors(tx, caller.organization_id, merged.union(contact_ids[each] for each in new))
    store.insert_people(tx, caller.organization_id, account_id, new)
    people |= {person_id: InstagramPerson(person_id, account_id, 0, None, None) for person_id in new}
    return {
        person_id: replace(person, contact_id=survivors.get(contact_ids[person_id], contact_ids[person_id]))
        for person_id, person in people.items()
    }


def _find_or_add_contacts(tx: Tx, caller: Caller, missing: list[str], usernames: Usernames) -> dict[str, int]:
    """person id -> contact id, for people whose Instagram-scoped id no contact has; links them."""
    by_username = _find_by_username(
        tx, caller, {person_id: usernames[person_id] for person_id in missing if person_id in usernames}
    )
    created = _add_contacts(tx, caller, [id_ for id_ in missing if id_ not in by_username], usernames)
    added = by_username | created
    contact_store.insert_external_ids(
        tx, caller.organization_id, [(SOURCE, person_id, contact_id) for person_id, contact_id in added.items()]
    )
    return added


def find_or_add_by_username(tx: Tx, caller: Caller, username: str) -> int:
    """The id of the contact with this username, or of a new one: for people Meta gives no id of.

    Raises Invalid if it is not a username.
    """
    normalized = parse_username(username, "username")
    handle_store.lock_usernames(tx, caller.organization_id, [normalized])
    holder = find_holder(tx, caller, normalized)
    return holder.id if holder else _add_contacts(tx, caller, [""], {"": normalized})[""]


def find_holder(tx: Tx, caller: Caller, username: str) -> Contact | None:
    """The contact who has this username now. A former username does not count."""
    contact = contact_store.find_contact_by_handle(tx, caller.organization_id, INSTAGRAM, username)
    return contact if contact is not None and contact.username == username else None


def set_username(tx: Tx, caller: Caller, contact: Contact, username: str) -> None:
    """Gives a contact a username; another contact that has it keeps it as a former one."""
    if contact.username == username or _has_username(tx, caller, contact, username):
        return
    holder = find_holder(tx, caller, username)
    if holder is not None and holder.id != contact.id:
        _make_username_former(tx, caller, holder, username)
    update_contact(tx, caller, contact.id, {"username": username})


def _has_username(tx: Tx, caller: Caller, contact: Contact, username: str) -> bool:
    """Whether a contact that was merged of two accounts has this one too, in addition to the primary one."""
    handles = handle_store.list_handles_on(tx, caller.organization_id, contact.id, INSTAGRAM)
    return any(handle.normalized == username and not handle.is_former for handle in handles)


def _normalize_usernames(usernames: Usernames) -> dict[str, str]:
    """Normalized, without invalid ones. If two people have the same, the later one gets it."""
    owners: dict[str, str] = {}
    for person_id, username in usernames.items():
        try:
            owners[parse_username(username, "username")] = person_id
        except Invalid:
            continue
    return {person_id: username for username, person_id in owners.items()}


def _find_by_username(tx: Tx, caller: Caller, usernames: Usernames) -> dict[str, int]:
    """person id -> contact without an Instagram-scoped id who has the username. Other holders lose it."""
    handle_store.lock_usernames(tx, caller.organization_id, usernames.values())
    ids = contact_store.contact_ids_by(tx, caller.organization_id, channel=INSTAGRAM, values=usernames.values())
    holders = {c.username: c for c in contact_store.list_contacts_by_id(tx, caller.organization_id, ids.values())}
    with_person = store.find_contacts_with_people(tx, caller.organization_id, ids.values())
    contact_ids = {}
    for person_id, username in usernames.items():
        holder = holders.get(username)
        if holder is not None and holder.id in with_person:
            _make_username_former(tx, caller, holder, username)
        elif holder is not None:
            contact_ids[person_id] = holder.id
    return contact_ids


def _make_username_former(tx: Tx, caller: Caller, holder: Contact, username: str) -> None:
    """The contact loses the username, and can still be found by it."""
    handles, rows = make_username_former(tx, caller, holder.id, username)
    save_contact(tx, caller, holder, holder, rows, handles=handles)


def _rename_contacts(tx: Tx, caller: Caller, contact_ids: Mapping[str, int], usernames: Usernames) -> None:
    existing = {contact_ids[person_id] for person_id in usernames if person_id in contact_ids}
    contacts = {each.id: each for each in contact_store.list_contacts_by_id(tx, caller.organization_id, existing)}
    for person_id, username in usernames.items():
        contact = contacts.get(contact_ids.get(person_id, 0))
        if contact is not None:
            set_username(tx, caller, contact, username)


def _add_contacts(tx: Tx, caller: Caller, keys: list[str], usernames: Usernames) -> dict[str, int]:
    """Creates a contact per key, with its username if it has one; key -> contact id."""
    if not keys:
        return {}
    organization_id, now = caller.organization_id, times.now()
    first = contact_store.next_contact_ids(tx, organization_id, len(keys))
    columns: dict[str, Any] = dict.fromkeys(contact_store.COLUMNS) | {
        "status": SUBSCRIBED,
        "created_at": now,
        "updated_at": now,
    }
    new = []
    for number, key in enumerate(keys):
        contact = Contact(**columns | {"id": first + number, "uuid": new_id(), "revision": 0})
        username = usernames.get(key)
        handle = new_handle(caller, contact.id, INSTAGRAM, username, "username", is_primary=True) if username else None
        new.append((contact, [handle] if handle else []))
    contacts = add_contacts(tx, caller, new)
    rows = []
    for contact in contacts:
        changes = {"username": (None, contact.username)} if contact.username else None
        rows.append(row_of(caller, "contact.created", contact.id, contact_ids=[contact.id], changes=changes, now=now))
    record_created(tx, caller, contacts, rows)
    return {key: first + number for number, key in enumerate(keys)}
