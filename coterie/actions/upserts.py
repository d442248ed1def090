"""Finds a contact by identifiers, and connects it with them.

Guarantee: of two requests that look for the same identifier at once, and would both create its contact, the second
finds it.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from coterie.actions.events import record
from coterie.errors import Invalid, Problem, gathering
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, INSTAGRAM, LINKEDIN, PHONE, WEBSITE, normalize
from coterie.model.ids import parse_id
from coterie.model.imports import HandleDraft
from coterie.model.organizations import Caller
from coterie.store import contacts as store
from coterie.store.contact_matches import list_with_handle, lock_identifiers
from coterie.store.database import Tx

By = Literal["id", "uuid", "email", "phone", "username", "website", "linkedin_url", "external_id"]
CHANNELS = {"email": EMAIL, "phone": PHONE, "username": INSTAGRAM, "website": WEBSITE, "linkedin_url": LINKEDIN}
CANDIDATES_MAX = 10
EXTERNAL_ID_LENGTH_MAX = 500


class Identifier(Struct, frozen=True):
    """A value that identifies a contact. value: as given; normalized: as it is matched. source: of an external id."""

    by: By
    value: str
    normalized: str
    source: str | None = None


def read_identifiers(caller: Caller, given: Sequence[tuple[By, str, str | None]]) -> list[Identifier]:
    """Identifiers of (by, value, source). Raises Invalid, below `match`, for a value that cannot be one."""
    identifiers, problems = [], list[Problem]()
    for place, (by, value, source) in enumerate(given):
        found: list[Problem] = []
        with gathering(found):
            identifiers.append(Identifier(by, value, _normalized(caller, by, value, source), source))
        problems += [problem._replace(path=("match", str(place), *problem.path)) for problem in found]
    if problems:
        raise Invalid(*problems)
    return identifiers


def _normalized(caller: Caller, by: By, value: str, source: str | None) -> str:
    if by in CHANNELS:
        return normalize(CHANNELS[by], value, caller.country, "value")[1]
    if by == "external_id" and not (source or "").strip():
        raise Invalid(Problem(("source",), "missing", "is missing: it says whose id this is"))
    if by == "external_id" and (not value.strip() or len(value) > EXTERNAL_ID_LENGTH_MAX):
        raise Invalid(Problem(("value",), "invalid", f"must have 1 to {EXTERNAL_ID_LENGTH_MAX} characters"))
    if by == "id" and not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Invalid(Problem(("value",), "invalid", "is not the id of a contact"))
    if by == "uuid" and parse_id(value) is None:
        raise Invalid(Problem(("value",), "invalid", "is not a UUID"))
    return parse_id(value) or "" if by == "uuid" else value


def find_matches(
    tx: Tx, caller: Caller, identifiers: Sequence[Identifier], *, deleted: bool = False
) -> tuple[Identifier | None, list[Contact]]:
    """(the first identifier that a contact has, its contacts, oldest first and 11 at most); (None, []) if none has one.

    deleted: looks for deleted contacts instead. Locks the identifiers until the commit.
    """
    lock_identifiers(tx, caller.organization_id, [f"{each.by}:{each.normalized}" for each in identifiers])
    for identifier in identifiers:
        contacts = [
            contact
            for contact in _list_with(tx, caller, identifier, deleted=deleted)
            if (contact.deleted_at is not None) == deleted
        ]
        if contacts:
            return identifier, contacts
    return None, []


def _list_with(tx: Tx, caller: Caller, identifier: Identifier, *, deleted: bool) -> list[Contact]:
    by, value, organization_id = identifier.by, identifier.normalized, caller.organization_id
    if by in CHANNELS:
        most = CANDIDATES_MAX + 1
        return list_with_handle(tx, organization_id, CHANNELS[by], value, deleted=deleted, limit=most)
    if by == "uuid":
        contact = store.find_contact_by_uuid(tx, organization_id, value)
    else:
        contact_id: int | None = int(value) if by == "id" else None
        if by == "external_id":
            found = store.find_external_ids(tx, organization_id, identifier.source or "", [value])
            contact_id = found.get(value)
        contact = store.find_contact(tx, organization_id, contact_id) if contact_id is not None else None
    return [contact] if contact is not None else []


def handles_of(identifiers: Sequence[Identifier]) -> list[HandleDraft]:
    """The handles that a new contact with these identifiers has."""
    return [HandleDraft(CHANNELS[each.by], each.value) for each in identifiers if each.by in CHANNELS]


def connect(tx: Tx, caller: Caller, contact: Contact, identifiers: Sequence[Identifier]) -> Contact:
    """Gives a contact those external ids among the identifiers that no contact has; returns it as saved."""
    new = []
    for each in identifiers:
        if each.by == "external_id" and not _list_with(tx, caller, each, deleted=False):
            new.append((each.source or "", each.value))
    if not new:
        return contact
    store.insert_external_ids(
        tx, caller.organization_id, [(source, external_id, contact.id) for source, external_id in new]
    )
    changes = {"external_ids": (None, [list(each) for each in new])}
    record(tx, caller, "contact.updated", contact.id, contact_ids=[contact.id], changes=changes)
    return store.find_contact(tx, caller.organization_id, contact.id) or contact
