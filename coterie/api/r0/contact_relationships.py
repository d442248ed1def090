"""/orgs/{org_id}/contact_relationships, and the same below a contact, which is then the first of the two."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from coterie.actions import contact_relationships as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, Text, delete, fields_set
from coterie.api.r0.pages import ListQuery, PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound, invalid
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller
from coterie.model.relationships import TYPES, ContactRelationship
from coterie.store import contact_relationships as store
from coterie.store.contacts import contact_ids_by_uuid, uuids_of
from coterie.store.database import Tx

NOUN, WRAPPER = "Contact relationship", "contact_relationship"
_NAMES = {"second_contact_id": "second_contact", "relationship_id": "type_id", "anniversary_date": "anniversary_on"}
_WIRE = {ours: wire for wire, ours in _NAMES.items()}
Anniversary = Annotated[Text, Meta(description="YYYY-MM-DD, or --MM-DD without a year; null clears.")]


class ContactRelationshipEntity(Struct):
    id: str
    first_contact_id: str
    second_contact_id: str
    relationship_id: Annotated[str, Meta(description="The type: what the second contact is to the first.")]
    name: Annotated[str, Meta(description="The name of the type.")]
    anniversary_date: str | None
    mirror_id: Annotated[str | None, Meta(description="The same relationship as the second contact has it.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class ContactRelationshipList(PageEntity):
    contact_relationships: list[ContactRelationshipEntity]


class RelationshipQuery(ListQuery):
    first_contact_id: Annotated[str | None, Meta(description="Only those of this contact.")] = None
    contact_id: Annotated[str | None, Meta(description="The same.")] = None


class ContactRelationshipFields(Struct, kw_only=True):
    second_contact_id: Annotated[Text, Meta(description="Cannot be changed: only the one it is.")] = UNSET
    relationship_id: str | UnsetType = UNSET
    anniversary_date: Anniversary = UNSET
    deleted: Deleted = UNSET


class NewContactRelationship(Struct, kw_only=True):
    second_contact_id: str
    relationship_id: str
    anniversary_date: Anniversary = UNSET
    first_contact_id: Annotated[Text, Meta(description="Where the path names no contact.")] = UNSET
    contact_id: Annotated[Text, Meta(description="The same as first_contact_id.")] = UNSET


class NewContactRelationshipBody(Struct):
    contact_relationship: NewContactRelationship


class ContactRelationshipBody(Struct):
    contact_relationship: ContactRelationshipFields


def present_all(tx: Tx, caller: Caller, sides: list[ContactRelationship]) -> list[ContactRelationshipEntity]:
    uuids = uuids_of(
        tx, caller.organization_id, {each for side in sides for each in (side.first_contact_id, side.second_contact_id)}
    )
    return [
        ContactRelationshipEntity(
            id=side.id,
            first_contact_id=uuids[side.first_contact_id],
            second_contact_id=uuids[side.second_contact_id],
            relationship_id=side.type_id,
            name=TYPES[side.type_id].name,
            anniversary_date=side.anniversary_on,
            mirror_id=side.mirror_id,
            created_at=side.created_at,
            updated_at=side.updated_at,
            deleted_at=side.deleted_at,
        )
        for side in sides
    ]


def present(tx: Tx, caller: Caller, side: ContactRelationship) -> ContactRelationshipEntity:
    """The entity of one relationship."""
    return present_all(tx, caller, [side])[0]


def list_(tx: Tx, caller: Caller, request: Request) -> ContactRelationshipList:
    query: RelationshipQuery = request.query
    page, deleted = read_page(query), includes_deleted(query.include)
    first = _first_in_path(tx, caller, request, to_change=False)
    if first is None and (uuid := query.first_contact_id or query.contact_id):
        first = _find_contact(tx, caller, uuid) or 0  # an unknown contact has no relationships
    of = (tx, caller.organization_id, first)
    sides = store.list_contact_relationships(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_contact_relationships(*of, include_deleted=deleted)
    return ContactRelationshipList(*envelope(page, total, sides), present_all(tx, caller, sides))


def show(tx: Tx, caller: Caller, request: Request) -> ContactRelationshipEntity:
    return present(tx, caller, _side(tx, caller, request, to_change=False))


def create(tx: Tx, caller: Caller, request: Request) -> ContactRelationshipEntity:
    new: NewContactRelationship = request.body.contact_relationship
    first = _first_in_path(tx, caller, request, to_change=True)
    named = next((each for each in (new.first_contact_id, new.contact_id) if isinstance(each, str) and each), None)
    if first is None or named is not None:
        first = _first_in_body(tx, caller, first, named)
    fields = {name: each for name, each in fields_set(new, _NAMES).items() if name in _WIRE}
    with wire_names(WRAPPER, _WIRE):
        return present(tx, caller, actions.relate(tx, caller, first, fields))


def update(tx: Tx, caller: Caller, request: Request) -> ContactRelationshipEntity:
    fields: ContactRelationshipFields = request.body.contact_relationship
    side = _side(tx, caller, request, to_change=True)
    _check_second_contact(tx, caller, side, fields.second_contact_id)
    side_id = side.id
    with wire_names(WRAPPER, _WIRE):
        side = change(
            replace(fields, second_contact_id=UNSET),
            _NAMES,
            restore=lambda: actions.restore_contact_relationship(tx, caller, side_id),
            update=lambda columns: actions.update_contact_relationship(tx, caller, side_id, columns),
            delete=lambda: actions.delete_contact_relationship(tx, caller, side_id),
        )
    return present(tx, caller, side)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    side_id = _side(tx, caller, request, to_change=True).id
    return delete(
        request,
        lambda: present(tx, caller, actions.delete_contact_relationship(tx, caller, side_id)),
        lambda: actions.erase_contact_relationship(tx, caller, side_id),
    )


def _first_in_path(tx: Tx, caller: Caller, request: Request, *, to_change: bool) -> int | None:
    return contact_of(tx, caller, request, to_change=to_change).id if "contact_id" in request.path else None


def _first_in_body(tx: Tx, caller: Caller, in_path: int | None, uuid: str | None) -> int:
    """The first contact of the body. Raises Invalid if it is missing, unknown, or not the contact of the path."""
    if uuid is None:
        where = f"/orgs/{caller.organization_uuid}/contacts/:contact_id/contact_relationships"
        raise invalid((WRAPPER, "first_contact_id"), f"is missing: send it, or send this to {where}", kind="missing")
    first = _find_contact(tx, caller, uuid)
    if first is None:
        raise invalid((WRAPPER, "first_contact_id"), "is not a contact of this organization")
    if in_path is not None and in_path != first:
        raise invalid((WRAPPER, "first_contact_id"), "is not the contact of the path")
    return first


def _check_second_contact(tx: Tx, caller: Caller, side: ContactRelationship, uuid: str | None | UnsetType) -> None:
    if uuid is not UNSET and (not uuid or _find_contact(tx, caller, uuid) != side.second_contact_id):
        raise invalid((WRAPPER, "second_contact_id"), "cannot be changed: delete this one and create another")


def _find_contact(tx: Tx, caller: Caller, uuid: str) -> int | None:
    ids = contact_ids_by_uuid(tx, caller.organization_id, [parse_id(uuid) or ""])
    return next(iter(ids.values()), None)


def _side(tx: Tx, caller: Caller, request: Request, *, to_change: bool) -> ContactRelationship:
    """The relationship of the path. Raises NotFound if it is not a side of the contact in the path."""
    first = _first_in_path(tx, caller, request, to_change=to_change)
    side_id = part_id(request, "contact_relationship_id", NOUN)
    side = store.find_contact_relationship(tx, caller.organization_id, side_id)
    if side is None or (first is not None and side.first_contact_id != first):
        raise NotFound(f"{NOUN} not found")
    return side
