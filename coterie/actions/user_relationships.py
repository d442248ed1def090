"""Changes of the calling user's relationships with contacts. Nobody reads or changes another user's."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.contact_relationships import check_columns
from coterie.actions.events import differences, record
from coterie.errors import Forbidden, Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.ids import new_id, parse_id
from coterie.model.organizations import Caller
from coterie.model.relationships import RELATIONSHIPS_MAX, TYPES, UserRelationship, neutral
from coterie.store import contacts as contact_store
from coterie.store import user_relationships as store
from coterie.store.database import Tx

Fields = Mapping[str, Any]


def user_of(caller: Caller) -> str:
    """Returns the id of the calling user. Raises Forbidden if the caller is not a user."""
    if caller.user_id is None:
        raise Forbidden("Only a user has relationships")
    return caller.user_id


def create_user_relationship(tx: Tx, caller: Caller, fields: Fields) -> UserRelationship:
    """Relates a contact to the calling user.

    fields: contact (its uuid), type_id, anniversary_on (optional: a date, possibly without a year).
    Raises Invalid if the contact does not exist or is deleted, the type is unknown, the two have it already, with or
    without a gender, or the user has 2,000 relationships.
    """
    user_id = user_of(caller)
    problems: list[Problem] = []
    contact_id, columns = 0, dict[str, Any]()
    with gathering(problems):
        contact_id = _contact(tx, caller, fields.get("contact"))
    with gathering(problems):
        columns = check_columns({"anniversary_on": None, "type_id": None, **fields})
    if problems:
        raise Invalid(*problems)
    type_id = columns["type_id"]
    _check_unique(tx, caller, contact_id, type_id)
    count = store.count_user_relationships(tx, caller.organization_id, user_id, include_deleted=True)
    if count >= RELATIONSHIPS_MAX:
        raise invalid("contact", f"exceeds the limit of {RELATIONSHIPS_MAX} relationships per user")
    now = times.now()
    made = UserRelationship(
        user_id=user_id,
        id=new_id(),
        contact_id=contact_id,
        type_id=type_id,
        anniversary_on=columns["anniversary_on"],
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    store.insert_user_relationship(tx, caller.organization_id, made)
    changes = {"type_id": (None, type_id)}
    record(tx, caller, "user_relationship.created", made.id, contact_ids=[contact_id], changes=changes, now=now)
    return made


def update_user_relationship(tx: Tx, caller: Caller, relationship_id: str, fields: Fields) -> UserRelationship:
    """Changes the given fields: anniversary_on (None clears), type_id.

    Raises NotFound if the relationship is deleted or another user's; Invalid as create_user_relationship does.
    """
    before = _find(tx, caller, relationship_id)
    if before.deleted_at is not None:
        raise NotFound(_MISSING)
    after = replace(before, **check_columns(fields))
    if after == before:
        return before
    if after.type_id != before.type_id:
        _check_unique(tx, caller, before.contact_id, after.type_id, except_id=before.id)
    after = replace(after, updated_at=times.now())
    changes = differences(before, after, ("type_id", "anniversary_on"))
    return _save(tx, caller, "user_relationship.updated", after, changes)


def delete_user_relationship(tx: Tx, caller: Caller, relationship_id: str) -> UserRelationship:
    """Deletes a relationship so that it can be restored. Deleting it again changes nothing."""
    before = _find(tx, caller, relationship_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, "user_relationship.deleted", replace(before, deleted_at=now, updated_at=now))


def restore_user_relationship(tx: Tx, caller: Caller, relationship_id: str) -> UserRelationship:
    """Restores a deleted relationship. One that is not deleted stays unchanged.

    Raises Invalid if the two were related in this way again since.
    """
    before = _find(tx, caller, relationship_id)
    if before.deleted_at is None:
        return before
    _check_unique(tx, caller, before.contact_id, before.type_id)
    restored = replace(before, deleted_at=None, updated_at=times.now())
    return _save(tx, caller, "user_relationship.restored", restored)


def erase_user_relationship(tx: Tx, caller: Caller, relationship_id: str) -> None:
    """Erases a relationship, deleted or not."""
    relationship = _find(tx, caller, relationship_id)
    store.erase_user_relationship(tx, caller.organization_id, relationship.user_id, relationship_id)
    record(tx, caller, "user_relationship.erased", relationship_id, contact_ids=[relationship.contact_id])


_MISSING = "User relationship not found"


def _find(tx: Tx, caller: Caller, relationship_id: str) -> UserRelationship:
    found = store.find_user_relationship(tx, caller.organization_id, user_of(caller), relationship_id, to_change=True)
    if found is None:
        raise NotFound(_MISSING)
    return found


def _save(
    tx: Tx,
    caller: Caller,
    kind: str,
    after: UserRelationship,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> UserRelationship:
    store.save_user_relationship(tx, caller.organization_id, after)
    record(tx, caller, kind, after.id, contact_ids=[after.contact_id], changes=changes, now=after.updated_at)
    return after


def _contact(tx: Tx, caller: Caller, uuid: str | None) -> int:
    if not uuid:
        raise invalid("contact", "is missing", kind="missing")
    found = contact_store.contact_ids_by_uuid(tx, caller.organization_id, [parse_id(uuid) or uuid])
    if not found:
        raise invalid("contact", "is not a contact of this organization")
    return next(iter(found.values()))


def _check_unique(tx: Tx, caller: Caller, contact_id: int, type_id: str, *, except_id: str | None = None) -> None:
    contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)  # locks: one call at a time
    present = store.list_types_of_user_with(tx, caller.organization_id, user_of(caller), contact_id)
    for relationship_id, existing_type in present:
        if relationship_id != except_id and neutral(existing_type) == neutral(type_id):
            raise invalid("type_id", f"already exists: {TYPES[existing_type].name}", kind="taken")
