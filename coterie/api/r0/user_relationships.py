"""/orgs/{org_id}/user_relationships: the relationships of the calling user to contacts."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import user_relationships as actions
from coterie.actions.user_relationships import user_of
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.ids import part_id
from coterie.api.r0.input import Deleted, Text, delete, fields_set
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.model.relationships import TYPES, UserRelationship
from coterie.store import user_relationships as store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

NOUN, WRAPPER = "User relationship", "user_relationship"
_NAMES = {"contact_id": "contact", "relationship_id": "type_id", "anniversary_date": "anniversary_on"}
_WIRE = {ours: wire for wire, ours in _NAMES.items()}
Anniversary = Annotated[Text, Meta(description="YYYY-MM-DD, or --MM-DD without a year; null clears.")]


class UserRelationshipEntity(Struct):
    id: str
    user_id: str
    contact_id: str
    relationship_id: Annotated[str, Meta(description="The type: what the contact is to the user.")]
    name: Annotated[str, Meta(description="The name of the type.")]
    anniversary_date: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class UserRelationshipList(PageEntity):
    user_relationships: list[UserRelationshipEntity]


class UserRelationshipFields(Struct, kw_only=True):
    relationship_id: str | UnsetType = UNSET
    anniversary_date: Anniversary = UNSET
    deleted: Deleted = UNSET


class NewUserRelationship(Struct, kw_only=True):
    contact_id: str
    relationship_id: str
    anniversary_date: Anniversary = UNSET


class NewUserRelationshipBody(Struct):
    user_relationship: NewUserRelationship


class UserRelationshipBody(Struct):
    user_relationship: UserRelationshipFields


def present_all(tx: Tx, caller: Caller, relationships: list[UserRelationship]) -> list[UserRelationshipEntity]:
    uuids = uuids_of(tx, caller.organization_id, {each.contact_id for each in relationships})
    return [
        UserRelationshipEntity(
            id=each.id,
            user_id=each.user_id,
            contact_id=uuids[each.contact_id],
            relationship_id=each.type_id,
            name=TYPES[each.type_id].name,
            anniversary_date=each.anniversary_on,
            created_at=each.created_at,
            updated_at=each.updated_at,
            deleted_at=each.deleted_at,
        )
        for each in relationships
    ]


def present(tx: Tx, caller: Caller, relationship: UserRelationship) -> UserRelationshipEntity:
    """The entity of one relationship."""
    return present_all(tx, caller, [relationship])[0]


def list_(tx: Tx, caller: Caller, request: Request) -> UserRelationshipList:
    page, deleted = read_page(request.query), includes_deleted(request.query.include)
    of = (tx, caller.organization_id, user_of(caller))
    relationships = store.list_user_relationships(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_user_relationships(*of, include_deleted=deleted)
    return UserRelationshipList(*envelope(page, total, relationships), present_all(tx, caller, relationships))


def show(tx: Tx, caller: Caller, request: Request) -> UserRelationshipEntity:
    relationship = store.find_user_relationship(tx, caller.organization_id, user_of(caller), _id(request))
    if relationship is None:
        raise NotFound(f"{NOUN} not found")
    return present(tx, caller, relationship)


def create(tx: Tx, caller: Caller, request: Request) -> UserRelationshipEntity:
    with wire_names(WRAPPER, _WIRE):
        relationship = actions.create_user_relationship(tx, caller, fields_set(request.body.user_relationship, _NAMES))
    return present(tx, caller, relationship)


def update(tx: Tx, caller: Caller, request: Request) -> UserRelationshipEntity:
    relationship_id = _id(request)
    with wire_names(WRAPPER, _WIRE):
        relationship = change(
            request.body.user_relationship,
            _NAMES,
            restore=lambda: actions.restore_user_relationship(tx, caller, relationship_id),
            update=lambda columns: actions.update_user_relationship(tx, caller, relationship_id, columns),
            delete=lambda: actions.delete_user_relationship(tx, caller, relationship_id),
        )
    return present(tx, caller, relationship)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    relationship_id = _id(request)
    return delete(
        request,
        lambda: present(tx, caller, actions.delete_user_relationship(tx, caller, relationship_id)),
        lambda: actions.erase_user_relationship(tx, caller, relationship_id),
    )


def _id(request: Request) -> str:
    return part_id(request, "user_relationship_id", NOUN)
